package engine_test

import (
	"slices"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// ofScenes selects the changing requests for the items of some scenes.
func (r *rig) ofScenes(ids []int) sim.Match {
	var keys []string
	for _, id := range ids {
		keys = append(keys, r.world.TargetKeys(id)...)
	}
	return func(c sim.Call) bool {
		return c.Write && slices.ContainsFunc(c.Items, func(k string) bool { return slices.Contains(keys, k) })
	}
}

// Bulk edits put the same bad value on neighbours: they fail alike one after the other, and
// nothing behind them may wait.
func TestNeighboursWithTheSameFaultStopNothingBehindThem(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault sim.Fault
		state queue.State
	}{
		"400":          {sim.Fault{Effect: sim.Status, Status: 400}, queue.Dead},
		"500":          {sim.Fault{Effect: sim.Status, Status: 500}, queue.Retrying},
		"403":          {sim.Fault{Effect: sim.Status, Status: 403}, queue.Dead},
		"reset":        {sim.Fault{Effect: sim.Reset}, queue.Retrying},
		"cut off":      {sim.Fault{Effect: sim.Lost}, queue.Retrying},
		"a web page":   {sim.Fault{Effect: sim.HTML}, queue.Retrying},
		"a redirect":   {sim.Fault{Effect: sim.Login}, queue.Retrying},
		"503":          {sim.Fault{Effect: sim.Status, Status: 503}, queue.Retrying},
		"request line": {sim.Fault{Effect: sim.Status, Status: 414}, queue.Dead},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 90, Scenes: 40}))
			bad := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
			tt.fault.Match = r.ofScenes(bad)
			r.world.Plex.Inject(tt.fault)
			l := r.start()
			s := l.until("everything behind them done", func(s api.Snapshot) bool { return s.Queue.Done >= 28 && s.Queue.Waiting == 0 })
			if s.Outage != nil || s.Verdict != health.Up || s.Breaker.State != breaker.Closed || len(s.Attention) != 0 {
				t.Errorf("outage %v, verdict %q, breaker %+v, attention %+v: want none of it", s.Outage, s.Verdict, s.Breaker, s.Attention)
			}
			for _, id := range bad {
				// One whose answer alone was lost is found written at the next try.
				j := l.job(id)
				again := j.State == queue.Waiting || j.State == queue.Running // its next try has begun since
				if j.State != queue.Done && (j.State.Live() != tt.state.Live() || j.Message.IsZero() && !again) {
					t.Errorf("%+v, want %s with a reason", j, tt.state)
				}
			}
		})
	}
}

// Items that cannot be read stop nothing either, wherever they lie.
func TestNeighboursPlexCannotReadStopNothingBehindThem(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Fault{
		"500":     {Effect: sim.Status, Status: 500},
		"reset":   {Effect: sim.Reset},
		"garbled": {Effect: sim.CutOff},
		"400":     {Effect: sim.Status, Status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 91, Scenes: 40}))
			var keys []string
			for id := 10; id <= 17; id++ {
				keys = append(keys, r.world.TargetKeys(id)...)
			}
			f.Match = func(c sim.Call) bool {
				return c.Kind == "detail" && slices.ContainsFunc(c.Items, func(k string) bool { return slices.Contains(keys, k) })
			}
			r.world.Plex.Inject(f)
			l := r.start()
			s := l.until("everything else done", func(s api.Snapshot) bool { return s.Queue.Done == 32 && !s.Active })
			if s.Outage != nil || s.Verdict != health.Up || len(s.Attention) != 0 {
				t.Errorf("outage %v, verdict %q, attention %+v: want none of it", s.Outage, s.Verdict, s.Attention)
			}
		})
	}
}

// A scene Stash cannot read, whatever it answers, stops nothing.
func TestAScenesFaultInStashStopsNothingElse(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Fault{
		"500":     {Effect: sim.Status, Status: 500},
		"reset":   {Effect: sim.Reset},
		"garbled": {Effect: sim.CutOff},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 92, Scenes: 40}))
			l := r.start()
			l.settled()
			f.Match = func(c sim.Call) bool {
				return c.Kind == "findScene" && (slices.Contains(c.Items, "7") || slices.Contains(c.Items, "8"))
			}
			for id := 1; id <= 20; id++ {
				must(t, r.world.Stash.Edit(id, func(s *sim.Scene) { s.Details = "Edited." }))
			}
			r.world.Stash.Inject(f)
			_, err := l.SyncNow(t.Context(), api.SyncRequest{Scenes: sceneIDs(1, 20)})
			must(t, err)
			l.until("the others written", func(s api.Snapshot) bool { return s.Queue.Done == 38 && !s.Active })
			for _, id := range []int{7, 8} {
				if j := l.job(id); j.State != queue.Retrying || j.Message.IsZero() {
					t.Errorf("%+v, want a retry with its reason", j)
				}
			}
		})
	}
}

// Where every write is refused, reading proves nothing: no outage is made up, nothing is
// given up, the reason is shown, and it ends when a write is taken.
func TestAPlexThatTakesNoWritesIsNoOutage(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"500": 500, "400": 400, "403": 403} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 93, Scenes: 40}))
			clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: status, Match: sim.Writes()})
			l := r.start()
			s := l.until("the question", func(s api.Snapshot) bool { return len(s.Attention) > 0 && !s.Active })
			l.retryConnection() // a scan that reads takes nothing back
			s = l.until("another scan", func(n api.Snapshot) bool { return n.Plex.OK && n.At.After(s.At) && !n.Active })
			if s.Outage != nil || s.Verdict != health.Up || s.Queue.Dead+s.Queue.Retrying != 0 || s.Queue.Waiting != 40 || len(s.Attention) != 1 {
				t.Errorf("outage %v, verdict %q, queue %+v, attention %+v: want 40 waiting and one question", s.Outage, s.Verdict, s.Queue, s.Attention)
			}
			for _, j := range l.jobs(storeQuery(queue.Waiting)).Jobs {
				if j.Attempts != 0 || j.Message.IsZero() {
					t.Errorf("%+v, want no attempt counted and the reason shown", j)
				}
			}
			if n := r.world.Plex.Mutations(); n > 30 { // an edit that is refused is tried value by value
				t.Errorf("%d writes tried, want a few", n)
			}
			clear()
			if s = l.scan(); s.Queue.Done != 40 || len(s.Attention) != 0 {
				t.Errorf("queue %+v, attention %+v, want all done", s.Queue, s.Attention)
			}
			r.inStep(sim.DiffOptions{})
		})
	}
}

func sceneIDs(from, to int) []scene.ID {
	var out []scene.ID
	for id := from; id <= to; id++ {
		out = append(out, scene.ID(id))
	}
	return out
}
