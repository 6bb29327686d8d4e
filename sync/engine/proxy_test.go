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
