// Package plex is the adapter to a Plex Media Server: it reads libraries and items, sends
// planned edits and images, asks for scans, listens for notifications and signs people in.
// It turns every failure into a classified fault with words and lets no token into a text.
// It decides nothing about what should be written, never follows a redirect, logs nothing,
// remembers no item and never sends an edit that does not name exactly one item.
package plex

import (
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
)

const (
	// defaultTimeout: calls of 5 s and more happen on big servers while they scan; the
	// established clients wait 30 to 60 s.
	defaultTimeout = 45 * time.Second
	// probeTimeout keeps one try of an open breaker short.
	probeTimeout = 10 * time.Second
	// connectTimeout: a host that drops packets must not eat the whole timeout.
	connectTimeout = 5 * time.Second
	// idleTimeout stays below the 20 s Plex announces in Keep-Alive.
	idleTimeout = 15 * time.Second
	// product is the name Plex shows for this client.
	product = "Lockstep"
)

// Options says where Plex is and who asks.
type Options struct {
	// URL is the address of the server; a path in front of Plex is kept, the path of its
	// web app, a query string and a user name are dropped. Without scheme http is meant.
	URL string
	// Token gives the token before each request; nil or "" means none.
	Token func() string
	// ClientID is the UUID of this installation; Plex shows one device for each.
	ClientID string
	// Version is Lockstep's own version.
	Version string
	// Timeout is for one request including its body; zero means 45 s.
	Timeout time.Duration
	// Budget holds back what failed a moment ago; nil holds back nothing.
	Budget *budget.Budget
}

// Client talks to one Plex server. It is safe for concurrent use; keeping writes in
// single file is the caller's. Every error it returns is a fault of server Plex, apart
// from those of the caller's own callbacks.
type Client struct {
	base    *url.URL // nil when the address makes no sense
	token   func() string
	headers http.Header
	timeout time.Duration
	ping    time.Duration // between pings of a notification socket
	pong    time.Duration // to wait for the answer
	idleCut atomic.Bool   // a notification socket ended before its first ping
	http    *http.Client
	budget  *budget.Budget
}

// New makes a client and connects to nothing. An address that cannot be used shows as a
// Config fault of each call.
func New(o Options) *Client {
	c := &Client{base: address(o.URL), token: o.Token, headers: identify(o.ClientID, o.Version), timeout: o.Timeout, ping: pingEvery, pong: pongWithin, budget: o.Budget}
	if c.token == nil {
		c.token = func() string { return "" }
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	c.http = &http.Client{Transport: transport(), CheckRedirect: refuseRedirect}
	return c
}

// Close gives up idle connections. The client may still be used afterwards.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// keepAlive has the operating system find a dead connection within a minute.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3}

func transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: connectTimeout, KeepAliveConfig: keepAlive}).DialContext,
		TLSHandshakeTimeout: connectTimeout,
		IdleConnTimeout:     idleTimeout,
		MaxIdleConnsPerHost: 4,
	}
}

// refuseRedirect: Plex's API sends none, so one means a proxy or a login page, and the
// token would travel with it.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// identify makes the headers every request carries beside the token.
func identify(clientID, version string) http.Header {
	platform := map[string]string{"linux": "Linux", "windows": "Windows", "darwin": "macOS"}[runtime.GOOS]
	if platform == "" {
		platform = runtime.GOOS
	}
	h := http.Header{}
	for name, value := range map[string]string{
		"Accept":                   "application/json",
		"User-Agent":               strings.TrimSuffix(product+"/"+version, "/"),
		"X-Plex-Client-Identifier": clientID,
		"X-Plex-Product":           product,
		"X-Plex-Version":           version,
		"X-Plex-Platform":          platform,
		"X-Plex-Platform-Version":  runtime.GOARCH,
		"X-Plex-Device":            platform,
		"X-Plex-Device-Name":       product,
	} {
		h.Set(name, value)
	}
	return h
}

// address reduces what people paste to the base of all requests.
func address(s string) *url.URL {
	s = strings.TrimSpace(s)
	if s != "" && !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil
	}
	path, _, _ := strings.Cut(u.EscapedPath()+"/", "/web/")
	path = strings.TrimRight(path, "/")
	clean, err := url.PathUnescape(path)
	if err != nil {
		return nil
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: clean, RawPath: path}
}

// signed gives the headers of one request, the token among them and nowhere else.
func (c *Client) signed() (http.Header, error) {
	h := c.headers.Clone()
	token := strings.TrimSpace(c.token())
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fault.New(fault.Unauthorized, fault.Plex, "The Plex token contains characters that no token has.", hintSignIn, nil)
	}
	if token != "" {
		h.Set("X-Plex-Token", token)
	}
	return h, nil
}
