// Package change finds what changed in Stash since the last scan and puts the scenes
// concerned into the queue: new, edited and deleted scenes by a lean sweep, renamed
// tags, performers and studios by their name lists, moved files by a file sweep. It
// trusts no clock and no order of stamps: in a real Stash some edits leave a scene's stamp
// as it was, and stamps compare as text that differs around a change of the time zone.
package change

import (
	"context"
	"fmt"

	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Stash is what the finder needs of the server.
type Stash interface {
	compare.Stash
	// Sweep lists all scenes by ascending id, page by page.
	Sweep(ctx context.Context, page func([]scene.Stamp) error) error
	// SweepFiles lists all scenes with files by ascending id, page by page.
	SweepFiles(ctx context.Context, parts scene.Parts, page func([]scene.FileStamp) error) error
	// Names gives the lists of names; after an error those that failed are nil.
	Names(ctx context.Context, parts scene.Parts) (scene.Names, error)
}

// PathKeys gives the index keys of the Plex paths a scene's files map to.
type PathKeys func(s scene.Scene) []string

// Finder compares Stash with what the store knows. It holds no state of its own.
type Finder struct {
	Stash    Stash
	Store    store.Store
	Settings config.Settings
	PathKeys PathKeys
	Clock    Clock
	// Recent keeps the scenes that were found edited; may be nil.
	Recent *compare.Recent
	// Progress is told the scenes listed so far, page by page; may be nil.
	Progress func(done int)
}

func (f *Finder) listed(n int) {
	if f.Progress != nil {
		f.Progress(n)
	}
}

// Found counts what a scan found.
type Found struct {
	Scenes   int // scenes in Stash
	Enqueued int
	Deleted  int
	// Names counts those that are new, changed or gone.
	Names int
	// Doubtful counts scenes that seem to have vanished in such numbers that it is not
	// believed; nothing was done about them.
	Doubtful int
	// Bare counts scenes that are new or had files, and that Stash says have none. That may
	// be true, or be the answer of a moment: they are looked at again.
	Bare int
	// Renamed is the filter with other names, because tags or studios that it names are
	// called otherwise now; nil when none is.
	Renamed *Renamed
}

// fetchBatch is how many scenes one request reads.
const fetchBatch = compare.MaxBatch

// Sweep finds new, edited and deleted scenes. Everything found is in the queue when
// it returns; after an error what was found before it is, and nothing is taken for
// deleted.
func (f *Finder) Sweep(ctx context.Context) (Found, error) {
	var found Found
	w := Walk{Store: f.Store}
	err := f.Stash.Sweep(ctx, func(page []scene.Stamp) error {
		found.Scenes += len(page)
		f.listed(found.Scenes)
		changed, err := w.changed(page)
		if err != nil {
			return err
		}
		return f.examine(ctx, changed, "", &found)
	})
	if err != nil {
		return found, err
	}
	if err := w.End(); err != nil {
		return found, err
	}
	if w.Doubtful() {
		found.Doubtful = len(w.Gone)
		return found, nil
	}
	found.Deleted = len(w.Gone)
	return found, f.forget(w.Gone)
}

// Recheck puts every scene the store knows into the queue: after a change of the
// settings that decide what is wanted.
func (f *Finder) Recheck(cause queue.Cause) (int, error) {
	n := 0
	var after scene.ID
	for {
		var ids []scene.ID
		var names []string
		err := f.Store.View(func(tx store.Tx) error {
			return tx.EachSeen(after, func(id scene.ID, s store.Seen) bool {
				ids, names = append(ids, id), append(names, s.Name)
				return len(ids) < txBatch
			})
		})
		if err != nil || len(ids) == 0 {
			return n, err
		}
		wishes := make([]queue.Wish, len(ids))
		for i, id := range ids {
			wishes[i] = queue.Wish{Scene: id, Name: names[i], Cause: cause}
		}
		if err := f.PutWishes(wishes...); err != nil {
			return n, err
		}
		n += len(ids)
		after = ids[len(ids)-1]
	}
}

// PutWishes puts wishes into the queue.
func (f *Finder) PutWishes(wishes ...queue.Wish) error {
	now := f.Clock()
	for len(wishes) > 0 {
		part := wishes[:min(txBatch, len(wishes))]
		wishes = wishes[len(part):]
		err := f.Store.Update(func(tx store.Tx) error {
			for _, w := range part {
				if err := PutWish(tx, w, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("enqueue scenes: %w", err)
		}
	}
	return nil
}
