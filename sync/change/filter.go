package change

import (
	"context"
	"fmt"

	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/filter"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Renamed is a filter with the present names of what was renamed in Stash, and the one that
// has the former names.
type Renamed struct {
	Before, Now config.Filter
	Known       filter.Known // of Now
}

// filter reads where tags and studios stand if the filter names any, and queues the scenes
// for which it means something else than before. What it means is stored after that: a
// process that ends in between finds the same again.
func (f *Finder) filter(ctx context.Context, found *Found) error {
	chosen := f.Settings.Filter
	if !chosen.Tags.Any() && !chosen.Studios.Any() {
		return nil
	}
	before, err := compare.StoredKnown(f.Store)
	if err != nil {
		return err
	}
	tree, err := f.Stash.Tree(ctx, chosen.Tags.Any(), chosen.Studios.Any())
	if err != nil {
		return err
	}
	now := filter.Resolve(chosen, tree, before)
	if before.Names == now.Names { // of another filter all scenes are compared anyway
		n, err := f.unlike(before, now)
		if found.Enqueued += n; err != nil {
			return err
		}
	}
	if next, renamed := filter.Renamed(chosen, tree, now); renamed {
		found.Renamed = &Renamed{Before: chosen, Now: next, Known: filter.Resolve(next, tree, now)}
	}
	if err := f.Store.Update(func(tx store.Tx) error { return compare.PutKnown(tx, now) }); err != nil {
		return fmt.Errorf("store what the filter means: %w", err)
	}
	return nil
}

// unlike queues the scenes whose tags or studio count otherwise than before; all of them when
// it was unknown what the filter names, or is now.
func (f *Finder) unlike(before, now filter.Known) (int, error) {
	if before.Doubtful() != now.Doubtful() {
		return f.Recheck(queue.Settings)
	}
	tags, studios := now.Moved(before)
	var wishes []queue.Wish
	queued := map[scene.ID]bool{}
	err := f.Store.View(func(tx store.Tx) error {
		for kind, ids := range map[store.NameKind][]string{store.TagName: tags, store.StudioName: studios} {
			for _, id := range ids {
				using, err := tx.Using(store.Use{Kind: kind, ID: id})
				if err != nil {
					return err
				}
				for _, sc := range using {
					s, _, err := tx.Seen(sc)
					if err != nil {
						return err
					}
					if !queued[sc] {
						queued[sc] = true
						wishes = append(wishes, queue.Wish{Scene: sc, Name: s.Name, Cause: queue.Renamed})
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(wishes), f.PutWishes(wishes...)
}
