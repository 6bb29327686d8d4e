package app_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"lockstep/app"
	"lockstep/sync/sim"
)

// A scene edited a moment ago is looked at again at every start, and tried again. The
// report must not find it under way, and the exit code tells that it failed again.
func TestReconciliationOfOurOwnFindsNothingUnderWay(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 3, Scenes: 10})
	key := w.TargetKeys(4)[0]
	w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: http.StatusBadRequest, Match: sim.All(sim.Writes(), sim.ForItem(key))})
	for i := range 8 {
		if err := w.Stash.Edit(4, func(sc *sim.Scene) { sc.Title = "Refused at " + time.Now().String() }); err != nil {
			t.Fatal(err)
		}
		var rep struct {
			Rows []struct{ Outcome, Reason string }
		}
		s.json(app.ExitAttention, &rep, "reconcile")
		if len(rep.Rows) == 0 || slices.Contains([]string{"running-now", "already-queued"}, rep.Rows[0].Reason) {
			t.Errorf("reconciliation %d: %+v", i, rep.Rows)
		}
	}
}
