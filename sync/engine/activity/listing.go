package activity

import (
	"context"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// readLibraries takes in which items are rated, or left, otherwise than before. Neither moves
// Plex's stamps, so all are listed.
func (l *Look) readLibraries(ctx context.Context) error {
	elapsed := time.Duration(0) // at the first look nobody knows for how long anything was watched
	if !l.marks.Listed.IsZero() {
		elapsed = max(0, l.now.Sub(l.marks.Listed))
	}
	all := true
	for _, s := range l.Sections {
		err := l.Plex.List(ctx, s.ID, scene.Listing{Bare: true}, func(page scene.ItemPage) (bool, error) {
			return true, l.host.Store.Update(func(tx store.Tx) error {
				for _, it := range page.Items {
					if err := l.item(tx, s.ID, it, elapsed); err != nil {
						return err
					}
				}
				return nil
			})
		})
		if err != nil { // the other libraries are listed all the same
			all = false
			if err := l.meet(err); err != nil {
				return err
			}
		}
	}
	if all {
		l.marks.Listed = l.now
	}
	return nil
}

// item takes in one item of a listing.
func (l *Look) item(tx store.Tx, section string, it scene.Item, elapsed time.Duration) error {
	key := scene.ItemKey{Machine: l.Machine, RatingKey: it.RatingKey}
	b, _, err := tx.PlaybackBase(key)
	if err != nil {
		return err
	}
	found := store.Playback{Item: key, Section: section, Title: it.Title, At: l.now, Changed: l.now, State: store.PlaybackNew}
	if l.on(playback.Rating) {
		if err := l.rated(tx, found, it, &b); err != nil {
			return err
		}
	}
	if l.on(playback.Resume) {
		return l.left(tx, found, it, b, elapsed)
	}
	return nil
}

// rated notes a rating that is another than before, unless Lockstep gave it from Stash.
func (l *Look) rated(tx store.Tx, found store.Playback, it scene.Item, b *store.PlaybackBase) error {
	found.Kind, found.New = playback.Rating, int64(playback.FromPlex(it.Rating))
	now := int(found.New)
	if now == b.Rating.Plex {
		return l.drop(tx, found)
	}
	mem, err := l.memory(tx, found.Item)
	if err != nil {
		return err
	}
	if mem.Owns(scene.FieldRating, it.Rating) {
		b.Rating = playback.Base{Plex: now, Stash: now}
		if err := tx.PutPlaybackBase(found.Item, *b); err != nil {
			return err
		}
		return l.drop(tx, found)
	}
	return l.found(tx, found)
}

// left notes that an item was left elsewhere, or watched on.
func (l *Look) left(tx store.Tx, found store.Playback, it scene.Item, b store.PlaybackBase, elapsed time.Duration) error {
	gained := playback.Gained(b.Seen, it.Viewing, elapsed)
	if it.Viewing != b.Seen {
		b.Seen = it.Viewing
		if err := tx.PutPlaybackBase(found.Item, b); err != nil {
			return err
		}
	}
	found.Kind, found.New, found.Gained = playback.Resume, it.Offset.Milliseconds(), gained.Milliseconds()
	if gained == 0 && playback.Close(it.Offset, b.Point.Plex) {
		return l.settled(tx, found)
	}
	return l.found(tx, found)
}

// found stores what is to be compared with Stash. One that is being written is waited for: it
// is found again by the next look.
func (l *Look) found(tx store.Tx, p store.Playback) error {
	had, known, err := tx.Playback(p)
	switch {
	case err != nil:
		return err
	case known && (had.State == store.PlaybackIntent || had.State == store.PlaybackUndo):
		if p.Gained == 0 {
			return nil
		}
		had.Later += p.Gained
		return tx.PutPlayback(had)
	case known && open(had.State):
		p.Gained += had.Gained + had.Later
		if had.New == p.New && p.Gained == had.Gained {
			return nil
		}
		p.Confirmed = had.Confirmed && p.Kind == playback.Resume // where it was left moves while it is watched
	case known:
		p.Gained += had.Later
	}
	return tx.PutPlayback(p)
}

// open reports that something may still come of it.
func open(s store.PlaybackState) bool {
	return s == store.PlaybackNew || s == store.PlaybackWaiting || s == store.PlaybackUnmatched || s == store.PlaybackFailed
}

// drop ends what was found before and is no longer so.
func (l *Look) drop(tx store.Tx, p store.Playback) error {
	had, known, err := tx.Playback(p)
	if err != nil || !known || !open(had.State) {
		return err
	}
	had.State, had.Why, had.Changed = store.PlaybackPresent, message.New(message.ActivityEqual), l.now
	return tx.PutPlayback(had)
}

// settled is drop for a resume point that is where it was. Time watched may be left to be told.
func (l *Look) settled(tx store.Tx, p store.Playback) error {
	had, known, err := tx.Playback(p)
	switch {
	case err != nil || !known:
		return err
	case had.Gained == 0:
		return l.drop(tx, p)
	case open(had.State) && !had.Stays && !playback.Close(millis(had.New), millis(p.New)):
		return l.found(tx, p)
	}
	return nil
}
