// Package stash is the adapter to a Stash server: it asks Stash's GraphQL interface for
// scenes, names and stamps, fetches covers and listens for finished jobs. It turns every
// failure into a classified fault with words and lets no API key into a text. All it ever
// changes in Stash are plays, resume points and ratings of scenes, when it is told to. It
// never follows a redirect, logs nothing and remembers no scene.
package stash

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

const (
	// defaultTimeout covers the slowest page ever measured (2000 scenes with files take
	// 0.3 s, 100 whole scenes 0.15 s) on a disk that first has to wake up.
	defaultTimeout = 60 * time.Second
	// idleTimeout keeps the connection between two of the questions asked while idle.
	idleTimeout = 90 * time.Second
)

var (
	// pageLimit bounds a page of scenes or stamps: the largest we ask for is about 1 MB and
	// has 5 000 scenes, or 100 with some hundred names each.
	pageLimit = decode.Limit{Bytes: 32 << 20, Objects: 200_000}
	// namesLimit bounds the name lists, which come whole: a huge library has 100 000 names
	// of some 50 bytes.
	namesLimit = decode.Limit{Bytes: 32 << 20, Objects: 1_000_000}
)

// Options says where Stash is and how to talk to it.
type Options struct {
	// URL is the address people open in a browser; a path in front of Stash is kept, a
	// trailing /graphql, a query string and a user name are dropped. Without scheme http
	// is meant.
	URL string
	// Key gives the API key before each request; nil or "" means none.
	Key func() string
	// Login gives user:password for a proxy in front of Stash; nil or "" means none.
	Login func() string
	// UserAgent is sent with each request; empty means Go's own.
	UserAgent string
	// Timeout is for one request including its body; zero means 60 s.
	Timeout time.Duration
	// Budget holds back what failed a moment ago; nil holds back nothing.
	Budget *budget.Budget
	// Proven says that the server answered well at this address before.
	Proven bool
	// Connect makes the connections; nil means over the network.
	Connect func(ctx context.Context, network, address string) (net.Conn, error)
	// Certificate is trusted beside those this computer trusts: a file of an authority or
	// a SHA-256 fingerprint; "" means none.
	Certificate string
}

// Client talks to one Stash server. It is safe for concurrent use. Every error it
// returns is a fault of server Stash, apart from those of the caller's own callbacks.
type Client struct {
	http    *httpc.Client
	beat    time.Duration // between pings of the job watch
	pong    time.Duration // how long an answer to one may take
	batches *httpc.Sizes  // scenes in one question
	stamps  *httpc.Sizes  // of a page
	version atomic.Pointer[string]
	budget  *budget.Budget
	doubts  *doubts
}

// New makes a client and connects to nothing. An address that cannot be used shows as a
// Config fault of each call.
func New(o Options) *Client {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	// X-Forwarded-For is never among the headers: Stash locks itself when it sees a
	// public address there.
	header := http.Header{}
	if o.UserAgent != "" {
		header.Set("User-Agent", o.UserAgent)
	}
	return &Client{budget: o.Budget, doubts: &doubts{}, beat: httpc.PingEvery, pong: httpc.PongWithin, batches: httpc.NewSizes(batch, leastBatch), stamps: httpc.NewSizes(stampPage, leastPage), http: httpc.New(httpc.Options{
		Server: fault.Stash, Base: address(o.URL), Example: "http://host:9999", Header: header, SecretHeader: "ApiKey", Secret: o.Key, Login: o.Login,
		BadSecret: message.New(message.StashKeyCharacters), BadSecretHint: message.New(message.AdviceStashKey),
		Timeout: o.Timeout, Budget: o.Budget, Connect: o.Connect, Idle: idleTimeout, Trust: o.Certificate, Proven: o.Proven,
	})}
}

// Close gives up idle connections. The client may still be used afterwards.
func (c *Client) Close() { c.http.Close() }

// address is the base of all requests, without the path of the interface.
func address(s string) *url.URL {
	u := httpc.Address(s)
	if u == nil {
		return nil
	}
	for _, path := range []*string{&u.Path, &u.RawPath} {
		*path = strings.TrimRight(strings.TrimSuffix(*path, "/graphql"), "/")
	}
	return u
}

// answer is the envelope of GraphQL. Errors come first: with errors, a null in Data says
// nothing about what exists.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []problem       `json:"errors"`
}

// question is one query; kind says what it is for.
type question struct {
	kind  budget.Kind
	query string
	vars  map[string]any
	limit decode.Limit // zero for short answers
	// once: the answer may be lost, but the question must not be asked twice.
	once bool
	// divides: a refusal may mean that less is to be asked for.
	divides func(error) bool
}

// post sends a query and hands the answer to use, if the server spoke GraphQL; the
// answer's Errors are left to use.
func (c *Client) post(ctx context.Context, q question, use func(answer) error) error {
	r, err := q.request()
	if err != nil {
		return err
	}
	return c.http.Do(ctx, r, func(rep httpc.Reply) error {
		if err := c.refusal(rep); err != nil {
			return err
		}
		a, err := c.open(ctx, rep)
		if err != nil {
			return err
		}
		return use(a)
	})
}

func (q question) request() (httpc.Request, error) {
	payload, err := json.Marshal(map[string]any{"query": q.query, "variables": q.vars})
	if err != nil {
		return httpc.Request{}, fault.New(fault.Local, fault.Stash, message.New(message.StashUnwritten), message.None, err)
	}
	return httpc.Request{
		Kind: q.kind, Op: q.name(), Method: http.MethodPost, Path: "/graphql", Body: payload, Limit: q.limit, Divides: q.divides, Once: q.once,
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}},
	}, nil
}

// name is the name of the operation.
func (q question) name() string {
	_, rest, _ := strings.Cut(q.query, " ")
	end := strings.IndexFunc(rest, func(r rune) bool { return r < 'A' || r > 'z' })
	return rest[:max(end, 0)]
}

// open reads the envelope of a 200 or 422 answer.
func (c *Client) open(ctx context.Context, r httpc.Reply) (answer, error) {
	if r.More {
		return answer{}, c.http.Oversized("")
	}
	var a answer
	err := r.JSON(&a)
	switch {
	case r.Code == http.StatusUnprocessableEntity:
		return answer{}, c.misunderstood(ctx, a.Errors)
	case errors.Is(err, decode.ErrTooLarge):
		return answer{}, c.http.Oversized("")
	case err != nil:
		// Holds the queue and heals by itself; a proxy that cuts an answer is no reason
		// to bother anybody or to give up a job.
		return answer{}, c.http.CutOff("", err)
	case len(a.Errors) == 0 && (len(a.Data) == 0 || string(a.Data) == "null"):
		return answer{}, c.notStash(errors.New("neither data nor errors in the answer"))
	}
	return a, nil
}

// ask sends a query and decodes its data into out, which check may refuse. Any error in
// the answer fails the whole call.
func (c *Client) ask(ctx context.Context, q question, out any, check func() error) error {
	return c.post(ctx, q, func(a answer) error {
		if len(a.Errors) > 0 {
			return c.refused(ctx, a.Errors)
		}
		if err := unmarshal(a.Data, out); err != nil {
			return c.notStash(err)
		}
		if check == nil {
			return nil
		}
		return check()
	})
}

// unmarshal reads JSON whose objects and entries were counted. File names that are no valid UTF-8
// arrive raw and become U+FFFD: such a path matches nothing, but the rest of the page
// stays usable.
func unmarshal(b []byte, out any) error { return json.Unmarshal(b, out) }
