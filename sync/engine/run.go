package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// runState is the present stretch of work, from an idle queue to the next.
type runState struct {
	store.Run
	active bool
	ticks  []time.Time // when scenes were finished, over the last minute
	// touched are the scenes the run wrote to and is not through with: they failed half-way,
	// or were edited meanwhile.
	touched map[scene.ID]bool
	undid   map[uint64]bool // runs of which this one undid something
}

// rateWindow is the time over which the rate is averaged.
const rateWindow = time.Minute

func (r *runState) tick(now time.Time) {
	r.ticks = append(r.ticks, now)
	cut := 0
	for cut < len(r.ticks) && now.Sub(r.ticks[cut]) > rateWindow {
		cut++
	}
	r.ticks = r.ticks[cut:]
}

// minTicks is how many finished scenes a rate needs to mean something.
const minTicks = 5

// rate is scenes per second over the last minute, zero when unknown.
func (r *runState) rate(now time.Time) float64 {
	if len(r.ticks) < minTicks {
		return 0
	}
	span := now.Sub(r.ticks[0])
	if started := now.Sub(r.Started); started < span || span < time.Second {
		span = max(started, time.Second)
	}
	return float64(len(r.ticks)) / span.Seconds()
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
	e.look.index = true // our own writes moved Plex's stamps: learn them once
	e.look.by(now.Add(newsDelay))
	e.publish()
	return e.look.at
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
