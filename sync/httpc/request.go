package httpc

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"lockstep/sync/fault"
)

// request builds the HTTP request. All but those marked Once may be repeated without harm
// (they read, or write the same values again), which the empty idempotency key tells the
// transport: it then repeats one that met a connection the server had just closed, see
// escort. An empty key is not sent.
func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	u, err := c.url(r.Path, r.Query)
	if err != nil {
		return nil, err
	}
	head, err := c.signed()
	if err != nil {
		return nil, err
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, c.badAddress()
	}
	maps.Copy(head, r.Header)
	if !r.Once {
		head["Idempotency-Key"] = []string{}
	}
	req.Header = head
	return req, nil
}

// url puts an escaped path below the base.
func (c *Client) url(path, query string) (*url.URL, error) {
	if c.o.Base == nil {
		return nil, c.badAddress()
	}
	plain, err := url.PathUnescape(path)
	if err != nil {
		return nil, c.badAddress()
	}
	u := *c.o.Base
	u.RawPath = u.EscapedPath() + path
	u.Path += plain
	u.RawQuery = query
	return &u, nil
}

// signed gives the headers of one request, the secret among them and nowhere else.
func (c *Client) signed() (http.Header, error) {
	h := c.o.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	secret := c.secret()
	if strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, c.Fault(fault.Unauthorized, c.o.BadSecret, c.o.BadSecretHint, nil)
	}
	if secret != "" {
		h.Set(c.o.SecretHeader, secret)
	}
	if user, password, ok := strings.Cut(c.o.Login(), ":"); ok {
		(&http.Request{Header: h}).SetBasicAuth(user, password)
	}
	return h, nil
}

// Address reduces what people paste to the base of all requests: user, query and fragment
// are dropped, and without scheme http is meant. Nil when it makes no sense.
func Address(text string) *url.URL {
	text = strings.TrimSpace(text)
	if text != "" && !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	plain, err := url.PathUnescape(path)
	if err != nil {
		return nil
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: plain, RawPath: path}
}
