package engine

import (
	"context"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/compare"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/loop"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// dueWork hands the due jobs to the worker when nothing holds it back.
func (e *Engine) dueWork(ctx context.Context, now time.Time) time.Time {
	if e.dispatch.Active() || e.shelves.Running() || !e.mayWork() {
		return time.Time{}
	}
	at, err := e.dispatch.Due(now, e.workBudgets())
	switch {
	case err != nil:
		return e.restForDisk(err, now)
	case at.IsZero() && e.scan.Running():
		return time.Time{} // what it still finds belongs to the same run
	case at.IsZero():
		return e.endRun(now)
	case at.After(now):
		return at
	}
	batch, err := e.dispatch.Begin(ctx, now, e.workBudgets(), e.monitor.Generation(), e.batchDeps())
	switch {
	case err != nil:
		return e.restForDisk(err, now)
	case batch == nil: // all that was due waits on
		return now
	}
	e.loop.Beside(func() { err = batch.Run(e.loop.Hard()) }, func() { e.batchEnded(err) })
	e.publish()
	return time.Time{}
}

// restForDisk reports that something could not be stored or read, and has work rest.
func (e *Engine) restForDisk(err error, now time.Time) time.Time {
	e.noteLocal(err)
	return e.dispatch.Rest(now)
}

// batchDeps is what a batch needs beside its jobs.
func (e *Engine) batchDeps() dispatch.Deps {
	return dispatch.Deps{
		Reader: &compare.Reader{
			Stash: e.links.Stash(), Plex: e.links.Plex(), Store: e.store, Settings: e.settings().Clone(), Machine: e.links.Machine(),
			Sections: e.links.Sections(), Mapper: match.Of(e.settings()), Clock: e.now, Recent: e.recent, KeepCovers: true,
		},
		Plex: scan.Noting{Plex: e.links.Plex(), Asked: func(section string) {
			e.loop.Post(func() { e.scan.LibraryScanned(section, e.now()) })
		}}, Report: e.report, Brake: e.workBrake,
		Step: func(j queue.Job, step queue.Step, fields []scene.Field) {
			e.loop.Post(func() {
				e.dispatch.Step(j, step, fields)
				e.publish()
			})
		},
	}
}

// report hands results to the loop and waits until they are on disk.
func (e *Engine) report(rs []worker.Result) bool {
	on, ok := loop.Call(e.loop, func() bool { return e.take(rs) })
	return ok && on
}

// take stores results, what the brake makes of them and the success that Plex proved, in
// one transaction. It reports whether the batch may go on.
func (e *Engine) take(rs []worker.Result) bool {
	results := e.dispatch.Take(rs, dispatch.Library{
		Machine: e.links.Machine(), Mapper: match.Of(e.settings()), PathKeys: e.finder().PathKeys, ParkFor: e.settings().ParkFor,
	})
	through := e.audit.Through(results.Through())
	put := func(tx store.Tx) error {
		if err := results.Put(tx); err != nil {
			return err
		}
		return through.Put(tx)
	}
	if err := e.storeResults(results, put); err != nil {
		e.restForDisk(err, e.now())
		return false
	}
	through.Stored()
	e.upkeep.Worked()
	f := results.Stored()
	if f.Writable {
		e.links.Budget(fault.Plex).Done(budget.Write, nil)
	}
	if !f.Failed.IsZero() {
		e.lastErr = f.Failed
	}
	if f.Gone {
		e.scan.WantBy(scan.FullIndex, e.now().Add(newsDelay))
	}
	e.publish()
	return true
}

// storeResults stores results, with the success they prove if they prove any.
func (e *Engine) storeResults(r *dispatch.Results, put func(store.Tx) error) error {
	if r.Proven() {
		return e.storeVerdict(breaker.Event{Kind: breaker.Success, Generation: r.Generation()}, put)
	}
	return e.store.Update(put)
}

// batchEnded decides what the fault that ended a batch means for others.
func (e *Engine) batchEnded(err error) {
	ended := e.dispatch.End(err, e.now())
	if ended.Err != nil {
		e.noteLocal(ended.Err)
	}
	f := ended.Fault
	switch {
	case f == nil:
		e.links.Budget(fault.Stash).Done(budget.Batch, nil)
		e.links.Budget(fault.Plex).Done(budget.Batch, nil)
	case ended.Refused:
		e.links.Budget(fault.Plex).Done(budget.Write, f)
		e.doubt(f) // perhaps it is not read with this token either
	case budget.Held(f), f.Class == fault.Canceled:
	case f.Class == fault.Local:
		e.noteLocal(f)
	default:
		e.batchFault(f, ended)
	}
	e.unshown = true
}

// batchFault acts on the fault of a server that ended a batch.
func (e *Engine) batchFault(f *fault.Error, ended dispatch.Ended) {
	e.serverFault(budget.Batch, f, ended.Generation)
	if ended.Hidden { // only a full list tells what is gone
		e.scan.Want(scan.FullIndex)
	}
}

// endRun closes the run when nothing is left to do. It returns when the loop has to
// turn again because of that.
func (e *Engine) endRun(now time.Time) time.Time {
	run, ended, err := e.dispatch.EndRun()
	e.noteStored(err)
	if !ended {
		return time.Time{}
	}
	e.shelves.Want()
	e.publish()
	if !dispatch.MovedMuch(run) {
		return time.Time{}
	}
	e.scan.WantBy(scan.What{Index: true}, now.Add(newsDelay))
	return e.scan.Due(now, e.scanConditions())
}
