package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"lockstep/sync/config"
	"lockstep/sync/engine/scan"
	"lockstep/sync/eta"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// runState is the present stretch of work, from an idle queue to the next.
type runState struct {
	store.Run
	active bool
	eta    eta.Run
	// began and before are when the batch in progress began, and how many scenes the run had
	// finished by then.
	began  time.Time
	before int
	// touched are the scenes the run wrote to and is not through with: they failed half-way,
	// or were edited meanwhile.
	touched map[scene.ID]bool
	undid   map[uint64]bool // runs of which this one undid something
}

// beginRun starts a run when work begins after idleness.
func (e *Engine) beginRun(now time.Time) {
	if e.run.active {
		return
	}
	e.run = runState{active: true, touched: map[scene.ID]bool{}, undid: map[uint64]bool{}, Run: store.Run{ID: uint64(now.UnixMilli()), Started: e.stamp()}}
	run := e.run.Run
	if err := e.store.Update(func(tx store.Tx) error { return tx.PutRun(run) }); err != nil {
		e.noteLocal(err)
	}
}

// endRun closes the run when nothing is left to do. It returns when the loop has to
// turn again because of that.
func (e *Engine) endRun(now time.Time) time.Time {
	if !e.run.active || e.work.active || !e.store.Counts().Empty() {
		return time.Time{}
	}
	e.run.active = false
	e.run.Ended = e.stamp()
	run := e.run.Run
	err := e.store.Update(func(tx store.Tx) error { return tx.PutRun(run) })
	for id := range e.run.undid {
		err = errors.Join(err, e.markUndone(id))
	}
	if err != nil {
		e.noteLocal(err)
	}
	e.log.Info("everything that could be written is in step", "written", run.Written, "inStep", run.InStep, "notInPlex", run.Parked, "skipped", run.Skipped, "dead", run.Dead)
	e.scan.WantBy(scan.What{Index: true}, now.Add(newsDelay)) // our own writes moved Plex's stamps: learn them once
	e.publish()
	return e.scan.Due(now, e.scanConditions())
}

// finished is the number of scenes the run is through with.
func (r *runState) finished() int { return r.Written + r.InStep + r.Parked + r.Skipped + r.Dead }

// batch notes the beginning of a batch.
func (r *runState) batch(now time.Time) { r.began, r.before = now, r.finished() }

// batched takes a batch into the estimate that ran to its end. One that was broken off
// says nothing about the pace.
func (r *runState) batched(whole bool, left int, now time.Time) {
	if !whole {
		r.eta = r.eta.Broken()
		return
	}
	r.eta = r.eta.Batch(r.finished()-r.before, now.Sub(r.began), left, now)
}

// ramp paces writes after an outage: slowly at first, then faster, and slower again
// when errors return. It is safe for concurrent use.
type ramp struct {
	mu       sync.Mutex
	limiter  *rate.Limiter
	now      func() time.Time
	start    time.Time // zero: no limit
	from, to int
	over     time.Duration
	penalty  time.Time
}

func newRamp(now func() time.Time) *ramp {
	return &ramp{limiter: rate.NewLimiter(rate.Inf, 1), now: now}
}

// ramp starts the graduated drain.
func (w *workState) ramp(now time.Time, s config.Settings) {
	r := w.drain
	r.mu.Lock()
	defer r.mu.Unlock()
	r.start, r.from, r.to, r.over = now, s.RampFrom, s.RampTo, s.RampOver
}

// penaltyFor is how long an error halves the rate.
const penaltyFor = time.Minute

// backOff halves the rate for a while when errors return during the ramp.
func (r *ramp) backOff(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.start.IsZero() {
		r.penalty = now.Add(penaltyFor)
	}
}

// limit is the rate at a moment; the ramp ends for good when it is through.
func (r *ramp) limit(now time.Time) rate.Limit {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.start.IsZero() {
		return rate.Inf
	}
	gone := now.Sub(r.start)
	if gone >= r.over && now.After(r.penalty) {
		r.start = time.Time{}
		return rate.Inf
	}
	share := 1.0
	if r.over > 0 {
		share = min(1, max(0, gone.Seconds()/r.over.Seconds()))
	}
	l := float64(r.from) + share*float64(r.to-r.from)
	if now.Before(r.penalty) {
		l /= 2
	}
	return rate.Limit(l)
}

// wait blocks until the next write may begin.
func (r *ramp) wait(ctx context.Context) error {
	r.limiter.SetLimit(r.limit(r.now()))
	return r.limiter.Wait(ctx)
}
