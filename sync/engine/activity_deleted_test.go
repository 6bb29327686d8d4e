package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/sim"
)

// TestPlaysASecondApartSurviveADeletedDatabase: each is in Stash exactly once, whatever of them
// was written before, and none of what was written before is taken back by an undo afterwards.
func TestPlaysASecondApartSurviveADeletedDatabase(t *testing.T) {
	t.Parallel()
	dirs := []string{t.TempDir(), t.TempDir()}
	synctest.Test(t, func(t *testing.T) {
		v := newViewer(t, 4, func(s *config.Settings) { s.ActivityResume, s.ActivityRatings = false, false })
		first := v.watch(1)
		watch := func(at time.Time) {
			if err := v.world.Plex.Watch(v.keys[1], sim.Owner, at); err != nil {
				t.Fatal(err)
			}
		}
		watch(first.Add(2 * time.Second))
		v.run(dirs[0])
		v.later(20 * time.Minute)
		v.allow()
		v.later(time.Minute)
		runs, err := v.eng.Runs(context.Background(), 1)
		if err != nil || len(runs) != 1 {
			t.Fatalf("%+v, %v", runs, err)
		}
		v.halt()
		watch(first.Add(time.Second)) // between the two, and after Lockstep ended
		v.run(dirs[1])
		v.later(20 * time.Minute)
		if s := v.snapshot(); s.Activity.Asking != 1 {
			t.Errorf("%d wait, want only the play Stash lacks", s.Activity.Asking)
		}
		v.allow()
		v.later(time.Minute)
		v.hasPlays(1, first, first.Add(time.Second), first.Add(2*time.Second))
		_, err = v.eng.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID})
		if f := fault.Of(err); f == nil || !f.Message.Is("undo.nothing") || f.Hint.IsZero() {
			t.Errorf("undo of what another database wrote: %v", err)
		}
		if runs, err = v.eng.Runs(context.Background(), 1); err != nil || len(runs) != 1 {
			t.Fatalf("%+v, %v", runs, err)
		}
		if res, err := v.eng.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID}); err != nil || res.Enqueued != 1 {
			t.Errorf("%+v, %v", res, err)
		}
		v.later(time.Hour)
		v.hasPlays(1, first, first.Add(2*time.Second))
		v.stop()
	})
}
