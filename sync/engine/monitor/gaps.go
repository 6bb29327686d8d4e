package monitor

import (
	"time"

	"lockstep/sync/outage"
	"lockstep/sync/store"
)

// A gap is a time in which nobody watched Plex: Lockstep did not run, the machine slept or
// no Plex was set up. Nothing is known of it, so it counts neither as up nor as down.

// LastAlive is up to when Plex was watched as far as it is stored.
func (m *Monitor) LastAlive() (at time.Time, err error) {
	err = m.host.Get(aliveValue, &at)
	return at, err
}

// began records the gap before this process ran.
func (m *Monitor) began(tx store.Tx, now time.Time) error {
	if err := clipGaps(tx, now); err != nil {
		return err
	}
	return m.endGap(tx, now)
}

// Alive stores that Plex was watched until now and when it last answered, as part of a
// transaction. Without a Plex to watch, the gap goes on.
func (m *Monitor) Alive(tx store.Tx, now time.Time) error {
	if err := tx.PutValue(contactValue, m.state.LastContact); err != nil {
		return err
	}
	if !m.settings().Watched {
		return m.endGap(tx, now)
	}
	return tx.PutValue(aliveValue, now)
}

// Watches ends the gap in which no Plex was set up.
func (m *Monitor) Watches() error {
	now := m.host.Stamp()
	return m.host.Store.Update(func(tx store.Tx) error { return m.endGap(tx, now) })
}

// endGap records the time since Plex was last watched, and that it is watched again if
// it is.
func (m *Monitor) endGap(tx store.Tx, now time.Time) error {
	g, err := unwatched(tx, now)
	if err != nil {
		return err
	}
	if g.From.Before(now) {
		if err := tx.PutOffGap(g); err != nil {
			return err
		}
	}
	if !m.settings().Watched {
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

// jumpLimit is how far wall clock and monotonic clock may drift apart between two
// turns of the loop before it counts as sleep or a set clock; NTP slews far less.
const jumpLimit = 10 * time.Second

// Turn sees a suspend or a clock jump by comparing both clocks between two turns of the loop,
// and by turns that did not come: on Windows the monotonic clock goes on while a machine
// sleeps. Longest is how far two turns may lie apart. What was missed is recorded as a gap.
func (m *Monitor) Turn(longest time.Duration) (slept bool, err error) {
	last, now := m.turned, m.host.Now()
	m.turned = now
	wall := now.Round(0).Sub(last.Round(0))
	drift := wall - now.Sub(last)
	if drift.Abs() < jumpLimit && wall.Abs() < longest {
		return false, nil
	}
	m.host.Log.Info("the clock jumped or the machine slept; checking the servers again", "after", wall.Round(time.Second), "drift", drift.Round(time.Second))
	if drift <= -jumpLimit || wall < 0 { // the clock was set back
		last = now // nothing was missed
	}
	return true, m.slept(last.UTC().Round(0), now.UTC().Round(0))
}

// slept records what was missed between two turns of the loop.
func (m *Monitor) slept(from, to time.Time) error {
	return m.host.Store.Update(func(tx store.Tx) error {
		if err := clipGaps(tx, to); err != nil {
			return err
		}
		if !from.Before(to) || !m.settings().Watched {
			return nil
		}
		if err := tx.PutOffGap(outage.Gap{From: from, To: to}); err != nil {
			return err
		}
		return tx.PutValue(aliveValue, to)
	})
}

// clipGaps draws back what a wrong clock left in the future.
func clipGaps(tx store.Tx, now time.Time) error {
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

// Prune drops the outage records and gaps that are older than keep. It touches nothing of
// the monitor, so it may run beside the loop.
func Prune(st store.Store, keep time.Duration, now time.Time) error {
	return st.Update(func(tx store.Tx) error {
		records, err := tx.Outages(0)
		if err != nil {
			return err
		}
		for _, id := range outage.Expired(records, keep, now) {
			if err := tx.DeleteOutage(id); err != nil {
				return err
			}
		}
		gaps, err := tx.OffGaps()
		if err != nil {
			return err
		}
		kept := map[outage.Gap]bool{}
		for _, g := range outage.KeptGaps(gaps, keep, now) {
			kept[g] = true
		}
		for _, g := range gaps {
			if !kept[g] {
				if err := tx.DeleteOffGap(g); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
