package sim

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// idleTimeout is what a Plex server announces in Keep-Alive; Stash's is longer, which no client may rely on.
const idleTimeout = 20 * time.Second

// reopenTries bounds the wait for the own port after a refusal ends.
const reopenTries = 100

// socket is a listener that can be taken away and put back on the same port.
type socket struct {
	mu      sync.Mutex
	handler http.Handler
	addr    string
	srv     *http.Server
	refused int
	closed  bool
	secure  *tls.Config // nil: http
	conns   connections
}

// connections are those of one server. They have a lock of their own, because closing a server waits for an Accept that
// may just be adding one.
type connections struct {
	mu   sync.Mutex
	of   *http.Server // nil while nobody may connect
	open map[net.Conn]struct{}
}

func (c *connections) begin(srv *http.Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of, c.open = srv, map[net.Conn]struct{}{}
}

// end lets no more connections in; those that are open stay so until cut.
func (c *connections) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of = nil
}

func (c *connections) add(conn net.Conn, srv *http.Server) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of != srv {
		return false
	}
	c.open[conn] = struct{}{}
	return true
}

func (c *connections) forget(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, conn)
}

// cut closes all connections: a plain TCP close, which is what both real servers do when they end.
func (c *connections) cut() {
	c.mu.Lock()
	open := slices.Collect(maps.Keys(c.open))
	c.mu.Unlock()
	for _, conn := range open {
		_ = conn.Close()
	}
}

func (s *socket) open(addr string, h http.Handler) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.srv != nil || s.addr != "" {
		return errors.New("start the simulated server: already started")
	}
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("start the simulated server: %w", err)
	}
	s.addr, s.handler = ln.Addr().String(), h
	s.serve(ln)
	return nil
}

// serve needs mu.
func (s *socket) serve(ln net.Listener) {
	srv := &http.Server{Handler: s.handler, IdleTimeout: idleTimeout, ReadHeaderTimeout: time.Minute, MaxHeaderBytes: 1 << 20}
	s.srv = srv
	s.conns.begin(srv)
	var accept net.Listener = &trackedListener{Listener: ln, sock: s, srv: srv}
	if s.secure != nil {
		srv.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust it are many
		accept = tls.NewListener(accept, s.secure)
	}
	go func() { _ = srv.Serve(accept) }()
}

func (s *socket) url() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.addr == "" {
		return ""
	}
	if s.secure != nil {
		return "https://" + s.addr
	}
	return "http://" + s.addr
}

// refuse closes the port and all connections until the returned function has been called as often as refuse.
func (s *socket) refuse() (restore func()) {
	s.mu.Lock()
	s.refused++
	s.stop()
	s.mu.Unlock()
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.refused--
		if s.refused == 0 && !s.closed && s.addr != "" {
			s.reopen()
		}
	})
}

// reopen needs mu. The port can be taken for a moment by somebody's outgoing connection.
func (s *socket) reopen() {
	for range reopenTries {
		ln, err := net.Listen("tcp", s.addr)
		if err == nil {
			s.serve(ln)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// stop needs mu.
func (s *socket) stop() {
	s.conns.end()
	if s.srv != nil {
		_ = s.srv.Close()
		s.srv = nil
	}
	s.conns.cut()
}

func (s *socket) drop() { s.conns.cut() }

func (s *socket) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.stop()
	return nil
}

// trackedListener knows its connections, also those a websocket has taken over.
type trackedListener struct {
	net.Listener
	sock *socket
	srv  *http.Server
}

func (l *trackedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if l.sock.secure != nil {
		c = &secureConn{Conn: c}
	}
	t := &trackedConn{Conn: c, conns: &l.sock.conns}
	if !l.sock.conns.add(t, l.srv) {
		_ = c.Close()
		return nil, net.ErrClosed
	}
	return t, nil
}

type trackedConn struct {
	net.Conn
	conns *connections
}

// Close forgets the connection.
func (c *trackedConn) Close() error {
	c.conns.forget(c)
	return c.Conn.Close()
}

// reset makes the client see "connection reset by peer".
func (c *trackedConn) reset() {
	conn := c.Conn
	if secure, ok := conn.(*secureConn); ok {
		conn = secure.Conn
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// resetConn ends a request by resetting its connection.
func resetConn(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if t, ok := conn.(*trackedConn); ok {
		t.reset()
		return
	}
	_ = conn.Close()
}

// cutAnswer sends the head and half of the body with the full length announced, then ends the connection.
func cutAnswer(w http.ResponseWriter, h *held) {
	body := h.body.Bytes()
	if len(body) < 2 {
		resetConn(w)
		return
	}
	maps.Copy(w.Header(), h.header)
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(h.code)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// background is the context of work a server does by itself; it ends with the server.
func (s *Server) background() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-s.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
