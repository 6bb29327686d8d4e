package link

import (
	"context"

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
	defer stash.Close()
	defer plex.Close()
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
		return api.TestResult{OK: true, Message: message.New(message.StashConnected, message.Count(scenes))}
	}
	return api.TestResult{OK: true, Message: message.New(message.StashVersionConnected, message.Word(version), message.Count(scenes))}
}

func testPlex(ctx context.Context, p Plex) api.TestResult {
	id, sections, err := p.Ready(ctx)
	if err != nil {
		return refused(err)
	}
	if may, err := p.MayEdit(ctx); err == nil && !may {
		return api.TestResult{Message: message.New(message.PlexGuest, message.Word(id.Version)),
			Hint: message.New(message.AdvicePlexGuest)}
	}
	r := api.TestResult{OK: true, Message: message.New(message.PlexConnected, message.Word(id.Version), message.Count(len(sections)))}
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
	return api.TestResult{Message: f.Message, Hint: f.Hint}
}
