package engine_test

import (
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/engine"
	"lockstep/sync/sim"
)

// A request that is answered with success and not carried out, as by something between the two, is no value that Plex
// stores otherwise: it is written again until Plex has it.
func TestWhatIsAnsweredAndNotCarriedOutIsWrittenAgain(t *testing.T) {
	t.Parallel()
	effects := map[string]sim.Effect{"garbage": sim.Garbage, "entries": sim.Entries, "nested": sim.Nested, "noise": sim.Noise}
	for name, effect := range effects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"edit", "upload"} {
				swallows(t, sim.Fault{Effect: effect, Size: 64, Match: sim.Kinds(kind), Count: 3})
			}
		})
	}
}

// swallows changes a scene while requests are answered and not carried out, for three tries.
func swallows(t *testing.T, f sim.Fault) {
	t.Helper()
	r := newRig(t, sim.Options{Seed: 201, Scenes: 3})
	l := r.startWith(func(o *engine.Options) { o.Jitter = func() float64 { return 0.001 } })
	l.settled()
	r.world.Plex.Inject(f)
	must(t, r.world.Stash.Edit(2, func(sc *sim.Scene) {
		sc.Title = "Another title"
		sc.PerformerIDs = []int{r.world.Stash.PerformerID("Nobody Before", "")}
	}))
	must(t, r.world.Stash.SetCover(2, sim.DrawCover(77)))
	_, err := l.SyncNow(t.Context(), api.SyncRequest{})
	must(t, err)
	l.settled()
	r.inStep(sim.DiffOptions{Posters: true, Locks: true})
	l.end()
}
