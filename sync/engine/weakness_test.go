package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// The names W5, W17, W18 and W19 are those of the weaknesses of the system Lockstep
// replaces.

func TestW5JobsThatDiedInAnOutageAreQueuedAgainAfterIt(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 50, Scenes: 4}))
	r.settings.ProbeFirst, r.settings.ProbeMax = 300*time.Millisecond, time.Second // more are soon held back by the budget
	l := r.start()
	l.settled()
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Maintenance})
	if err := l.ProbeNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	l.until("the outage", func(s api.Snapshot) bool { return s.Verdict == health.Down })
	victim, innocent := scene.ID(1), scene.ID(2)
	err := l.db.Update(func(tx store.Tx) error {
		for id, class := range map[scene.ID]fault.Class{victim: fault.Temporary, innocent: fault.Rejected} {
			j := queue.Enqueue(nil, queue.Wish{Scene: id, Cause: "edited"}, time.Now()).Claim(time.Now())
			j.Attempts = queue.MaxAttempts - 1
			if err := tx.PutJob(j.Fail(&fault.Error{Class: class, Message: message.Foreign("Plex answered 500")}, 0, time.Now())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	clear()
	s := l.until("the victim's second life", func(s api.Snapshot) bool {
		return s.Verdict == health.Up && s.Queue.Dead == 1 && s.Queue.Done == 3 && !s.Active
	})
	if s.Outage.Requeued != 1 {
		t.Errorf("outage %+v, want one job requeued", s.Outage)
	}
	h, err := l.History(context.Background(), store.HistoryQuery{Scene: victim})
	if err != nil || len(h) == 0 || !strings.Contains(h[0].Message.String()+h[len(h)-1].Message.String(), "queued again") {
		t.Errorf("history %+v %v, want a line about it", h, err)
	}
}

func TestW17PassingServerFaultsNeverKillAJob(t *testing.T) {
	t.Parallel()
	faults := map[string]sim.Fault{
		"500":  {Effect: sim.Status, Status: 500, Count: 2, Match: sim.Writes()},
		"429":  {Effect: sim.Status, Status: 429, RetryAfter: time.Second, Count: 1, Match: sim.Writes()},
		"503":  {Effect: sim.Status, Status: 503, Count: 2, Match: sim.Writes()},
		"lost": {Effect: sim.Lost, Count: 2, Match: sim.Writes()},
		"read": {Effect: sim.Status, Status: 502, Count: 2, Match: sim.Kinds("detail")},
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 51, Scenes: 8}))
			r.world.Plex.Inject(f)
			l := r.start()
			s := l.settled()
			if s.Queue.Done != 8 || s.Queue.Dead != 0 || s.Outage != nil {
				t.Errorf("queue %+v outage %v, want all done and no outage", s.Queue, s.Outage)
			}
			r.inStep(sim.DiffOptions{})
		})
	}
}

func TestW18SceneNotInPlexCostsNothingUntilPlexHasIt(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 52, Scenes: 6, Dirt: sim.Dirt{Missing: 2}}))
	r.settings.AskPlexScan = false
	l := r.start()
	l.settled()
	before := r.world.Plex.Counts()
	parked := l.jobs(storeQuery(queue.Parked)).Jobs
	if len(parked) != 2 {
		t.Fatalf("%d parked, want 2", len(parked))
	}
	l.scan()
	if n := r.world.Plex.Counts()["detail"] - before["detail"]; n != 0 {
		t.Errorf("%d items read for scenes Plex does not have, want none", n)
	}
	for _, j := range parked {
		sc, _ := r.world.Stash.Scene(int(j.Scene))
		path, _ := r.world.PlexPath(sc.Files[0].Path)
		if _, err := r.world.Plex.Add("1", path); err != nil {
			t.Fatal(err)
		}
		if j.Attempts != 0 {
			t.Errorf("job %+v, want no attempt counted", j)
		}
	}
	if s := l.scan(); s.Queue.Parked != 0 || s.Queue.Done != 6 {
		t.Errorf("queue %+v, want the parked ones written", s.Queue)
	}
}

func TestW19ProbeAsksForTheLibraryNotOnlyWhoIsThere(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 53, Scenes: 3}))
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 503, Match: sim.Kinds("sections", "list")})
	l := r.start()
	s := l.until("the outage", func(s api.Snapshot) bool { return s.Verdict == health.Down })
	before, from := r.world.Plex.Counts(), s.Outage.FailedProbes
	s = l.until("more probes", func(s api.Snapshot) bool { return s.Outage.FailedProbes >= from+5 })
	after := r.world.Plex.Counts()
	if n := after["identity"] - before["identity"]; n != 0 {
		t.Errorf("%d requests asked who is there, want none: that proves nothing", n)
	}
	if n := after["sections"] - before["sections"]; n > s.Outage.FailedProbes-from+2 {
		t.Errorf("%d requests for %d probes", n, s.Outage.FailedProbes-from)
	}
	clear()
	l.settled()
}
