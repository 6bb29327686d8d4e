package stash_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/stash"
)

// hang waits for the client to leave, which Go's server notices only once the body is read.
func hang(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func TestAHangingServerIsGivenUpAfterTheTimeout(t *testing.T) {
	t.Parallel()
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hang(r) }))
			t.Cleanup(s.Close)
			c := stash.New(stash.Options{URL: s.URL, Timeout: 50 * time.Millisecond})
			want(t, call(t.Context(), c), fault.Unreachable, "did not answer in time")
		})
	}
}

func TestACancelledCallIsCanceled(t *testing.T) {
	t.Parallel()
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				cancel()
				hang(r)
			}))
			t.Cleanup(s.Close)
			want(t, call(ctx, client(s.URL, "")), fault.Canceled, "")
		})
	}
}

func TestNoServerIsUnreachableInWords(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := l.Addr().String()
	_ = l.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	for name, tc := range map[string]struct {
		url   string
		class fault.Class
		words string
	}{
		"refused":       {"http://" + free, fault.Unreachable, "connection refused"},
		"unknown name":  {"http://stash.invalid:9999", fault.Unreachable, ""},
		"untrusted":     {secure.URL, fault.Unreachable, "certificate"}, // at first: it may be a stop-gap
		"not https":     {strings.Replace(plain.URL, "http:", "https:", 1), fault.Config, "does not support https"},
		"no address":    {"", fault.Config, "must look like http://host:9999"},
		"no scheme":     {"stash.invalid:9999", fault.Unreachable, ""},
		"other scheme":  {"ftp://harbour", fault.Config, "must look like"},
		"broken":        {"http://ha rbour:x/" + canary, fault.Config, "must look like"},
		"broken escape": {"http://harbour/%zz" + canary, fault.Config, "must look like"},
	} {
		for call, run := range calls() {
			t.Run(name+" "+call, func(t *testing.T) {
				t.Parallel()
				want(t, run(t.Context(), client(tc.url, "")), tc.class, tc.words)
			})
		}
	}
}

func TestACallbacksErrorIsReturnedAsItIs(t *testing.T) {
	t.Parallel()
	f := replay(t, map[string]answer{
		"Last":   ok(`{"data":{"findScenes":{"scenes":[{"id":"3"}]}}}`),
		"Stamps": ok(`{"data":{"findScenes":{"scenes":[{"id":"3","updated_at":"x"}]}}}`),
	})
	full := errors.New("disk full")
	if err := client(f.URL, "").Sweep(t.Context(), func([]scene.Stamp) error { return full }); err != full { //nolint:errorlint // itself, not one around it
		t.Errorf("got %v, want the callback's own error", err)
	}
}
