package dispatch

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

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

func (r *ramp) begin(now time.Time, from, to int, over time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.start, r.from, r.to, r.over = now, from, to, over
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
