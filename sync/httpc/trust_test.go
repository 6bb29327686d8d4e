package httpc_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/sim"
)

// secured is a simulated server that accepts https only.
func secured(t *testing.T, cert tls.Certificate) *sim.World {
	t.Helper()
	w := sim.NewWorld(sim.Options{Seed: 1, Scenes: 1})
	w.Plex.Secure(cert)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func issue(t *testing.T, a *sim.Authority, end time.Duration, names ...string) tls.Certificate {
	t.Helper()
	cert, err := a.Issue(time.Now().Add(end), names...)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func authority(t *testing.T) (a *sim.Authority, file string) {
	t.Helper()
	a, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(file, a.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return a, file
}

func printed(cert tls.Certificate) string {
	return config.ShowFingerprint(sha256.Sum256(cert.Certificate[0]))
}

func identity(c *httpc.Client) *fault.Error {
	return fault.Of(c.Do(context.Background(), httpc.Request{Kind: budget.Identity, Path: "/identity"}, func(r httpc.Reply) error {
		if !r.OK() {
			return c.Fault(fault.Temporary, message.New(message.Other, message.Detail("no success")), message.None, httpc.Status(r.Code))
		}
		return nil
	}))
}

func TestEachCertificateThatDoesNotFitHasItsOwnWordsAndAdvice(t *testing.T) {
	t.Parallel()
	own, ownFile := authority(t)
	day := 24 * time.Hour
	fit, selfSigned, another := issue(t, own, day, "127.0.0.1"), issue(t, nil, day, "127.0.0.1"), issue(t, nil, day, "127.0.0.1")
	direct := issue(t, own, day, "*.0123abcd.plex.direct")
	noFile := filepath.Join(t.TempDir(), "none.pem")
	for name, tc := range map[string]struct {
		cert        tls.Certificate
		trust       string
		words, hint string // "" when it is trusted
	}{
		"own authority":                    {fit, "", "The certificate of Plex is from an authority this computer does not trust.", "Enter the file of that authority's certificate"},
		"own authority, its file":          {fit, ownFile, "", ""},
		"own authority, fingerprint":       {fit, printed(fit), "", ""},
		"signed itself":                    {selfSigned, "", "Plex's certificate is self-signed.", printed(selfSigned)},
		"signed itself, another's file":    {selfSigned, ownFile, "Plex's certificate is self-signed.", printed(selfSigned)},
		"signed itself, fingerprint":       {selfSigned, strings.ToLower(printed(selfSigned)), "", ""},
		"another than the fingerprint":     {another, printed(selfSigned), "Plex presents a different certificate from the one entered in the settings.", printed(another)},
		"trusted, but not by fingerprint":  {fit, printed(selfSigned), "Plex presents a different certificate from the one entered in the settings.", printed(fit)},
		"expired":                          {issue(t, own, -time.Hour, "127.0.0.1"), ownFile, "The certificate of Plex has expired.", "Renew it"},
		"not yet valid":                    {issue(t, own, 72*time.Hour, "127.0.0.1"), ownFile, "The certificate of Plex is not valid yet.", "clock"},
		"another name":                     {issue(t, own, day, "nas.example", "10.9.8.7"), ownFile, "The certificate of Plex is for a different name from this address.", "nas.example, 10.9.8.7"},
		"of Plex":                          {direct, ownFile, "The certificate of Plex is for a different name from this address.", "Enter this address instead: https://127-0-0-1.0123abcd.plex.direct:"},
		"of Plex, authority not known":     {direct, "", "The certificate of Plex is for a different name from this address.", "Enter this address instead: https://127-0-0-1.0123abcd.plex.direct:"},
		"a file that is not there":         {fit, noFile, "The certificate file for Plex cannot be read.", "Check the file"},
		"a file that holds no certificate": {fit, os.Args[0], "The certificate file for Plex cannot be read.", "Check the file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := secured(t, tc.cert)
			f := identity(client(t, w.Plex.URL(), tc.trust))
			switch {
			case tc.words == "" && f != nil:
				t.Errorf("not trusted: %v", f)
			case tc.words != "" && (f == nil || f.Message.String() != tc.words || !strings.Contains(f.Hint.String(), tc.hint)):
				t.Errorf("got %v with hint %q, want %q with %q", f, f.Hint, tc.words, tc.hint)
			}
			if n := w.Plex.Counts()["identity"]; (n > 0) != (tc.words == "") {
				t.Errorf("%d requests arrived", n)
			}
		})
	}
}

// A Plex that requires secure connections cuts off who speaks http, without a word.
func TestHTTPToAServerThatRequiresHTTPSIsGivenTheReadyAddress(t *testing.T) {
	t.Parallel()
	own, _ := authority(t)
	for name, tc := range map[string]struct {
		names []string
		hint  string
	}{
		"of Plex": {[]string{"*.0123abcd.plex.direct"}, "Enter this address instead: https://127-0-0-1.0123abcd.plex.direct:"},
		"another": {[]string{"nas.example"}, "Use https in the address of Plex."},
	} {
		cert := issue(t, own, time.Hour, tc.names...)
		w := secured(t, cert)
		plain := strings.Replace(w.Plex.URL(), "https", "http", 1)
		f := identity(client(t, plain, ""))
		if f == nil || f.Message.String() != "Plex accepts secure connections only." || !strings.Contains(f.Hint.String(), tc.hint) {
			t.Fatalf("%s: got %v with hint %q", name, f, f.Hint)
		}
		_, at, ok := strings.Cut(f.Hint.String(), "instead: ")
		if !ok {
			continue
		}
		u, err := url.Parse(at)
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(plain, "http://"))
		if err != nil || cert.Leaf.VerifyHostname(u.Hostname()) != nil || u.Port() != port {
			t.Errorf("the address %s does not fit the certificate (%v)", at, err)
		}
	}
}

// Who hangs up is tried with https now and then, not each time.
func TestAPlainServerThatHangsUpIsNotToldToSpeakHTTPS(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	var handshakes atomic.Int32
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			first := make([]byte, 1)
			if n, _ := conn.Read(first); n == 1 && first[0] == 0x16 {
				handshakes.Add(1)
			}
			_ = conn.Close()
		}
	}()
	c := client(t, "http://"+ln.Addr().String(), "")
	for range 5 {
		if f := identity(c); f == nil || f.Message.String() != "Plex closed the connection." || f.Class != fault.Unreachable {
			t.Errorf("got %v", f)
		}
	}
	if n := handshakes.Load(); n != 1 {
		t.Errorf("%d tries with https, want 1", n)
	}
}
