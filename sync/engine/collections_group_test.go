package engine_test

import (
	"context"
	"slices"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/testkit"
)

// grouped is a rig whose scenes are in collections by group: four in Night Boats, three in Day
// Boats, two in Rafts.
func grouped(t *testing.T, seed uint64, version string) *rig {
	t.Helper()
	r := shelved(t, sim.Options{Seed: seed, Scenes: 12})
	r.settings.Sources = map[scene.Field][]string{scene.FieldCollections: {"{group}"}}
	r.world.Stash.SetVersion(version)
	ids := r.world.Stash.SceneIDs()
	for name, of := range map[string][]int{"Night Boats": ids[:4], "Day Boats": ids[4:7], "Rafts": ids[7:9]} {
		r.world.Stash.GroupID(name)
		for i, id := range of {
			must(t, r.world.Stash.Edit(id, func(sc *sim.Scene) { sc.Groups = []sim.GroupLink{{Name: name, Index: i + 1}} }))
		}
	}
	return r
}

// A group's front picture goes to its collection once, unless somebody else set one there, follows
// Stash, and is taken back by undo; with groups as with the movies of a Stash before 0.27.
func TestAGroupsCollectionGetsItsFrontPicture(t *testing.T) {
	t.Parallel()
	for name, version := range map[string]string{"groups": "v0.30.1", "movies": "v0.26.2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := grouped(t, 510, version)
			front := func(name string, picture []byte) {
				t.Helper()
				must(t, r.world.Stash.SetGroupFront(r.world.Stash.GroupID(name), picture))
			}
			front("Night Boats", testkit.Logo(1))
			front("Day Boats", testkit.Logo(2))
			front("Rafts", nil)
			shown := func(name string) sim.Item { return collectionOf(r.world, 1, name) }
			r.settings.CollectionLook = config.Off
			l := r.start()
			l.settled()
			l.end()
			must(t, r.world.Plex.PersonPoster(shown("Day Boats").RatingKey, testkit.Logo(200)))
			r.settings.CollectionLook = config.Merge
			r.world.ResetCounts()
			l = r.start()
			l.settled()
			is := func(picture []byte) func() bool {
				return func() bool { return shown("Night Boats").Poster == testkit.Poster(picture) }
			}
			l.eventually("the front picture", is(testkit.Logo(1)))
			if run := l.runOf(queue.Collections); run.Written != 1 {
				t.Errorf("run %+v, want one collection written", run)
			}
			if c := shown("Night Boats"); c.Fields["summary"] != "" || c.Locked["summary"] || !c.Locked["thumb"] {
				t.Errorf("%+v", c)
			}
			rows := l.collections(api.CollectionsRequest{})
			for title, want := range map[string]api.CollectionState{
				"Night Boats": api.CollectionInStep, "Day Boats": api.CollectionKept, "Rafts": api.CollectionInStep,
			} {
				i := slices.IndexFunc(rows, func(c api.CollectionRow) bool { return c.Title == title })
				if i < 0 || rows[i].State != want || rows[i].Subject != string(scene.GroupSubject) {
					t.Errorf("%s: %+v, want %s", title, rows, want)
				}
			}
			l.passes(r)
			if n := r.world.Plex.Counts()["upload"]; n != 1 {
				t.Errorf("%d uploads, want one", n)
			}
			front("Night Boats", testkit.Logo(3))
			l.collections(api.CollectionsRequest{Write: true})
			l.eventually("the next front picture", is(testkit.Logo(3)))
			l.eventually("both runs", func() bool { return len(l.writtenRuns(queue.Collections)) == 2 })
			for _, want := range []string{testkit.Poster(testkit.Logo(1)), ""} {
				res, err := l.Undo(context.Background(), api.UndoRequest{Run: l.undoable(queue.Collections)})
				if must(t, err); res.Enqueued != 1 {
					t.Fatalf("%+v, want one collection undone", res)
				}
				l.eventually("the undo", func() bool { return shown("Night Boats").Poster == want })
				l.eventually("its end", func() bool { return l.undoable(queue.Collections) == 0 || want != "" && len(l.undone()) == 1 })
			}
			if c := shown("Night Boats"); c.Locked["thumb"] {
				t.Errorf("still locked: %+v", c)
			}
			if l.passes(r); shown("Night Boats").Poster != "" || shown("Day Boats").Poster != testkit.Poster(testkit.Logo(200)) || shown("Rafts").Poster != "" {
				t.Errorf("in the end %q, %q, %q", shown("Night Boats").Poster, shown("Day Boats").Poster, shown("Rafts").Poster)
			}
			if v := r.world.Plex.Violations(); len(v) > 0 {
				t.Errorf("violations: %v", v)
			}
		})
	}
}

// passes waits for another comparison of all collections, asked for by a person.
func (l *life) passes(r *rig) {
	l.t.Helper()
	lists := func() int { return r.world.Plex.Counts()["list"] }
	before := lists()
	l.collections(api.CollectionsRequest{Write: true}) // lists them itself, once
	l.eventually("another pass", func() bool { return lists() >= before+2 })
}

// writtenRuns are the runs of a cause that wrote something.
func (l *life) writtenRuns(cause queue.Cause) (ids []uint64) {
	l.t.Helper()
	runs, err := l.Runs(context.Background(), 0)
	must(l.t, err)
	for _, r := range runs {
		if r.Cause == cause && r.Written > 0 {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// undone are the runs that were undone.
func (l *life) undone() (ids []uint64) {
	l.t.Helper()
	runs, err := l.Runs(context.Background(), 0)
	must(l.t, err)
	for _, r := range runs {
		if r.Undone {
			ids = append(ids, r.ID)
		}
	}
	return ids
}
