package httpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

// answering is a server that counts its requests and gives what status says.
func answering(t *testing.T, status *atomic.Int64) (address string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(int(status.Load()))
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

func TestARedirectIsNeverFollowed(t *testing.T) {
	t.Parallel()
	var ok, away atomic.Int64
	ok.Store(200)
	elsewhere, asked := answering(t, &ok)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere+"/login", int(away.Load()))
	}))
	t.Cleanup(s.Close)
	c := client(t, s.URL, "")
	for _, code := range []int{301, 302, 303, 307, 308} {
		away.Store(int64(code))
		if err := ask(c, func(r httpc.Reply) error {
			if r.Code != code {
				t.Errorf("%d: the answer is %d", code, r.Code)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests, with the secret, went where the redirect led", n)
	}
}

func TestARedirectIsToldWithoutWhatItCarries(t *testing.T) {
	t.Parallel()
	c := client(t, "http://host:1", "")
	for location, want := range map[string]string{
		"https://films.example/login?token=s3same#me": "It redirects to https://films.example. If",
		"http://cAnArY.example/":                      "It redirects to http://***.example. If",
		"/login?token=s3same":                         "A proxy or a sign-in page",
	} {
		f := fault.Of(c.Redirected("ask", httpc.Reply{Code: 302, Header: http.Header{"Location": {location}}}))
		if text := fmt.Sprint(f.Message, f.Hint, f.Err); !strings.Contains(f.Hint.String(), want) || strings.Contains(text, "s3same") || strings.Contains(text, "cAnArY") {
			t.Errorf("%s: %q, %v", location, f.Hint, f.Err)
		}
	}
}

func TestWordsOfARefusalAreReadInPart(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		_, _ = w.Write(make([]byte, 8<<20))
	}))
	t.Cleanup(s.Close)
	if err := ask(client(t, s.URL, ""), func(r httpc.Reply) error {
		if len(r.Body) != 64<<10 {
			t.Errorf("%d bytes of a refusal were read", len(r.Body))
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// limited is a client with a budget whose server gives what status says.
func limited(t *testing.T) (c *httpc.Client, b *budget.Budget, status, asked *atomic.Int64) {
	t.Helper()
	status = &atomic.Int64{}
	status.Store(500)
	address, asked := answering(t, status)
	b = budget.New(time.Now, func() float64 { return 0 })
	c = httpc.New(httpc.Options{Server: fault.Plex, Base: httpc.Address(address), SecretHeader: "X-Secret", Budget: b, Timeout: 5 * time.Second})
	t.Cleanup(c.Close)
	return c, b, status, asked
}

func send(c *httpc.Client, r httpc.Request) error {
	r.Path = "/x"
	return c.Do(context.Background(), r, func(rep httpc.Reply) error {
		if rep.OK() {
			return nil
		}
		return c.Fault(fault.Temporary, message.New(message.Other, message.Detail("no")), message.None, httpc.Status(rep.Code))
	})
}

func TestWhatFailedIsNotSentAgainAtOnce(t *testing.T) {
	t.Parallel()
	c, b, status, asked := limited(t)
	if err := send(c, httpc.Request{Kind: budget.Listing}); budget.Held(err) || !c.Failing(budget.Listing) {
		t.Fatalf("the first: %v", err)
	}
	if err := send(c, httpc.Request{Kind: budget.Listing}); !budget.Held(err) || asked.Load() != 1 {
		t.Errorf("the second, at once: %v, %d requests", err, asked.Load())
	}
	status.Store(200)
	if err := send(c, httpc.Request{Kind: budget.Names}); err != nil {
		t.Errorf("another kind: %v", err)
	}
	if err := send(c, httpc.Request{Kind: budget.Listing, Probe: true}); err != nil || b.Fails(budget.Listing) {
		t.Errorf("a probe: %v, fails %v", err, b.Fails(budget.Listing))
	}
}

// What is asked for in smaller parts at once is no failure yet; the parts are.
func TestOnlyTheFirstOfTheRequestsThatAreDividedIsFree(t *testing.T) {
	t.Parallel()
	c, b, _, asked := limited(t)
	large := httpc.Request{Kind: budget.Listing, Divides: httpc.PerhapsTooLarge}
	if err := send(c, large); err == nil || b.Fails(budget.Listing) {
		t.Errorf("the large one: %v, counted %v", err, b.Fails(budget.Listing))
	}
	if err := send(c, httpc.Request{Kind: budget.Listing}); err == nil || !b.Fails(budget.Listing) {
		t.Errorf("its part: %v, counted %v", err, b.Fails(budget.Listing))
	}
	for range 3 {
		large.Probe = true
		_ = send(c, large)
	}
	if f := b.Failing(); len(f) != 1 || f[0].Tries != 4 || asked.Load() != 5 {
		t.Errorf("large ones while it fails: %+v after %d requests, want all counted", f, asked.Load())
	}
}

func TestNoSecretIsInAnyTextInAnyForm(t *testing.T) {
	t.Parallel()
	const token, user, password = "tok+en/=&", "me", "pass word"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		_, _ = fmt.Fprintf(w, "%s %s %s %s %s", r.Header.Get("X-Secret"), url.QueryEscape(token), r.Header.Get("Authorization"), password, url.QueryEscape(password))
	}))
	t.Cleanup(s.Close)
	c := httpc.New(httpc.Options{
		Server: fault.Plex, Base: httpc.Address(s.URL), SecretHeader: "X-Secret", Timeout: 5 * time.Second,
		Secret: func() string { return token }, Login: func() string { return user + ":" + password },
	})
	t.Cleanup(c.Close)
	f := ask(c, func(r httpc.Reply) error {
		if !strings.Contains(string(r.Body), token) || !strings.Contains(string(r.Body), "Basic bWU6") {
			t.Errorf("the server was sent %s", r.Body)
		}
		return c.Foreign("ask", message.None, c.Said("", r))
	})
	for err := error(f); err != nil; err = errors.Unwrap(err) {
		for _, secret := range []string{token, url.QueryEscape(token), "bWU6", password, url.QueryEscape(password)} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q shows in %q", secret, err)
			}
		}
	}
	for err := c.Because("ask", fmt.Errorf("echo of %s", token)); err != nil; err = errors.Unwrap(err) {
		if strings.Contains(err.Error(), token) {
			t.Errorf("the token shows in the chain: %v", err)
		}
	}
	pasted := c.Because("ask", &url.Error{Op: "Get", URL: "http://nas:1/x?apikey=s3same", Err: io.ErrUnexpectedEOF})
	if strings.Contains(pasted.Error(), "s3same") || !errors.Is(pasted, io.ErrUnexpectedEOF) {
		t.Errorf("an address shows in %v", pasted)
	}
}

func TestARequestThatWasStoppedIsNoSilence(t *testing.T) {
	t.Parallel()
	began := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-began
		cancel()
	}()
	err := client(t, s.URL, "").Do(ctx, httpc.Request{Kind: budget.Items, Path: "/x"}, fine)
	if !fault.Is(err, fault.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAWaitThatIsKnownBetterIsKept(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(429)
	}))
	t.Cleanup(s.Close)
	c := client(t, s.URL, "")
	f := ask(c, func(httpc.Reply) error {
		busy := c.Fault(fault.Busy, message.New(message.Other, message.Detail("busy")), message.None, nil)
		busy.RetryAfter = time.Minute
		return busy
	})
	if f.RetryAfter != time.Minute {
		t.Errorf("asked again after %v", f.RetryAfter)
	}
}

func TestSizesGrowAfterTenGoodAnswersAndNotBeyondTheLimit(t *testing.T) {
	t.Parallel()
	s := httpc.NewSizes(100, 10)
	s.Gave(30)
	s.Shrink(30, fault.New(fault.Temporary, fault.Plex, message.Foreign("no"), message.None, httpc.Status(500)))
	var sizes []int
	for range 3 {
		for range 9 {
			s.Took()
		}
		sizes = append(sizes, s.Next())
		s.Took()
		sizes = append(sizes, s.Next())
	}
	if got := fmt.Sprint(sizes); got != "[15 30 30 30 30 30]" {
		t.Errorf("asked for %s", got)
	}
	s.Shrink(25, fault.New(fault.Temporary, fault.Plex, message.Foreign("no"), message.None, httpc.Status(500)))
	for range 10 {
		s.Took()
	}
	if s.Next() != 24 {
		t.Errorf("asks for %d", s.Next())
	}
	for range 10 {
		s.Took()
	}
	if s.Next() != 30 {
		t.Errorf("asks for %d, the server gave 30", s.Next())
	}
}

// A connection made while somebody checks is not vouched for by that check: the server
// may have changed in between.
func TestAConnectionMadeDuringACheckIsCheckedToo(t *testing.T) {
	t.Parallel()
	var both sync.WaitGroup
	both.Add(2)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/both" {
			both.Done()
			both.Wait()
		}
	}))
	t.Cleanup(s.Close)
	c := client(t, s.URL, "")
	var checks atomic.Int64
	c.Vouch(func(ctx context.Context) error {
		if checks.Add(1) > 1 {
			return nil
		}
		return c.Do(ctx, httpc.Request{Kind: budget.Connect, Path: "/who", Anyone: true}, fine)
	})
	if err := ask(c, fine); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 2)
	for range 2 {
		go func() {
			done <- c.Do(context.Background(), httpc.Request{Kind: budget.Items, Path: "/both"}, fine)
		}()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	if n := checks.Load(); n != 2 {
		t.Errorf("%d checks for two connections, one made during the first check", n)
	}
}

func TestTheHeadersOfAllRequestsNeverHoldTheSecret(t *testing.T) {
	t.Parallel()
	var ok atomic.Int64
	ok.Store(200)
	address, asked := answering(t, &ok)
	secret, shared := "cAnArY", http.Header{"X-Product": {"Lockstep"}}
	c := httpc.New(httpc.Options{
		Server: fault.Plex, Base: httpc.Address(address), Header: shared, SecretHeader: "X-Secret", Timeout: 5 * time.Second,
		Secret: func() string { return secret }, BadSecret: message.New(message.PlexTokenCharacters),
	})
	t.Cleanup(c.Close)
	if err := ask(c, fine); err != nil || len(shared) != 1 {
		t.Errorf("%v, the headers are %v", err, shared)
	}
	for _, secret = range []string{"two words", "a\nX-Other: b", "tökén"} {
		if f := ask(c, fine); f == nil || f.Class != fault.Unauthorized || f.Message.String() != "The Plex token contains invalid characters." {
			t.Errorf("%q: %v", secret, f)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("%d requests, want none with what is no token", asked.Load())
	}
}
