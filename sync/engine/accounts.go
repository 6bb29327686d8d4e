package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/link"
	"lockstep/sync/engine/signin"
	"lockstep/sync/fault"
)

func (e *Engine) accountLoop() signin.Loop {
	return signin.Loop{
		Service: e.signInService,
		Keep: func(ctx context.Context, s *signin.SignIn, token string) error {
			return e.loop.Ask(context.WithoutCancel(ctx), func() error { return e.account.Keep(s, token) })
		},
	}
}

// signInService sends people to the public page, or to the service itself when it is not
// the public one.
func (e *Engine) signInService() signin.Service {
	o := signin.Options{Service: e.settings().PlexTV, ClientID: e.clientID(), Version: e.o.Version, Budget: e.account.Budget()}
	if o.Service != config.PublicPlexTV {
		o.Page = o.Service
	}
	return e.o.SignIn(o)
}

// StartSignIn begins a sign-in. An older one is forgotten.
func (e *Engine) StartSignIn(ctx context.Context) (api.SignIn, error) {
	var s *signin.SignIn
	if err := e.loop.Ask(ctx, func() error { s = e.account.Begin(); return nil }); err != nil {
		return api.SignIn{}, err
	}
	out, err := s.Start(ctx)
	if err != nil {
		return out, err
	}
	return out, e.loop.Ask(ctx, func() error { return e.account.Follow(s) })
}

// PollSignIn asks how a sign-in stands. A sign-in nobody knows any more has expired.
func (e *Engine) PollSignIn(ctx context.Context, id string) (api.SignInState, error) {
	s, err := e.findSignIn(ctx, id)
	if err != nil {
		return api.SignInState{State: api.SignInExpired}, err
	}
	return s.Poll(ctx)
}

func (e *Engine) findSignIn(ctx context.Context, id string) (s *signin.SignIn, err error) {
	err = e.loop.Ask(ctx, func() error { s = e.account.Find(id); return nil })
	return s, err
}

// ChooseServer stores address and token of a server, after the server accepted them.
func (e *Engine) ChooseServer(ctx context.Context, id, machine string) (api.PlexServer, error) {
	var none api.PlexServer
	s, err := e.findSignIn(ctx, id)
	if err != nil {
		return none, err
	}
	f, err := s.Choose(ctx, machine)
	if err != nil {
		return none, err
	}
	if err := e.chosen.MayChoosePlex(); err != nil {
		return none, err
	}
	accepted, err := e.TestConnection(ctx, api.TestRequest{Server: "plex", URL: f.Best.URL, Secret: &f.Token})
	if err != nil {
		return none, err
	}
	if !accepted.OK {
		return none, fault.New(fault.Rejected, fault.Plex, accepted.Words, accepted.Hint, nil)
	}
	return f.Shown(), e.storeServer(ctx, f)
}

// storeServer keeps the choice. The machine is bound anew even if the address is the
// old one: a person has just said that this is the server.
func (e *Engine) storeServer(ctx context.Context, f signin.Found) error {
	var values config.Settings
	err := e.loop.Ask(ctx, func() (err error) {
		if values, err = e.chosen.Stored(); err != nil {
			return err
		}
		return e.links.Bind(f.Machine, f.Best.URL)
	})
	if err != nil {
		return err
	}
	values.PlexURL = f.Best.URL
	return e.save(ctx, api.SettingsChange{Values: values, Token: &f.Token}, true)
}

// Discover looks for Plex servers on the local network.
func (e *Engine) Discover(ctx context.Context) ([]api.PlexServer, error) { return e.o.Discover(ctx) }

// dueAccount does what is due at plex.tv.
func (e *Engine) dueAccount(ctx context.Context, now time.Time) time.Time {
	if e.o.Still {
		return time.Time{}
	}
	s := e.links.PlexState()
	t, next, err := e.account.Due(now, signin.Plex{
		Refuses: s.Checked && !s.OK && s.Class == string(fault.Unauthorized), Machine: e.links.Bound, Accepts: func() func(context.Context, string) error { return link.Accepts(e.o.Dial, e.links.Known(e.address())) },
	})
	e.noteStored(err)
	if t == nil {
		return next
	}
	e.loop.Spawn(func() {
		t.Run(ctx)
		e.loop.Post(func() {
			swapped, err := e.account.Done(t, ctx.Err() != nil)
			e.noteStored(err)
			if swapped {
				e.dispatch.Halt()
				e.dial()
			}
			e.unshown = true // a person may have to be asked now, or not any more
		})
	})
	return time.Time{}
}
