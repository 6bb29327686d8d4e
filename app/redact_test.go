package app

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCarriersOfTokensAreMasked(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"query":     "GET http://plex.test/library?X-Plex-Token=s3cr3tvalue&x=1",
		"encoded":   "X-Plex-Token%3Ds3cr3tvalue",
		"header":    "X-Plex-Token: s3cr3tvalue",
		"json":      `{"ApiKey":"s3cr3tvalue"}`,
		"key":       "apikey=s3cr3tvalue",
		"bearer":    "Authorization: Bearer s3cr3tvalue",
		"escaped":   `\"apikey\": \"s3cr3tvalue\"`,
		"lowercase": "x-plex-token=s3cr3tvalue",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := newRedactor().clean(text); strings.Contains(got, "s3cr3tvalue") || !strings.Contains(got, masked) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestOrdinaryWordsAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"The Night Train of Trieste", "12 waiting", "token refused by Plex", "http://plex.test:32400/library/sections"} {
		if got := newRedactor().clean(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestNoSecretSurvivesAnyHandler(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9+/=_."<>& -]{8,40}`).Draw(t, "secret")
		if strings.TrimSpace(secret) != secret {
			t.Skip("secrets are trimmed")
		}
		r := newRedactor()
		r.hide(secret)
		var out bytes.Buffer
		for _, h := range []slog.Handler{slog.NewJSONHandler(r.writer(&out), nil), slog.NewTextHandler(r.writer(&out), nil)} {
			log := slog.New(h)
			log.Info("saw "+secret, "value", secret, "err", errors.New("refused: "+secret))
			log.With("from", secret).WithGroup("g").Info("x", "any", struct{ V string }{secret})
		}
		if strings.Contains(out.String(), secret) {
			t.Fatalf("%q is in %s", secret, out.String())
		}
	})
}

func TestNamesAreSignedOnlyWhenWished(t *testing.T) {
	t.Parallel()
	r := newRedactor()
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(r.writer(&out), &slog.HandlerOptions{ReplaceAttr: r.attr}))
	write := func() string {
		out.Reset()
		log.Info("written", "name", "Tidal Pools", "err", errors.New(`no item for "/data/Tidal Pools.mkv" or D:\Films\Tidal.mkv`), "n", 7)
		return out.String()
	}
	if got := write(); !strings.Contains(got, "Tidal Pools") {
		t.Errorf("not wished: %s", got)
	}
	r.names.Store(true)
	got := write()
	if strings.Contains(got, "Tidal") || !strings.Contains(got, `"n":7`) {
		t.Errorf("wished: %s", got)
	}
	if got != write() && !strings.Contains(got, r.sign("Tidal Pools")) {
		t.Error("the same name got another sign")
	}
}

// TestALoginIsHiddenInEveryForm: as typed, its password alone, and as it travels.
func TestALoginIsHiddenInEveryForm(t *testing.T) {
	t.Parallel()
	r := newRedactor()
	r.hide("somebody:pass:word-cAnArY")
	for _, text := range []string{
		"somebody:pass:word-cAnArY", "the password pass:word-cAnArY", "c29tZWJvZHk6cGFzczp3b3JkLWNBbkFyWQ==", "Authorization: Basic c29tZWJvZHk6cGFzczp3b3JkLWNBbkFyWQ==",
	} {
		if got := r.clean(text); strings.Contains(got, "cAnArY") || strings.Contains(got, "c29t") {
			t.Errorf("%q stays %q", text, got)
		}
	}
}
