package engine_test

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/sim"
)

func TestTestConnectionTellsOfCertificatesAndTakesTheOneEntered(t *testing.T) {
	t.Parallel()
	l := newRig(t, sim.Options{Seed: 1, Scenes: 1}).start()
	own, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := own.Issue(time.Now().Add(time.Hour), "*.0123abcd.plex.direct")
	if err != nil {
		t.Fatal(err)
	}
	w := sim.NewWorld(sim.Options{Seed: 2, Scenes: 1})
	w.Plex.Secure(cert)
	w.Stash.Secure(cert)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	token, none := w.Plex.Token(), ""
	fingerprint := config.ShowFingerprint(sha256.Sum256(cert.Certificate[0]))
	for name, tc := range map[string]struct {
		q     api.TestRequest
		words string
		hint  string
	}{
		"Plex, https":            {api.TestRequest{Server: "plex", URL: w.Plex.URL(), Secret: &token}, "for a different name", ".0123abcd.plex.direct:"},
		"Plex, http":             {api.TestRequest{Server: "plex", URL: strings.Replace(w.Plex.URL(), "https", "http", 1), Secret: &token}, "secure connections only", ".0123abcd.plex.direct:"},
		"Plex, its fingerprint":  {api.TestRequest{Server: "plex", URL: w.Plex.URL(), Secret: &token, Certificate: &fingerprint}, "Connected to Plex", ""},
		"Stash, https":           {api.TestRequest{Server: "stash", URL: w.Stash.URL(), Secret: &none}, "for a different name", ""},
		"Stash, its fingerprint": {api.TestRequest{Server: "stash", URL: w.Stash.URL(), Secret: &none, Certificate: &fingerprint}, "Connected to Stash", ""},
	} {
		got, err := l.TestConnection(t.Context(), tc.q)
		if err != nil || !strings.Contains(got.Message.String(), tc.words) || !strings.Contains(got.Hint.String(), tc.hint) || got.OK != (tc.q.Certificate != nil) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestAWholeSyncOverACertificateOfOnesOwn(t *testing.T) {
	t.Parallel()
	cert, err := (*sim.Authority)(nil).Issue(time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, sim.Options{Seed: 3, Scenes: 12, Secure: &cert})
	r.settings.PlexCertificate = config.ShowFingerprint(sha256.Sum256(cert.Certificate[0]))
	r.settings.StashCertificate = r.settings.PlexCertificate
	r.start().settled()
	r.inStep(sim.DiffOptions{})
}
