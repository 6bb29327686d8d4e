package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/sim"
)

// TestAnEditCostsFewRequests: one scene of a settled library is edited and brought in step by
// the regular probe: Stash is asked for the newest scenes, that scene and whether its cover
// is another one; Plex for who it is over a new connection, the item, the write and what
// arrived.
func TestAnEditCostsFewRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC))) // after everything in the library
		b := newBubble(t, sim.Options{Seed: 91, Scenes: 50})
		b.run(t.TempDir())
		defer b.stop()
		time.Sleep(22*time.Minute + 30*time.Second) // the next probe is half a minute away, the clock wants nothing else
		began, before, turns := time.Now(), b.snapshot(), b.eng.Turns()
		if before.Queue.Done != 50 {
			t.Fatalf("not settled: %+v", before.Queue)
		}
		must(t, b.world.Stash.Edit(7, func(s *sim.Scene) { s.Title = "Dusk" }))
		time.Sleep(35 * time.Second)

		after := b.snapshot()
		if diff := b.world.Diff(sim.DiffOptions{Posters: true}); len(diff) > 0 || after.Today.Written != 51 {
			t.Errorf("not in step: %v, %+v", diff, after.Today)
		}
		snapshots, turned := after.Revision-before.Revision, b.eng.Turns()-turns
		t.Logf("Stash: %sPlex: %s%d snapshots, %d turns", kindsOf(b.requests(stashHost), began), kindsOf(b.requests(plexHost), began), snapshots, turned)
		if n := since(b.requests(stashHost), began); n > 3 {
			t.Errorf("%d requests to Stash, want at most 3: %s", n, kindsOf(b.requests(stashHost), began))
		}
		if n := since(b.requests(plexHost), began); n > 4 {
			t.Errorf("%d requests to Plex, want at most 4: %s", n, kindsOf(b.requests(plexHost), began))
		}
		if snapshots >= 10 || turned >= 10 {
			t.Errorf("%d snapshots and %d turns of the loop, want fewer than ten of each", snapshots, turned)
		}
	})
}

// requests are those to one server so far.
func (b *bubble) requests(host string) []ask {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked[host]
}

// since counts the requests from a moment on.
func since(list []ask, from time.Time) (n int) {
	for _, a := range list {
		if !a.at.Before(from) {
			n++
		}
	}
	return n
}
