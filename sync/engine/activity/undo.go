package activity

import (
	"time"

	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// undoable finds out whether what is to be taken back still is as it was sent. What was taken
// back already, and what somebody changed since, ends it.
func (l *Look) undoable(tx store.Tx, p *store.Playback, s *scene.Played) (bool, error) {
	var ours, former bool
	switch p.Kind {
	case playback.Play:
		at := l.has[p]
		ours, former = !at.IsZero(), at.IsZero()
		if ours {
			p.As = at
		}
	case playback.Rating:
		ours, former = int64(s.Rating) == p.New, int64(s.Rating) == p.Old
	case playback.Resume:
		ours, former = playback.Close(s.Resume, millis(p.New)), playback.Close(s.Resume, millis(p.Old))
		if p.Begun && p.Gained > 0 { // the point may be the same before and after
			former = s.Watched <= millis(p.OldWatched-p.Gained)+time.Second/2
		}
	}
	switch {
	case p.Begun && former:
		return true, l.undone(tx, p)
	case ours:
		return false, nil
	}
	return true, l.over(tx, p, message.New(message.ActivityChanged), p.Run)
}

// undone takes in that Stash has its former value again. Plex's own stays as it is and is not
// sent once more.
func (l *Look) undone(tx store.Tx, p *store.Playback) error {
	said := message.New(message.ActivityUndoneOther)
	if p.Kind == playback.Play {
		said = message.New(message.ActivityUndonePlay, message.Time(p.At))
	}
	if p.New != p.Old { // else only time watched was told
		if err := rebase(tx, *p, p.New, p.Old); err != nil {
			return err
		}
	}
	if err := l.over(tx, p, said, l.run.ID); err != nil {
		return err
	}
	p.Why = message.None
	return nil
}

// over ends a record that was to be taken back, for a reason that is told of a run.
func (l *Look) over(tx store.Tx, p *store.Playback, why message.Message, run uint64) error {
	p.State, p.Why, p.Changed, p.Next, p.Tries, p.Begun = store.PlaybackUndone, why, l.host.Stamp(), time.Time{}, 0, false
	told := *p
	told.Run = run
	if err := l.tell(tx, told, why); err != nil {
		return err
	}
	return l.marked(tx, *p, store.Tx.MarkUndone)
}
