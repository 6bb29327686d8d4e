package engine_test

import (
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/sim"
)

// A restart behind a proxy shows pages and redirects for seconds. It once cost five minutes
// and asked for another address.
func TestAPageInPlaceOfAServerForSecondsIsNoQuestionAndNoStandstill(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]sim.Effect{"a page": sim.HTML, "forbidden": sim.Status} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 12, Scenes: 8})
			l := r.start()
			l.settled()
			clear := r.world.Stash.Inject(sim.Fault{Effect: effect, Status: 403})
			if _, err := l.SyncNow(t.Context(), api.SyncRequest{}); err != nil {
				t.Log(err)
			}
			s := l.until("Stash away", func(s api.Snapshot) bool { return !s.Stash.OK })
			if s.Stash.Class != string(fault.Unreachable) || len(s.Attention) > 0 {
				t.Errorf("stash %+v, attention %+v; want it to be away and nobody asked", s.Stash, s.Attention)
			}
			clear()
			over := time.Now()
			l.until("Stash back", func(s api.Snapshot) bool { return s.Stash.OK })
			if took := time.Since(over); took > 30*time.Second {
				t.Errorf("noticed after %v", took)
			}
			r.editArrives(l)
		})
	}
}

// A machine starts everything at once, and the proxy is the first.
func TestAPageAtTheStartIsNoQuestionWhereTheServerAnsweredBefore(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 13, Scenes: 4})
	l := r.start()
	l.settled()
	l.end()
	clear := r.world.Stash.Inject(sim.Fault{Effect: sim.HTML})
	l = r.start()
	s := l.until("Stash asked", func(s api.Snapshot) bool { return s.Stash.Checked })
	if s.Stash.Class != string(fault.Unreachable) || len(s.Attention) > 0 {
		t.Errorf("stash %+v, attention %+v", s.Stash, s.Attention)
	}
	clear()
	r.editArrives(l)

	l.end()
	r.settings.StashURL += "/elsewhere" // where it never answered, it is a wrong address at once
	r.world.Stash.Inject(sim.Fault{Effect: sim.HTML})
	l = r.start()
	l.until("the question", func(s api.Snapshot) bool { return s.Stash.Class == string(fault.Config) && len(s.Attention) == 1 })
}
