package loop_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/engine/loop"
)

var errStopped = errors.New("stopped")

// running runs a loop whose turns take as long to come again as again says, until the test
// ends or stop is called.
func running(t *testing.T, again time.Duration) (_ *loop.Loop[int], stop func()) {
	t.Helper()
	l := loop.New[int](errStopped)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.Run(ctx, func() time.Duration { return again })
		l.End(time.Second)
	}()
	return l, func() { cancel(); <-done }
}

func TestTheLoopTurnsWhenItIsDueAndOnceAMinuteInAnyCase(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		again time.Duration
		turns uint64 // within five minutes, the first at once
	}{
		"every 30 s":        {30 * time.Second, 11},
		"never":             {time.Hour, 6},
		"at longest a nap":  {loop.MaxNap, 6},
		"every two minutes": {2 * loop.MaxNap, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l, stop := running(t, tt.again)
				time.Sleep(5*time.Minute + time.Second)
				if got := l.Turns(); got != tt.turns {
					t.Errorf("%d turns, want %d", got, tt.turns)
				}
				stop()
			})
		})
	}
}

func TestOneTurnServesAllThatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := loop.New[int](errStopped)
		served := 0
		for range 20 {
			l.Post(func() { served++ })
		}
		ctx, cancel := context.WithCancel(t.Context())
		go l.Run(ctx, func() time.Duration { return time.Hour })
		synctest.Wait()
		if served != 20 || l.Turns() > 2 {
			t.Errorf("%d of 20 served in %d turns", served, l.Turns())
		}
		cancel()
	})
}

func TestAskWaitsForTheFirstSnapshotAndReturnsTheError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, stop := running(t, time.Hour)
		broken := errors.New("broken")
		got := make(chan error, 1)
		go func() { got <- l.Ask(t.Context(), func() error { return broken }) }()
		synctest.Wait()
		select {
		case err := <-got:
			t.Fatalf("answered before anything was loaded: %v", err)
		default:
		}
		l.Ready()
		if err := <-got; !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		stop()
	})
}

func TestAskEndsWithItsContextOrTheLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := loop.New[int](errStopped) // nobody serves it
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Ask(ctx, func() error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("before the first snapshot: %v", err)
		}
		l.Ready()
		ended := make(chan error, 1)
		go func() { ended <- l.Wait(t.Context(), make(chan error)) }()
		if !l.End(time.Second) {
			t.Error("nothing runs beside the loop, and it did not end in time")
		}
		if err := <-ended; !errors.Is(err, errStopped) {
			t.Errorf("after the end: %v", err)
		}
		if _, ok := loop.Call(l, func() int { return 1 }); ok {
			t.Error("a loop that ended answered")
		}
	})
}

func TestCallReturnsWhatTheLoopFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, stop := running(t, time.Hour)
		if got, ok := loop.Call(l, func() string { return "found" }); !ok || got != "found" {
			t.Errorf("%q, %v", got, ok)
		}
		stop()
	})
}

func TestTheEndServesWhatRunsBesideItAndWaitsNoLongerThanItMay(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		takes  time.Duration
		inTime bool
	}{"a short task": {time.Second, true}, "one that hangs": {time.Hour, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := loop.New[int](errStopped)
				reported := false
				l.Spawn(func() {
					select {
					case <-time.After(tt.takes):
						l.Post(func() { reported = true })
					case <-l.Hard().Done():
					}
				})
				began := time.Now()
				if got := l.End(10 * time.Second); got != tt.inTime || reported != tt.inTime {
					t.Errorf("ended in time: %v, its result taken in: %v, want %v", got, reported, tt.inTime)
				}
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("took %v", took)
				}
				if l.Hard().Err() == nil {
					t.Error("bounded work may go on")
				}
			})
		})
	}
}

func TestSnapshotAndWatchShowTheNewest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := loop.New[int](errStopped)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.Snapshot(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a snapshot before the first: %v", err)
		}
		l.Publish(1)
		l.Ready()
		if s, err := l.Snapshot(t.Context()); s != 1 || err != nil || l.Latest() != 1 {
			t.Errorf("%d, %v", s, err)
		}
		var seen []int
		ended := make(chan error, 1)
		go func() { ended <- l.Watch(t.Context(), func(s int) { seen = append(seen, s) }) }()
		synctest.Wait()
		l.Publish(2)
		l.Publish(3)
		synctest.Wait()
		if len(seen) < 2 || seen[0] != 1 || seen[len(seen)-1] != 3 {
			t.Errorf("saw %v, want the first and the last", seen)
		}
		l.End(time.Second)
		if err := <-ended; !errors.Is(err, errStopped) {
			t.Errorf("watching ended with %v", err)
		}
	})
}

func TestWhoeverWaitsForAChangeIsWokenByTheNextOne(t *testing.T) {
	t.Parallel()
	l := loop.New[int](errStopped)
	l.Publish(1)
	wake, stop := l.Changed()
	woken := func() bool {
		select {
		case <-wake:
			return true
		default:
			return false
		}
	}
	if !woken() { // what was published before may be new to who begins to wait
		t.Error("whoever begins to wait misses what there is")
	}
	if woken() {
		t.Error("woken although nothing happened")
	}
	l.Publish(2)
	l.Publish(3)
	if !woken() || woken() || l.Latest() != 3 {
		t.Errorf("two changes wake once, the newest is %d", l.Latest())
	}
	stop()
	l.Publish(4)
	if woken() {
		t.Error("woken after it no longer waits")
	}
}
