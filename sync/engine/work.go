package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/compare"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// workState is the batch in hand and what holds the next one back.
type workState struct {
	active    bool
	soft      context.CancelFunc
	gen       uint64
	epoch     int
	claimed   map[scene.ID]queue.Job // handed out, no result yet
	inHand    []api.InHand
	position  int // jobs of the batch that are being or were written
	toWrite   int // jobs of the batch that are to be written, once that is known
	holdUntil time.Time
	refused   *refusal // what is known against writing; nil while writes are taken
	streak    worker.Streak
	drain     *ramp
}

// halt ends the batch in hand after its step.
func (w *workState) halt() {
	if w.soft != nil {
		w.soft()
	}
}

// dueWork hands the due jobs to the worker when nothing holds it back.
func (e *Engine) dueWork(ctx context.Context, now time.Time) time.Time {
	if e.work.active || !e.mayWork() {
		return time.Time{}
	}
	if at := e.work.heldUntil(e.links.budgets); at.After(now) {
		return at
	}
	if err := e.giveBack(); err != nil { // what could not be stored when its batch ended
		return e.holdForDisk(err, now)
	}
	at, any, err := e.nextDue()
	if err != nil {
		return e.holdForDisk(err, now)
	}
	if !any {
		return e.endRun(now)
	}
	if at.After(now) {
		return at
	}
	if err := e.startBatch(ctx, now); err != nil {
		return e.holdForDisk(err, now)
	}
	if !e.work.active { // all that was due waits on
		return now
	}
	return time.Time{}
}

// heldUntil is when the next batch may begin.
func (w *workState) heldUntil(b budgets) time.Time {
	tasks := host.Later(b.stash.Next(budget.Batch), b.plex.Next(budget.Batch))
	return host.Later(w.holdUntil, host.Later(tasks, b.plex.Next(budget.Write)))
}

// holdForDisk reports that something could not be stored or read, and rests.
func (e *Engine) holdForDisk(err error, now time.Time) time.Time {
	e.noteLocal(err)
	e.work.holdUntil = now.Add(localHold)
	return e.work.holdUntil
}

// localHold is how long work rests after a fault of our own, such as a full disk.
const localHold = 30 * time.Second

// mayWork reports whether jobs may be handed out at all. Nothing is written before
// every scene was seen and every item listed: only then is it known which scenes claim
// which files.
func (e *Engine) mayWork() bool {
	return e.links.ready() && e.health.Breaker.Allows() && !e.paused() && e.stopping == "" && e.scan.Complete()
}

func (e *Engine) nextDue() (at time.Time, ok bool, err error) {
	err = e.store.View(func(tx store.Tx) error {
		at, ok, err = tx.NextDue()
		return err
	})
	return at, ok, err
}

func (e *Engine) startBatch(ctx context.Context, now time.Time) error {
	jobs, err := e.claim(now)
	if err != nil || len(jobs) == 0 {
		return err
	}
	e.beginRun(now)
	w := &e.work
	soft, cancel := context.WithCancel(ctx)
	w.active, w.soft, w.gen, w.epoch = true, cancel, e.health.Breaker.Generation, e.links.epoch
	w.claimed, w.inHand, w.position, w.toWrite = map[scene.ID]queue.Job{}, nil, 0, 0
	e.run.batch(now)
	for _, j := range jobs {
		w.claimed[j.Scene] = j
	}
	w.streak.Doubt = w.refused != nil
	wk := e.worker()
	e.spawn(func() {
		defer cancel()
		err := host.Safely(func() error { return wk.Work(soft, e.hard, jobs) })
		e.post(func() { e.batchEnded(err) })
	})
	e.publish()
	return nil
}

// pictures reports whether pictures fail, and when one may be asked for or sent again.
func (e *Engine) pictures() (fail bool, at time.Time) {
	b := e.links.budgets
	fail = b.stash.Fails(budget.Cover) || b.plex.Fails(budget.Upload) || b.plex.Fails(budget.Pictures)
	return fail, host.Later(b.stash.Next(budget.Cover), host.Later(b.plex.Next(budget.Upload), b.plex.Next(budget.Pictures)))
}

// claim takes the due jobs for one batch and marks them running. A job that three
// processes died with runs alone. While pictures fail, one of the jobs that lack nothing
// else goes ahead and the others wait: reading their scenes and items again would be in vain.
func (e *Engine) claim(now time.Time) ([]queue.Job, error) {
	var jobs []queue.Job
	fail, at := e.pictures()
	err := e.store.Update(func(tx store.Tx) error {
		due, err := tx.DueJobs(now, worker.MaxBatch)
		if err != nil {
			return err
		}
		for _, j := range due {
			if j.Picture && fail {
				if at.After(now) {
					j.Due = at.Add(queue.Delay(j.Attempts, e.o.Jitter()))
					if err := tx.PutJob(j); err != nil {
						return err
					}
					continue
				}
				at = now.Add(time.Second) // one is enough to find out
			}
			if j.Alone() && len(jobs) > 0 {
				break
			}
			j = j.Claim(now)
			if err := tx.PutJob(j); err != nil {
				return err
			}
			jobs = append(jobs, j)
			if j.Alone() {
				break
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	return jobs, nil
}

func (e *Engine) worker() *worker.Worker {
	return &worker.Worker{
		Reader: &compare.Reader{
			Stash: e.links.stash, Plex: e.links.plex, Store: e.store, Settings: e.settings.Clone(), Machine: e.links.machine,
			Sections: e.links.sections, Mapper: match.NewMapper(e.settings.PathMap), Clock: e.now, KeepCovers: true,
		},
		Plex: scanNoter{e.links.plex, e.libraryScanned}, Run: e.run.ID, Streak: &e.work.streak,
		Permit: e.work.drain.wait, Report: e.report, Step: e.stepOf(), Brake: e.workBrake,
	}
}

// stepOf tells the loop what the worker is at: each write, and the first job of every
// other step.
func (e *Engine) stepOf() func(queue.Job, string) {
	last := ""
	return func(j queue.Job, step string) {
		if step == last && step != "writing" {
			return
		}
		last = step
		e.post(func() {
			e.work.inHand = []api.InHand{{Scene: j.Scene, Name: j.Name, Step: step}}
			if step == "writing" {
				if e.work.position == 0 {
					e.work.toWrite = len(e.work.claimed) // the others have their results
				}
				e.work.position++
			}
			e.publish()
		})
	}
}

// report hands results to the loop and waits until they are on disk.
func (e *Engine) report(rs []worker.Result) bool {
	taken := make(chan bool, 1)
	e.post(func() { taken <- e.take(rs) })
	select {
	case ok := <-taken:
		return ok
	case <-e.hard.Done():
		return false
	}
}

// batchEnded gives back what was not worked on and decides what the fault that ended
// the batch means.
func (e *Engine) batchEnded(err error) {
	w := &e.work
	whole := err == nil && len(w.claimed) == 0
	w.active, w.soft, w.inHand, w.position, w.toWrite = false, nil, nil, 0, 0
	var blame *worker.Blame
	if errors.As(err, &blame) {
		for _, j := range blame.Jobs {
			w.claimed[j.Scene] = j
		}
	}
	if err := e.giveBack(); err != nil {
		e.noteLocal(err)
	}
	e.recount()
	e.run.batched(whole, e.store.Counts().Pending(), e.now())
	switch {
	case err == nil:
		e.links.budgets.stash.Done(budget.Batch, nil)
		e.links.budgets.plex.Done(budget.Batch, nil)
	case blame != nil:
		e.refuse(blame.Fault)
	default:
		e.batchFault(fault.Of(err))
	}
	e.publish()
}

// giveBack returns the claimed jobs that have no result to waiting; no attempt counts.
func (e *Engine) giveBack() error {
	if len(e.work.claimed) == 0 {
		return nil
	}
	now := e.stamp()
	err := e.store.Update(func(tx store.Tx) error {
		for _, claimed := range e.work.claimed {
			j, ok, err := tx.Job(claimed.Scene)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			j.Attempts = claimed.Attempts
			if err := tx.PutJob(j.Return(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		e.work.claimed = nil
	}
	return err
}

// busyHold is how long to leave Plex alone when it says it is busy but not how long.
const busyHold = 10 * time.Second

// batchFault acts on the fault of a server that ended a batch.
func (e *Engine) batchFault(f *fault.Error) {
	now, w := e.now(), &e.work
	if budget.Held(f) { // proves nothing new: it is only waited for
		w.holdUntil = now.Add(max(f.RetryAfter, time.Second))
		return
	}
	switch f.Class {
	case fault.Canceled:
		return
	case fault.Local:
		e.noteLocal(f)
		w.holdUntil = now.Add(localHold)
		return
	case fault.Busy:
		w.holdUntil = now.Add(busyHold)
	}
	e.links.budgets.of(f.Server).Done(budget.Batch, f)
	e.doubt(f)
	if f.Server == fault.Plex {
		w.drain.backOff(now)
		e.countPlex(w.gen, f.Whole()) // the whole batch met it: not one item's fault
	}
	if errors.Is(f, compare.ErrHidden) { // only a full list tells what is gone
		e.scan.Want(scan.FullIndex)
	}
}
