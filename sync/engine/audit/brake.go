package audit

import (
	"errors"
	"strconv"

	"lockstep/sync/api"
	"lockstep/sync/brake"
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// The mass-change brake stands before every batch, whatever its jobs came from. What it
// holds ends as skipped; everything else goes on. When no more work is due, a preview of
// the whole library counts: either what was held is queued again, or the question is
// asked with that preview, and applying it is the answer.

// Question is what a person is asked before more is taken away.
func (a *Auditor) Question() (api.Attention, bool) {
	q := a.brake.Question
	if q == nil {
		return api.Attention{}, false
	}
	return api.Attention{Kind: api.BrakeAsks, Message: brake.Words(q.Trips), Hint: message.New(message.AdviceBrakeAsks), Since: q.Since, Report: q.Report}, true
}

// setBrake stores a state of the brake and goes on with it.
func (a *Auditor) setBrake(b brake.State, s config.Settings) error {
	if b.Same(a.brake) {
		return nil
	}
	if b.Basis == "" {
		b.Basis = basis(s)
	}
	if err := a.host.Put(brakeValue, b); err != nil {
		return err
	}
	asked := a.brake.Question
	a.brake = b
	if b.Question != nil && b.Question != asked {
		a.host.Log.Warn("the mass-change brake asks", "what", brake.Words(b.Question.Trips))
	}
	return nil
}

// basis identifies the settings a count depends on.
func basis(s config.Settings) scene.Hash {
	return scene.HashOf([]string{string(s.WantedHash()), strconv.Itoa(s.BrakePercent), strconv.Itoa(s.BrakeMinimum)})
}

// Under has a question counted anew that was asked under other settings.
func (a *Auditor) Under(s config.Settings) error {
	if a.brake.Basis == "" {
		return nil // nothing was counted yet
	}
	return a.setBrake(a.brake.Under(basis(s)), s)
}

// TakesAway are the scenes of a batch that would lose something nobody confirmed: those to
// be put to Admit. It may be called beside the loop.
func TakesAway(list []worker.Planned) (batch []brake.Asks) {
	for _, p := range list {
		if loads := loadsOf(p.Plans); !p.Job.Confirmed && p.Job.Undo == 0 && loads.Fields() != 0 {
			batch = append(batch, brake.Asks{Scene: p.Job.Scene, Loads: loads})
		}
	}
	return batch
}

// Admit lets a batch pass or holds scenes of it back, each for a reason in words. What
// passes is on disk as spent before anything of it is written.
func (a *Auditor) Admit(batch []brake.Asks, s config.Settings) (map[scene.ID]message.Message, error) {
	batch, err := a.unconfirmed(batch)
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	next, held := a.brake.Admit(batch, brake.LimitsOf(s), a.host.Stamp())
	if err := a.setBrake(next, s); err != nil {
		return nil, err
	}
	words := make(map[scene.ID]message.Message, len(held))
	for id, fields := range held {
		words[id] = a.heldBecause(fields)
	}
	return words, nil
}

// unconfirmed leaves out the scenes a person confirmed after their jobs were handed out.
func (a *Auditor) unconfirmed(batch []brake.Asks) (out []brake.Asks, err error) {
	if len(batch) == 0 {
		return nil, nil
	}
	err = a.host.Store.View(func(tx store.Tx) error {
		for _, b := range batch {
			j, _, err := tx.Job(b.Scene)
			if err != nil {
				return err
			}
			if !j.Confirmed {
				out = append(out, b)
			}
		}
		return nil
	})
	return out, err
}

func loadsOf(plans []plan.Plan) brake.Loads {
	all := brake.Loads{}
	for _, p := range plans {
		all.Add(p)
	}
	return all
}

// heldBecause says why a scene waits.
func (a *Auditor) heldBecause(fields brake.Fields) message.Message {
	if q := a.brake.Question; q != nil {
		return brake.Words(q.Trips)
	}
	return brake.Counting(fields)
}

// Passed is the state of the brake once scenes are done with, on its way to the disk.
type Passed struct {
	a    *Auditor
	next brake.State
}

// Through begins to forget scenes that are done with: Put stores that with what was done,
// and Stored is to be called once it is on disk.
func (a *Auditor) Through(ids []scene.ID) Passed {
	if len(a.brake.Open) == 0 {
		return Passed{a, a.brake}
	}
	return Passed{a, a.brake.Through(ids...)}
}

// Put stores the state of the brake, if it changed.
func (p Passed) Put(tx store.Tx) error {
	if p.next.Same(p.a.brake) {
		return nil
	}
	return tx.PutValue(brakeValue, p.next)
}

// Stored goes on with what is on disk.
func (p Passed) Stored() { p.a.brake = p.next }

// reconciled takes in what a reconciliation held back.
func (a *Auditor) reconciled(r *run, out reconcile.Outcome, s config.Settings) error {
	b, complete, all := a.brake, out.Report.Incomplete.IsZero(), out.Report.Scope == string(config.ScopeAll)
	switch {
	case r.counts && complete:
		return a.counted(out, s)
	case r.report.Preview:
		return nil
	case r.yes && complete && all:
		return a.answered(s)
	case r.yes:
		return a.setBrake(b.AnsweredInPart(), s)
	case out.Held&^b.Held != 0:
		return a.setBrake(b.Hold(out.Held), s)
	case b.Question != nil && complete && all && out.Tally.Fields()&b.Held == 0:
		return a.setBrake(b.Recount(), s) // its cause seems to be gone
	}
	return nil
}

// counted takes in the preview that counted, and queues again what was held for
// nothing.
func (a *Auditor) counted(out reconcile.Outcome, s config.Settings) error {
	next := a.brake.Counted(out.Tally, brake.LimitsOf(s), out.Report.ID, a.host.Stamp())
	if err := a.setBrake(next, s); err != nil || next.Question != nil {
		return err
	}
	return a.release()
}

// answered takes in a yes to everything. What was held since the answered preview
// was made is queued again, and counts as new.
func (a *Auditor) answered(s config.Settings) error {
	if err := a.setBrake(a.brake.Answered(a.host.Stamp()), s); err != nil {
		return err
	}
	return a.release()
}

// release queues again what the brake held back.
func (a *Auditor) release() error {
	var ids []scene.ID
	err := a.host.Store.View(func(tx store.Tx) error {
		return tx.JobsIn(queue.Skipped, func(j queue.Job) bool {
			if j.Code == skip.Brake {
				ids = append(ids, j.Scene)
			}
			return true
		})
	})
	return errors.Join(err, a.host.PutWishForEach(ids, queue.Wish{Cause: queue.Counted}))
}

// Answer takes the question back that a person answered by applying rows of a report: all
// of it by applying all of the preview that shows it, a part by anything less. braked says
// that rows were applied that the brake had held.
func (a *Auditor) Answer(report uint64, braked, all bool, s config.Settings) error {
	b := a.brake
	asked := b.Question != nil && report == b.Question.Report
	switch {
	case asked && all:
		return a.answered(s)
	case b.Held != 0 && (braked || asked):
		return a.setBrake(b.AnsweredInPart(), s)
	}
	return nil
}
