package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/compare"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// Batch is work to be carried out beside the loop: Run is to be called with a context that
// ends at once, and what it returns goes to End.
type Batch struct {
	jobs   []queue.Job
	soft   context.Context
	worker *worker.Worker
}

// Deps are what a batch needs beside its jobs.
type Deps struct {
	Reader *compare.Reader
	Plex   worker.Plex
	// Report, Brake and Step are called beside the loop, as worker.Worker says.
	Report func([]worker.Result) bool
	Brake  func([]worker.Planned) (map[scene.ID]message.Message, error)
	// Step is told of each write, and of the first job of every other step.
	Step func(queue.Job, queue.Step, []scene.Field)
}

// Begin claims the jobs that are due. It returns nil when all of them wait on. ctx ends the
// batch after its step; generation is that of the breaker.
func (d *Dispatcher) Begin(ctx context.Context, now time.Time, b Budgets, generation uint64, deps Deps) (*Batch, error) {
	jobs, err := d.claim(now, b)
	if err != nil || len(jobs) == 0 {
		return nil, err
	}
	soft, cancel := context.WithCancel(ctx)
	d.batch, d.claimed = &batchState{end: cancel, generation: generation}, map[scene.ID]queue.Job{}
	for _, j := range jobs {
		d.claimed[j.Scene] = j
	}
	d.run.batchBegan(now)
	d.streak.Doubt = d.refused != nil
	return &Batch{jobs: jobs, soft: soft, worker: &worker.Worker{
		Reader: deps.Reader, Plex: deps.Plex, RunID: d.run.ID, Streak: &d.streak, Permit: d.ramp.wait,
		Report: deps.Report, Brake: deps.Brake, Step: thin(deps.Step),
	}}, nil
}

// Run carries the batch out; hard ends it at once.
func (b *Batch) Run(hard context.Context) error {
	return host.Safely(func() error { return b.worker.Work(b.soft, hard, b.jobs) })
}

// thin leaves out all but the first job of a step that is no write.
func thin(step func(queue.Job, queue.Step, []scene.Field)) func(queue.Job, queue.Step, []scene.Field) {
	last := queue.Step("")
	return func(j queue.Job, s queue.Step, fields []scene.Field) {
		if s != last || s == queue.Writing {
			last = s
			step(j, s, fields)
		}
	}
}

// claim takes the due jobs for one batch and marks them running, and begins a run with
// them. A job that three processes died with runs alone.
func (d *Dispatcher) claim(now time.Time, b Budgets) ([]queue.Job, error) {
	var jobs []queue.Job
	next := d.run
	err := d.host.Store.Update(func(tx store.Tx) error {
		due, err := d.takeDue(tx, now, b)
		if err != nil {
			return err
		}
		for _, j := range due {
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
		if len(jobs) == 0 || d.run.active {
			return nil
		}
		next = newRun(d.host.Stamp())
		return tx.PutRun(next.Run)
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	d.run = next
	return jobs, nil
}

// takeDue takes the due jobs from the queue. While pictures fail, one of the jobs that lack
// nothing else is taken and the others are put off: reading their scenes and items again would
// be in vain.
func (d *Dispatcher) takeDue(tx store.Tx, now time.Time, b Budgets) ([]queue.Job, error) {
	due, err := tx.DueJobs(now, worker.MaxBatch)
	if err != nil {
		return nil, err
	}
	fail, at := pictures(b)
	jobs := due[:0]
	for _, j := range due {
		if j.Picture && fail {
			if at.After(now) {
				j.Due = at.Add(queue.Delay(j.Attempts, d.jitter()))
				if err := tx.PutJob(j); err != nil {
					return nil, err
				}
				continue
			}
			at = now.Add(time.Second) // one is enough to find out
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// pictures reports whether pictures fail, and when one may be asked for or sent again.
func pictures(b Budgets) (fail bool, at time.Time) {
	for _, of := range []struct {
		budget Budget
		kinds  []budget.Kind
	}{{b.Stash, []budget.Kind{budget.Cover, budget.Galleries, budget.GalleryPicture}}, {b.Plex, []budget.Kind{budget.Upload, budget.Pictures}}} {
		for _, k := range of.kinds {
			fail, at = fail || of.budget.Fails(k), host.Later(at, of.budget.Next(k))
		}
	}
	return fail, at
}

// Step takes in what the worker is at, and which fields it writes.
func (d *Dispatcher) Step(j queue.Job, step queue.Step, fields []scene.Field) {
	b := d.batch
	if b == nil {
		return
	}
	b.inHand = []api.InHand{{Scene: j.Scene, Name: j.Name, Step: step, Fields: fields}}
	if step == queue.Writing {
		if b.position == 0 {
			b.toWrite = len(d.claimed) // the others have their results
		}
		b.position++
	}
}

// Ended is how a batch ended.
type Ended struct {
	// Fault is what ended it, nil when nothing did.
	Fault *fault.Error
	// Refused says that Fault is the answer to a write that changes nothing: Plex takes none.
	Refused bool
	// Hidden says that Plex did not show items that it had listed.
	Hidden bool
	// Generation is that of the breaker when the batch began.
	Generation uint64
	// Err is a fault of our own: what was not worked on could not be given back.
	Err error
}

// End gives back what was not worked on and takes in the fault that ended the batch.
func (d *Dispatcher) End(err error, now time.Time) Ended {
	ended := Ended{Generation: d.batch.generation}
	whole := err == nil && len(d.claimed) == 0
	d.batch.end()
	d.batch = nil
	var blame *worker.Blame
	if errors.As(err, &blame) {
		for _, j := range blame.Jobs {
			d.claimed[j.Scene] = j
		}
	}
	ended.Err = d.GiveBack()
	d.Recount()
	d.run.batchEnded(whole, d.host.Store.Counts().Pending(), now)
	switch {
	case err == nil:
	case blame != nil:
		ended.Fault, ended.Refused = blame.Fault, true
		d.refuse(blame.Fault)
	default:
		ended.Fault, ended.Hidden = fault.Of(err), errors.Is(err, compare.ErrHidden)
		d.hold(ended.Fault, now)
	}
	return ended
}

// busyHold is how long to leave Plex alone when it says it is busy but not how long.
const busyHold = 10 * time.Second

// hold has the next batch wait for what a fault asks for.
func (d *Dispatcher) hold(f *fault.Error, now time.Time) {
	switch {
	case budget.Held(f): // proves nothing new: it is only waited for
		d.holdUntil = now.Add(max(f.RetryAfter, time.Second))
		return
	case f.Class == fault.Canceled:
		return
	case f.Class == fault.Local:
		d.Rest(now)
		return
	case f.Class == fault.Busy:
		d.holdUntil = now.Add(busyHold)
	}
	if f.Server == fault.Plex {
		d.ramp.backOff(now)
	}
}

// refuse notes that Plex does not accept writes, and what a person is asked about that.
func (d *Dispatcher) refuse(f *fault.Error) {
	asks := api.Attention{Kind: api.FixPlex, Message: message.New(message.EveryChangeRefused, message.Of(f.Message)), Hint: message.New(message.AdviceEveryChangeRefused), Since: d.host.Stamp()}
	if f.Class == fault.Forbidden || f.Class == fault.Unauthorized {
		asks.Kind, asks.Message, asks.Hint = api.SignInPlex, f.Message, f.Hint
	}
	if d.refused != nil {
		asks.Since = d.refused.Since
	} else {
		d.host.Log.Warn("Plex does not accept writes", "class", f.Class, "err", f)
	}
	d.refused = &asks
}

// Refusal is what a person is asked because Plex does not accept writes. A server that can be read
// proves nothing about it, so only a write that was taken takes it back. It is no outage:
// Plex is there.
func (d *Dispatcher) Refusal() (api.Attention, bool) {
	if d.refused == nil {
		return api.Attention{}, false
	}
	return *d.refused, true
}

// ForgetRefusal begins anew: a person asked for it, or the server or the token is another
// one.
func (d *Dispatcher) ForgetRefusal() { d.refused = nil }
