package engine

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/fault"
)

// errStopped is what callers get when the engine has ended.
var errStopped = fault.Old(fault.Canceled, fault.None, "Lockstep is quitting.", "", nil)

// maxNap bounds a sleep of the loop: timers stand still while a machine sleeps, so the
// wake-up is noticed at the latest this long after it.
const maxNap = time.Minute

// loop runs the owner: functions from other goroutines and what is due, until ctx ends.
func (e *Engine) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-e.inbox:
			f()
			e.drainInbox()
		case <-timer.C:
		}
		e.turns.Add(1)
		e.noticeSleep()
		next := e.advance(ctx)
		if e.unshown {
			e.publish()
		}
		timer.Reset(max(0, min(maxNap, next.Sub(e.now()))))
	}
}

// drainInbox takes what else waits, so that one look at what is due serves all.
func (e *Engine) drainInbox() {
	for {
		select {
		case f := <-e.inbox:
			f()
		default:
			return
		}
	}
}

// post sends a function to the loop. It may be dropped once the engine has ended.
func (e *Engine) post(f func()) {
	select {
	case e.inbox <- f:
	case <-e.hard.Done():
	}
}

// ask runs a function in the loop and returns its error.
func (e *Engine) ask(ctx context.Context, f func() error) error {
	select {
	case <-e.loaded:
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	select {
	case e.inbox <- func() { done <- f() }:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.hard.Done():
		return errStopped
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-e.hard.Done():
		return errStopped
	}
}

// spawn runs f beside the loop; the engine waits for it when it stops.
func (e *Engine) spawn(f func()) {
	e.wg.Add(1)
	go func() {
		defer e.wg.Done()
		f()
	}()
}

// advance starts everything that is due and returns when to look again.
func (e *Engine) advance(ctx context.Context) time.Time {
	now := e.now()
	next := now.Add(maxNap)
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
const missedTurns = 2 * maxNap

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
	if err := e.step(breaker.Event{Kind: breaker.Woke}, nil); err != nil {
		e.noteLocal(err)
	}
	e.wakeBudgets()
	e.links.Recheck(e.now())
	e.scan.Soon(e.now())
	if err := e.dispatch.Clamp(); err != nil {
		e.noteLocal(err)
	}
}

// shutdown ends the work in hand, bounded, and stores that the process ended well.
func (e *Engine) shutdown(kill context.CancelFunc) {
	e.stopping = "the step in hand"
	e.publish()
	e.cancelTasks()
	done := make(chan struct{})
	go func() { e.wg.Wait(); close(done) }()
	limit := time.NewTimer(stopBound)
	defer limit.Stop()
	for {
		select {
		case f := <-e.inbox:
			f()
			continue
		case <-done:
		case <-limit.C:
			e.log.Warn("the step in hand did not end in time; it will be checked at the next start")
		}
		break
	}
	kill()
	e.drainInbox()
	if err := e.storeEnd(); err != nil && !errors.Is(err, context.Canceled) {
		e.log.Error("store the end of this run", "err", err)
	}
}
