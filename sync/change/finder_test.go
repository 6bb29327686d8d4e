package change_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// TestEveryKindOfChangeIsFoundAndNothingElse follows the table of what bumps a scene in
// the facts about Stash.
func TestEveryKindOfChangeIsFoundAndNothingElse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*rig) error
		want   map[scene.ID]queue.Cause
	}{
		"nothing":        {func(*rig) error { return nil }, nil},
		"title":          {func(r *rig) error { return r.stash.Edit(1, func(s *sim.Scene) { s.Title = "Dusk" }) }, found("edited", 1)},
		"saved as it is": {func(r *rig) error { return r.stash.NoopSave(1) }, nil},
		"tags": {func(r *rig) error {
			return r.stash.Edit(1, func(s *sim.Scene) { s.TagIDs = append(s.TagIDs, r.stash.TagID("Brand new")) })
		}, found("edited", 1)},
		"rating":    {func(r *rig) error { return r.stash.Edit(1, func(s *sim.Scene) { s.Rating100 = 20 }) }, found("edited", 1)},
		"organized": {func(r *rig) error { return r.stash.Edit(1, func(s *sim.Scene) { s.Organized = !s.Organized }) }, found("edited", 1)},
		"links": {func(r *rig) error {
			return r.stash.Edit(1, func(s *sim.Scene) { s.URLs = []string{"http://example.org"} })
		}, nil},
		"cover":            {func(r *rig) error { return r.stash.SetCover(1, sim.DrawCover(99)) }, found("cover", 1)},
		"same cover":       {func(r *rig) error { return r.stash.SetCover(1, r.stash.Cover(1)) }, nil},
		"tag renamed":      {func(r *rig) error { return r.stash.RenameTag(r.tag(), "Fjords") }, found("renamed", 1, 2)},
		"unused renamed":   {func(r *rig) error { return r.stash.RenameTag(r.stash.TagID("Unused"), "Unused too") }, nil},
		"tags merged":      {func(r *rig) error { return r.stash.MergeTags(r.stash.TagID(otherTag), r.tag()) }, found("renamed", 1, 2)},
		"tag destroyed":    {func(r *rig) error { return r.stash.DestroyTag(r.tag()) }, found("renamed", 1, 2)},
		"person renamed":   {func(r *rig) error { return r.stash.RenamePerformer(r.person(), "B. Gull") }, found("renamed", 1)},
		"person destroyed": {func(r *rig) error { return r.stash.DestroyPerformer(r.person()) }, found("renamed", 1)},
		"studio renamed":   {func(r *rig) error { return r.stash.RenameStudio(r.studio(), "West Films") }, found("renamed", 2)},
		"studio destroyed": {func(r *rig) error { return r.stash.DestroyStudio(r.studio()) }, found("renamed", 2)},
		"parent studio":    {func(r *rig) error { return r.stash.SetParentStudio(r.studio(), r.stash.StudioID("Parent")) }, nil},
		"file moved":       {func(r *rig) error { return r.stash.MoveFile(r.scene(1).Files[0].ID, "/data/nature/quay.mkv") }, found("moved", 1)},
		"file replaced":    {func(r *rig) error { return r.stash.ReplaceFile(r.scene(1).Files[0].ID) }, nil},
		"copy found":       {func(r *rig) error { _, err := r.stash.AddFile(1, "/data/nature/copy.mkv"); return err }, found("moved", 1)},
		"other primary":    {func(r *rig) error { return r.stash.SetPrimaryFile(r.scene(3).Files[1].ID) }, found("moved", 3)},
		"file given away":  {func(r *rig) error { return r.stash.AssignFile(r.scene(3).Files[1].ID, 1) }, found("moved", 1, 3)},
		"file deleted":     {func(r *rig) error { return r.stash.DeleteFile(r.scene(3).Files[1].ID) }, found("moved", 3)},
		"scenes merged":    {func(r *rig) error { return r.stash.MergeScenes(1, 4) }, found("moved", 1)},
		"scene deleted":    {func(r *rig) error { return r.stash.DeleteScene(4) }, nil},
		"scene added": {func(r *rig) error {
			r.stash.AddScene(sim.Scene{Title: "New"}, "/data/nature/new.mkv")
			return nil
		}, found("new", 6)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fiveScenes(t)
			if err := tt.change(r); err != nil {
				t.Fatal(err)
			}
			r.Clock.Pass(time.Hour)
			r.scan()
			if got := r.waiting(); !maps.Equal(got, tt.want) {
				t.Fatalf("in the queue: %v, want %v", got, tt.want)
			}
			r.work()
			r.Clock.Pass(time.Hour)
			if r.scan(); len(r.waiting()) != 0 {
				t.Errorf("found again after it was synced: %v", r.waiting())
			}
		})
	}
}

func found(cause queue.Cause, ids ...scene.ID) map[scene.ID]queue.Cause {
	out := map[scene.ID]queue.Cause{}
	for _, id := range ids {
		out[id] = cause
	}
	return out
}

// The names that only fiveScenes uses.
const theTag, otherTag, thePerson, theStudio = "Lighthouse keepers", "Rock pools", "A. N. Gull", "Skerry Films"

func (r *rig) tag() int    { return r.stash.TagID(theTag) }
func (r *rig) person() int { return r.stash.PerformerID(thePerson, "") }
func (r *rig) studio() int { return r.stash.StudioID(theStudio) }

// fiveScenes is a library in step: scenes 1 and 2 share a tag, 1 has the performer, 2 the
// studio, 3 a second file.
func fiveScenes(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, sim.Options{Seed: 3, Scenes: 5})
	for _, id := range []int{1, 2} {
		r.Must(r.stash.Edit(id, func(s *sim.Scene) { s.TagIDs = append(s.TagIDs, r.stash.TagID(theTag)) }))
	}
	r.stash.TagID(otherTag)
	r.stash.TagID("Unused")
	r.Must(r.stash.Edit(1, func(s *sim.Scene) { s.PerformerIDs = []int{r.stash.PerformerID(thePerson, "")} }))
	r.Must(r.stash.Edit(2, func(s *sim.Scene) { s.StudioID = r.stash.StudioID(theStudio) }))
	_, err := r.stash.AddFile(3, "/data/nature/second.mkv")
	r.Must(err)
	r.Clock.Pass(time.Hour)
	r.scan()
	r.work()
	r.Clock.Pass(time.Hour)
	if f := r.scan(); f != (change.Found{}) {
		t.Fatalf("a library in step: %+v", f)
	}
	return r
}

func TestATagThatIsNewUsedAndRenamedBetweenTwoScansIsNotLeftWithItsFirstName(t *testing.T) {
	t.Parallel()
	r := fiveScenes(t)
	var tag int
	r.Must(r.stash.Edit(1, func(s *sim.Scene) { tag = r.stash.TagID("Tpyo"); s.TagIDs = append(s.TagIDs, tag) }))
	r.Clock.Pass(time.Hour)
	_, err := r.finder.Sweep(t.Context())
	r.Must(err)
	r.work() // the first name is in Plex; the names were not listed since
	r.Must(r.stash.RenameTag(tag, "Typo"))
	r.Clock.Pass(time.Hour)
	if r.scan(); !maps.Equal(r.waiting(), found("renamed", 1)) {
		t.Errorf("in the queue: %v, want scene 1", r.waiting())
	}
}

func TestTwoEditsWithinOneSecondAreBothFound(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]func(*rig) error{
		"title": func(r *rig) error { return r.stash.Edit(1, func(s *sim.Scene) { s.Title = "Second" }) },
		"cover": func(r *rig) error { return r.stash.SetCover(1, sim.DrawCover(77)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fiveScenes(t)
			r.Must(r.stash.Edit(1, func(s *sim.Scene) { s.Title = "First" }))
			r.scan()
			r.work()
			r.Must(second(r)) // the clock stands still: the same stamp
			r.Clock.Pass(time.Hour)
			if r.scan(); len(r.waiting()) != 1 {
				t.Fatalf("in the queue: %v, want scene 1", r.waiting())
			}
			r.work()
			if r.scan(); len(r.waiting()) != 0 {
				t.Errorf("found again: %v", r.waiting())
			}
		})
	}
}

func TestAChangeOfTheServersZoneHidesNothing(t *testing.T) {
	t.Parallel()
	r := fiveScenes(t)
	r.stash.SetZone(time.FixedZone("west", -8*3600))
	r.Must(r.stash.Edit(2, func(s *sim.Scene) { s.Details = "Edited further west." }))
	r.Clock.Pass(time.Hour)
	if r.scan(); !maps.Equal(r.waiting(), found("edited", 2)) {
		t.Errorf("in the queue: %v, want scene 2", r.waiting())
	}
	r.Must(r.stash.Restamp(3, r.Clock.Now().AddDate(-20, 0, 0)))
	r.Must(r.stash.Restamp(4, r.Clock.Now().AddDate(20, 0, 0)))
	r.work()
	if r.scan(); len(r.waiting()) != 0 {
		t.Errorf("stamps moved, nothing else: %v", r.waiting())
	}
}

func TestADeletedScenesJobEndsAndTheSceneIsForgotten(t *testing.T) {
	t.Parallel()
	r := fiveScenes(t)
	r.Update(func(tx store.Tx) error {
		j, _, err := tx.Job(5)
		return errors.Join(err, tx.PutJob(j.Skip(skip.NoMetadata, message.None, r.Clock.Now())))
	})
	undo := queue.Wish{Scene: 2, Undo: 5}
	r.Must(r.finder.PutWishes(queue.Wish{Scene: 1}, queue.Wish{Scene: 2}, undo, queue.Wish{Scene: 3}))
	r.Update(func(tx store.Tx) error {
		j, _, err := tx.Job(3)
		return errors.Join(err, tx.PutJob(j.Claim(r.Clock.Now())))
	})
	for _, id := range []int{1, 2, 3, 4, 5} {
		r.Must(r.stash.DeleteScene(id))
	}
	f, err := r.finder.Sweep(t.Context())
	if err != nil || f.Deleted != 5 {
		t.Fatalf("%+v %v, want 5 deleted", f, err)
	}
	r.View(func(tx store.Tx) error {
		for id, want := range map[scene.ID]queue.State{1: queue.Skipped, 2: queue.Skipped, 3: queue.Running, 4: queue.Skipped, 5: queue.Skipped} {
			j, _, err := tx.Job(id)
			if err != nil || j.State != want || want == queue.Skipped && j.Code != skip.DeletedInStash {
				t.Errorf("job of scene %d: %+v (%v), want %s", id, j, err, want)
			}
			if _, known, _ := tx.Seen(id); known {
				t.Errorf("scene %d is still known", id)
			}
		}
		if who, _ := tx.Using(store.Use{Kind: store.TagName, ID: fmt.Sprint(r.tag())}); len(who) != 0 {
			t.Errorf("the tag is still used by %v", who)
		}
		return nil
	})
}

func TestNoCoverIsAskedForWhenNoImageIsSynced(t *testing.T) {
	t.Parallel()
	r := fiveScenes(t)
	r.finder.Settings.Fields[scene.FieldPoster] = config.Off
	r.Must(r.stash.NoopSave(1))
	r.Clock.Pass(time.Hour)
	r.stash.ResetCounts()
	if r.scan(); r.stash.Counts()["screenshot"] != 0 || len(r.waiting()) != 0 {
		t.Errorf("%v %v", r.stash.Counts(), r.waiting())
	}
}

func TestTenThousandUnchangedScenesCostThreeRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 5, Scenes: 10000, NoCover: 1})
	f, err := r.finder.Sweep(t.Context())
	if err != nil || f.Scenes != 10000 || f.Enqueued != 10000 || r.DB.Counts().Waiting != 10000 {
		t.Fatalf("first: %+v %v %+v", f, err, r.DB.Counts())
	}
	if n := r.stash.Total(); n > 110 {
		t.Errorf("the first sweep took %d requests, want one per hundred scenes: %v", n, r.stash.Counts())
	}
	r.stash.ResetCounts()
	if f, err = r.finder.Sweep(t.Context()); err != nil || f.Enqueued+f.Deleted != 0 {
		t.Errorf("second: %+v %v", f, err)
	}
	if n := r.stash.Total(); n > 4 {
		t.Errorf("the second sweep took %d requests: %v", n, r.stash.Counts())
	}
}

func TestRecheckPutsEveryKnownSceneIntoTheQueue(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 6, Scenes: 603, NoCover: 1})
	r.scan()
	r.work()
	if n, err := r.finder.Recheck(queue.Settings); n != 603 || err != nil {
		t.Fatalf("%d %v", n, err)
	}
	got := r.waiting()
	if causes := slices.Compact(slices.Sorted(maps.Values(got))); len(got) != 603 || !slices.Equal(causes, []queue.Cause{queue.Settings}) {
		t.Errorf("%d jobs, causes %v", len(got), causes)
	}
	r.View(func(tx store.Tx) error {
		j, _, err := tx.Job(1)
		if strings.TrimSpace(j.Name) == "" {
			t.Errorf("a job without a name: %+v", j)
		}
		return err
	})
}
