package engine_test

import (
	"slices"
	"testing"

	"lockstep/sync/sim"
)

// TestGenresStashHasNothingForStayTheAgents: they are not locked with the rest, survive
// a server that resets what an edit does not carry, and give way to Stash's tags later.
func TestGenresStashHasNothingForStayTheAgents(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 81, Scenes: 4}))
	plex, stash := r.world.Plex, r.world.Stash
	plex.SetQuirks(func(q *sim.Quirks) { q.ResetUnlocked = true })
	for _, id := range stash.SceneIDs() {
		must(t, stash.Edit(id, func(s *sim.Scene) { s.TagIDs = nil }))
		must(t, plex.PersonTags(r.world.TargetKeys(id)[0], "genre", "Old", "Older"))
		must(t, plex.SetLock(r.world.TargetKeys(id)[0], "genre", false))
	}
	l := r.start()
	l.settled()
	for _, id := range stash.SceneIDs() {
		it, _ := plex.Item(r.world.TargetKeys(id)[0])
		if it.Locked["genre"] || !slices.Equal(it.Tags["genre"], []string{"Old", "Older"}) {
			t.Errorf("scene %d: genres %q, locked %v", id, it.Tags["genre"], it.Locked["genre"])
		}
		must(t, stash.Edit(id, func(s *sim.Scene) { s.TagIDs = []int{1} }))
	}
	l.scan()
	r.inStep(sim.DiffOptions{Locks: true})
}
