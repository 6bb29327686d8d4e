package activity

import (
	"context"
	"slices"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/store"
)

// Loop is what a Desk needs of the loop: Do runs a function there, Wait waits for something
// that happens there. Changed is called after a change.
type Loop struct {
	Do      func(context.Context, func() error) error
	Wait    func(context.Context, <-chan error) error
	Changed func()
}

// Desk is where a person sees what waits, and decides. It is safe for concurrent use.
type Desk struct {
	recorder *Recorder
	loop     Loop
}

// NewDesk makes a Desk.
func NewDesk(r *Recorder, l Loop) Desk { return Desk{r, l} }

// Activity is what Stash learns from Plex.
func (d Desk) Activity(ctx context.Context, q api.ActivityQuery) (page api.ActivityPage, err error) {
	err = d.loop.Do(ctx, func() error {
		page.Activity = d.recorder.state()
		return nil
	})
	if err == nil {
		page.Rows, page.Total, err = Rows(d.recorder.host.Store, q)
	}
	return page, err
}

// CheckActivity asks Plex now, and returns when that has ended. A preview writes nothing, and
// nothing else does before a person allowed it or while paused.
func (d Desk) CheckActivity(ctx context.Context, q api.ActivityCheck) error {
	done := make(chan error, 1)
	err := d.loop.Do(ctx, func() error {
		if len(playback.On(d.recorder.settings())) == 0 {
			return fault.New(fault.Rejected, fault.None, message.New(message.ActivityOff), message.New(message.AdviceActivityOff), nil)
		}
		d.recorder.wanted, d.recorder.preview = true, q.Preview
		d.recorder.waiters = append(d.recorder.waiters, done)
		return nil
	})
	if err != nil {
		return err
	}
	return d.loop.Wait(ctx, done)
}

// AnswerActivity decides about all that waits, and returns how much that is.
func (d Desk) AnswerActivity(ctx context.Context, q api.ActivityAnswer) (n int, err error) {
	for {
		var running chan error
		err := d.loop.Do(ctx, func() (err error) {
			if d.recorder.look != nil { // it has copies of what is decided about
				running = make(chan error, 1)
				d.recorder.running = append(d.recorder.running, running)
				return nil
			}
			n, err = d.recorder.Answer(q.Write)
			d.loop.Changed()
			return err
		})
		if err != nil || running == nil {
			return n, err
		}
		if err := d.loop.Wait(ctx, running); err != nil && ctx.Err() != nil {
			return 0, err
		}
	}
}

const (
	usualRows = 100
	mostRows  = 10_000
)

// shownStates are those of what a person may want to know of.
var shownStates = []store.PlaybackState{
	store.PlaybackWaiting, store.PlaybackIntent, store.PlaybackNew, store.PlaybackFailed, store.PlaybackUnmatched, store.PlaybackKept, store.PlaybackUndo,
}

// Rows lists what Stash learns from Plex, the latest first, with the number of all that match.
func Rows(s store.Store, q api.ActivityQuery) (rows []store.Playback, total int, err error) {
	states := q.States
	if len(states) == 0 {
		states = shownStates
	}
	rows = []store.Playback{}
	err = s.View(func(tx store.Tx) error {
		return tx.EachPlayback(func(p store.Playback) bool {
			if slices.Contains(states, p.State) {
				rows = append(rows, p)
			}
			return true
		})
	})
	slices.SortStableFunc(rows, func(a, b store.Playback) int { return b.At.Compare(a.At) })
	limit := q.Limit
	if limit <= 0 {
		limit = usualRows
	}
	total = len(rows)
	return rows[:min(total, limit, mostRows)], total, err
}
