package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/loop"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/worker"
)

// Reconcile starts a reconciliation and returns the id of its report at once. It begins
// when both servers were looked at; a server that is away makes it incomplete.
func (e *Engine) Reconcile(ctx context.Context, q api.ReconcileRequest) (uint64, error) {
	var id uint64
	err := e.loop.Ask(ctx, func() error {
		if !e.links.Connected() {
			return errNoServers
		}
		if err := e.audit.Free(); err != nil {
			return err
		}
		if !q.Preview {
			if err := e.chosen.MayWrite(message.New(message.AdviceResumeOrPreview)); err != nil {
				return err
			}
		}
		scope, err := reconcile.ParseScope(q.Scope, e.links.Sections(), e.now())
		if err != nil && e.links.Machine() != "" {
			return err
		}
		if id, err = e.audit.Want(q, scope, e.links.Epoch()); err == nil {
			e.publish()
		}
		return err
	})
	return id, err
}

// StopReconcile ends the running reconciliation; its report is marked incomplete.
func (e *Engine) StopReconcile(ctx context.Context) error {
	return e.loop.Ask(ctx, func() error {
		e.cancelRun(fault.New(fault.Canceled, fault.None, message.New(message.YouStopped), message.None, nil))
		e.publish()
		return nil
	})
}

func (e *Engine) cancelRun(why *fault.Error) {
	e.noteStored(e.audit.Cancel(why))
}

// errQuitting is the cause of a run ended by the end of the process.
var errQuitting = fault.New(fault.Canceled, fault.None, message.New(message.WasQuit), message.None, nil)

// dueReconcile starts the run asked for, or one that is due by itself.
func (e *Engine) dueReconcile(_ context.Context, now time.Time) time.Time {
	if outdated, err := e.audit.Outdated(e.links.Epoch()); outdated {
		e.noteStored(err)
		return time.Time{}
	}
	if e.audit.Waiting() && e.runConditions().MayStart() {
		e.startRun()
	}
	at := e.audit.Due(now, e.settings())
	if at.IsZero() || at.After(now) {
		return at
	}
	if !e.audit.MayWant(now, e.runConditions()) {
		return time.Time{} // whatever holds it back wakes the loop when it ends
	}
	e.noteStored(e.audit.WantDue(now, e.settings(), e.links.Epoch()))
	e.publish()
	return now
}

// runConditions is what decides whether a run may begin.
func (e *Engine) runConditions() audit.Conditions {
	return audit.Conditions{
		Stash: e.links.StashState(), Plex: e.links.PlexState(), PlexAllows: e.monitor.Allows(), Up: e.monitor.Verdict() == health.Up,
		Swept: e.scan.Swept(), Scanning: e.scan.Running(), Writing: e.dispatch.Active(),
		MayWork: e.mayWork(), Paused: e.chosen.Paused(), Settled: e.store.Counts().Empty(), NextJob: e.dispatch.NextJob,
	}
}

func (e *Engine) startRun() {
	gen := e.monitor.Generation()
	r := e.audit.Start(e.runDeps(), e.refreshForRun(gen), func(checked, total int) {
		e.loop.Post(func() {
			e.audit.Progressed(checked, total)
			e.publish()
		})
	})
	e.loop.Beside(r.Run, func() { e.reconciled(r, gen) })
}

// runDeps is what a run compares.
func (e *Engine) runDeps() audit.Deps {
	l := e.links
	return audit.Deps{
		Stash: l.Stash(), Plex: l.Plex(), Settings: e.settings().Clone(), Machine: l.Machine(), Sections: l.Sections(), PathKeys: e.finder().PathKeys,
	}
}

// refreshForRun lists Plex in full for a run and lets scans go on afterwards.
func (e *Engine) refreshForRun(gen uint64) func(context.Context) error {
	ix, sections, epoch := e.index(), e.links.Sections(), e.links.Epoch()
	return func(ctx context.Context) error {
		if ix.Machine == "" {
			return fault.New(fault.Unreachable, fault.Plex, message.New(message.PlexNoAnswer), message.None, nil)
		}
		got, err := ix.Refresh(ctx, sections, true)
		if err != nil {
			return err
		}
		e.loop.Post(func() {
			if epoch != e.links.Epoch() {
				return
			}
			e.audit.Listed()
			e.links.Budget(fault.Plex).Done(budget.Index, nil)
			e.indexed(e.scan.Indexed(got.Failed, e.now()))
			e.countPlex(gen, nil)
			e.noteStored(e.dispatch.Wake(got.Appeared))
		})
		return nil
	}
}

// reconciled takes in how a run ended.
func (e *Engine) reconciled(r *audit.Run, gen uint64) {
	ended, err := e.audit.End(r, e.links.Epoch(), e.settings())
	e.noteStored(err)
	if f := ended.Fault; f != nil && f.Server != fault.None && f.Class != fault.Canceled && f.Class != fault.Local && f.Class != fault.Rejected {
		e.doubt(f) // what failed there is worth as much elsewhere
		e.countPlex(gen, f)
	}
	if ended.Compared {
		e.dispatch.Recount()
	}
	if ended.Changed {
		e.scan.Want(scan.Changes)
		e.scan.Soon(e.now()) // takes in what the run saw changed
	}
	e.publish()
}

// errHeldAll ends a batch that could not be put to the brake.
var errHeldAll = fault.New(fault.Canceled, fault.None, message.New(message.Quitting), message.None, nil)

// workBrake puts a batch of the worker to the brake, in the loop. Most batches take nothing
// away.
func (e *Engine) workBrake(list []worker.Planned) (map[scene.ID]message.Message, error) {
	batch := audit.TakesAway(list)
	if len(batch) == 0 {
		return nil, nil
	}
	var err error
	held, ok := loop.Call(e.loop, func() (held map[scene.ID]message.Message) {
		held, err = e.audit.Admit(batch, e.settings())
		return held
	})
	if !ok {
		return nil, errHeldAll
	}
	return held, err
}
