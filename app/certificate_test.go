package app_test

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"lockstep/app"
	"lockstep/sync/config"
	"lockstep/sync/sim"
)

// Commands give the advice that windows give, so that a server without a desktop can be
// set up.
func TestCommandsOfferTheReadyAddressAndTakeAFingerprint(t *testing.T) {
	t.Parallel()
	own, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := own.Issue(time.Now().Add(time.Hour), "*.0123abcd.plex.direct")
	if err != nil {
		t.Fatal(err)
	}
	w := sim.NewWorld(sim.Options{Seed: 3, Scenes: 2, Secure: &cert})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	plain := strings.Replace(w.Plex.URL(), "https", "http", 1)
	port := plain[strings.LastIndex(plain, ":"):]
	s := newShell(t)
	for _, address := range []string{plain, w.Plex.URL()} {
		if r := s.run("settings", "set", "plex-url", address); r.code != app.ExitFine {
			t.Fatal(r.err)
		}
		for _, command := range [][]string{{"test-connection", "plex"}, {"doctor"}} {
			r := s.run(command...)
			if want := "https://127-0-0-1.0123abcd.plex.direct" + port; !strings.Contains(r.out+r.err, want) {
				t.Errorf("%v with %s: no %s in %s%s", command, address, want, r.out, r.err)
			}
		}
	}
	fingerprint := config.ShowFingerprint(sha256.Sum256(cert.Certificate[0]))
	if r := s.run("settings", "set", "plex-certificate", strings.ToLower(fingerprint)); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	if r := s.run("test-connection", "plex"); !strings.Contains(r.out+r.err, "Plex wants a token") {
		t.Errorf("with the fingerprint: %s%s", r.out, r.err)
	}
}
