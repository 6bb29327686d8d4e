package engine_test

import (
	"testing"

	"lockstep/sync/sim"
)

func TestItemThatTurnsUpForASceneInStepIsWrittenToo(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 40, Scenes: 3}))
	l := r.start()
	l.settled()
	key := r.world.Plex.RatingKeys("1")[1]
	next, err := r.world.Plex.Rekey(key) // Plex knows the file under a new item, with nothing of ours
	if err != nil {
		t.Fatal(err)
	}
	if err := r.world.Plex.Wipe(next); err != nil {
		t.Fatal(err)
	}
	l.look()
	r.inStep(sim.DiffOptions{})
}
