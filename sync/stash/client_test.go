package stash_test

import (
	"compress/gzip"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/stash"
)

func TestTheKeyTravelsInAHeaderOnly(t *testing.T) {
	t.Parallel()
	f := serve(t, func(asked) answer { return ok(okState) })
	c := client(f.URL, " "+canary+"\n")
	for _, call := range calls() {
		_ = call(t.Context(), c)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.log {
		if a.header.Get("ApiKey") != canary || strings.Contains(a.url, canary) {
			t.Errorf("%s: key header %q, address %s", a.name, a.header.Get("ApiKey"), a.url)
		}
		if a.header.Get("User-Agent") != "Lockstep/test" {
			t.Errorf("%s: user agent %q", a.name, a.header.Get("User-Agent"))
		}
		for name := range a.header {
			if strings.HasPrefix(name, "X-Forwarded") || name == "Idempotency-Key" || name == "Forwarded" || name == "Authorization" || name == "Cookie" {
				t.Errorf("%s: header %s was sent", a.name, name)
			}
		}
	}
	if len(f.log) < len(calls()) {
		t.Errorf("only %d requests came", len(f.log))
	}
}

func TestNoKeyMeansNoHeader(t *testing.T) {
	t.Parallel()
	f := replay(t, map[string]answer{"State": ok(okState), "Count": ok(`{"data":{"findScenes":{"count":0}}}`)})
	if _, err := stash.New(stash.Options{URL: f.URL}).Status(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v, ok := f.seen("State")[0].header["Apikey"]; ok {
		t.Errorf("header ApiKey %q was sent", v)
	}
}

func TestTheKeyIsReadBeforeEachRequest(t *testing.T) {
	t.Parallel()
	f := serve(t, func(a asked) answer {
		if a.header.Get("ApiKey") != "second" {
			return answer{code: 401}
		}
		return ok(okState)
	})
	key := "first"
	c := stash.New(stash.Options{URL: f.URL, Key: func() string { return key }})
	_, _, err := c.Newest(t.Context())
	want(t, err, fault.Unauthorized, "refused")
	key = "second"
	_, _, err = c.Newest(t.Context())
	want(t, err, fault.Config, "") // let in: the fixture's answer is just not about scenes
}

func TestPastedAddressesWork(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ suffix, path string }{
		"plain": {"", "/graphql"}, "slash": {"/", "/graphql"}, "graphql": {"/graphql", "/graphql"}, "graphql slash": {" /graphql/"[1:], "/graphql"},
		"behind a path": {"/films/", "/films/graphql"}, "with query": {"/films?apikey=x#top", "/films/graphql"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var path atomic.Value
			s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { path.Store(r.URL.String()) }))
			t.Cleanup(s.Close)
			_, _, _ = client(" "+s.URL+tc.suffix+" ", "").Newest(t.Context())
			if got := path.Load(); got != tc.path {
				t.Errorf("asked at %v, want %s", got, tc.path)
			}
		})
	}
}

func TestConnectionsAreKeptAndGzipIsRead(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("accepts %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write([]byte(`{"data":{"findScenes":{"count":16,"scenes":[{"id":"3","updated_at":"2026-11-23T11:01:30-05:00"}]}}}`))
		_ = z.Close()
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := client(s.URL, "")
	for range 5 {
		n, _, err := c.Newest(t.Context())
		if err != nil || n.Count != 16 || n.ID != 3 || n.UpdatedAt != "2026-11-23T11:01:30-05:00" {
			t.Fatalf("got %+v, %v", n, err)
		}
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections for 5 requests", n)
	}
}

func TestAnEndlessAnswerIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := "application/json"
		if r.Method == http.MethodGet {
			kind = "image/jpeg"
		}
		w.Header().Set("Content-Type", kind)
		block := make([]byte, 1<<20)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	c := client(s.URL, "")
	_, err := c.Names(t.Context(), 0)
	want(t, err, fault.Temporary, "far more data than requested")
	_, err = c.Cover(t.Context(), 3, "")
	want(t, err, fault.Rejected, "larger than 20 MB")
}

func TestAConnectionThatDiedWhileIdleIsNoFault(t *testing.T) {
	t.Parallel()
	f := replay(t, map[string]answer{"Newest": ok(`{"data":{"findScenes":{"count":0,"scenes":[]}}}`)})
	c := client(f.URL, "")
	for range 20 {
		if _, _, err := c.Newest(t.Context()); err != nil {
			t.Fatalf("a restart of the server was taken for an outage: %v", err)
		}
		f.CloseClientConnections()
	}
}
