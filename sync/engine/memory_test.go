package engine_test

import (
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/sim"
)

// What Lockstep wrote stays its own through answers that hide the items for a while:
// were that forgotten, its own locks would count as a person's and keep later edits out.
func TestItemsThatPlexHidesForAWhileStayLockstepsOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 9, Scenes: 12})
	l := r.start()
	l.settled()
	edit := func(title string) {
		if err := r.world.Stash.Edit(1, func(sc *sim.Scene) { sc.TagIDs, sc.Title = sc.TagIDs[1:], title }); err != nil {
			t.Fatal(err)
		}
	}
	show := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 404, Match: sim.Kinds("detail")})
	edit("Edited while it was hidden")
	if _, err := l.SyncNow(t.Context(), api.SyncRequest{}); err != nil {
		t.Fatal(err)
	}
	l.until("an item that is not there", func(s api.Snapshot) bool { return !s.Active && s.Queue.Parked == 1 })
	show()
	if _, err := l.Retry(t.Context(), api.Selection{Scenes: sceneIDs(1, 1)}); err != nil {
		t.Fatal(err)
	}
	l.scan()
	edit("Edited again")
	l.scan()
	r.inStep(sim.DiffOptions{Posters: true, Locks: true})
}
