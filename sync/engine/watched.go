package engine

import (
	"time"

	"lockstep/sync/outage"
	"lockstep/sync/store"
)

// A break is a time in which nobody watched Plex: Lockstep did not run, the machine slept
// or no Plex was set up. Nothing is known of it, so it counts neither as up nor as down.

// began records the break before this process ran.
func (e *Engine) began(tx store.Tx, now time.Time) error {
	if err := clipBreaks(tx, now); err != nil {
		return err
	}
	return e.breakEnds(tx, now)
}

// alive stores that Plex was watched until now. Without a Plex to watch, the break goes on.
func (e *Engine) alive(tx store.Tx, now time.Time) error {
	if !e.settings.Configured() {
		return e.breakEnds(tx, now)
	}
	return tx.PutValue(aliveValue, now)
}

// watches ends the break in which no Plex was set up.
func (e *Engine) watches() error {
	now := e.stamp()
	return e.store.Update(func(tx store.Tx) error { return e.breakEnds(tx, now) })
}

// breakEnds records the time since Plex was last watched, and that it is watched again if
// it is.
func (e *Engine) breakEnds(tx store.Tx, now time.Time) error {
	g, err := unwatched(tx, now)
	if err != nil {
		return err
	}
	if g.From.Before(now) {
		if err := tx.PutOffGap(g); err != nil {
			return err
		}
	}
	if !e.settings.Configured() {
		return nil
	}
	return tx.PutValue(aliveValue, now)
}

// unwatched is the time since Plex was last watched, since ever if it never was.
func unwatched(tx store.Tx, now time.Time) (outage.Gap, error) {
	g := outage.Gap{To: now}
	_, err := tx.Value(aliveValue, &g.From)
	return g, err
}

// slept records what was missed between two turns of the loop.
func (e *Engine) slept(from, to time.Time) error {
	return e.store.Update(func(tx store.Tx) error {
		if err := clipBreaks(tx, to); err != nil {
			return err
		}
		if !from.Before(to) || !e.settings.Configured() {
			return nil
		}
		if err := tx.PutOffGap(outage.Gap{From: from, To: to}); err != nil {
			return err
		}
		return tx.PutValue(aliveValue, to)
	})
}

// clipBreaks draws back what a wrong clock left in the future.
func clipBreaks(tx store.Tx, now time.Time) error {
	gaps, err := tx.OffGaps()
	if err != nil {
		return err
	}
	for _, g := range gaps {
		switch {
		case !g.To.After(now):
		case g.From.Before(now):
			g.To = now
			err = tx.PutOffGap(g)
		default:
			err = tx.DeleteOffGap(g)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
