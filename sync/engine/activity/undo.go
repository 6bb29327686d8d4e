package activity

import (
	"time"

	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// undoable finds out whether what is to be taken back still is as it was sent; otherwise it
// stays, which ends it.
func (l *Look) undoable(tx store.Tx, p *store.Playback, s *scene.Played) (bool, error) {
	ours := false
	switch p.Kind {
	case playback.Play:
		ours = playback.Has(s.Plays, p.At)
	case playback.Rating:
		ours = int64(s.Rating) == p.New
	case playback.Resume:
		ours = playback.Close(s.Resume, millis(p.New))
	}
	if ours {
		return false, nil
	}
	p.State, p.Why, p.Changed, p.Next, p.Tries = store.PlaybackUndone, message.New(message.ActivityChanged), l.now, time.Time{}, 0
	if err := l.tell(tx, *p, p.Why); err != nil {
		return false, err
	}
	return true, l.marked(tx, *p, store.Tx.MarkUndone)
}

// undone takes in that Stash has its former value again. Plex's own stays as it is and is not
// sent once more.
func (l *Look) undone(tx store.Tx, p *store.Playback) error {
	p.State, p.Why, p.Changed, p.Next, p.Tries = store.PlaybackUndone, message.None, l.host.Stamp(), time.Time{}, 0
	said := message.New(message.ActivityUndoneOther)
	var err error
	switch p.Kind {
	case playback.Play:
		said = message.New(message.ActivityUndonePlay, message.Time(p.At))
	case playback.Rating:
		err = l.rebase(tx, p.Item, playback.Base{Plex: int(p.New), Stash: int(p.Old)}, nil)
	case playback.Resume:
		err = l.rebase(tx, p.Item, playback.Base{}, &playback.Point{Plex: millis(p.New), Stash: millis(p.Old)})
	}
	if err != nil {
		return err
	}
	told := *p
	told.Run = l.run.ID
	if err := l.tell(tx, told, said); err != nil {
		return err
	}
	return l.marked(tx, *p, store.Tx.MarkUndone)
}
