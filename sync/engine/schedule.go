package engine

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/store"
)

const (
	// reconciledValue names the stored stamp of the last complete reconciliation.
	reconciledValue = "reconciled"
	// startAge is how old the last one must be for another at the start.
	startAge = time.Hour
	// retryRecon is how long a scheduled run that failed waits: whatever ended it is
	// looked at by others meanwhile. After each further failure it waits twice as long, up
	// to retryReconMax: a run reads both libraries, which nobody wants all day.
	retryRecon    = 15 * time.Minute
	retryReconMax = 6 * time.Hour
)

func (e *Engine) loadSchedule(tx store.Tx) error {
	if _, err := tx.Value(reconciledValue, &e.recon.done); err != nil {
		return err
	}
	age := e.now().Sub(e.recon.done)
	e.recon.stale = e.recon.done.IsZero() || age > startAge || age < 0
	if _, err := tx.Value(brakeValue, &e.recon.brake); err != nil {
		return err
	}
	e.showBrake()
	return nil
}

// dueSchedule begins a scheduled run when one is due and nothing else is to be done
// first. The stamps are of the wall clock, so that sleep and restarts count.
func (e *Engine) dueSchedule(now time.Time) time.Time {
	if e.recon.brake.Uncounted() {
		return e.dueCount(now)
	}
	at := e.recon.due(e.settings, now)
	if at.IsZero() || at.After(now) {
		return at
	}
	if !e.mayReconcile() {
		return time.Time{} // whatever holds it back wakes the loop when it ends
	}
	e.beginScheduled(api.ReconcileRequest{Scope: e.settings.Scope, Scheduled: true})
	return now
}

// due is when the next scheduled run is due; zero for never.
func (r *reconState) due(s config.Settings, now time.Time) time.Time {
	done := r.done
	if done.After(now) {
		done = now // the clock was set back; the next one is a whole interval away
	}
	var at time.Time
	if every := s.Reconcile.Every(); every > 0 {
		at = done.Add(every)
		if r.done.IsZero() {
			at = now
		}
	}
	if s.AtStart && r.stale {
		at = now
	}
	if !at.IsZero() && r.retryAt.After(at) && r.retryAt.Sub(now) <= retryReconMax {
		at = r.retryAt
	}
	return at
}

// failed has the next scheduled run wait.
func (r *reconState) failed(now time.Time) {
	r.retryAt = now.Add(min(retryRecon<<min(r.fails, 10), retryReconMax))
	r.fails++
}

// mayReconcile reports whether a scheduled run makes sense: Plex is up, the first look
// is over and nothing waits to be written, which a report would only repeat.
func (e *Engine) mayReconcile() bool {
	return e.mayWork() && e.health.Verdict() == health.Up && !e.dispatch.Active() && !e.scan.Running() && e.store.Counts().Empty()
}

func (e *Engine) beginScheduled(q api.ReconcileRequest) {
	scope := q.Scope
	if scope == "" {
		scope = config.ScopeAll
	}
	if _, err := e.beginRecon(q, string(scope)); err != nil {
		e.noteLocal(err)
		e.recon.failed(e.now())
	}
}

// scheduled records a run for the schedule: only a complete one counts as done, and only
// one that looked at what the schedule is about.
func (e *Engine) scheduled(run *reconRun, complete bool) {
	r := &e.recon
	if !complete {
		switch {
		case run.counts: // jobs wait for it
			r.retryAt = e.now().Add(retryRecon)
		case run.report.Scheduled:
			r.failed(e.now())
		}
		return
	}
	scope := config.Scope(run.report.Scope)
	if run.report.Preview || scope != config.ScopeAll && scope != e.settings.Scope {
		return
	}
	now := e.stamp()
	if err := e.store.Update(func(tx store.Tx) error { return tx.PutValue(reconciledValue, now) }); err != nil {
		e.noteLocal(err)
		return
	}
	r.done, r.stale, r.fails = now, false, 0
}
