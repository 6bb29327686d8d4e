package engine

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/loop"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/movein"
	"lockstep/sync/engine/upkeep"
	"lockstep/sync/store"
)

// dueUpkeep stores a sign of life, ends waits that were long enough and, once a day, drops
// old records and has a backup made.
func (e *Engine) dueUpkeep(ctx context.Context, now time.Time) time.Time {
	e.checkData()
	next, over := e.upkeep.Retry(now, func(tx store.Tx) error { return e.monitor.Alive(tx, e.stamp()) })
	if e.upkeep.AliveDue(now, loop.MaxNap) {
		e.noteStored(e.putLife(true))
		ended, err := e.dispatch.EndParked(e.stamp()) // as long as the settings say they wait
		e.noteStored(err)
		over = over || ended > 0
	}
	if over {
		e.publish()
	}
	outages := e.settings().KeepOutages
	tidy, err := e.upkeep.TidyDue(now, upkeep.Keep{History: e.settings().KeepHistory, Others: func(now time.Time) error {
		return errors.Join(movein.Prune(e.store, outages, now), monitor.Prune(e.store, outages, now))
	}})
	e.noteStored(err)
	if tidy != nil {
		e.loop.Spawn(func() {
			if words, err := tidy.Run(ctx); !words.IsZero() || err != nil {
				e.loop.Post(func() { e.upkeep.Tell(words, err) })
			}
		})
	}
	return next // the loop turns every maxNap in any case
}

// putLife stores that the process lives and what it has seen by now. Swept says whether
// what Stash was last swept for counts: at the end of a process it does not, because what
// was seen in its last moments is worth another scan.
func (e *Engine) putLife(swept bool) error {
	return e.store.Update(func(tx store.Tx) error {
		if err := e.scan.Stored().Put(tx, swept); err != nil {
			return err
		}
		return e.monitor.Alive(tx, e.stamp())
	})
}

// dueRest gives memory back after work.
func (e *Engine) dueRest(_ context.Context, now time.Time) time.Time {
	if e.upkeep.RestDue(now, e.dispatch.Active() || e.scan.Running()) {
		e.loop.Spawn(e.upkeep.Rest)
	}
	return time.Time{}
}

// loadData tells what opening the database found.
func (e *Engine) loadData() error {
	paused, err := e.chosen.PauseIfLost(e.o.Damaged)
	if err == nil {
		e.upkeep.Tell(e.o.Notice, nil)
		e.upkeep.Tell(paused, nil)
	}
	return err
}

// checkData sees whether the database is in its place and whole.
func (e *Engine) checkData() {
	if e.upkeep.CheckPlace() {
		e.publish()
	}
}

// CheckData reads everything that is stored, mends what is damaged and tells of it.
func (e *Engine) CheckData(ctx context.Context) (api.DataCheck, error) {
	words, err := e.upkeep.Check()
	if err != nil || words.IsZero() && e.o.Data == nil {
		return api.DataCheck{}, err
	}
	return api.DataCheck{Message: words}, e.loop.Ask(ctx, func() error {
		e.upkeep.Tell(words, nil)
		e.publish()
		return nil
	})
}
