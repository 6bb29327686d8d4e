package engine_test

import (
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

func TestItemThatTurnsUpForASceneInStepIsWrittenToo(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 40, Scenes: 3}))
	l := r.start()
	l.settled()
	key := r.world.Plex.RatingKeys("1")[1]
	next, err := r.world.Plex.Rekey(key) // Plex knows the file under a new item, with nothing of ours
	if err != nil {
		t.Fatal(err)
	}
	if err := r.world.Plex.Wipe(next); err != nil {
		t.Fatal(err)
	}
	l.scan()
	r.inStep(sim.DiffOptions{})
}

// A scene nobody asks about must not wait for longer than the person has set.
func TestParkedScenesEndAfterTheTimeSetAndComeBackWithTheirItem(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 56, Scenes: 6, Dirt: sim.Dirt{Missing: 2}}, nil)
	b.settings.AskPlexScan = false
	l := b.start()
	l.settled()
	l.until("two parked scenes", func(s api.Snapshot) bool { return s.Queue.Parked == 2 })
	b.clock.pass(b.settings.ParkFor - time.Hour)
	l.nudge()
	if s := l.settled(); s.Queue.Parked != 2 {
		t.Fatalf("an hour too early: %+v", s.Queue)
	}
	b.clock.pass(time.Hour + time.Minute)
	l.nudge()
	l.until("the end of the wait", func(s api.Snapshot) bool { return s.Queue.Parked == 0 && s.Queue.Skipped == 2 })
	ended := l.jobs(storeQuery(queue.Skipped)).Jobs
	for _, j := range ended {
		if j.Code != skip.NotInPlex || j.Message.IsZero() {
			t.Errorf("ended as %+v, want a reason", j)
		}
		sc, _ := b.world.Stash.Scene(int(j.Scene))
		path, _ := b.world.PlexPath(sc.Files[0].Path)
		_, err := b.world.Plex.Add("1", path)
		must(t, err)
	}
	if s := l.scan(); s.Queue.Done != 6 {
		t.Errorf("queue %+v, want all written once Plex has them", s.Queue)
	}
}
