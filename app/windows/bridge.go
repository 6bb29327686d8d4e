package windows

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"lockstep/app/present"
	"lockstep/sync/api"
)

const (
	// frame is the shortest time between two updates: nobody reads faster.
	frame = 100 * time.Millisecond
	// age is how often words like "in 40 s" are written anew while windows are open.
	age = time.Second
)

// Run brings the engine's snapshots into the windows until ctx ends, which returns nil,
// or the watch breaks. It is the only place where the two meet, and asks Fyne at most
// ten times a second. It must not run on Fyne's goroutine.
func (w *Windows) Run(ctx context.Context) error {
	feed := api.Follow(ctx, w.api)
	for {
		select {
		case err := <-feed.Ended():
			if ctx.Err() != nil {
				return nil //nolint:nilerr // it was told to end
			}
			s, _ := feed.Latest()
			s.Live = false
			fyne.Do(func() { w.update(s) })
			return err
		case <-feed.Changed():
		case <-time.After(age):
		}
		if s, ok := feed.Latest(); ok {
			fyne.Do(func() { w.update(s) })
		}
		select {
		case <-ctx.Done():
		case <-time.After(frame):
		}
	}
}

// ask runs fn away from Fyne's goroutine and then done on it.
func ask[T any](w *Windows, fn func(context.Context) (T, error), done func(T, error)) {
	w.spawn(func() {
		ctx, cancel := context.WithTimeout(context.Background(), present.LongestAnswer)
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
