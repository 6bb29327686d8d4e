package activity

import (
	"slices"
	"strconv"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/playback"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func (l *Look) on(k playback.Kind) bool { return slices.Contains(l.kinds, k) }

// meet takes in how something ended: a fault of a server is kept, and whatever does not need
// it goes on; one of our own is returned.
func (l *Look) meet(err error) error {
	if err == nil {
		return nil
	}
	f := fault.Of(err)
	if f.Class == fault.Local || f.Server == fault.None && f.Class != fault.Canceled {
		return err
	}
	if l.fault == nil || l.fault.Class == fault.Canceled {
		l.fault = f
	}
	return nil
}

func (l *Look) dueAt(at time.Time) { l.again = host.Sooner(l.again, at) }

// may reports whether a person allowed it, or at least its kind.
func (l *Look) may(p store.Playback) bool { return p.Confirmed || !l.permit.Allowed[p.Kind].IsZero() }

func (l *Look) hold(p store.Playback) {
	if l.held == nil {
		l.held = map[playback.Kind]int{}
	}
	l.held[p.Kind]++
}

// put stores records, some hundred in a transaction.
func (l *Look) put(list []*store.Playback) error {
	for part := range slices.Chunk(list, 500) {
		if err := l.host.Store.Update(func(tx store.Tx) error { return keep(tx, part) }); err != nil {
			return err
		}
	}
	return nil
}

// keep stores records, but for those that a person wants taken back since they were read.
func keep(tx store.Tx, list []*store.Playback) error {
	for _, p := range list {
		wanted, err := unwanted(tx, *p)
		if err == nil && !wanted {
			err = tx.PutPlayback(*p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unwanted reports that a person wants a record taken back, which it does not know.
func unwanted(tx store.Tx, p store.Playback) (bool, error) {
	if p.State == store.PlaybackUndo || p.State == store.PlaybackUndone {
		return false, nil
	}
	had, _, err := tx.Playback(p)
	return had.State == store.PlaybackUndo, err
}

// enter moves a record to a state for a reason, and reports whether that is news.
func (l *Look) enter(p *store.Playback, to store.Playback) bool {
	if p.State == to.State && p.Why == to.Why && p.Scene == to.Scene {
		return false
	}
	if p.State != to.State {
		to.Changed = l.host.Stamp()
	}
	*p = to
	return true
}

// settleAfter is how long after an attempt to write it is certain that the server does not
// carry it out any more: a request takes a minute at most.
const settleAfter = 2 * time.Minute

// rebase remembers what both sides have of an item now: ratings, or resume points in
// milliseconds.
func rebase(tx store.Tx, p store.Playback, plex, stash int64) error {
	b, _, err := tx.PlaybackBase(p.Item)
	if err != nil {
		return err
	}
	switch p.Kind {
	case playback.Rating:
		b.Rating = playback.Base{Plex: int(plex), Stash: int(stash)}
	case playback.Resume:
		b.Point = playback.Point{Plex: millis(plex), Stash: millis(stash)}
	case playback.Play:
		return nil
	}
	return tx.PutPlaybackBase(p.Item, b)
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// tell adds a line to the history.
func (l *Look) tell(tx store.Tx, p store.Playback, said message.Message) error {
	return tx.AddActivity(store.Activity{
		At: l.host.Stamp(), Run: p.Run, Scene: p.Scene, Name: p.Name, Item: p.Item.String(), State: queue.Done, Message: said,
	})
}

// memory is what is known of the item from writing to it, empty where ratings are not.
func (l *Look) memory(tx store.Tx, item scene.ItemKey) (plan.Memory, error) {
	if l.Settings.Policy(scene.FieldRating) == config.Off {
		return plan.Memory{}, nil
	}
	s, _, err := tx.ItemState(item)
	return s.Memory, err
}

// plexRating is a rating of Stash as Plex has it.
func plexRating(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatFloat(float64(n)/10, 'f', -1, 64)
}

const (
	// mostTries is how often Stash may refuse one scene's value while it takes others, and
	// failedRest how long such a value rests then.
	mostTries  = 5
	failedRest = 24 * time.Hour
	// mostRefused in a row end a look: it is not the scenes.
	mostRefused = 4
)

// recordOf is the record an entry of the journal is about.
func recordOf(e store.JournalEntry) store.Playback {
	s := *e.Sent
	return store.Playback{
		Kind: s.Kind, Item: e.Item, At: s.At, Account: s.Account, Scene: e.Scene, Name: e.Name, Run: e.Run,
		New: s.New, Old: s.Old, Gained: s.Gained, OldWatched: s.OldWatched,
	}
}

// void marks the journal's entry of something that did not arrive.
func (l *Look) void(tx store.Tx, p store.Playback) error {
	return l.marked(tx, p, func(tx store.Tx, seq uint64) error { return tx.MarkVoid(seq, true) })
}

// marked marks the journal's entries about a record.
func (l *Look) marked(tx store.Tx, p store.Playback, mark func(store.Tx, uint64) error) error {
	list, err := tx.JournalOf(p.Run, p.Scene)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Sent == nil || recordOf(e).Key() != p.Key() {
			continue
		}
		if err := mark(tx, e.Seq); err != nil {
			return err
		}
	}
	return nil
}
