package plex_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/plex"
)

// canary is the token of every test; it must never show in a text.
const canary = "cAnArY-t0ken/+=x"

// seen is one request as the server got it.
type seen struct {
	method, path, query string
	header              http.Header
	line                int // length of the request line
}

// server answers with a handler and keeps what it was asked.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	list []seen
}

func serve(t *testing.T, h http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.list = append(s.list, seen{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Clone(), len(r.Method) + len(r.RequestURI) + len("  HTTP/1.1")})
		s.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) requests() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]seen{}, s.list...)
}

func client(t *testing.T, url string) *plex.Client {
	t.Helper()
	c := plex.New(plex.Options{URL: url, Token: func() string { return canary }, ClientID: "0b9c", Version: "1.2.3", Timeout: 5 * time.Second})
	t.Cleanup(c.Close)
	return c
}

// says answers every request with this body.
func says(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}
}

func wantClass(t *testing.T, err error, want fault.Class) *fault.Error {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Class != want || (want != fault.Local && f.Server != fault.Plex) {
		t.Fatalf("got %#v (%v), want class %q of Plex", f, err, want)
	}
	return f
}

// quiet swallows what a test server has to say about broken handshakes.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
