package engine

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/engine/loop"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// errStopped is what callers get when the engine has ended.
var errStopped = fault.New(fault.Canceled, fault.None, message.New(message.Quitting), message.None, nil)

// turn starts everything that is due and returns when to turn again.
func (e *Engine) turn(ctx context.Context) time.Duration {
	e.noticeSleep()
	next := e.advance(ctx)
	if e.unshown {
		e.publish()
	}
	return next.Sub(e.now())
}

// advance starts everything that is due and returns when to look again.
func (e *Engine) advance(ctx context.Context) time.Time {
	now := e.now()
	next := now.Add(loop.MaxNap)
	for _, due := range []func(context.Context, time.Time) time.Time{
		e.duePause, e.dueProbe, e.dueKnock, e.dueChecks, e.dueScan, e.dueLibraryScans, e.dueReconcile, e.dueWork, e.dueUpkeep, e.dueAccount, e.dueRest,
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
	e.noteStored(e.step(breaker.Event{Kind: breaker.Woke}, nil))
	e.wakeBudgets()
	e.links.Recheck(e.now())
	e.scan.Soon(e.now())
	e.noteStored(e.dispatch.Clamp())
}

// stopBound is how long quitting may take: the step in hand is one request, and Plex
// answers within 45 s or not at all, but nobody waits that long for a desktop to log out.
const stopBound = 10 * time.Second

// shutdown ends the work in hand, bounded, and stores that the process ended well.
func (e *Engine) shutdown() {
	e.stopping = "the step in hand"
	e.publish()
	e.cancelTasks()
	if !e.loop.End(stopBound) {
		e.log.Warn("the step in hand did not end in time; it will be checked at the next start")
	}
	if err := e.storeEnd(); err != nil && !errors.Is(err, context.Canceled) {
		e.log.Error("store the end of this run", "err", err)
	}
}
