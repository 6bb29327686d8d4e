package notify_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/app/notify"
	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/event"
	"lockstep/sync/health"
	"lockstep/sync/outage"
)

var errTest = errors.New("the disk is full")

// engine is an API of which the notifier uses Watch and Say; Say judges as the real
// one does, from what is on disk.
type engine struct {
	api.API
	snapshots event.Value[api.Snapshot]

	mu   sync.Mutex
	disk breaker.Breaker
	said []health.Said
}

func (e *engine) Watch(ctx context.Context, fn func(api.Snapshot)) error {
	changed, stop := e.snapshots.Watch()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
			fn(e.snapshots.Load())
		}
	}
}

func (e *engine) Say(_ context.Context, s health.Said) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	shot := e.snapshots.Load()
	said, err := health.Announce(s.Kind, &e.disk, shot.Outage, shot.Said, time.Now())
	if err != nil {
		return false, nil
	}
	shot.Said = said
	e.snapshots.Store(shot)
	e.said = append(e.said, said)
	return true, nil
}

func (e *engine) change(fn func(*api.Snapshot)) {
	s := e.snapshots.Load()
	fn(&s)
	e.snapshots.Store(s)
	synctest.Wait()
}

type screen struct {
	mu    sync.Mutex
	lines []string
	last  notify.Message
}

func (s *screen) Send(m notify.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines, s.last = append(s.lines, m.Title), m
	return nil
}

func (s *screen) Withdraw(tag string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, "-"+tag)
	return nil
}

func (s *screen) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

func TestRunSpeaksOnlyAfterItIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, out := &engine{}, &screen{}
		e.snapshots.Store(api.Snapshot{Live: true, Configured: true, Verdict: health.Up, NotifyDelay: time.Minute})
		opened := make(chan string, 1)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- notify.Run(ctx, e, out, func(w string) { opened <- w }) }()
		time.Sleep(time.Minute)

		opening := outage.Record{ID: 1, Started: time.Now()}
		e.change(func(s *api.Snapshot) { s.Verdict, s.Outage = health.Down, &opening })
		time.Sleep(2 * time.Minute) // the disk still says closed: refused
		synctest.Wait()
		if got := out.seen(); len(got) != 0 {
			t.Fatalf("said %q while the disk disagreed", got)
		}

		e.mu.Lock()
		e.disk = breaker.Breaker{State: breaker.Open}
		e.mu.Unlock()
		next := outage.Record{ID: 2, Started: time.Now()}
		e.change(func(s *api.Snapshot) { s.Outage = &next })
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if got := out.seen(); len(got) != 0 {
			t.Fatalf("said %q before the delay", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := out.seen(); !slices.Equal(got, []string{isDown}) || len(e.said) != 1 {
			t.Fatalf("said %q, stored %v", got, e.said)
		}
		out.last.Open()
		if w := <-opened; w != "outages" {
			t.Errorf("a click opens %q", w)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
		if got := out.seen(); !slices.Equal(got, []string{isDown, "-plex"}) {
			t.Errorf("left on screen: %q", got)
		}
	})
}

func TestRunEndsWhenTheWatchBreaks(t *testing.T) {
	t.Parallel()
	if err := notify.Run(t.Context(), broken{}, &screen{}, nil); !errors.Is(err, errTest) {
		t.Errorf("ended with %v", err)
	}
}

type broken struct{ api.API }

func (broken) Watch(context.Context, func(api.Snapshot)) error { return errTest }
