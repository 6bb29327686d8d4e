package engine

import (
	"context"
	"maps"
	"os"
	"runtime/debug"
	"time"

	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/movein"
	"lockstep/sync/store"
)

const (
	// aliveEvery is how old a stored sign of life gets at the most: it bounds how wrong
	// the "app was off" span of an outage chart can be.
	aliveEvery = 5 * time.Minute
	// tidyEvery is how often old records are dropped and a backup is made.
	tidyEvery = 24 * time.Hour
	// pruneStep bounds what one transaction deletes.
	pruneStep = 2000
)

// upkeepValue names the stored stamp of the last tidy-up.
const upkeepValue = "upkeep"

// dueUpkeep stores a sign of life, ends waits that were long enough and, once a day, drops
// old records and has a backup made.
func (e *Engine) dueUpkeep(ctx context.Context, now time.Time) time.Time {
	u := &e.upkeep
	e.lookAtData()
	next := e.retryLocal(now)
	if age := now.Round(0).Sub(u.alive); age >= aliveEvery-maxNap || age < 0 {
		u.alive = e.stamp() // a turn early: so it never wakes the machine for itself
		e.signOfLife(u.alive)
		e.endParked(u.alive)
	}
	if age := now.Round(0).Sub(u.tidied); age >= tidyEvery || age < 0 {
		e.tidy(ctx)
	}
	return next // the loop turns every maxNap in any case
}

// endParked ends the jobs that have waited for their item as long as the settings say.
func (e *Engine) endParked(now time.Time) {
	n, err := e.dispatch.EndParked(now)
	if err != nil {
		e.noteLocal(err)
	}
	if n > 0 {
		e.publish()
	}
}

// retryLocal tries whether the disk takes something again after it did not.
func (e *Engine) retryLocal(now time.Time) time.Time {
	if e.local.shown(e.store.stored()) == nil {
		if e.local.Words != "" {
			e.log.Info("what went wrong here is over", "was", e.local.Words)
			e.local = localTrouble{}
			e.publish()
		}
		return time.Time{}
	}
	if e.local.again.After(now) && e.local.again.Sub(now) <= localRetry {
		return e.local.again
	}
	e.local.again = now.Add(localRetry)
	if e.store.Update(func(tx store.Tx) error { return e.monitor.Alive(tx, e.stamp()) }) == nil {
		return now
	}
	return e.local.again
}

// upkeepState is when what is done now and then was last done, by the wall clock.
type upkeepState struct {
	alive, tidied time.Time
	dataFault     string    // what is wrong with the database file, empty: nothing
	worked        time.Time // when memory was last used that was not given back, zero: all was
}

// putLife stores that the process lived at a moment and what it had seen by then, with
// anything else that belongs to it.
func (e *Engine) putLife(now time.Time, more map[string]any) error {
	known := e.scan.Stored()
	values := map[string]any{
		newestValue: known.Newest, fileValue: known.Files,
	}
	maps.Copy(values, more)
	return e.store.Update(func(tx store.Tx) error {
		for name, v := range values {
			if err := tx.PutValue(name, v); err != nil {
				return err
			}
		}
		return e.monitor.Alive(tx, now)
	})
}

func (e *Engine) signOfLife(now time.Time) {
	if err := e.putLife(now, map[string]any{sweptValue: e.scan.Stored().Swept}); err != nil {
		e.noteLocal(err)
	}
}

// collectAt is how much garbage, in percent of what is in use, is let gather before it is
// collected. The heap in use is a few MB: twice Go's own 100 costs 4 MB more while there
// is work, and saves a tenth of the processor time.
const collectAt = 200

// collectFrom is the memory of this process, in bytes, beyond which garbage is collected
// sooner: one answer may be 64 MB long and is copied while it is read, and what the last
// one left must be gone before the next one comes. A library of 100 000 scenes needs a
// quarter of it.
const collectFrom = 256 << 20

// Thrift sets how this process trades memory for processor time, unless GOGC and GOMEMLIMIT
// say so.
func Thrift() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(collectFrom)
	}
}

// restAfter is how long nothing was to be done before memory is given back: shorter
// than a turn of the loop, so that it never wakes the machine for itself.
const restAfter = 45 * time.Second

// dueRest gives memory back after work: an app that runs for months must not go on
// occupying what its first sync took.
func (e *Engine) dueRest(_ context.Context, now time.Time) time.Time {
	u := &e.upkeep
	if u.worked.IsZero() || e.dispatch.Active() || e.scan.Running() || now.Sub(u.worked) < restAfter {
		return time.Time{}
	}
	u.worked = time.Time{}
	e.spawn(func() {
		debug.FreeOSMemory()
		if e.o.Data == nil {
			return
		}
		if err := e.o.Data.Trim(); err != nil {
			e.log.Warn("give memory back", "err", err)
		}
	})
	return time.Time{}
}

// tidy drops what is older than the settings keep, beside the loop.
func (e *Engine) tidy(ctx context.Context) {
	now := e.stamp()
	e.upkeep.tidied = now
	if err := e.store.Update(func(tx store.Tx) error { return tx.PutValue(upkeepValue, now) }); err != nil {
		e.noteLocal(err)
		return
	}
	keepHistory, keepOutages := e.settings.KeepHistory, e.settings.KeepOutages
	e.spawn(func() {
		err := e.prune(ctx, now, keepHistory, keepOutages)
		words := ""
		if err == nil && e.o.Data != nil {
			words, err = e.o.Data.Maintain(ctx)
		}
		if words != "" || err != nil && ctx.Err() == nil {
			e.post(func() { e.noteData(words, err) })
		}
	})
}

func (e *Engine) prune(ctx context.Context, now time.Time, history, outages time.Duration) error {
	for ctx.Err() == nil {
		n := 0
		err := e.store.Update(func(tx store.Tx) (err error) {
			n, err = tx.Prune(now.Add(-history), pruneStep)
			return err
		})
		if err != nil {
			return err
		}
		if n < pruneStep {
			break
		}
	}
	if err := e.store.Update(func(tx store.Tx) error { return movein.Prune(tx, now.Add(-outages)) }); err != nil {
		return err
	}
	return monitor.Prune(e.store, outages, now)
}
