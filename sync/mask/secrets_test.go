package mask

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/message"
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
			if got := new(Secrets).Clean(text); strings.Contains(got, "s3cr3tvalue") || !strings.Contains(got, Hidden) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestOrdinaryWordsAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"The Night Train of Trieste", "12 waiting", "token refused by Plex", "http://plex.test:32400/library/sections"} {
		if got := new(Secrets).Clean(text); got != text {
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
		r := new(Secrets)
		r.Hide(secret)
		var out bytes.Buffer
		for _, h := range []slog.Handler{slog.NewJSONHandler(r.Writer(&out), nil), slog.NewTextHandler(r.Writer(&out), nil)} {
			log := slog.New(h)
			log.Info("saw "+secret, "value", secret, "err", errors.New("refused: "+secret))
			log.With("from", secret).WithGroup("g").Info("x", "any", struct{ V string }{secret})
		}
		if strings.Contains(out.String(), secret) {
			t.Fatalf("%q is in %s", secret, out.String())
		}
	})
}

func TestSecretsAreTakenOutOfAnErrorHoweverShort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"answer 401: key s3same": "answer 401: key ***",
		"user:p1 or p1 alone":    "*** or *** alone",
		"Basic dXNlcjpwMQ==":     "Basic ***",
		"nothing of it":          "nothing of it",
	} {
		if got := Without(text, "", "s3same", "user:p1"); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// TestALoginIsHiddenInEveryForm: as typed, its password alone, and as it travels.
func TestALoginIsHiddenInEveryForm(t *testing.T) {
	t.Parallel()
	r := new(Secrets)
	r.Hide("somebody:pass:word-cAnArY")
	for _, text := range []string{
		"somebody:pass:word-cAnArY", "the password pass:word-cAnArY", "c29tZWJvZHk6cGFzczp3b3JkLWNBbkFyWQ==", "Authorization: Basic c29tZWJvZHk6cGFzczp3b3JkLWNBbkFyWQ==",
	} {
		if got := r.Clean(text); strings.Contains(got, "cAnArY") || strings.Contains(got, "c29t") {
			t.Errorf("%q stays %q", text, got)
		}
	}
}

func TestNoSecretComesAboutInASentence(t *testing.T) {
	t.Parallel()
	s := new(Secrets)
	s.Hide("Films and more")
	for _, said := range []message.Message{
		message.New(message.Other, message.Title("Films and more")),
		message.New(message.Other, message.List(message.Detail("X-Plex-Token"), message.Detail("=abcdefgh"))),
		message.Clauses(message.Foreign("Authorization: "), message.Foreign("Bearer abcdefgh")),
	} {
		if got := s.Message(said).String(); strings.Contains(got, "Films") || strings.Contains(got, "abcdefgh") {
			t.Errorf("%s", got)
		}
	}
	plain := message.New(message.CommandNoAddress, message.Word("Plex"))
	if got := s.Message(plain); got != plain {
		t.Errorf("%s became %s", plain, got)
	}
}
