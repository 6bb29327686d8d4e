package engine_test

import (
	"maps"
	"slices"
	"testing"

	"lockstep/storage"
	"lockstep/sync/config"
	"lockstep/sync/engine"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// Collections that were made while {studio} was the default stay as they are with everybody in
// them: nothing is written because the default is another one, and an edit of a scene goes to the
// collection it would have gone to.
func TestCollectionsOfTheOlderDefaultStay(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 520, Scenes: 20}))
	r.settings.Fields[scene.FieldCollections] = config.Merge
	r.settings.Sources = map[scene.Field][]string{scene.FieldCollections: {"{studio}"}}
	l := r.start()
	l.settled()
	l.end()
	before := collections(r.world)
	r.asOlder()
	r.world.ResetCounts()
	l = r.startWith(func(o *engine.Options) {
		o.Override = func(s *config.Settings) error {
			sources := s.Sources // as stored: a flag sets the rest
			*s = r.settings.Clone()
			s.Sources = sources
			return nil
		}
	})
	l.scan()
	l.settled()
	if n := r.world.Plex.Mutations(); n != 0 || !maps.Equal(collections(r.world), before) {
		t.Errorf("%d writes; now %v, before %v", n, collections(r.world), before)
	}
	ids := r.world.Stash.SceneIDs()
	from, name := r.studioOf(ids[0])
	other := slices.IndexFunc(ids, func(id int) bool { s, _ := r.studioOf(id); return s != from && s != 0 })
	to, _ := r.studioOf(ids[other])
	must(t, r.world.Stash.Edit(ids[0], func(sc *sim.Scene) { sc.StudioID = to }))
	l.scan()
	l.settled()
	for _, c := range r.world.Plex.Collections(1) {
		if !slices.ContainsFunc(slices.Collect(maps.Values(before)), func(list string) bool { return list == c.Fields["title"] }) {
			t.Errorf("a collection %q beside %q", c.Fields["title"], name)
		}
	}
}

// asOlder makes the database one of the time when {studio} was the default for collections.
func (r *rig) asOlder() {
	r.t.Helper()
	db, _, err := storage.Open(storage.Options{Dir: r.dir, Log: r.log})
	must(r.t, err)
	must(r.t, db.Update(func(tx store.Tx) error {
		var hash scene.Hash
		if known, err := tx.Value("settings.wants", &hash); err != nil || !known {
			r.t.Fatalf("no hash of the settings: %v", err)
		}
		must(r.t, tx.DeleteValue("settings.wants"))
		must(r.t, tx.PutValue("settings", map[string]any{"fields": map[string]string{"collections": "merge"}}))
		return tx.PutValue("settings.wanted", hash)
	}))
	must(r.t, db.Close())
}
