package engine_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// onDisk judges what a killed process left behind, before anything is repaired.
func (r *rig) onDisk() (verdict health.Verdict, open int) {
	r.t.Helper()
	l := r.open()
	err := l.db.View(func(tx store.Tx) error {
		b, _, err := tx.Breaker()
		if err != nil {
			return err
		}
		records, err := tx.Outages(0)
		if err != nil {
			return err
		}
		newest := outage.Newest(records)
		for _, rec := range records {
			if rec.Ongoing() {
				open++
			}
		}
		verdict = health.Judge(&b, &newest)
		return nil
	})
	if err == nil {
		err = l.db.Close()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return verdict, open
}

func TestKilledAtAnyMomentOfATransitionBreakerAndRecordAgree(t *testing.T) {
	t.Parallel()
	kills := 25
	if testing.Short() { // with -race; the full size runs without
		kills = 8
	}
	r := withoutImages(newRig(t, sim.Options{Seed: 30, Scenes: 20}))
	r.settings.ProbeFirst, r.settings.ProbeMax, r.settings.BreakerThreshold = 300*time.Millisecond, 300*time.Millisecond, 1
	r.settings.PlexProbe, r.settings.StashProbe = time.Second, time.Second
	rng := rand.New(rand.NewPCG(3, 4))
	// Plex goes and comes every few requests, so that a child is always in or near a
	// transition, and the blow falls at any request.
	var mu sync.Mutex
	var mend func()
	left, blow := 0, make(chan struct{}, 1)
	calls := 0
	r.world.Plex.SetHook(func(c sim.Call) {
		if c.Kind == "websocket" {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls%3 == 0 {
			if mend != nil {
				mend()
				mend = nil
			} else {
				mend = r.world.Plex.Inject(sim.Fault{Effect: sim.Maintenance})
			}
		}
		if left > 0 {
			if left--; left == 0 {
				blow <- struct{}{}
			}
		}
	})
	for i := range kills {
		mu.Lock()
		left = 1 + rng.IntN(12)
		mu.Unlock()
		cmd, lines := r.spawn()
		go func() {
			for lines.Scan() {
			}
		}()
		select {
		case <-blow:
		case <-time.After(patience):
			t.Fatal("the child made no requests")
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if v, open := r.onDisk(); v == health.Disputed || open > 1 {
			t.Errorf("kill %d: on disk the verdict is %q with %d open records", i, v, open)
		}
	}
	r.world.Plex.SetHook(nil)
	mu.Lock()
	if mend != nil {
		mend()
	}
	mu.Unlock()
	l := r.start()
	if s := l.settled(); s.Verdict != health.Up || s.Queue.Done != 20 {
		t.Errorf("in the end: verdict %q queue %+v", s.Verdict, s.Queue)
	}
	for _, rec := range l.records() {
		if rec.Repaired {
			t.Errorf("record %+v needed repair: breaker and record had been written apart", rec)
		}
	}
	l.until("nothing to ask for", func(s api.Snapshot) bool { return len(s.Attention) == 0 })
}
