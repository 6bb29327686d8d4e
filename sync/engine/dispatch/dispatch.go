// Package dispatch hands the due jobs to the worker, a batch at a time, and stores what
// became of them. A Dispatcher owns the batch in hand, what holds the next one back, the
// pace after an outage, and the counts of the run and of each day. It belongs to one goroutine;
// only the Permit and the Streak of a batch are used beside it.
package dispatch

import (
	"fmt"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
)

// New makes a Dispatcher that knows nothing before Load. jitter is uniform in [0,1).
func New(h host.Host, jitter func() float64) *Dispatcher {
	return &Dispatcher{host: h, jitter: jitter, ramp: newRamp(h.Now)}
}

// Load goes on with today's counts.
func (d *Dispatcher) Load() error {
	err := d.host.Store.View(func(tx store.Tx) (err error) { d.book, err = statistics.Load(tx); return err })
	if err != nil {
		return fmt.Errorf("read the statistics: %w", err)
	}
	return nil
}

// Active reports whether a batch is in hand.
func (d *Dispatcher) Active() bool { return d.batch != nil }

// Due is when the next batch may begin, as far as is known without the servers; the zero
// time while one is in hand and when no job will be due.
func (d *Dispatcher) Due(now time.Time, b Budgets) (at time.Time, err error) {
	if d.batch != nil {
		return time.Time{}, nil
	}
	if at := d.heldUntil(b); at.After(now) {
		return at, nil
	}
	if err := d.GiveBack(); err != nil { // what could not be stored when its batch ended
		return time.Time{}, err
	}
	return d.NextJob()
}

// NextJob is when the next job is due; the zero time when none is.
func (d *Dispatcher) NextJob() (at time.Time, err error) {
	err = d.host.Store.View(func(tx store.Tx) error {
		at, _, err = tx.NextDue()
		return err
	})
	return at, err
}

// heldUntil is when the servers may be asked for another batch.
func (d *Dispatcher) heldUntil(b Budgets) time.Time {
	tasks := host.Later(b.Stash.Next(budget.Batch), b.Plex.Next(budget.Batch))
	return host.Later(d.holdUntil, host.Later(tasks, b.Plex.Next(budget.Write)))
}

// localHold is how long work rests after a fault of our own, such as a full disk.
const localHold = 30 * time.Second

// Rest holds the next batch back after a fault of our own, and returns until when.
func (d *Dispatcher) Rest(now time.Time) time.Time {
	d.holdUntil = now.Add(localHold)
	return d.holdUntil
}

// Release takes back what holds the next batch back.
func (d *Dispatcher) Release(now time.Time) { d.holdUntil = now }

// Halt ends the batch in hand after its step.
func (d *Dispatcher) Halt() {
	if d.batch != nil {
		d.batch.end()
	}
}

// Ramp has writes begin slowly and go on faster: from and to are writes per second, over is
// how long that takes.
func (d *Dispatcher) Ramp(now time.Time, from, to int, over time.Duration) {
	d.ramp.begin(now, from, to, over)
}

// GiveBack returns the claimed jobs that have no result to waiting; no attempt counts.
func (d *Dispatcher) GiveBack() error {
	if len(d.claimed) == 0 {
		return nil
	}
	now := d.host.Stamp()
	err := d.host.Store.Update(func(tx store.Tx) error {
		for _, claimed := range d.claimed {
			j, ok, err := tx.Job(claimed.Scene)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			j.Attempts = claimed.Attempts
			if err := tx.PutJob(j.Return(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		d.claimed = nil
	}
	return err
}
