package httpc_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

// behindProxy is a server behind a proxy that lets one login through and says what it was sent.
func behindProxy(t *testing.T, user, password string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, p, _ := r.BasicAuth()
		if u != user || p != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="home"`)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(r.Header.Get("Authorization") + " " + u + ":" + p))
			return
		}
		if r.Header.Get("X-Secret") != "cAnArY" {
			w.WriteHeader(http.StatusUnauthorized) // the server's own refusal
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestAProxyThatAsksForALoginIsNamedAndSatisfied(t *testing.T) {
	t.Parallel()
	s := behindProxy(t, "me", "pass:word-cAnArY")
	for name, c := range map[string]struct{ login, words string }{
		"none":  {"", "A proxy in front of Stash asks for a user name and password."},
		"wrong": {"me:wr0ng-cAnArY", "The proxy in front of Stash does not accept the user name and password."},
		"right": {"me:pass:word-cAnArY", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := httpc.New(httpc.Options{
				Server: fault.Stash, Base: httpc.Address(s.URL), Example: "http://host:1", SecretHeader: "X-Secret",
				Secret: func() string { return "cAnArY" }, Login: func() string { return c.login }, Timeout: 5 * time.Second, Idle: time.Second,
			})
			t.Cleanup(client.Close)
			f := ask(client, func(r httpc.Reply) error {
				if !r.OK() {
					return client.Fault(fault.Unauthorized, message.New(message.Other, message.Detail("its own")), message.None, errors.Join(client.Said("x", r)))
				}
				return nil
			})
			switch {
			case c.words == "":
				if f != nil {
					t.Errorf("got %v", f)
				}
			case f == nil || f.Class != fault.Unauthorized || f.Message.String() != c.words || !strings.Contains(f.Hint.String(), "secret set stash-login"):
				t.Errorf("got %+v", f)
			case strings.Contains(f.Error(), "cAnArY") || strings.Contains(f.Error(), "Basic "):
				t.Errorf("a secret in %q", f.Error())
			}
		})
	}
}

// TestAServersOwnRefusalIsNotTakenForAProxys: Stash answers with a scheme of its own.
func TestAServersOwnRefusalIsNotTakenForAProxys(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"", "FormBased", "Bearer"} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", scheme)
			w.WriteHeader(http.StatusUnauthorized)
		}))
		t.Cleanup(s.Close)
		c := client(t, s.URL, "")
		if f := ask(c, func(httpc.Reply) error {
			return c.Fault(fault.Unauthorized, message.New(message.Other, message.Detail("its own")), message.None, nil)
		}); f == nil || f.Message.String() != "its own" {
			t.Errorf("%q: got %v", scheme, f)
		}
	}
}
