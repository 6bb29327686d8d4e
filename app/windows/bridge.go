package windows

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"lockstep/sync/api"
)

const (
	// frame is the shortest time between two updates: nobody reads faster.
	frame = 100 * time.Millisecond
	// age is how often words like "in 40 s" are written anew while windows are open.
	age = time.Second
	// bearable is how long a person waits for an answer before being told.
	bearable = 2 * time.Minute
)

// Run brings the engine's snapshots into the windows until ctx ends, which returns nil,
// or the watch breaks. It is the only place where the two meet, and asks Fyne at most
// ten times a second. It must not run on Fyne's goroutine.
func (w *Windows) Run(ctx context.Context) error {
	b := &bridge{wake: make(chan struct{}, 1)}
	ended := make(chan error, 1)
	go func() { ended <- w.api.Watch(ctx, b.put) }()
	for {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return nil
			}
			b.lost()
			fyne.Do(func() { w.update(b.take()) })
			return err
		case <-b.wake:
		case <-time.After(age):
		}
		if s, ok := b.any(); ok {
			fyne.Do(func() { w.update(s) })
		}
		select {
		case <-ctx.Done():
		case <-time.After(frame):
		}
	}
}

// bridge holds the latest snapshot between the two sides.
type bridge struct {
	wake chan struct{}

	mu     sync.Mutex
	latest api.Snapshot
	known  bool
}

func (b *bridge) put(s api.Snapshot) {
	b.mu.Lock()
	b.latest, b.known = s, true
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default: // already awake: it will read this snapshot
	}
}

func (b *bridge) lost() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.latest.Live = false
}

func (b *bridge) take() api.Snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.latest
}

func (b *bridge) any() (api.Snapshot, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.latest, b.known
}

// ask runs fn away from Fyne's goroutine and then done on it.
func ask[T any](w *Windows, fn func(context.Context) (T, error), done func(T, error)) {
	w.spawn(func() {
		ctx, cancel := context.WithTimeout(context.Background(), bearable)
		defer cancel()
		v, err := fn(ctx)
		fyne.Do(func() { done(v, err) })
	})
}

// command runs fn away from Fyne's goroutine and tells in the window if it failed.
func (w *Windows) command(win fyne.Window, fn func(context.Context) error) {
	ask(w, func(ctx context.Context) (struct{}, error) { return struct{}{}, fn(ctx) }, func(_ struct{}, err error) {
		if err != nil {
			w.fail(win, err)
		}
	})
}
