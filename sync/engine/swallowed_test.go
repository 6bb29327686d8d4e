package engine_test

import (
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/engine"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
)

// A request that is answered with success and not carried out, as by something between the two, is no value that Plex
// stores otherwise: it is written again until Plex has it, and when that lasts it is one failed scene with its reason.
func TestWhatIsAnsweredAndNotCarriedOutIsWrittenAgain(t *testing.T) {
	t.Parallel()
	effects := map[string]sim.Effect{"garbage": sim.Garbage, "entries": sim.Entries, "nested": sim.Nested, "noise": sim.Noise}
	for name, effect := range effects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"edit", "upload"} {
				for _, lasting := range []bool{false, true} {
					swallows(t, sim.Fault{Effect: effect, Size: 64, Match: sim.Kinds(kind)}, lasting)
				}
			}
		})
	}
}

// swallows changes a scene while requests are answered and not carried out, for three tries or until it is given up.
func swallows(t *testing.T, f sim.Fault, lasting bool) {
	t.Helper()
	r := newRig(t, sim.Options{Seed: 201, Scenes: 3})
	l := r.startWith(func(o *engine.Options) { o.Jitter = func() float64 { return 0.001 } })
	l.settled()
	if !lasting {
		f.Count = 3
	}
	clear := r.world.Plex.Inject(f)
	must(t, r.world.Stash.Edit(2, func(sc *sim.Scene) {
		sc.Title = "Another title"
		sc.PerformerIDs = []int{r.world.Stash.PerformerID("Nobody Before", "")}
	}))
	must(t, r.world.Stash.SetCover(2, sim.DrawCover(77)))
	l.scan()
	if lasting {
		s := l.until("given up", func(s api.Snapshot) bool { return s.Queue.Dead == 1 && s.Queue.Empty() })
		if j := l.job(2); j.State != queue.Dead || j.Message.IsZero() || !s.Plex.OK {
			t.Errorf("%+v, Plex %+v", j, s.Plex)
		}
		clear()
		_, err := l.Retry(t.Context(), api.Selection{AllDead: true})
		must(t, err)
	}
	l.settled()
	r.inStep(sim.DiffOptions{Posters: true, Locks: true})
	l.end()
}
