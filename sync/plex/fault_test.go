package plex_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
)

const unauthorizedPage = `<html><head><script>window.location = window.location.href.match(/(^.+\/)[^\/]*$/)[1] + 'web/index.html';</script><title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>`

func TestAnswersBecomeFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		code  int
		head  map[string]string
		body  string
		class fault.Class
		words string
		after time.Duration
	}{
		"token refused":     {401, nil, unauthorizedPage, fault.Unauthorized, "Plex does not accept the token.", 0},
		"not the owner":     {403, nil, "", fault.Unauthorized, "Plex knows this account, but only the server's owner may do that.", 0},
		"gone":              {404, nil, "<html><h1>404 Not Found</h1></html>", fault.NotFound, "Plex no longer has that.", 0},
		"busy":              {429, map[string]string{"Retry-After": "7"}, "", fault.Busy, "Plex is busy.", 7 * time.Second},
		"busy, by the date": {429, map[string]string{"Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"}, "", fault.Busy, "Plex is busy.", 10 * time.Second},
		"busy for ever":     {429, map[string]string{"Retry-After": "99999999999"}, "", fault.Busy, "Plex is busy.", time.Hour},
		"locked database":   {500, nil, "<html>database is locked</html>", fault.Busy, "Plex is busy.", 0},
		"error on one item": {500, nil, "<html><h1>500 Internal Server Error</h1></html>", fault.Temporary, "Plex answered with an error (500).", 0},
		"migration": {503, nil, `<?xml version="1.0"?><Response code="503" title="Maintenance" status="Plex Media Server is currently running database migrations."/>`,
			fault.Unreachable, "Plex is starting (database migration). Lockstep will wait.", 0},
		"start-up maintenance": {503, nil, `<Response code="503" title="Maintenance" status="Plex Media Server is currently performing startup maintenance tasks."/>`,
			fault.Unreachable, "Plex is starting (maintenance). Lockstep will wait.", 0},
		"overloaded":       {503, map[string]string{"Retry-After": "3"}, "", fault.Unreachable, "Plex is overloaded or starting. Lockstep will wait.", 3 * time.Second},
		"proxy without it": {502, nil, "<html>Bad Gateway</html>", fault.Unreachable, "The proxy in front of Plex gets no answer from it (502).", 0},
		"proxy gave up":    {504, nil, "", fault.Unreachable, "The proxy in front of Plex gets no answer from it (504).", 0},
		"still starting":   {400, nil, "the server is still starting up", fault.Unreachable, "Plex is starting. Lockstep will wait.", 0},
		"refused":          {400, nil, "<html>Bad Request</html>", fault.Rejected, "Plex refused this (400).", 0},
		"conflict":         {409, nil, "", fault.Rejected, "Plex refused this (409).", 0},
		"unprocessable":    {422, nil, "", fault.Rejected, "Plex refused this (422).", 0},
		"line too long":    {414, nil, "", fault.Rejected, "This is too long for Plex or for a proxy in front of it.", 0},
		"redirect":         {302, map[string]string{"Location": "/login?next=" + canary}, "", fault.Config, "This address redirects; it is probably not Plex.", 0},
		"web page":         {200, map[string]string{"Content-Type": "text/html"}, "<!DOCTYPE html><html></html>", fault.Config, "This address answers with a web page, not with Plex. Is the port 32400?", 0},
		"another service":  {200, nil, `{"data":{"version":"0.30"}}`, fault.Config, "This address answers, but not the way Plex does.", 0},
		"plain text":       {200, nil, `hello`, fault.Config, "This address answers, but not the way Plex does.", 0},
		"another XML":      {200, nil, `<rss/>`, fault.Config, "This address answers, but not the way Plex does.", 0},
		"empty":            {200, nil, "", fault.Unreachable, "Plex's answer was cut off or garbled.", 0},
		"cut-off JSON":     {200, nil, `{"MediaContainer":{"size":1,"Metadata":[{"ratingKey":"1"`, fault.Unreachable, "Plex's answer was cut off or garbled.", 0},
		"cut-off XML":      {200, nil, `<MediaContainer size="1"><Video ratingKey="1">`, fault.Unreachable, "Plex's answer was cut off or garbled.", 0},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				for k, v := range tc.head {
					w.Header().Set(k, v)
				}
				says(tc.code, tc.body)(w, r)
			})
			_, err := client(t, s.URL).Size(context.Background(), "1")
			f := wantClass(t, err, tc.class)
			if f.Message.String() != tc.words || f.RetryAfter != tc.after {
				t.Errorf("got %q after %v, want %q after %v", f.Message, f.RetryAfter, tc.words, tc.after)
			}
			if n := len(s.requests()); n != 1 {
				t.Errorf("%d requests, want 1: a fault is not retried here", n)
			}
		})
	}
}

func TestAMissingTokenIsNotCalledAWrongOne(t *testing.T) {
	t.Parallel()
	s := serve(t, says(401, unauthorizedPage))
	c := plex.New(plex.Options{URL: s.URL, ClientID: "0b9c", Version: "1.2.3", Timeout: 5 * time.Second})
	t.Cleanup(c.Close)
	_, err := c.Size(context.Background(), "1")
	if f := wantClass(t, err, fault.Unauthorized); f.Message.String() != "Plex wants a token." {
		t.Errorf("got %q", f.Message)
	}
}

// raw accepts connections and lets talk do the rest.
func raw(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go talk(conn)
		}
	}()
	return "http://" + ln.Addr().String()
}

func readRequest(conn net.Conn) bool {
	_, err := http.ReadRequest(bufio.NewReader(conn))
	return err == nil
}

// broken are servers that never give a proper answer.
func broken(t *testing.T) map[string]string {
	t.Helper()
	gone := httptest.NewServer(nil)
	gone.Close()
	return map[string]string{
		"refused":       gone.URL,
		"hangs up":      raw(t, func(c net.Conn) { readRequest(c); _ = c.Close() }),
		"no HTTP":       raw(t, func(c net.Conn) { readRequest(c); fmt.Fprintf(c, "%s\r\n\r\n", canary); _ = c.Close() }),
		"unknown host":  "http://" + canary[:6] + ".invalid",
		"wrong port":    "http://127.0.0.1:0",
		"cut-off body":  raw(t, cutOffBody),
		"not even a IP": "http://[::1%25x]:1",
	}
}

func cutOffBody(c net.Conn) {
	readRequest(c)
	fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"MediaContainer\":{")
	_ = c.Close()
}

func TestSilenceIsUnreachable(t *testing.T) {
	t.Parallel()
	for name, url := range broken(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantClass(t, client(t, url).Probe(context.Background()), fault.Unreachable)
		})
	}
}

func TestAnAddressThatMakesNoSenseIsAFaultOfTheSettings(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "ftp://plexbox", "http://", "http://a b/?X-Plex-Token=" + canary, "http://plexbox:port/" + canary} {
		err := client(t, url).Probe(context.Background())
		wantClass(t, err, fault.Config)
		noCanary(t, url, err)
	}
}

func TestHTTPSAtAPlainPortSaysSo(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, ""))
	f := wantClass(t, client(t, strings.Replace(s.URL, "http", "https", 1)).Probe(context.Background()), fault.Config)
	if f.Message.String() != "This address does not support https." {
		t.Errorf("got %q", f.Message)
	}
}

func TestAForeignCertificateIsUnreachable(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(says(200, ""))
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	f := wantClass(t, client(t, s.URL).Probe(context.Background()), fault.Unreachable)
	if !strings.Contains(f.Message.String(), "certificate") {
		t.Errorf("got %q", f.Message)
	}
}

func TestAHangingServerTimesOut(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	url := raw(t, func(c net.Conn) { readRequest(c); <-done; _ = c.Close() })
	c := plex.New(plex.Options{URL: url, Token: func() string { return canary }, Timeout: 50 * time.Millisecond})
	for name, call := range calls(c) {
		start := time.Now()
		f := wantClass(t, call(context.Background()), fault.Unreachable)
		if f.Message.String() != "Plex did not answer in time." || time.Since(start) > 5*time.Second {
			t.Errorf("%s: got %q after %v", name, f.Message, time.Since(start))
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	wantClass(t, c.Probe(ctx), fault.Unreachable)
}

func TestStoppingACallIsNoFaultOfPlex(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	url := raw(t, func(c net.Conn) { readRequest(c); cancel() })
	err := client(t, url).Probe(ctx)
	wantClass(t, err, fault.Canceled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not wrap context.Canceled", err)
	}
}

// once serves one answer per connection and closes it without saying so, as Plex does with
// connections that were idle for too long.
func once(t *testing.T, served *atomic.Int64) string {
	return raw(t, func(c net.Conn) {
		in := bufio.NewReader(c)
		if r, err := http.ReadRequest(in); err != nil || r.URL.Path == "" {
			return
		}
		served.Add(1)
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		// The next request arrives and finds the connection going away.
		_, _ = in.Peek(1)
		_ = c.Close()
	})
}

func TestAStaleConnectionIsReplacedForWritesToo(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	c := client(t, once(t, &served))
	edit := plan.Edit{RatingKey: "5", Section: "1", Scalars: map[string]string{"title": "Fog"}}
	for i := range 4 {
		if err := c.Edit(context.Background(), edit); err != nil {
			t.Fatalf("edit %d: %v", i, err)
		}
		if err := c.Upload(context.Background(), "5", scene.FieldPoster, []byte("jpeg"), "image/jpeg"); err != nil {
			t.Fatalf("upload %d: %v", i, err)
		}
	}
	if n := served.Load(); n != 8 {
		t.Errorf("%d answers, want 8", n)
	}
}

// calls are all calls that reach a server.
func calls(c *plex.Client) map[string]func(context.Context) error {
	edit := plan.Edit{RatingKey: "5", Section: "1", Scalars: map[string]string{"title": "Fog " + canary}}
	return map[string]func(context.Context) error{
		"Identity": func(ctx context.Context) error { _, err := c.Identity(ctx); return err },
		"Sections": func(ctx context.Context) error { _, err := c.Sections(ctx); return err },
		"Ready":    func(ctx context.Context) error { _, _, err := c.Ready(ctx); return err },
		"Probe":    c.Probe,
		"List": func(ctx context.Context) error {
			return c.List(ctx, "1", scene.Listing{}, func(scene.ItemPage) (bool, error) { return true, nil })
		},
		"Size":     func(ctx context.Context) error { _, err := c.Size(ctx, "1"); return err },
		"Items":    func(ctx context.Context) error { _, err := c.Items(ctx, []string{"5"}); return err },
		"Edit":     func(ctx context.Context) error { return c.Edit(ctx, edit) },
		"Pictures": func(ctx context.Context) error { _, err := c.Pictures(ctx, "5", scene.FieldPoster); return err },
		"Upload": func(ctx context.Context) error {
			return c.Upload(ctx, "5", scene.FieldPoster, []byte("x"), "image/png")
		},
		"Select":   func(ctx context.Context) error { return c.Select(ctx, "5", scene.FieldBackground, "upload://art/1") },
		"Unselect": func(ctx context.Context) error { return c.Unselect(ctx, "5", scene.FieldPoster) },
		"Scan":     func(ctx context.Context) error { return c.Scan(ctx, "1", "/data/"+canary) },
		"Scanning": func(ctx context.Context) error { _, err := c.Scanning(ctx, "1"); return err },
		"Watch":    func(ctx context.Context) error { return c.Watch(ctx, nil, func(plex.Notification) {}) },
	}
}

func noCanary(t *testing.T, where string, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		texts := []string{err.Error(), fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)}
		if f, ok := errors.AsType[*fault.Error](err); ok {
			texts = append(texts, f.Message.String(), f.Hint.String())
		}
		if u, ok := errors.AsType[*url.Error](err); ok {
			texts = append(texts, u.URL)
		}
		for _, text := range texts {
			if strings.Contains(text, canary) || strings.Contains(text, url.QueryEscape(canary)) {
				t.Errorf("%s: the token shows in %q", where, text)
			}
		}
	}
}

func TestNoErrorShowsTheToken(t *testing.T) {
	t.Parallel()
	echo := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://login.example/?t="+canary)
			w.Header().Set("Retry-After", canary)
			w.WriteHeader(code)
			fmt.Fprintf(w, `<Response title="Maintenance %s" status="%s"/> %s %v`, canary, canary, r.URL, r.Header)
		}
	}
	urls := broken(t)
	for _, code := range []int{200, 302, 400, 401, 403, 404, 409, 413, 418, 429, 500, 502, 503} {
		urls[fmt.Sprint(code)] = serve(t, echo(code)).URL
	}
	urls["pasted"] = urls["refused"] + "/web/index.html?X-Plex-Token=" + canary
	for name, address := range urls {
		c := plex.New(plex.Options{URL: address, Token: func() string { return canary }, Timeout: time.Second})
		for what, call := range calls(c) {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				noCanary(t, what, call(context.Background()))
			})
		}
	}
}

func TestATokenThatCannotBeOneIsNotSent(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, ""))
	c := plex.New(plex.Options{URL: s.URL, Token: func() string { return "a\r\nHost: b" }})
	wantClass(t, c.Probe(context.Background()), fault.Unauthorized)
	if len(s.requests()) != 0 {
		t.Error("a request was sent")
	}
}
