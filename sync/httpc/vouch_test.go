package httpc_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

// host is a server that can change while its address stays.
type host struct {
	*httptest.Server
	other atomic.Bool
	wrong atomic.Int64 // requests that reached the other one
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if h.other.Load() {
			h.wrong.Add(1)
		}
	}))
	t.Cleanup(h.Close)
	return h
}

var errOther = fault.New(fault.Config, fault.Plex, message.Foreign("another"), message.None, nil)

// vouching is a client whose connections are vouched for; checks counts how often.
func vouching(t *testing.T, h *host) (c *httpc.Client, checks *atomic.Int64) {
	t.Helper()
	c, checks = client(t, h.URL, ""), &atomic.Int64{}
	c.Vouch(func(context.Context) error {
		checks.Add(1)
		if h.other.Load() {
			return errOther
		}
		return nil
	})
	return c, checks
}

func fine(httpc.Reply) error { return nil }

func TestOneConnectionIsVouchedForOnce(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	c, checks := vouching(t, h)
	for range 20 {
		if err := ask(c, fine); err != nil {
			t.Fatal(err)
		}
	}
	if n := checks.Load(); n != 1 {
		t.Errorf("%d checks for one connection", n)
	}
	h.CloseClientConnections()
	if err := ask(c, fine); err != nil || checks.Load() != 2 {
		t.Errorf("%v, %d checks after a reconnect", err, checks.Load())
	}
}

func TestNothingIsSentToAnotherServer(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	c, _ := vouching(t, h)
	if err := ask(c, fine); err != nil {
		t.Fatal(err)
	}
	h.other.Store(true)
	h.CloseClientConnections()
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPost} {
		err := c.Do(context.Background(), httpc.Request{Kind: budget.Edit, Method: method, Path: "/x", Body: []byte("{}")}, fine)
		if !errors.Is(err, errOther) {
			t.Errorf("%s: %v", method, err)
		}
	}
	if n := h.wrong.Load(); n != 0 {
		t.Errorf("%d requests reached the other server", n)
	}
	if err := c.Do(context.Background(), httpc.Request{Kind: budget.Connect, Path: "/x", Anyone: true}, fine); err != nil || h.wrong.Load() != 1 {
		t.Errorf("a request to anyone: %v", err)
	}
	if err := ask(c, fine); !errors.Is(err, errOther) || h.wrong.Load() != 1 {
		t.Errorf("over the connection of that request: %v", err)
	}
	h.other.Store(false)
	if err := ask(c, fine); err != nil {
		t.Errorf("after the right server came back: %v", err)
	}
}

func TestManyConnectionsAtOnceAreAllVouchedFor(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	c, _ := vouching(t, h)
	for round := range 20 {
		h.other.Store(round%2 == 1)
		h.CloseClientConnections()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := ask(c, fine); (err != nil) != (round%2 == 1) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Wait()
	}
	if n := h.wrong.Load(); n != 0 {
		t.Errorf("%d requests reached the other server", n)
	}
}

func TestAWaitForAVouchEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	c := client(t, h.URL, "")
	release := make(chan struct{})
	c.Vouch(func(ctx context.Context) error {
		select {
		case <-release:
		case <-ctx.Done():
			return ctx.Err()
		}
		return nil
	})
	defer close(release)
	done := make(chan error, 4)
	for range 4 {
		go func() {
			done <- c.Do(context.Background(), httpc.Request{Kind: budget.Items, Path: "/x", Timeout: 200 * time.Millisecond}, fine)
		}()
	}
	for range 4 {
		if err := <-done; !fault.Is(err, fault.Unreachable) {
			t.Errorf("got %v", err)
		}
	}
}
