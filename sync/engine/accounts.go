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
		Do: e.loop.Ask, Connect: e.o.SignIn, MayChoose: e.chosen.MayChoosePlex, Test: e.TestConnection, Store: e.storeServer,
		Installation: func() signin.Options {
			return signin.Options{Service: e.settings().PlexTV, ClientID: e.clientID(), Version: e.o.Version}
		},
	}
}

// storeServer keeps the choice. The machine is bound anew even if the address is the
// old one: a person has just said that this is the server.
func (e *Engine) storeServer(ctx context.Context, machine, url, token string) error {
	var values config.Settings
	err := e.loop.Ask(ctx, func() (err error) {
		if values, err = e.chosen.Stored(); err != nil {
			return err
		}
		return e.links.Bind(machine, url)
	})
	if err != nil {
		return err
	}
	values.PlexURL = url
	return e.save(ctx, api.SettingsChange{Values: values, Token: &token}, true)
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
	e.loop.Beside(func() { t.Run(ctx) }, func() {
		swapped, err := e.account.Done(t, ctx.Err() != nil)
		e.noteStored(err)
		if swapped {
			e.dispatch.Halt()
			e.dial()
		}
		e.unshown = true // a person may have to be asked now, or not any more
	})
	return time.Time{}
}
