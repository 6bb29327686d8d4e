package httpc_test

import (
	"context"
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

// hangsUp is a server that ends the connection in place of an answer to all but /kept,
// which waits until as many have come as connections are to be kept.
type hangsUp struct {
	*httptest.Server
	asked atomic.Int64
}

const keptConnections = 4

func newHangsUp(t *testing.T) *hangsUp {
	t.Helper()
	h := &hangsUp{}
	var all sync.WaitGroup
	all.Add(keptConnections)
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/kept" {
			all.Done()
			all.Wait()
			return
		}
		h.asked.Add(1)
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(h.Close)
	return h
}

// keep makes the connections that are kept.
func (h *hangsUp) keep(t *testing.T, c *httpc.Client) {
	t.Helper()
	var wg sync.WaitGroup
	for range keptConnections {
		wg.Go(func() {
			if err := c.Do(context.Background(), httpc.Request{Kind: budget.Names, Path: "/kept"}, fine); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestWhoHangsUpIsAskedOnceMoreAndNotOncePerConnectionKept(t *testing.T) {
	t.Parallel()
	for name, vouched := range map[string]bool{"whoever answers": false, "vouched for": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHangsUp(t)
			b := budget.New(time.Now, func() float64 { return 0 })
			c := httpc.New(httpc.Options{Server: fault.Plex, Base: httpc.Address(h.URL), SecretHeader: "X-Secret", Budget: b, Timeout: 5 * time.Second})
			t.Cleanup(c.Close)
			if vouched {
				c.Vouch(func(context.Context) error { return nil })
			}
			h.keep(t, c)
			f := fault.Of(c.Do(context.Background(), httpc.Request{Kind: budget.Cover, Path: "/x"}, fine))
			if f == nil || f.Class != fault.Unreachable || f.Message.String() != "Plex closed the connection." {
				t.Errorf("got %v", f)
			}
			if n := h.asked.Load(); n != 2 {
				t.Errorf("%d requests with %d connections kept, want one repeated once over a new one", n, keptConnections)
			}
		})
	}
}

func TestWhatFailsIsNotRepeatedBehindTheBackOfTheBudget(t *testing.T) {
	t.Parallel()
	h := newHangsUp(t)
	b := budget.New(time.Now, func() float64 { return 0 })
	c := httpc.New(httpc.Options{Server: fault.Plex, Base: httpc.Address(h.URL), SecretHeader: "X-Secret", Budget: b, Timeout: 5 * time.Second})
	t.Cleanup(c.Close)
	c.Vouch(func(context.Context) error { return nil }) // such a client goes on with the connections it has
	b.Done(budget.Cover, fault.New(fault.Unreachable, fault.Plex, message.Foreign("away"), message.None, nil))
	h.keep(t, c)
	f := fault.Of(c.Do(context.Background(), httpc.Request{Kind: budget.Cover, Path: "/x"}, fine))
	if f == nil || f.Class != fault.Unreachable || f.Message.String() != "Plex closed the connection." {
		t.Errorf("got %v", f)
	}
	if n := h.asked.Load(); n != 1 {
		t.Errorf("%d requests for one that the budget allowed", n)
	}
}
