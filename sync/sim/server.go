package sim

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// maxBody bounds a request body; the largest real one is a 10 MB image.
const maxBody = 64 << 20

// Server is what both simulated servers share: the socket, the fault script, the counters and the request log.
// It is an http.Handler, so it also runs under httptest; Start is needed for faults that concern the port itself.
type Server struct {
	sock   socket
	script script
	rec    record
	before atomic.Pointer[func(Call)]
	after  atomic.Pointer[func(Call, int)]
	done   chan struct{}
	once   sync.Once

	classify func(r *http.Request, body []byte) (Call, *http.Request)
	handle   http.HandlerFunc
	words    phrases
}

func (s *Server) init(words phrases, classify func(*http.Request, []byte) (Call, *http.Request), handle http.HandlerFunc) {
	s.words, s.classify, s.handle = words, classify, handle
	s.done = make(chan struct{})
	s.rec.reset()
}

// Start listens on addr; an empty addr means a free port of 127.0.0.1.
func (s *Server) Start(addr string) error {
	return s.sock.open(addr, s)
}

// URL is the base address without a trailing slash; it stays the same while connections are refused. Empty before Start.
func (s *Server) URL() string { return s.sock.url() }

// Close ends the listener, every connection and every hanging request. It may be called twice.
func (s *Server) Close() error {
	s.once.Do(func() { close(s.done) })
	return s.sock.close()
}

// DropConnections cuts every open connection, websockets included; the listener goes on.
func (s *Server) DropConnections() { s.sock.drop() }

// SetHook has before called ahead of every request, without any lock held; nil removes it. It may block.
func (s *Server) SetHook(before func(Call)) {
	if before == nil {
		s.before.Store(nil)
		return
	}
	s.before.Store(&before)
}

// SetAfter has after called when a request was carried out but its answer (with the given status) has not left yet;
// nil removes it. Websockets are not reported.
func (s *Server) SetAfter(after func(c Call, status int)) {
	if after == nil {
		s.after.Store(nil)
		return
	}
	s.after.Store(&after)
}

// ServeHTTP counts the request, lets the hook and the fault script act, and passes it on to the simulated server.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	call, r := s.classify(r, body)
	done := s.rec.begin(call)
	sw := &statusWriter{ResponseWriter: w}
	defer func() { done(sw.status()) }()
	if before := s.before.Load(); before != nil {
		(*before)(call)
	}
	if fault := s.script.pick(call); fault != nil {
		s.apply(fault, call, sw, r)
		return
	}
	s.answer(call, sw, r)
}

// answer runs the real handler; with an after-hook the answer is held back until the hook has returned.
func (s *Server) answer(call Call, w http.ResponseWriter, r *http.Request) {
	after := s.after.Load()
	if after == nil || call.Kind == "websocket" {
		s.handle(w, r)
		return
	}
	held := newHeld()
	s.handle(held, r)
	(*after)(call, held.code)
	held.sendTo(w)
}

// wait blocks for d, or for ever when d is negative; it reports whether the request may go on.
func (s *Server) wait(r *http.Request, d time.Duration, cleared <-chan struct{}) bool {
	var timer <-chan time.Time
	if d >= 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-timer:
		return true
	case <-cleared:
		return true
	case <-r.Context().Done():
		return false
	case <-s.done:
		return false
	}
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	code int
}

func (w *statusWriter) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.code == 0 {
		w.code = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets the websocket library and http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) status() int { return w.code }

// held keeps an answer back so that a fault can spoil it or a hook can run before it leaves.
type held struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func newHeld() *held { return &held{header: http.Header{}, code: http.StatusOK} }

func (h *held) Header() http.Header         { return h.header }
func (h *held) WriteHeader(code int)        { h.code = code }
func (h *held) Write(p []byte) (int, error) { return h.body.Write(p) }

func (h *held) sendTo(w http.ResponseWriter) {
	maps.Copy(w.Header(), h.header)
	w.WriteHeader(h.code)
	_, _ = w.Write(h.body.Bytes())
}
