package dispatch

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// Loop is what Commands need of the loop: Do runs a function there. The others are called
// there, CheckData excepted.
type Loop struct {
	Do        func(context.Context, func() error) error
	CheckData func(context.Context) (api.DataCheck, error)
	// TryAgain takes back what holds work until a person does something, TakeBack has what the
	// entries sent to Stash taken back, and Changed shows what changed.
	TryAgain func()
	TakeBack func([]store.JournalEntry) (int, error)
	// GiveBack has the collections of a run given back what they were.
	GiveBack func(run uint64) (int, error)
	Changed  func()
}

// Commands are what a person wants done about jobs and about what was written. They are safe
// for concurrent use.
type Commands struct {
	host host.Host
	loop Loop
}

// NewCommands makes Commands.
func NewCommands(h host.Host, l Loop) Commands { return Commands{h, l} }

// Retry gives jobs another chance at once: the named ones, or all dead ones.
func (c Commands) Retry(ctx context.Context, q api.Selection) (n int, err error) {
	err = c.loop.Do(ctx, func() error {
		ids, err := Selected(c.host, q)
		if err != nil {
			return err
		}
		defer c.loop.Changed()
		n = len(ids)
		c.loop.TryAgain()
		return c.host.PutWishForEach(ids, queue.Wish{Cause: queue.Retry, Forced: true, Confirmed: q.ByName()})
	})
	return n, err
}

// Discard removes jobs from the queue. A running one ends first and is not removed.
func (c Commands) Discard(ctx context.Context, q api.Selection) (n int, err error) {
	err = c.loop.Do(ctx, func() (err error) {
		defer c.loop.Changed()
		n, err = Discard(c.host, q)
		return err
	})
	return n, err
}

// Undo queues the items of a run, or of a scene's last write, to be given back what they
// were before, and has what went to Stash taken back.
func (c Commands) Undo(ctx context.Context, q api.UndoRequest) (api.UndoResult, error) {
	if _, err := c.loop.CheckData(ctx); err != nil { // what is damaged must not be missing unseen
		return api.UndoResult{}, err
	}
	u, err := ToUndo(c.host, q)
	if err != nil {
		return api.UndoResult{}, err
	}
	back, given := 0, 0
	err = c.loop.Do(ctx, func() (err error) {
		defer c.loop.Changed()
		if len(u.Sent) > 0 {
			if back, err = c.loop.TakeBack(u.Sent); err != nil {
				return err
			}
		}
		if u.Collections > 0 {
			if given, err = c.loop.GiveBack(q.Run); err != nil {
				return err
			}
		}
		return c.host.PutWishes(u.Wishes)
	})
	return api.UndoResult{Enqueued: len(u.Wishes) + back + given, Lost: u.Lost}, err
}
