package api

import (
	"context"

	"lockstep/sync/event"
)

// Feed is a watch that others can wait for beside other things. Make one with Follow.
type Feed struct {
	latest  event.Value[*Snapshot]
	changed <-chan struct{}
	ended   chan error
}

// Follow watches a until ctx ends. The engine's side only stores the latest snapshot: a
// reader that is slow, or stopped, holds up nobody but itself, and never misses the last
// one.
func Follow(ctx context.Context, a API) *Feed {
	f := &Feed{ended: make(chan error, 1)}
	f.changed, _ = f.latest.Watch() // ends with the feed, which alone holds the value
	go func() { f.ended <- a.Watch(ctx, func(s Snapshot) { f.latest.Store(&s) }) }()
	return f
}

// Changed is ready once at the beginning and again after each snapshot since the last
// receive. It is never closed.
func (f *Feed) Changed() <-chan struct{} { return f.changed }

// Ended gives the error that ended the watch, once. The last snapshot is there by then.
func (f *Feed) Ended() <-chan error { return f.ended }

// Latest returns the newest snapshot; ok is false before the first.
func (f *Feed) Latest() (s Snapshot, ok bool) {
	if p := f.latest.Load(); p != nil {
		return *p, true
	}
	return Snapshot{}, false
}
