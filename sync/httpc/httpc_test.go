package httpc_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

func client(t *testing.T, address, trust string) *httpc.Client {
	t.Helper()
	c := httpc.New(httpc.Options{
		Server: fault.Plex, Base: httpc.Address(address), Example: "http://host:1", SecretHeader: "X-Secret",
		Secret: func() string { return "cAnArY" }, Timeout: 5 * time.Second, Idle: time.Second, Trust: trust,
	})
	t.Cleanup(c.Close)
	return c
}

func ask(c *httpc.Client, use func(httpc.Reply) error) *fault.Error {
	return fault.Of(c.Do(context.Background(), httpc.Request{Kind: budget.Identity, Path: "/x"}, use))
}

func TestRetryAfterIsOnTheFaultOfEveryAnswer(t *testing.T) {
	t.Parallel()
	date := "Sun, 06 Nov 1994 08:49:37 GMT"
	for said, want := range map[string]time.Duration{
		"7": 7 * time.Second, "": 0, "-3": 0, "soon": 0, "99999999999": time.Hour, "10000000000": time.Hour,
		"Sun, 06 Nov 1994 08:50:07 GMT": 30 * time.Second, "Sun, 06 Nov 1994 08:00:00 GMT": 0, "Mon, 07 Nov 1994 08:50:07 GMT": time.Hour,
	} {
		for _, kind := range []budget.Kind{budget.Identity, budget.Listing, budget.Items, budget.Edit, budget.Upload, budget.Scan, budget.Account, budget.Status, budget.Names, budget.Cover} {
			t.Run(fmt.Sprintf("%q %s", said, kind), func(t *testing.T) {
				t.Parallel()
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Date", date)
					w.Header().Set("Retry-After", said)
					w.WriteHeader(503)
				}))
				t.Cleanup(s.Close)
				c := client(t, s.URL, "")
				err := c.Do(context.Background(), httpc.Request{Kind: kind, Path: "/"}, func(r httpc.Reply) error {
					return c.Fault(fault.Unreachable, message.New(message.Other, message.Detail("away")), message.None, httpc.Status(r.Code))
				})
				if got := fault.Of(err).RetryAfter; got != want {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
}

func TestAnAnswerLongerThanItsLimitIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(make([]byte, 2<<20))
	}))
	t.Cleanup(s.Close)
	for limit, more := range map[int64]bool{0: true, 3 << 20: false} {
		err := client(t, s.URL, "").Do(context.Background(), httpc.Request{Kind: budget.Cover, Path: "/", Limit: decode.Limit{Bytes: limit}}, func(r httpc.Reply) error {
			if r.More != more || (len(r.Body) == 0) != more {
				t.Errorf("limit %d: more %v with %d bytes", limit, r.More, len(r.Body))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTooManyObjectsAreATemporaryFaultInWords(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`[{},{},{}]`)) }))
	t.Cleanup(s.Close)
	f := ask(client(t, s.URL, ""), func(r httpc.Reply) error {
		var v []any
		return decode.JSON(r.Body, 2, &v)
	})
	if f == nil || f.Class != fault.Temporary || f.Message.String() != "Plex sent far more data than requested." {
		t.Errorf("got %v", f)
	}
}

func TestAddressesAreReducedToTheirBase(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"nas:1": "http://nas:1", " https://me:pw@nas/a%2Fb/?t=x#y ": "https://nas/a%2Fb", "ftp://nas": "", "": "", "http://a b": "", "http://": "",
	} {
		got := ""
		if u := httpc.Address(in); u != nil {
			got = u.String()
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestSizesKeepToWhatAServerGivesAndTakes(t *testing.T) {
	t.Parallel()
	refused := fault.New(fault.Rejected, fault.Plex, message.Foreign("no"), message.None, httpc.Status(400))
	tooLong := fault.New(fault.Rejected, fault.Plex, message.Foreign("no"), message.None, httpc.Status(414))
	failed := fault.New(fault.Temporary, fault.Plex, message.Foreign("no"), message.None, httpc.Status(500))
	starting := fault.New(fault.Unreachable, fault.Plex, message.Foreign("no"), message.None, httpc.Status(400))
	for name, tc := range map[string]struct {
		err    error
		again  bool
		next   int // right after
		rested int // after twenty good answers
	}{
		"refused": {refused, true, 50, 50}, "too long": {tooLong, true, 50, 50}, "failed": {failed, false, 50, 100},
		"still starting": {starting, false, 100, 100}, "gave less": {nil, false, 30, 30},
	} {
		s := httpc.NewSizes(100, 10)
		again := false
		if tc.err == nil {
			s.Gave(30)
		} else {
			again = s.Shrink(100, tc.err)
		}
		next := s.Next()
		for range 20 {
			s.Took()
		}
		if again != tc.again || next != tc.next || s.Next() != tc.rested {
			t.Errorf("%s: again %v, then %d, rested %d; want %+v", name, again, next, s.Next(), tc)
		}
	}
	s := httpc.NewSizes(100, 10)
	for n := 100; s.Shrink(n, refused); n = s.Next() {
	}
	if s.Next() != 10 {
		t.Errorf("ends at %d, want 10", s.Next())
	}
	if s.Gave(1); s.Next() != 10 {
		t.Errorf("one item given makes it %d", s.Next())
	}
}

func TestTheSecretIsReadBeforeEachRequestAndInNoText(t *testing.T) {
	t.Parallel()
	var seen atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r.Header.Get("X-Secret"))
		w.WriteHeader(400)
		_, _ = fmt.Fprintf(w, "%v %s", r.Header, url.QueryEscape(r.Header.Get("X-Secret")))
	}))
	t.Cleanup(s.Close)
	c := client(t, s.URL, "")
	f := ask(c, func(r httpc.Reply) error { return c.Foreign("ask", message.None, c.Said("", r)) })
	if seen.Load() != "cAnArY" || f == nil {
		t.Fatalf("sent %v, got %v", seen.Load(), f)
	}
	if text := fmt.Sprintf("%v %+v %#v", f, f, f.Err); strings.Contains(text, "cAnArY") {
		t.Errorf("the secret shows in %s", text)
	}
}
