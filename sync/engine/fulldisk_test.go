package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// A disk that is full for hours costs the servers no more requests than a fault of theirs: what could not be stored is
// not read again and again.
func TestAFullDiskForHoursAsksTheServersLittle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, sim.Options{Seed: 601, Scenes: 6})
		f := &full{}
		b.wrap = func(s store.Store) store.Store { f.Store = s; return f }
		b.run(dir)
		defer b.stop()
		time.Sleep(10 * time.Minute)
		f.on.Store(true)
		b.edits(1)
		start := time.Now()
		for range 3 * 60 {
			time.Sleep(time.Minute)
			for _, host := range []string{stashHost, plexHost} {
				if n := since(b.requests(host), time.Now().Add(-time.Minute)); n > 30 {
					t.Fatalf("%d requests to %s in a minute: %s", n, host, kindsOf(b.requests(host), start))
				}
			}
		}
		for _, host := range []string{stashHost, plexHost} {
			if n := since(b.requests(host), start); n > 4*3*60 {
				t.Errorf("%d requests to %s in three hours, at most 4 a minute: %s", n, host, kindsOf(b.requests(host), start))
			}
		}
		f.on.Store(false)
		time.Sleep(10 * time.Minute)
		if diff := b.world.Diff(sim.DiffOptions{}); len(diff) > 0 {
			t.Errorf("with room again: %v", diff)
		}
	})
}
