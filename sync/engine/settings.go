package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/link"
	"lockstep/sync/engine/scan"
	"lockstep/sync/engine/settings"
)

// Settings returns the present settings, and of the secrets only whether they are set.
func (e *Engine) Settings(ctx context.Context) (s api.Settings, err error) {
	err = e.loop.Ask(ctx, func() (err error) {
		s, err = e.chosen.Shown()
		s.Libraries = link.Libraries(e.links.Sections())
		return err
	})
	return s, err
}

// SaveSettings validates and stores the settings and goes on with them.
func (e *Engine) SaveSettings(ctx context.Context, c api.SettingsChange) error {
	return e.save(ctx, c, false)
}

// save is SaveSettings. signedIn says that the token comes from a sign-in: with any other
// what the last sign-in left is of no more use.
func (e *Engine) save(ctx context.Context, c api.SettingsChange, signedIn bool) error {
	if err := settings.Check(c.Values); err != nil {
		return err
	}
	return e.loop.Ask(ctx, func() error {
		if err := e.chosen.SaveSecrets(c); err != nil {
			return err
		}
		if c.Token != nil {
			if err := e.account.TokenChosen(signedIn); err != nil {
				return err
			}
		}
		saved, err := e.chosen.Save(c, link.Unbind) // another address accepts whatever server answers there
		if err != nil {
			return err
		}
		return e.follow(saved)
	})
}

// follow does what changed settings ask for: new connections, another comparison of every
// scene, other times.
func (e *Engine) follow(saved settings.Saved) error {
	e.tryAgain()
	if err := e.underSettings(); err != nil {
		return err
	}
	if saved.Configured {
		if err := e.monitor.Watches(); err != nil {
			return err
		}
	}
	e.AllowPictures(e.settings().Pictures, e.loop.Spawn)
	if saved.Dial {
		e.dispatch.Halt()
		e.dial()
	}
	if e.chosen.Held() {
		e.dispatch.Halt()
	}
	if err := e.recheckIfOwed(); err != nil {
		return err
	}
	e.scan.Soon(e.now())
	e.publish()
	return nil
}

// underSettings has the brake hold what the settings let it hold.
func (e *Engine) underSettings() error { return e.audit.Under(e.settings()) }

// recheckIfOwed has every scene compared anew when the settings ask for it.
func (e *Engine) recheckIfOwed() error {
	owed, err := e.chosen.OwesRecheck()
	if owed && err == nil {
		e.scan.Want(scan.Everything)
	}
	return err
}

// TestConnection tries an address and a secret without storing them.
func (e *Engine) TestConnection(ctx context.Context, q api.TestRequest) (api.TestResult, error) {
	var a link.Address
	if err := e.loop.Ask(ctx, func() error { a = e.address(); return nil }); err != nil {
		return api.TestResult{}, err
	}
	return link.Test(ctx, e.o.Dial, a, q), nil
}

// duePause ends a pause whose time is over.
func (e *Engine) duePause(_ context.Context, now time.Time) time.Time {
	at := e.chosen.PauseEnds()
	if at.IsZero() || at.After(now) {
		return at
	}
	e.noteStored(e.resume())
	return time.Time{}
}

// Pause stops writes and sweeps until a moment, or until resumed when it is zero. The
// step in hand ends first.
func (e *Engine) Pause(ctx context.Context, until time.Time) error {
	return e.loop.Ask(ctx, func() error {
		e.dispatch.Halt()
		err := e.chosen.Pause(until)
		e.publish()
		return err
	})
}

// Resume ends a pause.
func (e *Engine) Resume(ctx context.Context) error { return e.loop.Ask(ctx, e.resume) }

func (e *Engine) resume() error {
	if err := e.chosen.Resume(); err != nil {
		return err
	}
	e.scan.Soon(e.now())
	e.publish()
	return nil
}
