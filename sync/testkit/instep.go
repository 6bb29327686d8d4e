package testkit

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/compare"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// PathKeys are the index keys of a scene's files.
func (s *Shelf) PathKeys(sc scene.Scene) []string {
	var keys []string
	for _, p := range sc.Paths() {
		keys = append(keys, match.Keys(s.Mapper().Map(p))...)
	}
	return keys
}

// Remember stores what a scene uses and which paths it claims.
func (s *Shelf) Remember(tx store.Tx, sc scene.Scene) error {
	return change.Remember(tx, sc, s.PathKeys(sc))
}

// Refresh brings the index up to date with what Plex has.
func (s *Shelf) Refresh(context.Context) error {
	return s.DB.Update(func(tx store.Tx) error {
		var gone []scene.ItemKey
		err := tx.EachIndexed(Machine, func(it store.Indexed) bool {
			if _, ok := s.Plex.Has[it.Key.RatingKey]; !ok {
				gone = append(gone, it.Key)
			}
			return true
		})
		if err != nil {
			return err
		}
		for _, key := range gone {
			if err := tx.DeleteIndexed(key); err != nil {
				return err
			}
		}
		for key, it := range s.Plex.Has {
			x := store.Indexed{Key: Key(key), Section: "1", Title: it.Title, Files: it.Files, UpdatedAt: it.UpdatedAt, Trashed: it.Trashed}
			if err := tx.PutIndexed(x, match.Keys(it.Files)); err != nil {
				return err
			}
		}
		return nil
	})
}

// InStep writes scenes once, and stores what a worker would know of them afterwards.
func (s *Shelf) InStep(t testing.TB, ids ...int) {
	t.Helper()
	requests := make([]compare.Request, len(ids))
	for i, id := range ids {
		requests[i].Scene = scene.ID(id)
	}
	r := s.Reader()
	list, err := r.Compare(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if !c.Open() {
			t.Fatalf("scene %s cannot be brought in step: %q %v", c.Request.Scene, c.Code, c.Fault)
		}
		for _, it := range c.Items {
			s.write(t, r, c, it)
		}
		seen := c.AsSeen()
		seen.Content, seen.Synced = c.Scene.ContentHash(), s.Clock.Now()
		s.Update(t, func(tx store.Tx) error {
			if err := tx.PutSeen(c.Scene.ID, seen); err != nil {
				return err
			}
			return s.Remember(tx, *c.Scene)
		})
	}
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Stash.Forget()
	s.Plex.Forget()
}

func (s *Shelf) write(t testing.TB, r *compare.Reader, c *compare.Comparison, it *compare.Item) {
	t.Helper()
	now, key := s.Clock.Now(), it.Key.RatingKey
	memory := it.Plan.Intent(it.State.Memory, now)
	for _, u := range it.Plan.Uploads {
		cover, err := r.ToSend(t.Context(), c, u.Field)
		if err == nil {
			err = s.Plex.Upload(t.Context(), key, u.Field, cover.Bytes, cover.Type)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if it.Plan.Changed {
		if err := s.Plex.Edit(t.Context(), it.Plan.Edit); err != nil {
			t.Fatal(err)
		}
	}
	after := s.Plex.Has[key]
	memory, missing := it.Plan.Verify(after, memory, now)
	if len(missing) > 0 {
		t.Fatalf("item %s did not take %+v", key, missing)
	}
	s.Update(t, func(tx store.Tx) error {
		return tx.PutItemState(it.Key, store.ItemState{Scene: c.Scene.ID, Path: it.Path, Memory: memory, UpdatedAt: after.UpdatedAt, Written: now})
	})
}

// Person changes an item behind Lockstep's back.
func (s *Shelf) Person(key string, change func(*scene.Item)) {
	it := s.Plex.Has[key]
	locks := map[string]bool{}
	maps.Copy(locks, it.Locked)
	it.Locked, it.Performers, it.Tags, it.Collections = locks, slices.Clone(it.Performers), slices.Clone(it.Tags), slices.Clone(it.Collections)
	change(&it)
	it.UpdatedAt++
	s.Plex.Has[key] = it
}

// Edit changes a scene in Stash; its stamp is settled afterwards.
func (s *Shelf) Edit(id int, change func(*scene.Scene)) {
	sc := *s.Stash.Has[scene.ID(id)]
	sc.Files = slices.Clone(sc.Files)
	change(&sc)
	sc.UpdatedAt = s.Clock.Now().Format(time.RFC3339)
	s.Stash.Has[scene.ID(id)] = &sc
	s.Clock.Pass(settled)
}

// settled is long enough for a stamp not to come again for another edit.
const settled = 2 * time.Minute
