package change

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// txBatch bounds what one transaction changes, so that none blocks the writer long.
const txBatch = 500

// Clock gives the present time for stamps.
type Clock func() time.Time

// changed returns the scenes of a page that are new or carry another stamp.
func (w *Walk) changed(page []scene.Stamp) ([]scene.ID, error) {
	ids := make([]scene.ID, len(page))
	for i, st := range page {
		ids[i] = st.ID
	}
	known, err := w.Page(ids)
	if err != nil {
		return nil, err
	}
	var out []scene.ID
	for _, st := range page {
		if s, ok := known[st.ID]; !ok || s.UpdatedAt != st.UpdatedAt {
			out = append(out, st.ID)
		}
	}
	return out, nil
}

// examine reads scenes and enqueues those whose content, files or cover differ from
// what was last brought in step, with the cause given or, without one, the one found. It
// adds to found what it enqueued.
func (f *Finder) examine(ctx context.Context, ids []scene.ID, cause string, found *Found) error {
	for len(ids) > 0 {
		part := ids[:min(fetchBatch, len(ids))]
		ids = ids[len(part):]
		reader := compare.Reader{Stash: f.Stash, Store: f.Store, Clock: f.Clock, Recent: f.Recent}
		scenes, err := reader.Edited(ctx, part)
		if err != nil {
			return err
		}
		if err := f.compare(ctx, part, scenes.Values, cause, found); err != nil {
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

func (f *Finder) compare(ctx context.Context, ids []scene.ID, scenes map[scene.ID]*scene.Scene, cause string, found *Found) error {
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
	return f.Wish(unread...)
}

// unread is the wish for a scene Stash could not read, so that its job shows why. A renamed
// tag is told only once. A stamp is told again at the next sweep: a job that tries, or gave
// up, is not begun anew for it.
func (f *Finder) unread(id scene.ID, name, cause string, known bool) (wish []queue.Wish, err error) {
	if cause != "" {
		if known {
			wish = []queue.Wish{{Scene: id, Name: name, Cause: cause}}
		}
		return wish, nil
	}
	err = f.Store.View(func(tx store.Tx) error {
		j, ok, err := tx.Job(id)
		if !ok || j.State == queue.Done || j.State == queue.Skipped {
			wish = []queue.Wish{{Scene: id, Name: name, Cause: "edited"}}
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

// judge decides whether a scene has to be brought in step again.
func (f *Finder) judge(ctx context.Context, sc *scene.Scene, before store.Seen, known bool, cause string) (seenScene, error) {
	ss := seenScene{scene: sc, seen: before}
	ss.seen.UpdatedAt, ss.seen.Name, ss.seen.Paths = store.StampOf(*sc, f.Clock()), sc.Name(), sc.PathHash()
	switch {
	case known && len(sc.Files) == 0 && before.Paths == noFiles:
		return ss, nil // as before: there is still nothing to find in Plex
	case !known, before.Content == "":
		cause = cmp.Or(cause, "new")
	case sc.ContentHash() != before.Content:
		cause = cmp.Or(cause, "edited")
	case sc.PathHash() != before.Paths:
		cause = "moved"
	default:
		changed, err := f.coverChanged(ctx, sc, &ss.seen)
		if err != nil {
			return ss, err
		}
		if !changed {
			return ss, nil
		}
		cause = "cover"
	}
	ss.wish = &queue.Wish{Scene: sc.ID, Name: sc.Name(), Cause: cause}
	return ss, nil
}

// coverChanged asks for the cover by its ETag when images are synced: a new cover
// moves nothing but the stamp. A cover that cannot be had, for whatever reason, counts as
// changed: its job tells what is wrong with it, and the sweep goes on.
func (f *Finder) coverChanged(ctx context.Context, sc *scene.Scene, seen *store.Seen) (bool, error) {
	if !ImagesWanted(f.Settings) || seen.CoverAt == sc.UpdatedAt {
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
			if err := Remember(tx, *ss.scene, f.Claims(*ss.scene)); err != nil {
				return err
			}
			if ss.wish == nil {
				continue
			}
			if err := Enqueue(tx, *ss.wish, now); err != nil {
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

// forget drops vanished scenes: whatever became of their jobs, they count as deleted; what
// was written to Plex stays known and Plex is left alone.
func (f *Finder) forget(gone []Lost) error {
	now := f.Clock()
	for len(gone) > 0 {
		part := gone[:min(txBatch, len(gone))]
		gone = gone[len(part):]
		err := f.Store.Update(func(tx store.Tx) error {
			for _, l := range part {
				if err := Forget(tx, l.ID, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("forget deleted scenes: %w", err)
		}
	}
	return nil
}

// Forget drops one scene that no longer exists in Stash.
func Forget(tx store.Tx, id scene.ID, now time.Time) error {
	j, ok, err := tx.Job(id)
	if err != nil {
		return err
	}
	if ok && j.State != queue.Running {
		j.Again, j.Sync, j.Then = false, false, 0
		if err := tx.PutJob(j.Skip(skip.DeletedInStash, message.None, now)); err != nil {
			return err
		}
	}
	return tx.DeleteSeen(id)
}

// classOf is the class of an error, empty without one.
func classOf(err error) fault.Class {
	if f := fault.Of(err); f != nil {
		return f.Class
	}
	return ""
}
