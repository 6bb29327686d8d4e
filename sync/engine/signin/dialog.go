package signin

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/fault"
)

// Dialog is how a person signs in with Plex and chooses a server. It is safe for concurrent
// use.
type Dialog struct{ account *Account }

// NewDialog makes a dialog about an account.
func NewDialog(a *Account) Dialog { return Dialog{a} }

func (d Dialog) do(ctx context.Context, fn func() error) error { return d.account.loop.Do(ctx, fn) }

// StartSignIn begins a sign-in. An older one is forgotten.
func (d Dialog) StartSignIn(ctx context.Context) (api.SignIn, error) {
	var s *SignIn
	if err := d.do(ctx, func() error { s = d.account.Begin(); return nil }); err != nil {
		return api.SignIn{}, err
	}
	out, err := s.Start(ctx)
	if err != nil {
		return out, err
	}
	return out, d.do(ctx, func() error { return d.account.Follow(s) })
}

// PollSignIn asks how a sign-in stands. A sign-in nobody knows any more has expired.
func (d Dialog) PollSignIn(ctx context.Context, id string) (api.SignInState, error) {
	s, err := d.find(ctx, id)
	if err != nil {
		return api.SignInState{State: api.SignInExpired}, err
	}
	return s.Poll(ctx)
}

func (d Dialog) find(ctx context.Context, id string) (s *SignIn, err error) {
	err = d.do(ctx, func() error { s = d.account.Find(id); return nil })
	return s, err
}

// ChooseServer stores address and token of a server, after the server accepted them.
func (d Dialog) ChooseServer(ctx context.Context, id, machine string) (api.PlexServer, error) {
	var none api.PlexServer
	s, err := d.find(ctx, id)
	if err != nil {
		return none, err
	}
	f, err := s.Choose(ctx, machine)
	if err != nil {
		return none, err
	}
	if err := d.do(ctx, d.account.loop.MayChoose); err != nil {
		return none, err
	}
	accepted, err := d.account.loop.Test(ctx, api.TestRequest{Server: "plex", URL: f.Best.URL, Secret: &f.Token})
	if err != nil {
		return none, err
	}
	if !accepted.OK {
		return none, fault.New(fault.Rejected, fault.Plex, accepted.Message, accepted.Hint, nil)
	}
	return f.Shown(), d.account.loop.Store(ctx, f.Machine, f.Best.URL, f.Token)
}
