package worker_test

import (
	"slices"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/worker"
)

// TestARenamedStudioMovesItsOwnScenesOnly: a value of a collection or label belongs to whoever made
// it. When the studio gets another name its scenes leave what was made of the old one and join what
// is made of the new one; what people put there, and every other scene, stays as it is.
func TestARenamedStudioMovesItsOwnScenesOnly(t *testing.T) {
	t.Parallel()
	r := testRig(t, sim.Options{Seed: 5, Scenes: 6})
	north, quay := r.World.Stash.StudioID("North Films"), r.World.Stash.StudioID("Quay Films")
	r.Must(r.World.Stash.SetParentStudio(north, r.World.Stash.StudioID("House")))
	r.Must(r.World.Stash.SetParentStudio(quay, r.World.Stash.StudioID("House")))
	for _, id := range r.World.Stash.SceneIDs() {
		studio := map[bool]int{true: north, false: quay}[id <= 3]
		r.Must(r.World.Stash.Edit(id, func(s *sim.Scene) { s.StudioID = studio }))
		r.each(id, func(key string) {
			r.Must(r.World.Plex.PersonTags(key, "collection", "My own", "Studio: Other"))
			r.Must(r.World.Plex.PersonTags(key, "label", "seen"))
		})
	}
	r.Settings = r.Settings.Clone()
	r.Settings.Fields[scene.FieldCollections], r.Settings.Fields[scene.FieldLabels] = config.Merge, config.Merge
	r.Settings.Sources = map[scene.Field][]string{
		scene.FieldCollections: {"Studio: {studio}", "Site: {parent_studio}"}, scene.FieldLabels: {"Lockstep", "By {studio}"},
	}
	must := func(jobs []queue.Job) {
		t.Helper()
		results, err := r.work(jobs...)
		r.Must(err)
		for id, res := range results {
			if res.Outcome != worker.Done {
				t.Fatalf("scene %s: %+v", id, res)
			}
		}
	}
	check := func(north string) {
		t.Helper()
		for _, id := range r.World.Stash.SceneIDs() {
			studio := map[bool]string{true: north, false: "Quay Films"}[id <= 3]
			r.each(id, func(key string) {
				it, _ := r.World.Plex.Item(key)
				for kind, want := range map[string][]string{
					"collection": {"My own", "Site: House", "Studio: " + studio, "Studio: Other"}, "label": {"By " + studio, "Lockstep", "Seen"},
				} {
					if got := slices.Sorted(slices.Values(it.Tags[kind])); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
						t.Errorf("scene %d: %s %q, want %q", id, kind, got, want)
					}
				}
			})
		}
	}
	must(r.all())
	check("North Films")
	r.Must(r.World.Stash.RenameStudio(north, "South Films"))
	r.World.Plex.ResetCounts()
	must(r.all())
	check("South Films")
	if got := len(r.World.Plex.Writes()); got != 3 {
		t.Errorf("%d items were written, want those of the studio: 3", got)
	}
}
