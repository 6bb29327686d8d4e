package change

import (
	"context"
	"fmt"
	"slices"

	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Names finds renamed, merged and removed tags, performers and studios and examines
// the scenes that used them. None of these touches a scene's stamp. After an error the lists
// Stash did give have been examined.
func (f *Finder) Names(ctx context.Context) (Found, error) {
	var found Found
	now, failed := f.Stash.Names(ctx, f.Settings.Parts())
	for _, k := range []struct {
		kind  store.NameKind
		names []scene.Named
		facts scene.Parts // what is read with names of this kind
	}{
		{store.TagName, now.Tags, scene.PartAliases | scene.PartTagTree},
		{store.PerformerName, now.Performers, scene.PartGender | scene.PartCountry | scene.PartPerformerTags | scene.PartPictures},
		{store.StudioName, now.Studios, scene.PartParents},
		{store.GroupName, now.Groups, scene.PartGroups},
		{store.GalleryName, now.Galleries, scene.PartGalleries},
	} {
		if failed != nil && k.names == nil {
			continue // Stash did not give these; the others are none the worse
		}
		as := listing{Listed: true, Facts: f.Settings.Parts() & k.facts}
		if err := f.namesOf(ctx, k.kind, k.names, as, &found); err != nil {
			return found, err
		}
	}
	if err := f.filter(ctx, &found); err != nil {
		return found, err
	}
	return found, failed
}

// listing is the stored mark that a kind of names was listed, and with which facts.
type listing struct {
	Listed bool        `json:"l"`
	Facts  scene.Parts `json:"f,omitempty"`
}

func (f *Finder) namesOf(ctx context.Context, kind store.NameKind, names []scene.Named, as listing, found *Found) error {
	var old map[string]string
	var before listing
	err := f.Store.View(func(tx store.Tx) (err error) {
		if old, err = tx.Names(kind); err != nil {
			return err
		}
		_, err = tx.Value(listedValue(kind), &before)
		return err
	})
	if err != nil {
		return err
	}
	put, gone := diffNames(old, names)
	found.Names += len(put) + len(gone)
	if before == as { // else every scene is about to be read anyway: at first, and with other settings
		users, err := f.users(kind, put, gone)
		if err != nil {
			return err
		}
		if err := f.examine(ctx, users, queue.Renamed, found); err != nil {
			return err // the old names stay, so the next scan finds the same
		}
	}
	if before == as && len(put)+len(gone) == 0 {
		return nil
	}
	return f.putNames(kind, put, gone, as)
}

// listedValue names the stored listing of a kind of names.
func listedValue(kind store.NameKind) string { return "change.names." + string(kind) }

// putNames stores the names in parts, the mark that all were listed with the last one.
func (f *Finder) putNames(kind store.NameKind, put []scene.Named, gone []string, as listing) error {
	for last := false; !last; {
		p, g := put[:min(txBatch, len(put))], gone[:min(txBatch, len(gone))]
		put, gone = put[len(p):], gone[len(g):]
		last = len(put)+len(gone) == 0
		err := f.Store.Update(func(tx store.Tx) error {
			for _, x := range p {
				if err := tx.PutName(kind, x.ID, x.Name); err != nil {
					return err
				}
			}
			for _, id := range g {
				if err := tx.DeleteName(kind, id); err != nil {
					return err
				}
			}
			if last {
				return tx.PutValue(listedValue(kind), as)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("store the names of Stash: %w", err)
		}
	}
	return nil
}

// diffNames gives the names to store and the ids that vanished.
func diffNames(old map[string]string, names []scene.Named) (put []scene.Named, gone []string) {
	left := make(map[string]bool, len(old))
	for id := range old {
		left[id] = true
	}
	for _, x := range names {
		if text, ok := old[x.ID]; !ok || text != x.Name {
			put = append(put, x)
		}
		delete(left, x.ID)
	}
	for id := range left {
		gone = append(gone, id)
	}
	slices.Sort(gone)
	return put, gone
}

// users lists the scenes known to use a new, changed or vanished name. A new name has
// users when it was made, used and renamed since the last scan: they have the first name.
func (f *Finder) users(kind store.NameKind, put []scene.Named, gone []string) ([]scene.ID, error) {
	changed := slices.Clone(gone)
	for _, x := range put {
		changed = append(changed, x.ID)
	}
	var ids []scene.ID
	err := f.Store.View(func(tx store.Tx) error {
		for _, id := range changed {
			us, err := tx.Using(store.Use{Kind: kind, ID: id})
			if err != nil {
				return err
			}
			ids = append(ids, us...)
		}
		return nil
	})
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// Files finds scenes whose files moved, were replaced or reassigned.
func (f *Finder) Files(ctx context.Context) (Found, error) {
	var found Found
	err := f.Stash.SweepFiles(ctx, f.Settings.Parts(), func(page []scene.FileStamp) error {
		found.Scenes += len(page)
		moved, err := f.moved(page)
		if err != nil {
			return err
		}
		return f.examine(ctx, moved, "", &found)
	})
	return found, err
}

// Touched finds those of some scenes whose files moved, were replaced or reassigned.
func (f *Finder) Touched(ctx context.Context, list []scene.FileStamp) (Found, error) {
	var found Found
	moved, err := f.moved(list)
	if err == nil {
		err = f.examine(ctx, moved, "", &found)
	}
	return found, err
}

// moved lists the scenes of a page whose paths differ from those last seen.
func (f *Finder) moved(page []scene.FileStamp) ([]scene.ID, error) {
	var ids []scene.ID
	err := f.Store.View(func(tx store.Tx) error {
		for _, fs := range page {
			s, ok, err := tx.Seen(fs.ID)
			if err != nil {
				return err
			}
			if ok && s.Paths != (scene.Scene{Files: fs.Files}).PathHash() {
				ids = append(ids, fs.ID)
			}
		}
		return nil
	})
	return ids, err
}
