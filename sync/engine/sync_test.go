package engine_test

import (
	"testing"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

func TestFirstSyncBringsPlexInStepAndSecondWritesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 1, Scenes: 120, Dirt: sim.Messy(), MultiFile: 0.1})
	l := r.start()
	s := l.settled()
	t.Logf("queue %+v", s.Queue)
	r.inStep(sim.DiffOptions{Posters: true, Locks: true})
	if s.Queue.Dead > 0 {
		t.Errorf("dead jobs: %+v", l.jobs(storeQuery("dead")))
	}
	l.end()

	r.world.ResetCounts()
	l = r.start()
	l.settled()
	if _, writes := r.plexCalls(); writes != 0 {
		t.Errorf("a second start wrote %d times, want 0", writes)
	}
}

func TestRequestBudget(t *testing.T) {
	t.Parallel()
	withoutRace(t)
	tests := map[string]struct {
		poster config.Policy
		per    float64
	}{
		"without images": {config.Off, 1.05},
		"with poster":    {config.Merge, 2.05},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 2, Scenes: 1000})
			r.settings.Fields[scene.FieldPoster] = tt.poster
			// A notification socket that comes up while Plex is listed has it listed once more.
			r.world.Plex.Inject(sim.Fault{Match: sim.Kinds("websocket"), Effect: sim.Slow, Delay: time.Hour})
			l := r.start()
			s := l.settled()
			all, _ := r.plexCalls()
			per := float64(all) / float64(s.Queue.Done)
			t.Logf("%d requests for %d items: %.3f; %v", all, s.Queue.Done, per, r.world.Plex.Counts())
			if s.Queue.Done != 1000 || per > tt.per {
				t.Errorf("%d items done with %.3f requests each, want 1000 with at most %.2f", s.Queue.Done, per, tt.per)
			}
			r.inStep(sim.DiffOptions{Posters: tt.poster != config.Off})
			l.end()

			r.world.ResetCounts()
			l = r.start()
			l.settled()
			if all, writes := r.plexCalls(); all > 10 || writes != 0 {
				t.Errorf("unchanged library: %d requests, %d writes, want at most 10 and 0: %v", all, writes, r.world.Plex.Counts())
			}
		})
	}
}
