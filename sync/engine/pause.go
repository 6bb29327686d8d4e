package engine

import (
	"context"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/store"
)

// pauseState is the user's pause; it survives restarts.
type pauseState struct {
	On    bool      `json:"on"`
	Until time.Time `json:"until,omitzero"` // zero while on: until resumed
}

const pauseValue = "pause"

func (e *Engine) paused() bool { return e.pause.On || e.o.Hold || e.held() }

// held reports that the settings ask for nothing to be written. An installation whose
// addresses come from flags or variables was not set up by hand: what an unfinished
// set-up once stored does not hold it.
func (e *Engine) held() bool {
	return e.settings.Hold && (e.overridden("hold") || !e.overridden("stash-url") || !e.overridden("plex-url"))
}

// mayChange refuses what a pause or hold forbids.
func (e *Engine) mayChange(hint string) error {
	switch {
	case e.held():
		return fault.Old(fault.Rejected, fault.None, "The set-up is not finished: Lockstep writes nothing to Plex yet.",
			"Finish it, or switch off “Write nothing” in the settings.", nil)
	case e.paused():
		return fault.Old(fault.Rejected, fault.None, "Lockstep is paused.", hint, nil)
	}
	return nil
}

// duePause ends a pause whose time is over.
func (e *Engine) duePause(_ context.Context, now time.Time) time.Time {
	if !e.pause.On || e.pause.Until.IsZero() {
		return time.Time{}
	}
	if e.pause.Until.After(now) {
		return e.pause.Until
	}
	if err := e.setPause(pauseState{}); err != nil {
		e.noteLocal(err)
	}
	return time.Time{}
}

// Pause stops writes and sweeps until a moment, or until resumed when it is zero. The
// step in hand ends first.
func (e *Engine) Pause(ctx context.Context, until time.Time) error {
	return e.ask(ctx, func() error {
		if !until.IsZero() {
			until = until.UTC().Round(0)
		}
		e.dispatch.Halt()
		return e.setPause(pauseState{On: true, Until: until})
	})
}

// Resume ends a pause.
func (e *Engine) Resume(ctx context.Context) error {
	return e.ask(ctx, func() error { return e.setPause(pauseState{}) })
}

func (e *Engine) setPause(p pauseState) error {
	err := e.store.Update(func(tx store.Tx) error { return tx.PutValue(pauseValue, p) })
	if err != nil {
		return err
	}
	e.pause = p
	if !p.On {
		e.scan.Soon(e.now())
	}
	e.publish()
	return nil
}
