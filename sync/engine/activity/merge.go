package activity

import (
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// rating merges the rating of an item three ways.
func (l *Look) rating(tx store.Tx, p *store.Playback, s *scene.Played) (bool, error) {
	b, _, err := tx.PlaybackBase(p.Item)
	if err != nil {
		return false, err
	}
	mem, err := l.memory(tx, p.Item)
	if err != nil {
		return false, err
	}
	stash := s.Rating
	held := mem.Owns(scene.FieldRating, plexRating(stash))
	verdict := playback.MergeRating(b.Rating, int(p.New), stash, held)
	return l.decide(tx, p, verdict, int64(stash))
}

// resume merges where an item was left three ways. Time watched is told wherever it was left.
func (l *Look) resume(tx store.Tx, p *store.Playback, s *scene.Played) (bool, error) {
	b, _, err := tx.PlaybackBase(p.Item)
	if err != nil {
		return false, err
	}
	p.OldWatched = s.Watched.Milliseconds()
	old, verdict := s.Resume.Milliseconds(), playback.Send
	if !p.Stays {
		verdict = playback.MergeResume(b.Point, millis(p.New), s.Resume)
	}
	if p.Gained > 0 && verdict != playback.Send {
		if verdict == playback.Conflict {
			if err := l.tell(tx, *p, message.New(message.ActivityKeptPoint)); err != nil {
				return false, err
			}
		}
		if err := rebase(tx, *p, p.New, old); err != nil {
			return false, err
		}
		p.Stays, verdict = true, playback.Send
	}
	if p.Stays {
		p.New = old
	}
	return l.decide(tx, p, verdict, old)
}

// decide moves a record to what a merge came to. What is settled becomes the base of the next
// one.
func (l *Look) decide(tx store.Tx, p *store.Playback, v playback.Verdict, old int64) (bool, error) {
	was, to := *p, *p
	to.Old = old
	switch v {
	case playback.Send:
		*p = to
		l.wait(p)
		return was != *p, nil
	case playback.Conflict:
		to.State, to.Why = store.PlaybackKept, message.New(message.ActivityKeptPoint)
		if p.Kind == playback.Rating {
			to.Why = message.New(message.ActivityKeptRating, message.Number(int(old)), message.Number(int(p.New)))
		}
		if err := l.tell(tx, to, to.Why); err != nil {
			return false, err
		}
	case playback.Same:
		to.State, to.Why = store.PlaybackPresent, message.New(message.ActivityEqual)
	}
	l.enter(p, to)
	return true, rebase(tx, *p, p.New, old)
}

// wait has a record written as soon as that is allowed.
func (l *Look) wait(p *store.Playback) {
	to := *p
	to.State, to.Why = store.PlaybackWaiting, message.None
	if !l.may(to) {
		to.Why = message.New(message.ActivityUnconfirmed)
	}
	l.enter(p, to)
}
