package engine_test

import (
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
)

// A text longer than any answer may be is its scene's own trouble: the others are written.
func TestATextThatIsFarTooLongStopsItsOwnSceneOnly(t *testing.T) {
	t.Parallel()
	withoutRace(t)
	r := newRig(t, sim.Options{Seed: 9, Scenes: 12})
	if err := r.world.Stash.Edit(3, func(sc *sim.Scene) { sc.Title = strings.Repeat("Harbour ", 60<<20/8) }); err != nil {
		t.Fatal(err)
	}
	l := r.start()
	l.until("all but one are written", func(s api.Snapshot) bool { return s.Queue.Done == 11 && s.Queue.Retrying == 1 })
	failed := l.jobs(storeQuery(queue.Retrying)).Jobs
	if len(failed) != 1 || failed[0].Scene != 3 || !strings.Contains(failed[0].Message.String(), "far more data than requested") {
		t.Errorf("got %+v", failed)
	}
}
