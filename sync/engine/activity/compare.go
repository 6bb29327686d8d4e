package activity

import (
	"context"
	"slices"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// compareBatch is how many scenes are read at once.
const compareBatch = 100

// compare reads the scenes of what is open and finds out what Stash lacks.
func (l *Look) compare(ctx context.Context) error {
	l.scenes, l.has = map[scene.ID]*scene.Played{}, map[*store.Playback]time.Time{}
	var ids []scene.ID
	for _, p := range l.open {
		ids = append(ids, p.Scene)
	}
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), compareBatch) {
		if ctx.Err() != nil {
			return l.meet(ctx.Err())
		}
		found, err := l.Stash.Played(ctx, part)
		if err != nil {
			if err := l.meet(err); err != nil {
				return err
			}
			break // what was read so far is enough to go on with
		}
		if err := l.take(part, found); err != nil {
			return err
		}
	}
	return nil
}

// take decides about the records of some scenes.
func (l *Look) take(ids []scene.ID, found map[scene.ID]*scene.Played) error {
	of := map[scene.ID][]*store.Playback{}
	for _, p := range l.open {
		if slices.Contains(ids, p.Scene) {
			of[p.Scene] = append(of[p.Scene], p)
		}
	}
	return l.host.Store.Update(func(tx store.Tx) error {
		var news []*store.Playback
		for _, id := range ids {
			s, answered := found[id]
			if s != nil {
				l.scenes[id] = s
				l.recognize(id, s.Plays)
			}
			for _, p := range of[id] {
				changed, err := l.one(tx, p, s, answered)
				if err != nil {
					return err
				}
				if changed {
					news = append(news, p)
				}
			}
			if s != nil {
				news = append(news, l.plays(id, of[id], s.Plays)...)
			}
		}
		return keep(tx, news)
	})
}

// recognize finds the plays of a scene that Stash should have.
func (l *Look) recognize(id scene.ID, stash []time.Time) {
	list, at := l.standing(id)
	for i, t := range playback.Known(at, stash) {
		l.has[list[i]] = t
	}
}

// standing are the plays of a scene that Stash has, or may have, and when; those that are
// certain come first.
func (l *Look) standing(id scene.ID) (list []*store.Playback, at []time.Time) {
	for _, which := range []func(store.PlaybackState) bool{certain, begun} {
		for _, p := range l.known[id] {
			if which(p.State) {
				list, at = append(list, p), append(at, p.InStash())
			}
		}
	}
	return list, at
}

// one decides about one record, plays that are new excepted; it reports whether it changed.
func (l *Look) one(tx store.Tx, p *store.Playback, s *scene.Played, answered bool) (bool, error) {
	to := *p
	switch {
	case !answered && begun(p.State):
		return false, nil
	case !answered:
		to.State, to.Code, to.Why = store.PlaybackUnmatched, "", message.New(message.ActivityUnread)
		return l.enter(p, to), nil
	case s == nil:
		to.State, to.Code, to.Why = store.PlaybackUnmatched, skip.DeletedInStash, message.New(message.ActivityDeleted)
		if p.State == store.PlaybackUndo {
			to.State = store.PlaybackUndone
		}
		return l.enter(p, to), nil
	case p.State == store.PlaybackIntent:
		return l.settle(tx, p, s)
	case p.State == store.PlaybackUndo:
		return l.undoable(tx, p, s)
	}
	ok, to, err := l.fits(tx, to, s.Scene)
	if err != nil {
		return false, err
	}
	if !ok {
		return l.enter(p, to), nil
	}
	p.Name, p.Code, p.Why = to.Name, "", message.None
	if p.State == store.PlaybackUnmatched {
		p.State = store.PlaybackNew
	}
	switch p.Kind {
	case playback.Rating:
		return l.rating(tx, p, s)
	case playback.Resume:
		return l.resume(tx, p, s)
	case playback.Play:
	}
	return false, nil // plays are compared all at once
}

// comparable reports a play that waits to be compared with those of Stash.
func (l *Look) comparable(p *store.Playback) bool {
	return p.Kind == playback.Play && !p.Next.After(l.now) && (p.State == store.PlaybackNew || p.State == store.PlaybackWaiting || p.State == store.PlaybackFailed)
}

// plays compares the plays of one scene. Each of Stash's stands for one of Plex at most.
func (l *Look) plays(id scene.ID, list []*store.Playback, stash []time.Time) []*store.Playback {
	var open []*store.Playback
	var at []time.Time
	for _, p := range list {
		if l.comparable(p) {
			open, at = append(open, p), append(at, p.At)
		}
	}
	_, known := l.standing(id)
	for i, t := range playback.Found(at, known, stash) {
		p := open[i]
		if t.IsZero() {
			l.wait(p)
			continue
		}
		to := *p
		to.State, to.Why, to.Tries, to.Next, to.As = store.PlaybackPresent, message.None, 0, time.Time{}, t
		l.enter(p, to)
	}
	return open
}
