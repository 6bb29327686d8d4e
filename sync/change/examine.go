package change

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Latest examines those of a list of the scenes edited last, the newest first, that carry
// another stamp than is known, and reports whether these are all that changed: the list
// must reach back to a scene that is known as it is, and the number of new ones must be
// added, which is how many scenes Stash has more than before. Nothing is examined when they
// are not all: then only a sweep tells.
func (f *Finder) Latest(ctx context.Context, list []scene.Stamp, added int) (found Found, all bool, err error) {
	changed, fresh, err := f.changedOf(list)
	if err != nil || fresh != added || !reachesBack(list, changed) {
		return found, false, err
	}
	ids := make([]scene.ID, len(changed))
	for i, st := range changed {
		ids[i] = st.ID
	}
	return found, true, f.examine(ctx, ids, "", &found)
}

// changedOf lists the scenes that are new or carry another stamp, and counts the new ones.
func (f *Finder) changedOf(list []scene.Stamp) (changed []scene.Stamp, fresh int, err error) {
	err = f.Store.View(func(tx store.Tx) error {
		for _, st := range list {
			s, known, err := tx.Seen(st.ID)
			if err != nil {
				return err
			}
			if !known {
				fresh++
			}
			if !known || s.UpdatedAt != st.UpdatedAt {
				changed = append(changed, st)
			}
		}
		return nil
	})
	return changed, fresh, err
}

// reachesBack reports that the last scene of the list did not change, and was not touched in
// the same second as one that did: others of that second may lie beyond the list.
func reachesBack(list, changed []scene.Stamp) bool {
	if len(list) == 0 {
		return false
	}
	last := list[len(list)-1]
	for _, st := range changed {
		if st.ID == last.ID || st.UpdatedAt == last.UpdatedAt {
			return false
		}
	}
	return true
}

// examine reads scenes and enqueues those whose content differs from what was last brought
// in step, or whose files or cover differ from what was last seen. cause is why content differs if that is known, else "";
// moved files and another cover are causes of their own. It adds to found what it enqueued.
func (f *Finder) examine(ctx context.Context, ids []scene.ID, cause queue.Cause, found *Found) error {
	for len(ids) > 0 {
		part := ids[:min(fetchBatch, len(ids))]
		ids = ids[len(part):]
		reader := compare.Reader{Stash: f.Stash, Store: f.Store, Settings: f.Settings, Clock: f.Clock, Recent: f.Recent}
		scenes, err := reader.Edited(ctx, part)
		if err != nil {
			return err
		}
		if err := f.judgeEach(ctx, part, scenes.Values, cause, found); err != nil {
			return err
		}
	}
	return nil
}

// seenScene is a scene with what the store will know of it.
type seenScene struct {
	scene *scene.Scene
	seen  store.Seen
	wish  *queue.Wish
}

// noFiles is the hash of no path at all.
var noFiles = scene.Scene{}.PathHash()

// bare reports a scene without files that is new or had some.
func bare(sc *scene.Scene, before store.Seen, known bool) bool {
	return len(sc.Files) == 0 && (!known || before.Paths != noFiles)
}

// judgeEach judges the scenes that were read, and has those that could not be read wait for another try.
func (f *Finder) judgeEach(ctx context.Context, ids []scene.ID, scenes map[scene.ID]*scene.Scene, cause queue.Cause, found *Found) error {
	old, err := f.known(ids)
	if err != nil {
		return err
	}
	var list []seenScene
	var unread []queue.Wish
	for _, id := range ids {
		sc, answered := scenes[id]
		before, known := old[id]
		if !answered {
			wish, err := f.unread(id, before.Name, cause, known)
			if err != nil {
				return err
			}
			unread = append(unread, wish...)
		}
		if sc == nil {
			continue // deleted since it was listed: the next sweep sees it vanish
		}
		ss, err := f.judge(ctx, sc, before, known, cause)
		if err != nil {
			return errors.Join(err, f.record(list)) // what was found so far is kept
		}
		if ss.wish != nil {
			found.Enqueued++
		}
		if bare(sc, before, known) {
			found.Bare++
		}
		list = append(list, ss)
	}
	if err := f.record(list); err != nil {
		return err
	}
	found.Enqueued += len(unread)
	return f.PutWishes(unread...)
}

// unread is the wish for a scene Stash could not read, so that its job shows why. A renamed
// tag is told only once. A stamp is told again at the next sweep: a job that tries, or gave
// up, is not begun anew for it.
func (f *Finder) unread(id scene.ID, name string, cause queue.Cause, known bool) (wish []queue.Wish, err error) {
	if cause != "" {
		if known {
			wish = []queue.Wish{{Scene: id, Name: name, Cause: cause}}
		}
		return wish, nil
	}
	err = f.Store.View(func(tx store.Tx) error {
		j, ok, err := tx.Job(id)
		if !ok || j.State == queue.Done || j.State == queue.Skipped {
			wish = []queue.Wish{{Scene: id, Name: name, Cause: queue.Edited}}
		}
		return err
	})
	return wish, err
}

// known reads what the store knows of scenes.
func (f *Finder) known(ids []scene.ID) (map[scene.ID]store.Seen, error) {
	old := map[scene.ID]store.Seen{}
	err := f.Store.View(func(tx store.Tx) error {
		for _, id := range ids {
			s, ok, err := tx.Seen(id)
			if err != nil {
				return err
			}
			if ok {
				old[id] = s
			}
		}
		return nil
	})
	return old, err
}

// judge decides whether a scene has to be brought in step again, and why. cause is as in
// examine.
func (f *Finder) judge(ctx context.Context, sc *scene.Scene, before store.Seen, known bool, cause queue.Cause) (seenScene, error) {
	ss := seenScene{scene: sc, seen: before}
	ss.seen.UpdatedAt, ss.seen.Name, ss.seen.Paths = store.StampOf(*sc, f.Clock()), sc.Name(), sc.PathHash()
	switch {
	case known && len(sc.Files) == 0 && before.Paths == noFiles:
		return ss, nil // as before: there is still nothing to find in Plex
	case !known, before.Content == "":
		cause = cmp.Or(cause, queue.New)
	case sc.ContentHash() != before.Content:
		cause = cmp.Or(cause, queue.Edited)
	case sc.PathHash() != before.Paths:
		cause = queue.Moved
	default:
		changed, err := f.coverChanged(ctx, sc, &ss.seen)
		if err != nil {
			return ss, err
		}
		if !changed {
			return ss, nil
		}
		cause = queue.Cover
	}
	ss.wish = &queue.Wish{Scene: sc.ID, Name: sc.Name(), Cause: cause}
	return ss, nil
}

// coverChanged asks for the cover by its ETag when images are synced: a new cover
// moves nothing but the stamp. A cover that cannot be had, for whatever reason, counts as
// changed: its job tells what is wrong with it, and the sweep goes on.
func (f *Finder) coverChanged(ctx context.Context, sc *scene.Scene, seen *store.Seen) (bool, error) {
	if !f.Settings.NeedsCover() || seen.CoverAt == sc.UpdatedAt {
		return false, nil
	}
	c, err := f.Stash.Cover(ctx, sc.ID, seen.Cover)
	switch classOf(err) {
	case "":
	case fault.NotFound:
		return false, nil // deleted meanwhile: the next sweep sees it vanish
	case fault.Canceled, fault.Local:
		return false, err
	default:
		return true, nil
	}
	if !c.NotModified && c.SHA1 != seen.SHA1 {
		return true, nil
	}
	seen.CoverAt = store.Stamp(sc.UpdatedAt, f.Clock())
	return false, nil
}

// record stores what was seen and the wishes that follow from it, together: a crash
// cannot separate a remembered stamp from its job.
func (f *Finder) record(list []seenScene) error {
	if len(list) == 0 {
		return nil
	}
	now := f.Clock()
	err := f.Store.Update(func(tx store.Tx) error {
		for _, ss := range list {
			if err := tx.PutSeen(ss.scene.ID, ss.seen); err != nil {
				return err
			}
			if err := Remember(tx, *ss.scene, f.PathKeys(*ss.scene)); err != nil {
				return err
			}
			if ss.wish == nil {
				continue
			}
			if err := PutWish(tx, *ss.wish, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record what was seen in Stash: %w", err)
	}
	return nil
}

// PutWish puts one wish into the queue within a transaction.
func PutWish(tx store.Tx, w queue.Wish, now time.Time) error {
	old, ok, err := tx.Job(w.Scene)
	if err != nil {
		return err
	}
	if !ok {
		return tx.PutJob(queue.Enqueue(nil, w, now))
	}
	return tx.PutJob(queue.Enqueue(&old, w, now))
}

// Remember stores what a scene uses and which Plex paths it claims.
func Remember(tx store.Tx, s scene.Scene, pathKeys []string) error {
	if err := tx.SetUses(s.ID, usesOf(s)); err != nil {
		return err
	}
	return tx.ClaimPaths(s.ID, pathKeys)
}

// usesOf lists everything whose change in Stash changes what is read of the scene, each once:
// of a tag also the tags above it, of a performer the tags, of a studio those above it.
func usesOf(s scene.Scene) (uses []store.Use) {
	add := func(kind store.NameKind, list ...scene.Named) {
		for _, n := range list {
			if u := (store.Use{Kind: kind, ID: n.ID}); !slices.Contains(uses, u) {
				uses = append(uses, u)
			}
		}
	}
	for _, t := range s.Tags {
		add(store.TagName, t.Named)
		add(store.TagName, t.Above...)
	}
	for _, p := range s.Performers {
		add(store.PerformerName, p.Named)
		add(store.TagName, p.Tags...)
	}
	if s.Studio != nil {
		add(store.StudioName, s.Studio.Named)
		add(store.StudioName, s.Studio.Above...)
	}
	for _, g := range s.Groups {
		add(store.GroupName, g.Named)
	}
	for _, g := range s.Galleries {
		add(store.GalleryName, scene.Named{ID: g.ID})
	}
	return uses
}
