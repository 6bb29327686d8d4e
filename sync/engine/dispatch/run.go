package dispatch

import (
	"errors"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

func newRun(now time.Time) run {
	return run{
		Run:    store.Run{ID: uint64(now.UnixMilli()), Started: now},
		active: true, touched: map[scene.ID]bool{}, undid: map[uint64]bool{},
	}
}

// manyWritten is from how many scenes on the index is refreshed right after a run: our own
// writes moved Plex's stamps. Those of fewer are learnt when it is due by the clock, with the
// newest items that are read then anyway.
const manyWritten = 25

// MovedMuch reports that a run moved so many of Plex's stamps that the index is to be refreshed.
func MovedMuch(r store.Run) bool { return r.Written >= manyWritten }

// EndRun closes the run when nothing is left to do, and returns it if it did. The error is
// of storing that.
func (d *Dispatcher) EndRun() (closed store.Run, ended bool, err error) {
	r := &d.run
	if !r.active || d.batch != nil || !d.host.Store.Counts().Empty() {
		return store.Run{}, false, nil
	}
	r.active, r.Ended = false, d.host.Stamp()
	stored := r.Run
	err = d.host.Store.Update(func(tx store.Tx) error { return tx.PutRun(stored) })
	for id := range r.undid {
		err = errors.Join(err, markUndone(d.host, id))
	}
	d.host.Log.Info("everything that could be written is in step", "written", r.Written, "inStep", r.InStep, "notInPlex", r.Parked, "skipped", r.Skipped, "failed", r.Dead)
	return stored, true, err
}

// finished is the number of scenes the run is through with.
func (r *run) finished() int { return r.Written + r.InStep + r.Parked + r.Skipped + r.Dead }

// batchBegan notes the beginning of a batch.
func (r *run) batchBegan(now time.Time) { r.began, r.before = now, r.finished() }

// batchEnded takes a batch into the estimate that ran to its end. One that was broken off
// says nothing about the pace.
func (r *run) batchEnded(whole bool, left int, now time.Time) {
	if !whole {
		r.eta = r.eta.Broken()
		return
	}
	r.eta = r.eta.Batch(r.finished()-r.before, now.Sub(r.began), left, now)
}

// ended takes in the end of a job.
func (r *run) ended(result worker.Result, j queue.Job) {
	switch {
	case !j.State.Live():
		delete(r.touched, j.Scene)
	case result.Wrote:
		r.touched[j.Scene] = true
	}
	if len(result.Undone) > 0 {
		r.undid[result.Job.Undo] = true
	}
}

// wrote reports whether the run changed anything in Plex for a scene it is through with.
func (r *run) wrote(result worker.Result) bool { return result.Wrote || r.touched[result.Job.Scene] }

// mostlyWritten: while at most one scene in so many of a run was in step already, those
// that were not read yet are expected to need a write as well.
const mostlyWritten = 10

// toWrite is how many scenes of the run are to be written, those that were included:
// batch of those in the batch in progress, pending all that are left.
func (r *run) toWrite(batch, pending int) int {
	switch {
	case batch == 0 && r.Written == 0:
		return 0
	case r.InStep*mostlyWritten <= r.Written+batch:
		return r.Written + pending
	}
	return r.Written + batch
}

// InHand is what is being worked on.
func (d *Dispatcher) InHand() []api.InHand {
	if d.batch == nil {
		return nil
	}
	return d.batch.inHand
}

// Progress is how far the run is.
func (d *Dispatcher) Progress(now time.Time, pending int) api.Progress {
	r, b := &d.run, d.batch
	if !r.active && b == nil {
		return api.Progress{}
	}
	var inBatch batchState
	if b != nil {
		inBatch = *b
	}
	p := api.Progress{
		Done: r.Written + r.InStep, Parked: r.Parked, Skipped: r.Skipped, Dead: r.Dead, Unchecked: inBatch.position,
		Written: r.Written + inBatch.position, Started: r.Started.Unix(),
	}
	p.Total = p.Finished() + pending
	p.ToWrite = r.toWrite(inBatch.toWrite, pending)
	if b != nil {
		p.Rate = r.eta.Rate(r.finished()-r.before+b.position, now.Sub(r.began))
		if left, ok := r.eta.Left(now); ok {
			p.Left = max(left.Seconds(), 1)
		}
	}
	if len(inBatch.inHand) > 0 {
		p.Current = inBatch.inHand[0].Name
	}
	return p
}
