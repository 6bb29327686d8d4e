package engine

import (
	"context"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/engine/loop"
)

// turn is one pass of the loop: it notices that the machine slept, has everything begun that
// is due and shows what changed. It returns how long the loop may rest.
func (e *Engine) turn(ctx context.Context) time.Duration {
	e.noticeSleep()
	next := e.advance(ctx)
	if e.unshown {
		e.publish()
	}
	return next.Sub(e.now())
}

// advance asks each part in turn to begin what is due, and returns when the next is due.
func (e *Engine) advance(ctx context.Context) time.Time {
	now := e.now()
	next := now.Add(loop.MaxNap)
	for _, due := range []func(context.Context, time.Time) time.Time{
		e.duePause, e.dueProbe, e.dueKnock, e.dueChecks, e.dueScan, e.dueLibraryScans, e.dueReconcile, e.dueWork, e.shelves.Due, e.dueActivity, e.dueUpkeep, e.dueAccount, e.dueRest, e.dispatch.Keep,
	} {
		if t := due(ctx, now); !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	return next
}

// missedTurns is how far two turns of the loop may lie apart by the wall clock before it
// counts as sleep: on Windows the monotonic clock goes on while a machine sleeps.
const missedTurns = 2 * loop.MaxNap

// noticeSleep sees a suspend or a clock jump. It is one quiet re-check, never an outage.
func (e *Engine) noticeSleep() {
	slept, err := e.monitor.Turn(missedTurns)
	e.noteStored(err)
	if slept {
		e.wake()
	}
}

// wake makes everything timed by the wall clock due again.
func (e *Engine) wake() {
	e.noteStored(e.storeVerdict(breaker.Event{Kind: breaker.Woke}, nil))
	e.wakeBudgets()
	e.links.Recheck(e.now())
	e.scan.Soon(e.now())
	e.noteStored(e.dispatch.Clamp())
}
