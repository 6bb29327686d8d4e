// Package loop runs what belongs to one owner on one goroutine: functions that others send,
// and what is due. It sleeps in between, and shows others the newest snapshot. What takes long runs beside it and
// comes back as one more function, so no state behind the loop needs a lock.
package loop

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"lockstep/sync/event"
)

// MaxNap bounds a sleep of the loop: timers stand still while a machine sleeps, so the
// wake-up is noticed at the latest this long after it.
const MaxNap = time.Minute

// Loop is one owner's goroutine, with the snapshots S it publishes. Make it with New.
type Loop[S any] struct {
	inbox   chan func()
	snap    event.Value[S]
	tasks   sync.WaitGroup
	ready   chan struct{}   // closed when the first snapshot is out
	hard    context.Context // ends when even bounded work must stop
	kill    context.CancelFunc
	stopped error
	turns   atomic.Uint64
}

// New makes a loop that does not run yet. Stopped is what callers get when it has ended.
func New[S any](stopped error) *Loop[S] {
	hard, kill := context.WithCancel(context.Background()) //nolint:gosec // the loop calls it at its end
	return &Loop[S]{inbox: make(chan func(), 64), ready: make(chan struct{}), hard: hard, kill: kill, stopped: stopped}
}

// Ready lets callers of Ask and Snapshot in: the first snapshot is out.
func (l *Loop[S]) Ready() { close(l.ready) }

// Hard ends when even bounded work must stop.
func (l *Loop[S]) Hard() context.Context { return l.hard }

// Run calls the functions that are sent and turn, which returns when to turn again at the
// latest, until ctx ends.
func (l *Loop[S]) Run(ctx context.Context, turn func() (again time.Duration)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-l.inbox:
			f()
			l.drain()
		case <-timer.C:
		}
		l.turns.Add(1)
		timer.Reset(max(0, min(MaxNap, turn())))
	}
}

// Turns is how often the loop turned, for measurements.
func (l *Loop[S]) Turns() uint64 { return l.turns.Load() }

// drain takes what else waits, so that one turn serves all.
func (l *Loop[S]) drain() {
	for {
		select {
		case f := <-l.inbox:
			f()
		default:
			return
		}
	}
}

// End serves what runs beside the loop until all of it has ended, or for a bounded time, and
// reports whether it did. Nothing is served afterwards.
func (l *Loop[S]) End(bound time.Duration) (inTime bool) {
	done := make(chan struct{})
	go func() { l.tasks.Wait(); close(done) }()
	limit := time.NewTimer(bound)
	defer limit.Stop()
	defer l.drain()
	defer l.kill()
	for {
		select {
		case f := <-l.inbox:
			f()
		case <-done:
			return true
		case <-limit.C:
			return false
		}
	}
}

// Post sends a function to the loop. It may be dropped once the loop has ended.
func (l *Loop[S]) Post(f func()) {
	select {
	case l.inbox <- f:
	case <-l.hard.Done():
	}
}

// Ask runs a function in the loop and returns its error.
func (l *Loop[S]) Ask(ctx context.Context, f func() error) error {
	select {
	case <-l.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	select {
	case l.inbox <- func() { done <- f() }:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.hard.Done():
		return l.stopped
	}
	return l.Wait(ctx, done)
}

// Wait receives an error that something in the loop will send.
func (l *Loop[S]) Wait(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-l.hard.Done():
		return l.stopped
	}
}

// Call runs a function in the loop for a task beside it, and returns what it returned; false
// when the loop ended before.
func Call[T, S any](l *Loop[S], f func() T) (out T, ok bool) {
	taken := make(chan T, 1)
	l.Post(func() { taken <- f() })
	select {
	case out = <-taken:
		return out, true
	case <-l.hard.Done():
		return out, false
	}
}

// Spawn runs f beside the loop; End waits for it.
func (l *Loop[S]) Spawn(f func()) { l.tasks.Go(f) }

// Beside carries out run beside the loop, and afterwards then on it.
func (l *Loop[S]) Beside(run, then func()) {
	l.Spawn(func() {
		run()
		l.Post(then)
	})
}

// Publish shows a snapshot.
func (l *Loop[S]) Publish(s S) { l.snap.Store(s) }

// Latest is the newest snapshot, the zero one before the first.
func (l *Loop[S]) Latest() S { return l.snap.Load() }

// Changed wakes whoever waits for a newer snapshot, until stop.
func (l *Loop[S]) Changed() (wake <-chan struct{}, stop func()) { return l.snap.Watch() }

// Snapshot returns the newest snapshot, as soon as there is one.
func (l *Loop[S]) Snapshot(ctx context.Context) (s S, err error) {
	select {
	case <-l.ready:
		return l.snap.Load(), nil
	case <-ctx.Done():
		return s, ctx.Err()
	}
}

// Watch calls fn with the newest snapshot at once and after every change until ctx
// ends, skipping intermediate ones.
func (l *Loop[S]) Watch(ctx context.Context, fn func(S)) error {
	select {
	case <-l.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	wake, stop := l.snap.Watch()
	defer stop()
	for {
		select {
		case <-wake:
			fn(l.snap.Load())
		case <-ctx.Done():
			return ctx.Err()
		case <-l.hard.Done():
			return l.stopped
		}
	}
}
