// Package httpc is what the adapters to both servers stand on: one place that sends a
// request, bounds what comes back, and turns whatever goes wrong into a classified fault
// with words. It puts the token into a header and keeps it out of every text, never
// follows a redirect, and logs nothing. What an answer means is the adapter's to say.
package httpc

import (
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

const (
	// connectTimeout: a host that drops packets must not eat the whole timeout. Three
	// attempts of TCP fit in.
	connectTimeout = 5 * time.Second
	// refusalLimit bounds what is read of an answer that is no success.
	refusalLimit = 64 << 10
	// smallBytes and smallObjects bound an answer whose request names no limit.
	smallBytes   = 1 << 20
	smallObjects = 50_000
	// headerLimit bounds the headers of an answer; proxies take 8 to 64 kB.
	headerLimit = 1 << 20
)

// Options says where a server is and who asks.
type Options struct {
	// Server is who a fault is about, and Name what the words call it; an empty Name is
	// the server's.
	Server fault.Server
	Name   string
	// Base is the address below which all paths lie; nil makes every request a Config
	// fault with the words of Example.
	Base    *url.URL
	Example string // such as http://host:9999
	// Header goes with every request, SecretHeader with what Secret gives, if anything.
	Header       http.Header
	SecretHeader string
	Secret       func() string
	// Login gives the user name and password, with a colon between, for a proxy in front of
	// the server that asks for them; nil or "" means none.
	Login func() string
	// BadSecret words a secret with characters that no secret has.
	BadSecret, BadSecretHint message.Message
	// Budget holds back what failed a moment ago; nil holds back nothing.
	Budget *budget.Budget
	// Proven says that the server answered well at this address before: what contradicts it
	// is not believed at once.
	Proven bool
	// Timeout is for one request including its body.
	Timeout time.Duration
	// Idle is how long a connection is kept that nobody uses.
	Idle time.Duration
	// Fresh makes a connection for every request and keeps none.
	Fresh bool
	// Trust is the certificate to trust beside those of this computer: "", a file of an
	// authority, or a fingerprint. See config.Fingerprint.
	Trust string
	// Connect makes the connections; nil means over the network.
	Connect func(ctx context.Context, network, address string) (net.Conn, error)
}

// Client sends requests to one server. It is safe for concurrent use.
type Client struct {
	o        Options
	http     *http.Client
	trust    *trust
	peer     atomic.Pointer[net.IP] // whom the last connection went to
	made     atomic.Uint64          // connections so far
	vouch    atomic.Pointer[vouch]  // nil: whoever answers is meant
	standing standing
	peeked   peek
	idleCut  atomic.Bool // a socket ended before its first ping
}

// New makes a client and connects to nothing.
func New(o Options) *Client {
	if o.Secret == nil {
		o.Secret = func() string { return "" }
	}
	if o.Login == nil {
		o.Login = func() string { return "" }
	}
	if o.Name == "" {
		o.Name = string(o.Server)
	}
	c := &Client{o: o, trust: newTrust(o.Trust), standing: standing{well: o.Proven}}
	if c.o.Connect == nil {
		c.o.Connect = (&net.Dialer{Timeout: connectTimeout, KeepAliveConfig: keepAlive}).DialContext
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
				return c.dial(ctx, network, to)
			},
			TLSClientConfig:     c.trust.config(),
			TLSHandshakeTimeout: 2 * connectTimeout,
			IdleConnTimeout:     o.Idle,
			MaxIdleConnsPerHost: 4,
			DisableKeepAlives:   o.Fresh,

			MaxResponseHeaderBytes: headerLimit,
		},
		// No API here redirects: one that does is a proxy or a login page, and the token
		// would travel with the request.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// keepAlive has the operating system find a dead connection within a minute.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3}

func (c *Client) dial(ctx context.Context, network, to string) (net.Conn, error) {
	conn, err := c.o.Connect(ctx, network, to)
	if err != nil {
		return nil, err
	}
	if at, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		c.peer.Store(&at.IP)
	}
	return &numbered{Conn: conn, n: c.made.Add(1)}, nil
}

// Close gives up idle connections. The client may still be used afterwards.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// HasSecret reports whether there is a token or key to send.
func (c *Client) HasSecret() bool { return c.secret() != "" }

func (c *Client) secret() string { return strings.TrimSpace(c.o.Secret()) }

// Request is one request. Op is for the operator's eyes and names no address.
type Request struct {
	Kind   budget.Kind
	Op     string
	Method string // GET when empty
	Path   string // below the base, already escaped
	Query  string // already encoded
	Header http.Header
	Body   []byte
	// Limit bounds the answer of a success; zero means 1 MB and 50 000 objects.
	Limit decode.Limit
	// Timeout shortens the client's own; zero means that one.
	Timeout time.Duration
	// Anyone is a request to whichever server answers, such as who it is.
	Anyone bool
	// Probe is the try of an open breaker, which has a timetable of its own, or one that tells
	// after failures whose fault they are. So has what is asked for it along the way.
	Probe bool
	// Once is a request that must not reach the server twice: it is not repeated when the
	// connection ended before an answer came.
	Once bool
	// Divides reports a failure after which the caller asks for less at once, because it may
	// come from the size of the request: the first one is no failure of its kind yet. Nil
	// means none.
	Divides func(error) bool
}

// Reply is an answer, read in full. More says that a success was longer than the limit;
// then there is no body.
type Reply struct {
	Code    int
	Header  http.Header
	Body    []byte
	More    bool
	objects int
}

// MediaType is the type of the body without its parameters.
func (r Reply) MediaType() string {
	t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return t
}

// OK reports a success.
func (r Reply) OK() bool { return r.Code/100 == 2 }

// JSON decodes the body within the limit of the request.
func (r Reply) JSON(v any) error { return decode.JSON(r.Body, r.objects, v) }

// Objects is the limit for whoever decodes the body otherwise.
func (r Reply) Objects() int { return r.objects }

// Do carries out one request, if the budget allows it now, and hands the answer, whatever
// its status, to use, which reads it and says what is wrong with it. The error of Do is that
// of use or of the exchange, with what the server asked for in Retry-After; an answer that
// contradicts what this server said a moment ago is not believed at once, see Contradiction.
func (c *Client) Do(ctx context.Context, r Request, use func(Reply) error) error {
	r.Probe = r.Probe || probes(ctx)
	if err := c.o.Budget.Allow(r.Kind); err != nil && !r.Probe {
		return err
	}
	c.o.Budget.Sent()
	if c.vouch.Load() == nil && c.o.Budget.Fails(r.Kind) {
		c.http.CloseIdleConnections() // an old one may lead to a server that is no more
	}
	err := c.standing.settle(r.Kind, c.exchange(ctx, r, use), time.Now())
	if r.Divides != nil && err != nil && r.Divides(err) && !c.o.Budget.Fails(r.Kind) {
		return err
	}
	c.o.Budget.Done(r.Kind, err)
	return err
}

func (c *Client) exchange(ctx context.Context, r Request, use func(Reply) error) error {
	bound, cancel := context.WithTimeout(ctx, r.patience(c.o.Timeout))
	defer cancel()
	traced, way := c.accompany(bound, cancel, r)
	req, err := c.request(traced, r)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return way.broken(ctx, r.Op, err)
	}
	defer resp.Body.Close()
	rep, err := r.receive(resp)
	if err != nil {
		return c.Broken(ctx, r.Op, err)
	}
	if f := c.intercepted(rep); f != nil {
		return f
	}
	err = use(rep)
	if errors.Is(err, decode.ErrTooLarge) && fault.Of(err).Class == fault.Local {
		err = c.Oversized(r.Op)
	}
	return withRetryAfter(err, rep)
}

// Failing reports whether a kind of request fails at present.
func (c *Client) Failing(k budget.Kind) bool { return c.o.Budget.Fails(k) }

func (r Request) patience(usual time.Duration) time.Duration {
	if r.Timeout > 0 {
		return min(r.Timeout, usual)
	}
	return usual
}

// receive reads an answer within its limit. The status of a refusal counts even if its
// words are cut off.
func (r Request) receive(resp *http.Response) (Reply, error) {
	limit := decode.Limit{Bytes: max(r.Limit.Bytes, smallBytes), Objects: max(r.Limit.Objects, smallObjects)}
	rep := Reply{Code: resp.StatusCode, Header: resp.Header, objects: limit.Objects}
	if !rep.OK() {
		rep.Body, _ = io.ReadAll(io.LimitReader(resp.Body, refusalLimit))
		return rep, nil
	}
	var err error
	rep.Body, err = decode.Read(resp.Body, limit)
	if errors.Is(err, decode.ErrTooLarge) {
		rep.More, err = true, nil
	}
	return rep, err
}
