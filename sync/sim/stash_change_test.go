package sim_test

import (
	"errors"
	"testing"
	"time"

	"lockstep/sync/sim"
)

// clock is a hand-moved clock.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestOnlyWritesToTheSceneRowBumpIt(t *testing.T) {
	t.Parallel()
	first := func(s *sim.Stash, pick func(sim.Scene) []int) int {
		sc, _ := s.Scene(1)
		return pick(sc)[0]
	}
	tag := func(s *sim.Stash) int { return first(s, func(sc sim.Scene) []int { return sc.TagIDs }) }
	file := func(s *sim.Stash) int { return first(s, func(sc sim.Scene) []int { return []int{sc.Files[0].ID} }) }
	person := func(s *sim.Stash) int { return first(s, func(sc sim.Scene) []int { return sc.PerformerIDs }) }
	studio := func(s *sim.Stash) int { return first(s, func(sc sim.Scene) []int { return []int{sc.StudioID} }) }
	for name, c := range map[string]struct {
		change func(s *sim.Stash) error
		bumps  bool
	}{
		"title":            {func(s *sim.Stash) error { return s.Edit(1, func(sc *sim.Scene) { sc.Title = "New" }) }, true},
		"save unchanged":   {func(s *sim.Stash) error { return s.NoopSave(1) }, true},
		"cover":            {func(s *sim.Stash) error { return s.SetCover(1, sim.DrawCover(9)) }, true},
		"same cover again": {func(s *sim.Stash) error { return s.SetCover(1, s.Cover(1)) }, true},
		"tags":             {func(s *sim.Stash) error { return s.Edit(1, func(sc *sim.Scene) { sc.TagIDs = nil }) }, true},
		"copy found":       {func(s *sim.Stash) error { _, err := s.AddFile(1, "/data/nature/copy.mkv"); return err }, true},
		"merge of scenes":  {func(s *sim.Stash) error { return s.MergeScenes(1, 2) }, true},
		"primary file":     {func(s *sim.Stash) error { return s.SetPrimaryFile(file(s)) }, true},
		"tag renamed":      {func(s *sim.Stash) error { return s.RenameTag(tag(s), "Renamed") }, false},
		"tags merged":      {func(s *sim.Stash) error { return s.MergeTags(s.TagID("Other"), tag(s)) }, false},
		"tag destroyed":    {func(s *sim.Stash) error { return s.DestroyTag(tag(s)) }, false},
		"person renamed":   {func(s *sim.Stash) error { return s.RenamePerformer(person(s), "Renamed") }, false},
		"person destroyed": {func(s *sim.Stash) error { return s.DestroyPerformer(person(s)) }, false},
		"studio renamed":   {func(s *sim.Stash) error { return s.RenameStudio(studio(s), "Renamed") }, false},
		"parent changed":   {func(s *sim.Stash) error { return s.SetParentStudio(studio(s), s.StudioID("Parent")) }, false},
		"studio destroyed": {func(s *sim.Stash) error { return s.DestroyStudio(studio(s)) }, false},
		"file moved":       {func(s *sim.Stash) error { return s.MoveFile(file(s), "/data/nature/moved.mkv") }, false},
		"file replaced":    {func(s *sim.Stash) error { return s.ReplaceFile(file(s)) }, false},
		"file given away":  {func(s *sim.Stash) error { return s.AssignFile(file(s), 2) }, false},
		"file deleted":     {func(s *sim.Stash) error { return s.DeleteFile(file(s)) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c0 := &clock{time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
			w := sim.NewWorld(sim.Options{Seed: 4, Scenes: 2, Now: c0.now})
			_ = w.Stash.Edit(1, func(sc *sim.Scene) { sc.PerformerIDs = []int{1} })
			before, _ := w.Stash.Scene(1)
			c0.at = c0.at.Add(time.Hour)
			if err := c.change(w.Stash); err != nil {
				t.Fatal(err)
			}
			after, _ := w.Stash.Scene(1)
			equal(t, "bumped", !after.UpdatedAt.Equal(before.UpdatedAt), c.bumps)
		})
	}
}

func TestMovedFileKeepsItsIDAndIsStamped(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Scenes: 1})
	before, _ := w.Stash.Scene(1)
	if err := w.Stash.MoveFile(before.Files[0].ID, "/data/nature/moved.mkv"); err != nil {
		t.Fatal(err)
	}
	after, _ := w.Stash.Scene(1)
	equal(t, "file id", after.Files[0].ID, before.Files[0].ID)
	equal(t, "path", after.Files[0].Path, "/data/nature/moved.mkv")
	equal(t, "stamped", after.Files[0].UpdatedAt.After(before.Files[0].UpdatedAt), true)
}

func TestMergedTagDoesNotBumpTheDestination(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 2})
	query := `{findTag(id:1){updated_at} gone:findTag(id:2){id}}`
	before := gql(t, w, `{findTag(id:1){updated_at} gone:findTag(id:99){id}}`, nil).body
	if err := w.Stash.MergeTags(1, 2); err != nil {
		t.Fatal(err)
	}
	equal(t, "after", gql(t, w, query, nil).body, before)
}

func TestSceneIDsAreNeverUsedAgain(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Scenes: 2})
	fresh, err := w.Stash.RescanScene(2)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "new id", fresh, 3)
	sc, _ := w.Stash.Scene(3)
	equal(t, "raw", sc.Title == "" && len(sc.Files) == 1, true)
	equal(t, "ids", w.Stash.SceneIDs(), []int{1, 3})
	equal(t, "deleted", errors.Is(w.Stash.DeleteScene(2), nil), false)
}

func TestMutationsEditTheWorld(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 2})
	got := gql(t, w, `mutation{sceneUpdate(input:{id:1,title:" Fog ",date:"2021",tag_ids:[2],studio_id:null}){title date tags{id} studio{id}}}`, nil)
	equal(t, "update", got.body, `{"data":{"sceneUpdate":{"title":"Fog","date":"2021","tags":[{"id":"2"}],"studio":null}}}`)
	equal(t, "bad date", gql(t, w, `mutation{sceneUpdate(input:{id:1,date:"soon"}){id}}`, nil).status, 200)
	equal(t, "destroy", gql(t, w, `mutation{sceneDestroy(input:{id:2})}`, nil).body, `{"data":{"sceneDestroy":true}}`)
	equal(t, "rename", gql(t, w, `mutation{tagUpdate(input:{id:2,name:"Gale"}){name}}`, nil).body, `{"data":{"tagUpdate":{"name":"Gale"}}}`)
	equal(t, "ids", w.Stash.SceneIDs(), []int{1})
	equal(t, "mutations", w.Stash.Mutations(), 4)
	equal(t, "writes", w.Stash.Writes(), map[string]int{"1": 2, "2": 2})
}
