// Package audit runs reconciliations and asks before much is taken away. An Auditor owns the
// run that is wanted or under way, the schedule, the newest report, and the mass-change
// brake: what was let pass, what is held back and what a person is asked. It belongs to one
// goroutine.
package audit

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// New makes an Auditor that knows nothing before Load.
func New(h host.Host) *Auditor { return &Auditor{host: h} }

// Load goes on from what was stored, and ends the reports that a dying process did not.
func (a *Auditor) Load() error {
	now := a.host.Stamp()
	return a.host.Store.Update(func(tx store.Tx) error {
		reports, err := tx.Reports(0)
		if err != nil {
			return err
		}
		for _, r := range reports {
			if r.Ended.IsZero() {
				r.Ended, r.Incomplete = now, message.New(message.AuditCutShort)
				if err := tx.PutReport(r); err != nil {
					return err
				}
			}
		}
		last, err := LastReport(tx)
		if err != nil {
			return err
		}
		a.finished(last)
		if err := a.schedule.load(tx, now); err != nil {
			return err
		}
		_, err = tx.Value(brakeValue, &a.brake)
		return err
	})
}

// LastReport is the newest finished report that was no preview; nil when there is none.
func LastReport(tx store.Tx) (*store.Report, error) {
	reports, err := tx.Reports(0)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		if !r.Preview && !r.Ended.IsZero() {
			return &r, nil
		}
	}
	return nil, nil
}

// finished takes in the newest finished report that was no preview.
func (a *Auditor) finished(rep *store.Report) {
	a.last, a.needsYou = rep, 0
	if rep == nil {
		return
	}
	for code, n := range rep.Skipped {
		if skip.Of(code).Act {
			a.needsYou += n
		}
	}
}

// Last is the newest finished report that was no preview, nil when there is none, and how
// many rows of it a person must act on.
func (a *Auditor) Last() (rep *store.Report, needsYou int) { return a.last, a.needsYou }

// Running is how far the run is that is wanted or under way; nil when there is none.
func (a *Auditor) Running() *api.ReconcileState {
	if a.run == nil {
		return nil
	}
	rep := a.run.report
	return &api.ReconcileState{Report: rep.ID, Scope: rep.Scope, Preview: rep.Preview, Checked: a.run.checked, Total: a.run.total}
}

// Listing reports that the run lists Plex: nobody else should meanwhile.
func (a *Auditor) Listing() bool { return a.listing }

// Free refuses another run while one is wanted.
func (a *Auditor) Free() error {
	if a.run == nil {
		return nil
	}
	return fault.New(fault.Rejected, fault.None, message.New(message.AuditUnderWay), message.New(message.AdviceUnderWay), nil)
}

// Want stores the report of a run to come and returns its id. servers tells the connections
// it is about from later ones.
func (a *Auditor) Want(q api.ReconcileRequest, scope string, servers int) (uint64, error) {
	rep := store.Report{Scope: scope, Started: a.host.Stamp(), Preview: q.Preview, Deep: q.Deep, Scheduled: q.Scheduled}
	err := a.host.Store.Update(func(tx store.Tx) (err error) {
		rep.ID, err = tx.NewReport(rep)
		return err
	})
	if err != nil {
		return 0, err
	}
	a.run = &run{report: rep, yes: q.Yes, servers: servers}
	return rep.ID, nil
}

// Cancel ends the run, if there is one, for a reason that its report gives.
func (a *Auditor) Cancel(why *fault.Error) error {
	switch {
	case a.run == nil:
		return nil
	case a.run.stop != nil:
		a.run.stop(why) // End follows
		return nil
	}
	return a.drop(why.Message)
}

// Outdated ends a run that is about other servers than the present ones, and reports whether
// it did.
func (a *Auditor) Outdated(servers int) (bool, error) {
	if a.run == nil || a.run.servers == servers {
		return false, nil
	}
	return true, a.Cancel(fault.New(fault.Canceled, fault.None, message.New(message.SettingsChanged), message.None, nil))
}

// drop ends a run without a result.
func (a *Auditor) drop(words message.Message) error {
	rep := a.run.report
	a.run, a.listing = nil, false
	rep.Ended, rep.Incomplete = a.host.Stamp(), words
	return a.host.Store.Update(func(tx store.Tx) error { return tx.PutReport(rep) })
}

// Waiting reports that a run is wanted that has not begun.
func (a *Auditor) Waiting() bool { return a.run != nil && a.run.stop == nil }

// Progressed takes in how far the run is.
func (a *Auditor) Progressed(checked, total int) {
	if a.run != nil {
		a.run.checked, a.run.total = checked, total
	}
}

// Listed takes in that the run has listed Plex.
func (a *Auditor) Listed() { a.listing = false }

// progressEvery bounds how often progress is told.
const progressEvery = 250 * time.Millisecond
