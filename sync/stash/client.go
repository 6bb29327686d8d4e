// Package stash is the adapter to a Stash server: it asks Stash's GraphQL interface for
// scenes, names and stamps, fetches covers and listens for finished jobs. It turns every
// failure into a classified fault with words and lets no API key into a text. It never
// writes to Stash, never follows a redirect, logs nothing and remembers no scene.
package stash

import (
	"bytes"
	"context"
	"encoding/json"
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
	"lockstep/sync/fault"
)

const (
	// defaultTimeout covers the slowest page ever measured (2000 scenes with files take
	// 0.3 s, 100 whole scenes 0.15 s) on a disk that first has to wake up.
	defaultTimeout = 60 * time.Second
	// connectTimeout: a host that drops packets must not eat the whole timeout.
	connectTimeout = 10 * time.Second
	// maxAnswer bounds a GraphQL answer: the largest page we ask for is about 1 MB, the
	// name lists of a huge library a few.
	maxAnswer = 64 << 20
	// maxRefusal bounds what is read of an answer that is no GraphQL.
	maxRefusal = 64 << 10
)

// Options says where Stash is and how to talk to it.
type Options struct {
	// URL is the address people open in a browser; a path in front of Stash is kept, a
	// trailing /graphql, a query string and a user name are dropped.
	URL string
	// Key gives the API key before each request; nil or "" means none.
	Key func() string
	// UserAgent is sent with each request; empty means Go's own.
	UserAgent string
	// Timeout is for one request including its body; zero means 60 s.
	Timeout time.Duration
	// Budget holds back what failed a moment ago; nil holds back nothing.
	Budget *budget.Budget
}

// Client talks to one Stash server. It is safe for concurrent use. Every error it
// returns is a fault of server Stash, apart from those of the caller's own callbacks.
type Client struct {
	base    *url.URL // nil when the address makes no sense
	key     func() string
	agent   string
	timeout time.Duration
	http    *http.Client
	budget  *budget.Budget
	beat    time.Duration // between pings of the job watch
	pong    time.Duration // how long an answer to one may take
	idleCut atomic.Bool   // a job watch ended before its first ping
	version atomic.Pointer[string]
}

// New makes a client and connects to nothing. An address that cannot be used shows as a
// Config fault of each call.
func New(o Options) *Client {
	c := &Client{base: address(o.URL), key: o.Key, agent: o.UserAgent, timeout: o.Timeout, beat: pingEvery, pong: pingAnswer, budget: o.Budget}
	if c.key == nil {
		c.key = func() string { return "" }
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: connectTimeout, KeepAliveConfig: keepAlive}).DialContext
	t.MaxIdleConnsPerHost = 4
	c.http = &http.Client{
		Transport: t,
		// A redirect would carry the key to another host, or store a login page as cover.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// keepAlive has the operating system find a dead connection within a minute.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3}

// Close gives up idle connections. The client may still be used afterwards.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// address reduces what people paste to the base of all requests.
func address(s string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil
	}
	u.User, u.RawQuery, u.Fragment, u.ForceQuery = nil, "", "", false
	path := strings.TrimRight(u.Path, "/")
	u.Path, u.RawPath = strings.TrimRight(strings.TrimSuffix(path, "/graphql"), "/"), ""
	return u
}

// reply is an HTTP answer read in full.
type reply struct {
	code   int
	header http.Header
	body   []byte
	more   bool // the body was longer than allowed
}

func (r reply) mediaType() string {
	t, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	return t
}

// request prepares a request with the headers each one has.
func (c *Client) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	if c.base == nil {
		return nil, errAddress()
	}
	h, err := c.headers()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), body)
	if err != nil {
		return nil, errAddress()
	}
	req.Header = h
	return req, nil
}

// headers are those of every request, the websocket included. X-Forwarded-For is not
// among them, ever: Stash locks itself when it sees a public address there.
func (c *Client) headers() (http.Header, error) {
	h := http.Header{}
	if c.agent != "" {
		h.Set("User-Agent", c.agent)
	}
	key := strings.TrimSpace(c.key())
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fault.New(fault.Unauthorized, fault.Stash, "The API key contains characters that no key has.", hintKey, nil)
	}
	if key != "" {
		h.Set("ApiKey", key)
	}
	return h, nil
}

// send does one HTTP exchange within the timeout and reads at most limit bytes.
func (c *Client) send(ctx context.Context, req *http.Request, limit int64) (reply, error) {
	bound, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	resp, err := c.http.Do(req.WithContext(bound))
	if err != nil {
		return reply{}, c.broken(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		limit = maxRefusal
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return reply{}, c.broken(ctx, err)
	}
	more := int64(len(body)) > limit
	return reply{code: resp.StatusCode, header: resp.Header, body: body[:min(int64(len(body)), limit)], more: more}, nil
}

// answer is the envelope of GraphQL. Errors come first: with errors, a null in Data says
// nothing about what exists.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []problem       `json:"errors"`
}

// question prepares a GraphQL request.
func (c *Client) question(ctx context.Context, query string, vars map[string]any) (*http.Request, error) {
	payload, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	if err != nil {
		return nil, fault.New(fault.Local, fault.Stash, "A question to Stash could not be written.", "", err)
	}
	req, err := c.request(ctx, http.MethodPost, "graphql", bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	// Every question only reads: this lets net/http repeat it by itself when a kept
	// connection turns out to be dead. An empty list is not sent.
	req.Header["Idempotency-Key"] = nil
	return req, nil
}

// post sends a query. It returns an answer only if the server spoke GraphQL; the
// answer's Errors are left to the caller.
func (c *Client) post(ctx context.Context, query string, vars map[string]any) (answer, error) {
	req, err := c.question(ctx, query, vars)
	if err != nil {
		return answer{}, err
	}
	r, err := c.send(ctx, req, maxAnswer)
	if err != nil {
		return answer{}, err
	}
	if err := c.refusal(r); err != nil {
		return answer{}, err
	}
	return c.open(ctx, r)
}

// open reads the envelope of a 200 or 422 answer.
func (c *Client) open(ctx context.Context, r reply) (answer, error) {
	if r.more {
		return answer{}, fault.New(fault.Config, fault.Stash, "Stash sent more than 64 MB in one answer.", "", nil)
	}
	var a answer
	err := decode(r.body, &a)
	switch {
	case r.code == http.StatusUnprocessableEntity:
		return answer{}, c.misunderstood(ctx, a.Errors)
	case err != nil:
		// Holds the queue and heals by itself; a proxy that cuts an answer is no reason
		// to bother anybody or to give up a job.
		return answer{}, fault.New(fault.Unreachable, fault.Stash, "Stash's answer could not be read.", "", c.cause(err))
	case len(a.Errors) == 0 && (len(a.Data) == 0 || string(a.Data) == "null"):
		return answer{}, errNotStash(errors.New("neither data nor errors in the answer"))
	}
	return a, nil
}

// ask sends a query, if it is allowed now, and decodes its data into out. Any error in the
// answer fails the whole call.
func (c *Client) ask(ctx context.Context, query string, vars map[string]any, out any) error {
	return c.gated(kindOf(query), func() error { return c.answered(ctx, query, vars, out) })
}

func (c *Client) answered(ctx context.Context, query string, vars map[string]any, out any) error {
	a, err := c.post(ctx, query, vars)
	if err != nil {
		return err
	}
	if len(a.Errors) > 0 {
		return c.refused(ctx, a.Errors)
	}
	if err := decode(a.Data, out); err != nil {
		return errNotStash(c.cause(err))
	}
	return nil
}

// decode reads JSON. File names that are no valid UTF-8 arrive raw and become U+FFFD:
// such a path matches nothing, but the rest of the page stays usable.
func decode(b []byte, out any) error { return json.Unmarshal(b, out) }
