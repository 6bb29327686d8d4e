package audit

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
)

const (
	// retryRun is how long a scheduled run that failed waits: whatever ended it is
	// looked at by others meanwhile. After each further failure it waits twice as long, up
	// to retryRunMax: a run reads both libraries, which nobody wants all day.
	retryRun    = 15 * time.Minute
	retryRunMax = 6 * time.Hour
)

// due is when the next scheduled run is due; zero for never.
func (c *schedule) due(s config.Settings, now time.Time) time.Time {
	done := c.done
	if done.After(now) {
		done = now // the clock was set back; the next one is a whole interval away
	}
	var at time.Time
	if every := s.Reconcile.Every(); every > 0 {
		at = done.Add(every)
		if c.done.IsZero() {
			at = now
		}
	}
	if s.AtStart && c.stale {
		at = now
	}
	if !at.IsZero() && c.retryAt.After(at) && c.retryAt.Sub(now) <= retryRunMax {
		at = c.retryAt
	}
	return at
}

// failed has the next scheduled run wait.
func (c *schedule) failed(now time.Time) {
	c.retryAt = now.Add(min(retryRun<<min(c.fails, 10), retryRunMax))
	c.fails++
}

// Due is when a run begins that nobody asked for: one that counts what the brake holds, or
// one of the schedule. The zero time is for none.
func (a *Auditor) Due(now time.Time, s config.Settings) time.Time {
	switch {
	case a.run != nil:
		return time.Time{}
	case !a.brake.Uncounted():
		return a.schedule.due(s, now)
	case a.schedule.retryAt.After(now):
		return a.schedule.retryAt
	}
	return now
}

// Counting reports that the brake holds something that no complete comparison has counted:
// the run that is due is for that.
func (a *Auditor) Counting() bool { return a.brake.Uncounted() }

// WantDue has the run begin that is due.
func (a *Auditor) WantDue(now time.Time, s config.Settings, servers int) error {
	counts := a.brake.Uncounted()
	q, scope := api.ReconcileRequest{Scheduled: true}, s.Scope
	if counts { // a preview of the whole library
		q.Preview, q.Deep, scope = true, true, config.ScopeAll
	}
	if scope == "" {
		scope = config.ScopeAll
	}
	if _, err := a.Want(q, string(scope), servers); err != nil {
		a.schedule.failed(now)
		return err
	}
	a.run.counts = counts
	return nil
}

// ran records a run for the schedule: only a complete one counts as done, and only one
// about what the schedule is about.
func (a *Auditor) ran(r *run, complete bool, s config.Settings) error {
	c := &a.schedule
	if !complete {
		switch {
		case r.counts: // jobs wait for it
			c.retryAt = a.host.Now().Add(retryRun)
		case r.report.Scheduled:
			c.failed(a.host.Now())
		}
		return nil
	}
	scope := config.Scope(r.report.Scope)
	if r.report.Preview || scope != config.ScopeAll && scope != s.Scope {
		return nil
	}
	now := a.host.Stamp()
	if err := a.host.Put(reconciledValue, now); err != nil {
		return err
	}
	c.done, c.stale, c.fails = now, false, 0
	return nil
}
