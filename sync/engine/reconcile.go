package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/brake"
	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// reconState is the reconciliation in hand, the newest finished one and the schedule.
type reconState struct {
	last     *store.Report
	needLook int
	running  *reconRun
	listing  bool // the run brings the index up to date: no look may do so as well

	done    time.Time // when the last complete run that counts for the schedule ended
	retryAt time.Time // a scheduled run failed: not before
	fails   int       // how many scheduled runs failed since one succeeded
	stale   bool      // the last one was over an hour old when the process started

	brake brake.State
}

// reconRun is one run from the request to the stored result.
type reconRun struct {
	report  store.Report
	yes     bool
	counts  bool // for the brake
	epoch   int
	started bool
	stop    context.CancelCauseFunc
	checked int
	total   int
}

func (r reconState) shown() *api.ReconcileState {
	if r.running == nil {
		return nil
	}
	return &api.ReconcileState{
		Report: r.running.report.ID, Scope: r.running.report.Scope, Preview: r.running.report.Preview,
		Checked: r.running.checked, Total: r.running.total,
	}
}

// finished takes in the newest finished report that was no preview.
func (r *reconState) finished(rep *store.Report) {
	r.last, r.needLook = rep, 0
	if rep == nil {
		return
	}
	for code, n := range rep.Skipped {
		if skip.Of(code).Act {
			r.needLook += n
		}
	}
}

// loadReports reads what reconciliations left behind, and ends those a dying process
// did not.
func (e *Engine) loadReports() error {
	now := e.stamp()
	return e.store.Update(func(tx store.Tx) error {
		reports, err := tx.Reports(0)
		if err != nil {
			return err
		}
		for _, r := range reports {
			if r.Ended.IsZero() {
				r.Ended, r.Incomplete = now, "Lockstep ended before it was done."
				if err := tx.PutReport(r); err != nil {
					return err
				}
			}
		}
		last, err := lastReport(tx)
		if err != nil {
			return err
		}
		e.recon.finished(last)
		return e.loadSchedule(tx)
	})
}

// errQuitting is the cause of a run ended by the end of the process.
var errQuitting = fault.Old(fault.Canceled, fault.None, "Lockstep was quit.", "", nil)

func (e *Engine) stopRecon() { e.cancelRecon(errQuitting) }

// cancelRecon ends the run in hand for a reason.
func (e *Engine) cancelRecon(why *fault.Error) {
	run := e.recon.running
	switch {
	case run == nil:
	case run.started:
		run.stop(why)
	default:
		e.endReport(run, why.Message.String())
	}
}

// endReport ends a run that never began, or that our own fault ended.
func (e *Engine) endReport(run *reconRun, words string) {
	e.recon.running, e.recon.listing = nil, false
	rep := run.report
	rep.Ended, rep.Incomplete = e.stamp(), words
	if err := e.store.Update(func(tx store.Tx) error { return tx.PutReport(rep) }); err != nil {
		e.noteLocal(err)
	}
}

// Reconcile starts a reconciliation and returns the id of its report at once. It begins
// when both servers were looked at; a server that is away makes it incomplete.
func (e *Engine) Reconcile(ctx context.Context, q api.ReconcileRequest) (uint64, error) {
	var id uint64
	err := e.ask(ctx, func() error {
		if !e.links.Connected() {
			return fault.Old(fault.Config, fault.None, "Lockstep does not know its servers yet.", "Enter the addresses of Stash and Plex in the settings.", nil)
		}
		if e.recon.running != nil {
			return fault.Old(fault.Rejected, fault.None, "A reconciliation is under way.", "Wait for it, or stop it first.", nil)
		}
		if e.paused() && !q.Preview {
			return fault.Old(fault.Rejected, fault.None, "Lockstep is paused.", "Resume it first, or ask for a preview.", nil)
		}
		scope, err := reconcile.ParseScope(q.Scope, e.links.Sections(), e.now())
		if err != nil && e.links.Machine() != "" {
			return err
		}
		id, err = e.beginRecon(q, scope)
		return err
	})
	return id, err
}

// beginRecon stores the report of a run to come.
func (e *Engine) beginRecon(q api.ReconcileRequest, scope string) (uint64, error) {
	rep := store.Report{Scope: scope, Started: e.stamp(), Preview: q.Preview, Deep: q.Deep, Scheduled: q.Scheduled}
	err := e.store.Update(func(tx store.Tx) (err error) {
		rep.ID, err = tx.NewReport(rep)
		return err
	})
	if err != nil {
		return 0, err
	}
	e.recon.running = &reconRun{report: rep, yes: q.Yes, epoch: e.links.Epoch()}
	e.publish()
	return rep.ID, nil
}

// StopReconcile ends the running reconciliation; its report is marked incomplete.
func (e *Engine) StopReconcile(ctx context.Context) error {
	return e.ask(ctx, func() error {
		e.cancelRecon(fault.Old(fault.Canceled, fault.None, "You stopped it.", "", nil))
		e.publish()
		return nil
	})
}

// dueReconcile starts the run asked for, or one the schedule wants.
func (e *Engine) dueReconcile(ctx context.Context, now time.Time) time.Time {
	run := e.recon.running
	if run == nil {
		return e.dueSchedule(now)
	}
	if run.epoch != e.links.Epoch() {
		e.cancelRecon(fault.Old(fault.Canceled, fault.None, "The settings changed meanwhile.", "", nil))
		return time.Time{}
	}
	if !run.started && e.reconReady() {
		e.startRecon(ctx, run)
	}
	return time.Time{}
}

// reconReady reports that both servers were looked at since the start, and that no look
// is under way that lists Plex as well. While work is possible the first look comes
// first: it learns what a comparison needs to know.
func (e *Engine) reconReady() bool {
	stash, plex := e.links.StashState(), e.links.PlexState()
	if e.scan.Running() || !stash.Checked || !plex.Checked && e.health.Breaker.Allows() {
		return false
	}
	return e.scan.Swept() || e.paused() || !stash.OK || !plex.OK
}

func (e *Engine) startRecon(ctx context.Context, run *reconRun) {
	run.started, e.recon.listing = true, true
	rctx, stop := context.WithCancelCause(context.WithoutCancel(ctx)) // the end of the process has words of its own
	run.stop = stop
	gen := e.health.Breaker.Generation
	r := e.reconciliation(run, gen)
	e.spawn(func() {
		defer stop(nil)
		var out reconcile.Outcome
		err := host.Safely(func() (err error) { out, err = r.Do(rctx); return err })
		e.post(func() { e.reconciled(run, gen, out, err) })
	})
}

// progressEvery bounds how often the progress is published.
const progressEvery = 250 * time.Millisecond

func (e *Engine) reconciliation(run *reconRun, gen uint64) reconcile.Run {
	l := e.links
	finder := e.finder()
	var told time.Time
	return reconcile.Run{
		Stash: l.Stash(), Plex: l.Plex(), Store: e.store, Settings: e.settings.Clone(), Machine: l.Machine(),
		Sections: l.Sections(), Mapper: match.NewMapper(e.settings.PathMap), Clock: e.now, Report: run.report,
		Brake: e.recon.brake, Yes: run.yes,
		Refresh:  e.refreshFor(run, gen),
		Remember: func(tx store.Tx, s scene.Scene) error { return change.Remember(tx, s, finder.Claims(s)) },
		Forget:   func(tx store.Tx, id scene.ID) error { return change.Forget(tx, id, e.stamp()) },
		Progress: func(checked, total int) {
			if time.Since(told) < progressEvery {
				return
			}
			told = time.Now()
			e.post(func() {
				run.checked, run.total = checked, total
				e.publish()
			})
		},
	}
}

// refreshFor lists Plex in full for a run and lets looks go on afterwards.
func (e *Engine) refreshFor(run *reconRun, gen uint64) func(context.Context) error {
	l := e.links
	ix := &library.Index{Plex: l.Plex(), Store: e.store, Machine: l.Machine(), Clock: e.stamp}
	sections, epoch := l.Sections(), l.Epoch()
	return func(ctx context.Context) error {
		if ix.Machine == "" {
			return fault.Old(fault.Unreachable, fault.Plex, "Plex does not answer.", "", nil)
		}
		got, err := ix.Refresh(ctx, sections, true)
		if err != nil {
			return err
		}
		e.post(func() {
			if epoch != e.links.Epoch() {
				return
			}
			e.recon.listing = false
			e.indexed(e.scan.Indexed(e.now()))
			e.links.Budget(fault.Plex).Done(budget.Index, nil)
			e.countPlex(gen, nil)
			if err := e.dispatch.Wake(got.Appeared); err != nil {
				e.noteLocal(err)
			}
		})
		return nil
	}
}

// reconciled takes in how a run ended.
func (e *Engine) reconciled(run *reconRun, gen uint64, out reconcile.Outcome, err error) {
	e.recon.running, e.recon.listing = nil, false
	if err != nil {
		e.endReport(run, fault.Of(err).Message.String())
		e.noteLocal(err)
	} else if out.Fault != nil && run.epoch == e.links.Epoch() {
		e.reconFault(gen, out.Fault)
	}
	if err == nil {
		e.noteReport(run, out)
	}
	e.scheduled(run, err == nil && out.Report.Incomplete == "")
	e.publish()
}

// reconFault takes a server's fault for what it is worth elsewhere too.
func (e *Engine) reconFault(gen uint64, f *fault.Error) {
	if f.Server == fault.None || f.Class == fault.Canceled || f.Class == fault.Local || f.Class == fault.Rejected {
		return
	}
	e.doubt(f)
	e.countPlex(gen, f)
}

// noteReport shows a finished report and tells the brake.
func (e *Engine) noteReport(run *reconRun, out reconcile.Outcome) {
	rep := out.Report
	e.dispatch.Recount()
	e.brakeReconciled(run, out)
	if rep.Preview {
		return
	}
	e.recon.finished(&rep)
	e.scan.Want(scan.Changes)
	e.scan.Soon(e.now()) // takes in what the run saw changed
	if rep.Gaps > 0 || rep.Incomplete != "" {
		e.log.Info("reconciled", "scope", rep.Scope, "checked", rep.Checked, "gaps", rep.Gaps, "enqueued", rep.Enqueued, "incomplete", rep.Incomplete)
	}
}
