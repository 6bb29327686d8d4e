package engine_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/sim"
)

// undoTargets is how each item looks, by rating key.
func (r *rig) undoTargets() map[string]shown {
	r.t.Helper()
	out := map[string]shown{}
	for _, id := range r.world.Stash.SceneIDs() {
		for _, key := range r.world.TargetKeys(id) {
			out[key] = r.shown(key)
		}
	}
	return out
}

// TestAnUndoKilledAtAnyMomentGivesEverythingBack: values, lists, posters and locks are
// as before the run wherever the process died, and what a person did since stays.
func TestAnUndoKilledAtAnyMomentGivesEverythingBack(t *testing.T) {
	t.Parallel()
	kills, worlds := 12, 3
	if testing.Short() { // with -race; the full size runs without
		kills, worlds = 5, 1
	}
	for seed := range worlds {
		r := newRig(t, sim.Options{Seed: uint64(90 + seed), Scenes: 40, NoCover: 0.2})
		r.world.Plex.SetQuirks(func(q *sim.Quirks) { q.UploadLocks, q.ResetUnlocked = seed%2 == 1, seed%2 == 1 })
		before := r.undoTargets()
		l := r.start()
		l.settled()
		person := r.world.TargetKeys(r.world.Stash.SceneIDs()[0])[0]
		must(t, r.world.Plex.PersonTags(person, "genre", append(r.shown(person).tags["genre"], "My own")...))
		theirs := r.shown(person).tags["genre"]
		runs, err := l.Runs(context.Background(), 1)
		must(t, err)
		_, err = l.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID})
		must(t, err)
		l.end()

		strike := r.killAt()
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		for range kills {
			strike.arm(1 + rng.IntN(12))
			if !r.killChild(strike) {
				break // nothing is left to do
			}
		}
		strike.arm(0)
		r.start().settled()
		for key, want := range before {
			if key == person {
				if got := r.shown(key); !slices.Equal(got.tags["genre"], theirs) || got.fields["title"] != want.fields["title"] {
					t.Errorf("world %d, item %s: genres %q, want %q; title %q", seed, key, got.tags["genre"], theirs, got.fields["title"])
				}
				continue
			}
			if got := r.shown(key); !got.equal(want) {
				t.Errorf("world %d, item %s:\n%+v, want\n%+v", seed, key, got, want)
			}
		}
	}
}

// blow tells when so many writes have reached Plex.
type blow struct {
	mu   sync.Mutex
	left int
	fell chan struct{}
}

func (b *blow) arm(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = n
	select {
	case <-b.fell:
	default:
	}
}

// killAt watches the writes Plex gets.
func (r *rig) killAt() *blow {
	b := &blow{fell: make(chan struct{}, 1)}
	r.world.Plex.SetHook(func(c sim.Call) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if !c.Write || b.left == 0 {
			return
		}
		if b.left--; b.left == 0 {
			b.fell <- struct{}{}
		}
	})
	return b
}

// killChild runs a process until the blow falls and kills it; false: it came to an end.
func (r *rig) killChild(b *blow) bool {
	r.t.Helper()
	cmd, lines := r.spawn()
	settled := make(chan struct{})
	go func() {
		for lines.Scan() {
			if lines.Text() == "settled" {
				close(settled)
			}
		}
	}()
	killed := true
	select {
	case <-b.fell:
	case <-settled:
		killed = false
	case <-time.After(patience):
		r.t.Error("the child neither wrote nor came to an end")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return killed
}
