// Package plex is the adapter to a Plex Media Server: it reads libraries and items, sends
// planned edits and images, asks for scans, listens for notifications and signs people in.
// It turns every failure into a classified fault with words and lets no token into a text.
// It decides nothing about what should be written, never follows a redirect, logs nothing,
// remembers no item and never sends an edit that does not name exactly one item.
package plex

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

const (
	// defaultTimeout: calls of 5 s and more happen on big servers while they scan; the
	// established clients wait 30 to 60 s.
	defaultTimeout = 45 * time.Second
	// probeTimeout keeps one try of an open breaker short.
	probeTimeout = 10 * time.Second
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
	// Proven says that the server answered well at this address before.
	Proven bool
	// Connect makes the connections; nil means over the network.
	Connect func(ctx context.Context, network, address string) (net.Conn, error)
	// Certificate is trusted beside those this computer trusts: a file of an authority or
	// a SHA-256 fingerprint; "" means none.
	Certificate string
	// Login gives user:password for a proxy in front of Plex; nil or "" means none.
	Login func() string
	// Name is what words call the other side; "" means Plex.
	Name string
}

// Client talks to one Plex server. It is safe for concurrent use; keeping writes in
// single file is the caller's. Every error it returns is a fault of server Plex, apart
// from those of the caller's own callbacks.
type Client struct {
	base       *url.URL // nil when the address makes no sense
	http       *httpc.Client
	ping, pong time.Duration // of a notification socket
	pages      *httpc.Sizes  // of a listing
	batches    *httpc.Sizes  // of a read by key
	door       *Client       // asks over a new connection each time who answers
}

// New makes a client and connects to nothing. An address that cannot be used shows as a
// Config fault of each call.
func New(o Options) *Client {
	c := dial(o, false)
	c.door = dial(o, true)
	return c
}

func dial(o Options, fresh bool) *Client {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	base := address(o.URL)
	return &Client{base: base, pages: httpc.NewSizes(maxPage, leastPage), batches: httpc.NewSizes(usualBatch, leastBatch), ping: httpc.PingEvery, pong: httpc.PongWithin, http: httpc.New(httpc.Options{
		Server: fault.Plex, Name: o.Name, Base: base, Example: "http://host:32400",
		Header: identify(o.ClientID, o.Version), SecretHeader: "X-Plex-Token", Secret: o.Token, Login: o.Login,
		BadSecret: message.New(message.PlexTokenCharacters), BadSecretHint: message.New(message.AdvicePlexSignIn),
		Timeout: o.Timeout, Budget: o.Budget, Connect: o.Connect, Idle: idleTimeout, Fresh: fresh, Trust: o.Certificate, Proven: o.Proven,
	})}
}

// Close gives up idle connections. The client may still be used afterwards.
func (c *Client) Close() { c.http.Close() }

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

// address is the base of all requests, without the path of Plex's web app.
func address(s string) *url.URL {
	u := httpc.Address(s)
	if u == nil {
		return nil
	}
	path, _, _ := strings.Cut(u.EscapedPath()+"/", "/web/")
	u.RawPath = strings.TrimRight(path, "/")
	u.Path, _ = url.PathUnescape(u.RawPath) // it was escaped a line ago
	return u
}
