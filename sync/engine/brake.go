package engine

import (
	"errors"
	"strconv"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/brake"
	"lockstep/sync/config"
	"lockstep/sync/fault"
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

// brakeValue names the stored state of the brake.
const brakeValue = "brake"

// brakeHint is what a person can do.
const brakeHint = "Look at the preview; apply all or some of it, or change the settings."

// setBrake stores and shows a state of the brake.
func (e *Engine) setBrake(b brake.State) error {
	if b.Same(e.recon.brake) {
		return nil
	}
	if b.Basis == "" {
		b.Basis = brakeBasis(e.settings)
	}
	err := e.store.Update(func(tx store.Tx) error { return tx.PutValue(brakeValue, b) })
	if err == nil {
		e.tookBrake(b)
	}
	return err
}

// tookBrake goes on with a state that is on disk.
func (e *Engine) tookBrake(b brake.State) {
	asked := e.recon.brake.Question
	e.recon.brake = b
	if b.Question != nil && b.Question != asked {
		e.log.Warn("the mass-change brake asks", "what", brake.Words(b.Question.Trips))
	}
	e.showBrake()
}

func (e *Engine) showBrake() {
	q := e.recon.brake.Question
	if q == nil {
		e.clear(api.BrakeAsks)
		return
	}
	e.notes[api.BrakeAsks] = api.Attention{Kind: api.BrakeAsks, Words: brake.Words(q.Trips), Hint: brakeHint, Since: q.Since, Report: q.Report}
}

// brakeBasis identifies the settings a count depends on.
func brakeBasis(s config.Settings) scene.Hash {
	return scene.HashOf([]string{string(s.WantedHash()), strconv.Itoa(s.BrakePercent), strconv.Itoa(s.BrakeMinimum)})
}

// tendBrake has a question counted anew that was asked under other settings.
func (e *Engine) tendBrake() error {
	if e.recon.brake.Basis == "" {
		return nil // nothing was counted yet
	}
	return e.setBrake(e.recon.brake.Under(brakeBasis(e.settings)))
}

// errHeldAll ends a batch that could not be put to the brake.
var errHeldAll = fault.Old(fault.Canceled, fault.None, "Lockstep is quitting.", "", nil)

// workBrake puts a batch of the worker to the brake, in the loop.
func (e *Engine) workBrake(list []worker.Planned) (map[scene.ID]string, error) {
	type answer struct {
		held map[scene.ID]string
		err  error
	}
	taken := make(chan answer, 1)
	e.post(func() {
		held, err := e.admit(list)
		taken <- answer{held, err}
	})
	select {
	case a := <-taken:
		return a.held, a.err
	case <-e.hard.Done():
		return nil, errHeldAll
	}
}

// admit lets a batch pass or holds scenes of it back. What passes is on disk as spent
// before anything of it is written.
func (e *Engine) admit(list []worker.Planned) (map[scene.ID]string, error) {
	var batch []brake.Asks
	for _, p := range list {
		if loads := loadsOf(p.Plans); !p.Job.Confirmed && p.Job.Undo == 0 && loads.Fields() != 0 {
			batch = append(batch, brake.Asks{Scene: p.Job.Scene, Loads: loads})
		}
	}
	batch, err := e.unconfirmed(batch)
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	next, held := e.recon.brake.Admit(batch, brake.LimitsOf(e.settings), e.stamp())
	if err := e.setBrake(next); err != nil {
		return nil, err
	}
	words := make(map[scene.ID]string, len(held))
	for id, fields := range held {
		words[id] = e.heldBecause(fields)
	}
	return words, nil
}

// unconfirmed leaves out the scenes a person confirmed after their jobs were handed out.
func (e *Engine) unconfirmed(batch []brake.Asks) (out []brake.Asks, err error) {
	if len(batch) == 0 {
		return nil, nil
	}
	err = e.store.View(func(tx store.Tx) error {
		for _, a := range batch {
			j, _, err := tx.Job(a.Scene)
			if err != nil {
				return err
			}
			if !j.Confirmed {
				out = append(out, a)
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
func (e *Engine) heldBecause(fields brake.Fields) string {
	if q := e.recon.brake.Question; q != nil {
		return brake.Words(q.Trips)
	}
	return brake.Counting(fields)
}

// throughBrake is the state of the brake once scenes are done with.
func (e *Engine) throughBrake(ids []scene.ID) brake.State {
	if len(e.recon.brake.Open) == 0 {
		return e.recon.brake
	}
	return e.recon.brake.Through(ids...)
}

// brakeReconciled takes in what a reconciliation held back.
func (e *Engine) brakeReconciled(run *reconRun, out reconcile.Outcome) {
	b, complete := e.recon.brake, out.Report.Incomplete == ""
	var err error
	switch {
	case run.counts && complete:
		err = e.brakeCounted(out)
	case run.report.Preview:
	case run.yes && complete && out.Report.Scope == string(config.ScopeAll):
		err = e.brakeAnswered()
	case run.yes:
		err = e.setBrake(b.AnsweredInPart())
	case out.Held&^b.Held != 0:
		err = e.setBrake(b.Hold(out.Held))
	case b.Question != nil && complete && out.Report.Scope == string(config.ScopeAll) && out.Tally.Fields()&b.Held == 0:
		err = e.setBrake(b.Recount()) // its cause seems to be gone
	}
	if err != nil {
		e.noteLocal(err)
	}
}

// brakeCounted takes in the preview that counted, and queues again what was held for
// nothing.
func (e *Engine) brakeCounted(out reconcile.Outcome) error {
	limits := brake.LimitsOf(e.settings)
	next := e.recon.brake.Counted(out.Tally, limits, out.Report.ID, e.stamp())
	if err := e.setBrake(next); err != nil || next.Question != nil {
		return err
	}
	return e.releaseHeld()
}

// brakeAnswered takes in a yes to everything. What was held since the answered preview
// was made is queued again, and counts as new.
func (e *Engine) brakeAnswered() error {
	if err := e.setBrake(e.recon.brake.Answered(e.stamp())); err != nil {
		return err
	}
	return e.releaseHeld()
}

// releaseHeld queues again what the brake held back.
func (e *Engine) releaseHeld() error {
	var ids []scene.ID
	err := e.store.View(func(tx store.Tx) error {
		return tx.JobsIn(queue.Skipped, func(j queue.Job) bool {
			if j.Code == skip.Brake {
				ids = append(ids, j.Scene)
			}
			return true
		})
	})
	return errors.Join(err, e.enqueueEach(ids, queue.Wish{Cause: "counted"}))
}

// dueCount begins the preview that counts what the brake holds.
func (e *Engine) dueCount(now time.Time) time.Time {
	if !e.recon.brake.Uncounted() || !e.mayCount(now) {
		return time.Time{} // whatever holds it back wakes the loop when it ends
	}
	if e.recon.retryAt.After(now) {
		return e.recon.retryAt
	}
	e.beginScheduled(api.ReconcileRequest{Scope: config.ScopeAll, Preview: true, Deep: true, Scheduled: true})
	if e.recon.running != nil {
		e.recon.running.counts = true
	}
	return now
}

// mayCount reports whether a count makes sense: both servers answer and no work is due.
// What is retried later is counted with the rest.
func (e *Engine) mayCount(now time.Time) bool {
	if !e.mayWork() || e.dispatch.Active() || e.scan.Running() {
		return false
	}
	at, err := e.dispatch.NextJob()
	return err == nil && (at.IsZero() || at.After(now))
}

// putThrough stores the state of the brake with results, if they changed it.
func (e *Engine) putThrough(tx store.Tx, b brake.State) error {
	if b.Same(e.recon.brake) {
		return nil
	}
	return tx.PutValue(brakeValue, b)
}
