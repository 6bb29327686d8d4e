package link_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

// trialStash answers a trial.
type trialStash struct {
	stash
	version string
}

func (s *trialStash) Status(context.Context) (string, int, error) { return s.version, 7, s.err }

// trialPlex answers a trial.
type trialPlex struct {
	plex
	may    bool
	mayErr error
}

func (p *trialPlex) MayEdit(context.Context) (bool, error) { return p.may, p.mayErr }

// films is a library as Plex has it.
var films = scene.Section{ID: "1", Title: "Films", Type: "movie", Locations: []string{"/media/films", "/media/more"}}

func TestATrialSaysWhatAnswers(t *testing.T) {
	t.Parallel()
	away, unknown := testkit.Trouble(fault.Unreachable, fault.Stash), errors.New("a cause nobody classified")
	refused := fault.New(fault.Unauthorized, fault.Plex, message.New(message.PlexNoAnswer), message.New(message.EnterAddresses), nil)
	for name, tt := range map[string]struct {
		server string
		change func(*trialStash, *trialPlex)
		want   api.TestResult
	}{
		"Stash":                     {"stash", func(*trialStash, *trialPlex) {}, api.TestResult{OK: true, Message: message.New(message.StashVersionConnected, message.Word("v0.30"), message.Count(7))}},
		"Stash built from source":   {"stash", func(s *trialStash, _ *trialPlex) { s.version = "" }, api.TestResult{OK: true, Message: message.New(message.StashConnected, message.Count(7))}},
		"Stash is away":             {"stash", func(s *trialStash, _ *trialPlex) { s.err = away }, api.TestResult{Message: away.Message}},
		"what nobody classified":    {"stash", func(s *trialStash, _ *trialPlex) { s.err = unknown }, api.TestResult{Message: message.New(message.Unclassified), Hint: message.New(message.SeeTheLog)}},
		"Plex":                      {"plex", func(*trialStash, *trialPlex) {}, plexAnswers()},
		"Plex refuses the token":    {"plex", func(_ *trialStash, p *trialPlex) { p.err = refused }, api.TestResult{Message: refused.Message, Hint: refused.Hint}},
		"the token of a guest":      {"plex", func(_ *trialStash, p *trialPlex) { p.may = false }, api.TestResult{Message: message.New(message.PlexGuest, message.Word("1.43")), Hint: message.New(message.AdvicePlexGuest)}},
		"Plex does not say of whom": {"plex", func(_ *trialStash, p *trialPlex) { p.may, p.mayErr = false, away }, plexAnswers()},
		"Stash away, Plex is asked": {"plex", func(s *trialStash, _ *trialPlex) { s.err = away }, plexAnswers()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p := &trialStash{version: "v0.30"}, &trialPlex{plex: plex{machine: "m", sections: []scene.Section{films}}, may: true}
			tt.change(s, p)
			dial := func(link.Address) (link.Stash, link.Plex) { return s, p }
			got := link.Test(context.Background(), dial, link.Address{}, api.TestRequest{Server: tt.server, URL: "http://x"})
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if s.closed != 1 || p.closed != 1 {
				t.Errorf("connections are left behind: closed %d and %d times", s.closed, p.closed)
			}
		})
	}
}

// plexAnswers is what is said of a Plex that can be used.
func plexAnswers() api.TestResult {
	return api.TestResult{
		OK: true, Message: message.New(message.PlexConnected, message.Word("1.43"), message.Count(1)),
		Libraries: []api.Library{{ID: "1", Title: "Films", Type: "movie", Locations: []string{"/media/films", "/media/more"}}},
	}
}

// keeps gives a secret.
func keeps(secret string) func() string { return func() string { return secret } }

func TestWhatATrialLeavesOpenIsThatInUse(t *testing.T) {
	t.Parallel()
	given, none := "given", ""
	for name, tt := range map[string]struct {
		q             api.TestRequest
		secret, trust string // with which the servers are tried
	}{
		"all is left open":          {api.TestRequest{}, "stored", "trusted"},
		"a secret is given":         {api.TestRequest{Secret: &given}, "given", "trusted"},
		"none is given on purpose":  {api.TestRequest{Secret: &none}, "", "trusted"},
		"a certificate is given":    {api.TestRequest{Certificate: &given}, "stored", "given"},
		"none is trusted any more":  {api.TestRequest{Certificate: &none}, "stored", ""},
		"both are given at a time":  {api.TestRequest{Secret: &given, Certificate: &given}, "given", "given"},
		"nothing at all is trusted": {api.TestRequest{Secret: &none, Certificate: &none}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inUse := link.Address{
				StashURL: "http://stash", PlexURL: "http://plex", StashCertificate: "trusted", PlexCertificate: "trusted",
				APIKey: keeps("stored"), Token: keeps("stored"), StashLogin: keeps("me:too"), PlexLogin: keeps("me:too"), ClientID: "client",
			}
			var a link.Address
			dial := func(d link.Address) (link.Stash, link.Plex) {
				a = d
				return &trialStash{}, &trialPlex{}
			}
			tt.q.Server, tt.q.URL = "plex", "http://other"
			link.Test(context.Background(), dial, inUse, tt.q)
			if a.PlexURL != "http://other" || a.StashURL != "http://other" || a.ClientID != "client" || a.PlexLogin() != "me:too" || a.StashLogin() != "me:too" {
				t.Errorf("tried %+v", a)
			}
			if a.Token() != tt.secret || a.APIKey() != tt.secret || a.PlexCertificate != tt.trust || a.StashCertificate != tt.trust {
				t.Errorf("tried with %q and %q, want %q and %q", a.Token(), a.PlexCertificate, tt.secret, tt.trust)
			}
			if inUse.PlexURL != "http://plex" || inUse.Token() != "stored" {
				t.Error("the address in use is another one now")
			}
		})
	}
}

func TestAnotherTokenIsTriedWithoutChangingTheOneInUse(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"it is taken": nil, "it is refused": testkit.Trouble(fault.Unauthorized, fault.Plex)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &plex{err: err}
			var tried []string
			inUse := link.Address{PlexURL: "http://plex", Token: keeps("stored")}
			accepts := link.Accepts(func(a link.Address) (link.Stash, link.Plex) {
				tried = append(tried, a.PlexURL+" "+a.Token())
				return &stash{}, p
			}, inUse)
			for _, token := range []string{"newer", "newest"} {
				if got := accepts(context.Background(), token); !errors.Is(got, err) {
					t.Errorf("%s: %v, want %v", token, got, err)
				}
			}
			if want := []string{"http://plex newer", "http://plex newest"}; !slices.Equal(tried, want) || p.closed != 2 || inUse.Token() != "stored" {
				t.Errorf("tried %q, closed %d times, in use %q", tried, p.closed, inUse.Token())
			}
		})
	}
}
