package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/sim"
)

// What failed while Stash was away is asked for again as soon as Stash is back, however
// seldom Stash is asked otherwise: no notice outlives its cause.
func TestNothingIsSaidToFailOnceStashIsBack(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, sim.Options{Seed: 64, Scenes: 5})
		b.run(dir)
		time.Sleep(15 * time.Minute) // nothing was edited for long
		back := b.world.Stash.Inject(sim.Fault{Effect: sim.Reset})
		if _, err := b.eng.SyncNow(context.Background(), api.SyncRequest{}); err == nil {
			t.Error("Stash is away")
		}
		for b.snapshot().Stash.OK || len(b.snapshot().Failing) == 0 {
			time.Sleep(time.Second)
		}
		back()
		for !b.snapshot().Stash.OK {
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		if s := b.snapshot(); len(s.Failing) > 0 || !s.Stash.OK {
			t.Errorf("Stash is back, and said to fail is %+v", s.Failing)
		}
		b.stop()
	})
}
