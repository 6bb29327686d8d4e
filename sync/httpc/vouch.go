package httpc

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
)

// numbered is a connection with its place in the order in which they were made.
type numbered struct {
	net.Conn
	n     uint64
	ended atomic.Pointer[error] // the first error of a Read
}

func (c *numbered) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.ended.CompareAndSwap(nil, &err)
	}
	return n, err
}

// numberedOf is nil for a connection nobody numbered.
func numberedOf(conn net.Conn) *numbered {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	c, _ := conn.(*numbered)
	return c
}

// numberOf is the place of a connection, zero for one nobody numbered.
func numberOf(conn net.Conn) uint64 {
	if c := numberedOf(conn); c != nil {
		return c.n
	}
	return 0
}

// vouch makes sure that connections lead to the server that is meant. Behind an address
// the server can only change when a new connection is made.
type vouch struct {
	check func(context.Context) error
	turn  chan struct{} // holds one while somebody checks
	known uint64        // connections up to this one were made before a check that succeeded
}

// Vouch has every new connection vouched for before anything is sent over it: check asks
// the server, over a connection of its own, who it is. Its error is that of the request
// that was to be sent; nothing of that is. Requests to Anyone are not held back.
func (c *Client) Vouch(check func(context.Context) error) {
	c.vouch.Store(&vouch{check: check, turn: make(chan struct{}, 1)})
}

// vouchFor checks who answers unless the connection was made before the last check.
func (v *vouch) vouchFor(ctx context.Context, n uint64, made *atomic.Uint64) error {
	select {
	case v.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-v.turn }()
	if n <= v.known && n != 0 {
		return nil
	}
	all := made.Load()
	if err := v.check(ctx); err != nil {
		return err
	}
	v.known = all
	return nil
}
