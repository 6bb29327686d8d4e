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
	full bool // nothing more can be noted as delivered
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
	if e.full && s.Delivered {
		return false, errTest
	}
	shot := e.snapshots.Load()
	judge := health.Evidence{Breaker: &e.disk, Newest: shot.Outage, Said: shot.Said, Proved: time.Now(), Now: time.Now()}
	said, err := judge.Announce(s)
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
	off   bool // nobody looks after messages
	tries int
}

func (s *screen) Send(m notify.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tries++; s.off {
		return errTest
	}
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
		if got := out.seen(); !slices.Equal(got, []string{isDown}) || len(e.said) != 2 || e.said[0].Delivered || !e.said[1].Delivered {
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

// With no notification server, a whole day costs few tries; the message comes once there is
// one, and so does its end.
func TestWhatNobodyShowedIsShownLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, out := &engine{disk: breaker.Breaker{State: breaker.Open}}, &screen{off: true}
		e.snapshots.Store(api.Snapshot{Live: true, Configured: true, Verdict: health.Down, NotifyDelay: time.Minute,
			Outage: &outage.Record{ID: 1, Started: time.Now()}})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- notify.Run(ctx, e, out, nil) }()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if got := out.seen(); len(got) != 0 || out.tries < 200 || out.tries > 300 {
			t.Errorf("said %q after %d tries in a day", got, out.tries)
		}
		out.mu.Lock()
		out.off = false
		out.mu.Unlock()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if got := out.seen(); !slices.Equal(got, []string{isDown}) {
			t.Errorf("said %q", got)
		}
		e.mu.Lock()
		e.disk = breaker.Breaker{State: breaker.Closed}
		e.mu.Unlock()
		e.change(func(s *api.Snapshot) { r := s.Outage.End(time.Now()); s.Verdict, s.Outage = health.Up, &r })
		if got := out.seen(); !slices.Equal(got, []string{isDown, "-plex", isBack}) {
			t.Errorf("said %q", got)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	})
}

// A "back" needs a "down" that is known to have been shown.
func TestShownAndNotNotedIsNotedLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, out := &engine{disk: breaker.Breaker{State: breaker.Open}, full: true}, &screen{}
		e.snapshots.Store(api.Snapshot{Live: true, Configured: true, Verdict: health.Down, Outage: &outage.Record{ID: 1, Started: time.Now()}})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- notify.Run(ctx, e, out, nil) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := e.snapshots.Load().Said; s.Delivered || !slices.Equal(out.seen(), []string{isDown}) {
			t.Errorf("said %q, noted %+v", out.seen(), s)
		}
		e.mu.Lock()
		e.full = false
		e.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := e.snapshots.Load().Said; !s.Delivered || !slices.Equal(out.seen(), []string{isDown}) {
			t.Errorf("said %q, noted %+v", out.seen(), s)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
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
