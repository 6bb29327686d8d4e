package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/engine/activity"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/match"
)

// dueScan begins a scan when one is due.
func (e *Engine) dueScan(ctx context.Context, now time.Time) time.Time {
	if !e.mayScan() {
		return time.Time{}
	}
	c := e.scanConditions()
	if at := e.scan.Due(now, c); at.IsZero() || at.After(now) {
		return at
	}
	run := e.newScan(e.scan.Begin(now, c))
	gen, epoch := e.monitor.Generation(), e.links.Epoch()
	e.loop.Beside(func() { run.Run(ctx) }, func() { e.scanned(epoch, gen, run) })
	if e.scan.Progress() != nil {
		e.publish()
	}
	return time.Time{}
}

// newScan makes a scan of the present servers, to be run beside the loop.
func (e *Engine) newScan(p scan.Plan) *scan.Scan {
	epoch := e.links.Epoch()
	progress := scan.NewProgress(e.now, e.scan.Scenes(), func(s api.Scan) {
		e.loop.Post(func() {
			if epoch == e.links.Epoch() {
				e.scan.ShowProgress(s)
				e.publish()
			}
		})
	})
	finder, index := e.finder(), e.index()
	finder.Progress, index.Progress = progress.Stash, progress.Plex
	return scan.NewScan(p, scan.Servers{Stash: e.links.Stash(), Finder: finder, Index: index, Sections: e.links.Sections(), Queued: func() { e.loop.Post(func() {}) }}, progress)
}

func (e *Engine) index() *library.Index {
	return &library.Index{Plex: e.links.Plex(), Store: e.store, Machine: e.links.Machine(), Clock: e.stamp}
}

func (e *Engine) finder() *change.Finder {
	return &change.Finder{
		Stash: e.links.Stash(), Store: e.store, Settings: e.settings().Clone(), Clock: e.stamp, Recent: e.recent,
		PathKeys: scan.PathKeys(match.Of(e.settings())),
	}
}

// scanned takes in what a scan brought.
func (e *Engine) scanned(epoch int, gen uint64, run *scan.Scan) {
	now := e.now()
	if run.Worked() {
		e.upkeep.Worked()
	}
	if epoch != e.links.Epoch() {
		e.scan.Discard(run, now)
		return
	}
	ended := e.scan.End(run, now, e.scanConditions())
	e.stashScanned(ended)
	if ended.Listed {
		e.plexListed(gen, ended)
	}
	e.scan.Arm(run, now, e.scanConditions())
	e.hangUp()
	if e.scan.Awaited() {
		e.publish()
	}
	e.scan.Answer(run)
	e.unshown = true
}

func (e *Engine) stashScanned(ended scan.Ended) {
	for _, t := range ended.Tasks {
		e.links.Budget(fault.Stash).Done(t.Kind, t.Err)
	}
	if ended.Rechecked {
		e.noteStored(e.chosen.Rechecked())
	}
	e.noteStored(e.chosen.RenameInFilter(ended.Renamed))
	if ended.StashErr != nil {
		e.doubt(fault.At(ended.StashErr, fault.Stash))
	}
	if ended.Deleted > 0 {
		e.dispatch.Recount()
	}
	if ended.Enqueued > 0 || ended.Deleted > 0 {
		e.log.Info("changes found in Stash", "waiting", e.store.Counts().Pending(), "deleted", ended.Deleted)
	}
}

func (e *Engine) plexListed(gen uint64, ended scan.Ended) {
	e.noteStored(e.dispatch.Appeared(ended.Appeared)) // what waited for them is woken
	e.links.Unlisted(ended.Failed)
	if ended.PlexErr != nil {
		e.serverFault(budget.Index, fault.At(ended.PlexErr, fault.Plex), gen)
		return
	}
	e.links.Budget(fault.Plex).Done(budget.Index, nil)
	e.indexed(ended.FirstIndex)
	e.countPlex(gen, nil)
}

// indexed wakes what waits for items that the index has, once it is up to date.
func (e *Engine) indexed(first bool) {
	if !first {
		return
	}
	e.noteStored(e.dispatch.WakeFound())
}

// hangUp gives up the connections nobody needs until the next scan: each would wake
// the machine once more when its time is over.
func (e *Engine) hangUp() {
	if !e.dispatch.Active() && e.store.Counts().Empty() {
		e.links.Rest()
	}
}

// dueLibraryScans asks Plex whether it still scans.
func (e *Engine) dueLibraryScans(ctx context.Context, now time.Time) time.Time {
	at := e.scan.CheckDue()
	if at.IsZero() || !e.mayWork() {
		return time.Time{}
	}
	if at.After(now) {
		return at
	}
	check, epoch := e.scan.BeginCheck(e.links.Plex(), now), e.links.Epoch()
	e.loop.Beside(func() { check.Run(ctx) }, func() {
		if epoch != e.links.Epoch() {
			e.scan.DiscardCheck()
			return
		}
		e.scan.EndCheck(check, e.now())
		e.publish()
	})
	return time.Time{}
}

// dueActivity has Stash told what was watched and rated in Plex.
func (e *Engine) dueActivity(ctx context.Context, now time.Time) time.Time {
	l := e.links
	look, next := e.activity.Due(now, activity.Conditions{
		Stash: l.Stash(), Plex: l.Plex(), Settings: e.settings().Clone(), Machine: l.Machine(), Sections: l.Sections(),
		Answers: l.Ready() && e.monitor.Allows() && e.stopping.IsZero(), Known: e.scan.Complete(), Writes: !e.chosen.Paused(),
		Worked: func(k budget.Kind) { l.Budget(fault.Stash).Done(k, nil) },
	})
	if look != nil {
		e.loop.Spawn(func() {
			look.Run(ctx)
			e.loop.Post(func() { e.noteStored(e.activity.End(look)); e.publish() })
		})
	}
	return next
}
