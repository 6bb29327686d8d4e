package link

import (
	"context"
	"fmt"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// Test tries the address and secret of a request, without storing them. What the request
// leaves open is taken from the address in use.
func Test(ctx context.Context, dial Dial, a Address, q api.TestRequest) api.TestResult {
	a.StashURL, a.PlexURL = q.URL, q.URL
	if q.Certificate != nil {
		a.StashCertificate, a.PlexCertificate = *q.Certificate, *q.Certificate
	}
	if q.Secret != nil {
		given := *q.Secret
		a.APIKey, a.Token = func() string { return given }, func() string { return given }
	}
	stash, plex := dial(a)
	if q.Server == "stash" {
		return testStash(ctx, stash)
	}
	return testPlex(ctx, plex)
}

func testStash(ctx context.Context, s Stash) api.TestResult {
	version, scenes, err := s.Status(ctx)
	if err != nil {
		return refused(err)
	}
	if version == "" { // a build from source has none
		return api.TestResult{OK: true, Words: message.Old(fmt.Sprintf("Connected to Stash with %d scenes.", scenes))}
	}
	return api.TestResult{OK: true, Words: message.Old(fmt.Sprintf("Connected to Stash %s with %d scenes.", version, scenes))}
}

func testPlex(ctx context.Context, p Plex) api.TestResult {
	id, sections, err := p.Ready(ctx)
	if err != nil {
		return refused(err)
	}
	if may, err := p.MayEdit(ctx); err == nil && !may {
		return api.TestResult{Words: message.Old(fmt.Sprintf("Plex %s answers, but this token may only look, not change anything.", id.Version)),
			Hint: message.Old("The server is shared with this account. Sign in with the owner's account.")}
	}
	r := api.TestResult{OK: true, Words: message.Old(fmt.Sprintf("Connected to Plex %s with %d libraries.", id.Version, len(sections)))}
	r.Libraries = Libraries(sections)
	return r
}

// Accepts gives what asks the Plex at an address whether it takes a token. Without a budget in
// the address: another token is another question.
func Accepts(dial Dial, a Address) func(ctx context.Context, token string) error {
	return func(ctx context.Context, token string) error {
		a.Token = func() string { return token }
		_, p := dial(a)
		defer p.Close()
		_, _, err := p.Ready(ctx)
		return err
	}
}

// Libraries are libraries as people choose among them.
func Libraries(sections []scene.Section) []api.Library {
	var out []api.Library
	for _, s := range sections {
		out = append(out, api.Library{ID: s.ID, Title: s.Title, Type: s.Type, Locations: s.Locations})
	}
	return out
}

func refused(err error) api.TestResult {
	f := fault.Shown(err)
	return api.TestResult{Words: f.Message, Hint: f.Hint}
}
