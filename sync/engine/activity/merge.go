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
	verdict := playback.MergeRating(b.Rating, int(p.New), stash, false, held)
	return l.decide(tx, p, verdict, int64(stash), playback.Base{Plex: int(p.New), Stash: stash}, nil)
}

// resume merges where an item was left three ways.
func (l *Look) resume(tx store.Tx, p *store.Playback, s *scene.Played) (bool, error) {
	b, _, err := tx.PlaybackBase(p.Item)
	if err != nil {
		return false, err
	}
	verdict := playback.MergeResume(b.Point, millis(p.New), s.Resume)
	if verdict == playback.Same && p.Gained > 0 {
		verdict = playback.Send
	}
	p.OldWatched = s.Watched.Milliseconds()
	return l.decide(tx, p, verdict, s.Resume.Milliseconds(), playback.Base{}, &playback.Point{Plex: millis(p.New), Stash: s.Resume})
}

// decide moves a record to what a merge came to. What is settled becomes the base of the next
// one.
func (l *Look) decide(tx store.Tx, p *store.Playback, v playback.Verdict, old int64, rating playback.Base, point *playback.Point) (bool, error) {
	to := *p
	to.Old = old
	switch v {
	case playback.Send:
		was := *p
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
	return true, l.rebase(tx, p.Item, rating, point)
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
