package stash_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lockstep/sync/fault"
)

// script is the server's side of a websocket, frame by frame.
type script func(ctx context.Context, conn *websocket.Conn, r *http.Request)

func socket(t *testing.T, do script) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"graphql-transport-ws"}})
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		do(t.Context(), conn, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// greet expects the two opening frames and returns the subscription.
func greet(t *testing.T, ctx context.Context, conn *websocket.Conn) string {
	var init, sub struct {
		ID, Type string
		Payload  struct{ Query string }
	}
	frame(t, ctx, conn, &init)
	say(ctx, conn, `{"type":"connection_ack"}`+"\n")
	frame(t, ctx, conn, &sub)
	if init.Type != "connection_init" || sub.Type != "subscribe" || sub.ID == "" {
		t.Errorf("opened with %v, %v", init, sub)
	}
	return sub.Payload.Query
}

func frame(t *testing.T, ctx context.Context, conn *websocket.Conn, out any) {
	_, b, err := conn.Read(ctx)
	if err == nil {
		err = json.Unmarshal(b, out)
	}
	if err != nil {
		t.Errorf("read frame: %v", err)
	}
}

func say(ctx context.Context, conn *websocket.Conn, text string) {
	_ = conn.Write(ctx, websocket.MessageText, []byte(text))
}

// Frames as recorded from a real server, shortened.
const (
	added   = `{"payload":{"data":{"jobsSubscribe":{"type":"ADD","job":{"id":"17","status":"READY"}}}},"id":"jobs","type":"next"}`
	updated = `{"payload":{"data":{"jobsSubscribe":{"type":"UPDATE","job":{"id":"17","status":"RUNNING"}}}},"id":"jobs","type":"next"}`
	removed = `{"payload":{"data":{"jobsSubscribe":{"type":"REMOVE","job":{"id":"17","status":"FINISHED"}}}},"id":"jobs","type":"next"}`
)

func TestAFinishedJobIsToldAndNothingElse(t *testing.T) {
	t.Parallel()
	url := socket(t, func(ctx context.Context, conn *websocket.Conn, r *http.Request) {
		if r.Header.Get("ApiKey") != canary || r.Header.Get("User-Agent") != "Lockstep/test" || strings.Contains(r.URL.String(), canary) {
			t.Errorf("upgrade with %v at %s", r.Header, r.URL)
		}
		if q := greet(t, ctx, conn); !strings.HasPrefix(q, "subscription") || !strings.Contains(q, "jobsSubscribe") {
			t.Errorf("subscribed to %s", q)
		}
		say(ctx, conn, `{"type":"ping"}`)
		var pong struct{ Type string }
		if frame(t, ctx, conn, &pong); pong.Type != "pong" {
			t.Errorf("answered a ping with %q", pong.Type)
		}
		for _, f := range []string{added, updated, `{"type":"ka"}`, `{"type":"next","payload":null}`, removed, updated, removed} {
			say(ctx, conn, f)
		}
	})
	n := 0
	err := client(url, canary).WatchJobs(t.Context(), func() { n++ })
	want(t, err, fault.Unreachable, "connection to Stash was lost")
	if n != 2 {
		t.Errorf("told %d times, want 2", n)
	}
}

func TestWatchingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	url := socket(t, func(ctx context.Context, conn *websocket.Conn, _ *http.Request) {
		greet(t, ctx, conn)
		say(ctx, conn, removed)
		_, _, _ = conn.Read(ctx)
	})
	ctx, cancel := context.WithCancel(t.Context())
	want(t, client(url, "").WatchJobs(ctx, cancel), fault.Canceled, "")
}

func TestWatchingEndsInWords(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		frame string
		class fault.Class
		words string
	}{
		"refused":  {`{"id":"jobs","type":"error","payload":[{"message":"Cannot query field ` + canary + `"}]}`, fault.Config, "does not report when its jobs end"},
		"complete": {`{"id":"jobs","type":"complete"}`, fault.Unreachable, "stopped reporting"},
		"garbage":  {canary, fault.Unreachable, "was lost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := socket(t, func(ctx context.Context, conn *websocket.Conn, _ *http.Request) {
				greet(t, ctx, conn)
				say(ctx, conn, tc.frame)
				_, _, _ = conn.Read(ctx)
			})
			err := client(url, canary).WatchJobs(t.Context(), func() { t.Error("told of a job") })
			want(t, err, tc.class, tc.words)
			noKey(t, err)
		})
	}
}

func TestADeadSocketIsFoundByPing(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	url := socket(t, func(ctx context.Context, conn *websocket.Conn, _ *http.Request) {
		greet(t, ctx, conn)
		<-release // a server that no longer reads sends no pong
	})
	c := client(url, "")
	c.Ping(5*time.Millisecond, 30*time.Millisecond)
	want(t, c.WatchJobs(t.Context(), func() {}), fault.Unreachable, "did not answer in time")
}

func TestALiveSocketOutlivesManyPings(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	pings := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
			Subprotocols:   []string{"graphql-transport-ws"},
			OnPingReceived: func(context.Context, []byte) bool { pings <- struct{}{}; return true },
		})
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		greet(t, r.Context(), conn)
		_, _, _ = conn.Read(ctx)
	}))
	t.Cleanup(s.Close)
	c := client(s.URL, "")
	c.Ping(time.Millisecond, 10*time.Second)
	go func() {
		for range 20 {
			<-pings
		}
		cancel()
	}()
	want(t, c.WatchJobs(ctx, func() {}), fault.Canceled, "")
}

func TestAServerWithoutTheProtocolIsNotStash(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := websocket.Accept(w, r, nil); err == nil {
			_, _, _ = conn.Read(r.Context())
		}
	}))
	t.Cleanup(s.Close)
	want(t, client(s.URL, "").WatchJobs(t.Context(), func() {}), fault.Config, "not the way Stash does")
}

func TestASocketThatWasCutBeforeItsFirstPingIsHeldOpenByPings(t *testing.T) {
	t.Parallel()
	url := socket(t, func(ctx context.Context, conn *websocket.Conn, _ *http.Request) {
		greet(t, ctx, conn)
		_ = conn.CloseNow()
	})
	c := client(url, "")
	if c.PingsOften() {
		t.Error("pings often before anything was cut")
	}
	want(t, c.WatchJobs(t.Context(), func() {}), fault.Unreachable, "")
	if !c.PingsOften() {
		t.Error("a cut socket did not make the pings more frequent")
	}
}
