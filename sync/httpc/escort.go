package httpc

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"sync/atomic"

	"lockstep/sync/budget"
)

// escort goes with one request over its connections. By itself net/http sends a request
// again that met the end of a kept connection, over one kept connection after another: a
// server that ends them in place of an answer is asked once for each. A kept connection
// may have ended long ago, so one repetition is right, over a new connection; none is
// while this kind of request fails anyway, because the budget counted one.
type escort struct {
	c      *Client
	kind   budget.Kind
	ctx    context.Context
	cancel context.CancelFunc // gives up the request
	vouch  *vouch             // nil: whoever answers is meant
	last   net.Conn           // the connection before this one
	ended  atomic.Pointer[error]
	alien  atomic.Pointer[error]
}

// accompany gives the context to send a request with.
func (c *Client) accompany(ctx context.Context, cancel context.CancelFunc, r Request) (context.Context, *escort) {
	e := &escort{c: c, kind: r.Kind, ctx: ctx, cancel: cancel}
	if !r.Anyone {
		e.vouch = c.vouch.Load()
	}
	if r.Probe {
		e.ctx = context.WithValue(ctx, probeKey{}, true)
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: e.got}), e
}

type probeKey struct{}

// probes reports that something is asked for a probe.
func probes(ctx context.Context) bool { return ctx.Value(probeKey{}) != nil }

// got decides whether a connection may carry the request. One that may not is closed before
// it carried anything; net/http then looks for another if that was a kept one.
func (e *escort) got(g httptrace.GotConnInfo) {
	before := e.last
	e.last = g.Conn
	switch {
	case before == nil:
		e.vouched(g.Conn)
	case e.c.o.Budget.Fails(e.kind):
		why := endOf(before)
		e.ended.Store(&why)
		_ = g.Conn.Close()
		e.cancel()
		e.c.http.CloseIdleConnections() // they may have ended as well
	case g.Reused:
		_ = g.Conn.Close()
	default:
		e.vouched(g.Conn)
	}
}

// vouched closes a connection that leads to another server.
func (e *escort) vouched(conn net.Conn) {
	if e.vouch == nil {
		return
	}
	if err := e.vouch.vouchFor(e.ctx, numberOf(conn), &e.c.made); err != nil {
		e.alien.Store(&err)
		_ = conn.Close()
	}
}

// broken says why a request brought no answer. ctx is the caller's.
func (e *escort) broken(ctx context.Context, op string, err error) error {
	if why := e.alien.Load(); why != nil && !errors.Is(*why, e.ctx.Err()) {
		return *why
	}
	if why := e.ended.Load(); why != nil {
		err = *why
	}
	return e.c.Broken(ctx, op, err)
}

// endOf is how a connection ended.
func endOf(conn net.Conn) error {
	if c := numberedOf(conn); c != nil {
		if err := c.ended.Load(); err != nil {
			return *err
		}
	}
	return io.ErrUnexpectedEOF
}
