package audit

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Deps are the servers and settings a run works with.
type Deps struct {
	Stash    reconcile.Stash
	Plex     reconcile.Plex
	Settings config.Settings
	Machine  string // of the Plex server
	Sections []scene.Section
	PathKeys change.PathKeys
}

// Run is a run under way. Run carries it out beside the loop; End takes in how it ended.
type Run struct {
	work    reconcile.Run
	ctx     context.Context // ends when the run is stopped, with the reason
	stop    context.CancelCauseFunc
	outcome reconcile.Outcome
	err     error // our own
}

// Start begins the run that waits. Refresh lists the sections in full, and progress is called
// now and then and must not block; both are called beside the loop.
func (a *Auditor) Start(deps Deps, refresh func(context.Context) error, progress func(checked, total int)) *Run {
	ctx, stop := context.WithCancelCause(context.Background()) // the end of the process has words of its own
	a.run.stop, a.listing = stop, true
	work := deps.Comparison(a.host)
	work.Report, work.Brake, work.Yes = a.run.report, a.brake, a.run.yes
	work.Refresh, work.Progress = refresh, seldom(progress)
	return &Run{ctx: ctx, stop: stop, work: work}
}

// Comparison compares single scenes the way a run does.
func (d Deps) Comparison(h host.Host) reconcile.Run {
	return reconcile.Run{
		Stash: d.Stash, Plex: d.Plex, Store: h.Store, Settings: d.Settings, Machine: d.Machine, Sections: d.Sections,
		Mapper: match.Of(d.Settings), Clock: h.Now,
		Remember: func(tx store.Tx, s scene.Scene) error { return change.Remember(tx, s, d.PathKeys(s)) },
		Forget:   func(tx store.Tx, id scene.ID) error { return change.Forget(tx, id, h.Stamp()) },
	}
}

// seldom leaves out progress that comes too soon after the one told last.
func seldom(report func(checked, total int)) func(checked, total int) {
	var last time.Time
	return func(checked, total int) {
		if time.Since(last) >= progressEvery {
			last = time.Now()
			report(checked, total)
		}
	}
}

// Run compares until the end, or until the run is canceled.
func (r *Run) Run() {
	defer r.stop(nil)
	r.err = host.Safely(func() (err error) { r.outcome, err = r.work.Do(r.ctx); return err })
}

// Ended is what follows from the end of a run.
type Ended struct {
	// Fault is what ended it early, nil for nothing or for servers that are not the present
	// ones.
	Fault *fault.Error
	// Compared says that the run has a result, Changed that it may have changed the queue.
	Compared, Changed bool
}

// End takes in how a run ended, for the brake and the schedule. servers and s are the
// present connections and settings. The error is our own.
func (a *Auditor) End(r *Run, servers int, s config.Settings) (Ended, error) {
	run := a.run
	if r.err != nil {
		err := a.drop(fault.Of(r.err).Message)
		return Ended{}, errors.Join(r.err, err, a.ran(run, false, s))
	}
	a.run, a.listing = nil, false
	ended := Ended{Compared: true, Changed: !run.report.Preview}
	if run.servers == servers {
		ended.Fault = r.outcome.Fault
	}
	err := a.reconciled(run, r.outcome, s)
	if rep := r.outcome.Report; !rep.Preview {
		a.finished(&rep)
		if rep.Gaps > 0 || !rep.Incomplete.IsZero() {
			a.host.Log.Info("reconciled", "scope", rep.Scope, "checked", rep.Checked, "gaps", rep.Gaps, "enqueued", rep.Enqueued, "incomplete", rep.Incomplete)
		}
	}
	return ended, errors.Join(err, a.ran(run, r.outcome.Report.Incomplete.IsZero(), s))
}
