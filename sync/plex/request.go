package plex

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// maxList bounds listings and batch reads: 500 items are about 2 MB, and a server
	// that ignores paging sends a whole library.
	maxList = 64 << 20
	// maxSmall bounds everything else.
	maxSmall = 1 << 20
	// maxRefusal bounds what is read of an answer that is no success.
	maxRefusal = 64 << 10
)

// call describes one request. The operation is for the operator's eyes and names no
// address.
type call struct {
	op      string
	method  string // GET when empty
	path    string // below the base, already escaped
	query   string // already encoded
	span    *span
	body    []byte
	media   string // content type of body
	limit   int64  // of the answer; maxSmall when zero
	timeout time.Duration
	// probe is set for the try of an open breaker, which has a timetable of its own.
	probe bool
}

// span is the part of a listing that is asked for.
type span struct{ start, size int }

// reply is an answer with status 2xx, read in full.
type reply struct {
	header http.Header
	body   []byte
}

// do carries out one request, if it is allowed now, and gives back success only.
func (c *Client) do(ctx context.Context, r call) (rep reply, err error) {
	err = c.gated(r, func() error { rep, err = c.exchange(ctx, r); return err })
	return rep, err
}

// exchange sends one request: anything but 2xx and web pages are faults.
func (c *Client) exchange(ctx context.Context, r call) (reply, error) {
	bound, cancel := context.WithTimeout(ctx, r.patience(c.timeout))
	defer cancel()
	req, err := c.request(bound, r)
	if err != nil {
		return reply{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return reply{}, c.broken(ctx, r.op, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		// The status counts even if the words after it are cut off.
		said, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
		return reply{}, c.refusal(r.op, answer{code: resp.StatusCode, header: resp.Header, body: said})
	}
	limit := max(r.limit, maxSmall)
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return reply{}, c.broken(ctx, r.op, err)
	case int64(len(body)) > limit:
		return reply{}, c.oversized(r.op)
	case isPage(body):
		return reply{}, c.webPage(r.op)
	}
	return reply{header: resp.Header, body: body}, nil
}

// read carries out a request whose answer is a container.
func (c *Client) read(ctx context.Context, r call) (box *container, rep reply, err error) {
	err = c.gated(r, func() error {
		if rep, err = c.exchange(ctx, r); err == nil {
			box, err = c.decode(r.op, rep)
		}
		return err
	})
	if err != nil {
		return nil, reply{}, err
	}
	return box, rep, nil
}

func (r call) patience(usual time.Duration) time.Duration {
	if r.timeout > 0 {
		return min(r.timeout, usual)
	}
	return usual
}

// request builds the HTTP request. All requests may be repeated without harm (same
// values, same bytes), which the empty idempotency key tells the transport: it then
// repeats one that met a connection Plex had just closed. An empty key is not sent.
func (c *Client) request(ctx context.Context, r call) (*http.Request, error) {
	u, err := c.url(r.path, r.query)
	if err != nil {
		return nil, err
	}
	head, err := c.signed()
	if err != nil {
		return nil, err
	}
	method := r.method
	if method == "" {
		method = http.MethodGet
	}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, errAddress()
	}
	head["Idempotency-Key"] = []string{}
	if r.span != nil {
		head.Set("X-Plex-Container-Start", strconv.Itoa(r.span.start))
		head.Set("X-Plex-Container-Size", strconv.Itoa(r.span.size))
	}
	if r.media != "" {
		head.Set("Content-Type", r.media)
	}
	req.Header = head
	return req, nil
}

// url puts an escaped path below the base.
func (c *Client) url(path, query string) (*url.URL, error) {
	if c.base == nil {
		return nil, errAddress()
	}
	plain, err := url.PathUnescape(path)
	if err != nil {
		return nil, errAddress()
	}
	u := *c.base
	u.RawPath = u.EscapedPath() + path
	u.Path += plain
	u.RawQuery = query
	return &u, nil
}
