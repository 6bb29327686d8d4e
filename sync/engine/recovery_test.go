package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/sim"
)

// waits returns how long it takes until a snapshot fits, limit if none does.
func (b *bubble) waits(limit time.Duration, fits func(api.Snapshot) bool) time.Duration {
	start := time.Now()
	for ; time.Since(start) < limit; time.Sleep(100 * time.Millisecond) {
		synctest.Wait()
		if fits(b.snapshot()) {
			break
		}
	}
	return time.Since(start)
}

func idleAndWell(s api.Snapshot) bool {
	return s.Scanned && !s.Active && s.Queue.Empty() && wellAgain(s)
}

// inStep reports that nothing is left to do and that Plex has what Stash says.
func (b *bubble) inStep(s api.Snapshot) bool {
	return idleAndWell(s) && len(b.world.Diff(sim.DiffOptions{})) == 0
}

func wellAgain(s api.Snapshot) bool { return s.Verdict == health.Up && s.Plex.OK && s.Stash.OK }

// inBubble runs a test on an engine with default settings that has nothing left to do.
func inBubble(t *testing.T, o sim.Options, test func(t *testing.T, b *bubble)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, o)
		b.run(dir)
		if took := b.waits(time.Hour, idleAndWell); took >= time.Hour {
			t.Error("the first sync does not end")
		}
		time.Sleep(time.Minute)
		test(t, b)
		b.stop()
	})
}

// away makes Plex unreachable in one of the ways there are; the function returned ends it.
var away = map[string]func(*bubble) func(){
	"closed port": func(b *bubble) func() { b.plex.down(); return b.plex.up },
	"503":         func(b *bubble) func() { return b.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 503}) },
	"no answers":  func(b *bubble) func() { return b.world.Plex.Inject(sim.Fault{Effect: sim.Hang}) },
}

// soon is when the end of an outage is noticed at the latest: where the port was closed by a
// knock, else by a probe, of which the budget has enough in the first minute for one every
// five seconds, and for three a minute afterwards. A request nobody answers takes ten seconds.
func soon(how string, lasted time.Duration) time.Duration {
	if how == "closed port" || how == "503" && lasted < time.Minute {
		return 10 * time.Second
	}
	return 20 * time.Second
}

func TestTheEndOfAnOutageIsNoticedWithinSeconds(t *testing.T) {
	t.Parallel()
	for how, begin := range away {
		for _, lasts := range []time.Duration{20 * time.Second, 37 * time.Second, 45 * time.Second, 62 * time.Second, 2 * time.Minute, 9 * time.Minute} {
			t.Run(how+"/"+lasts.String(), func(t *testing.T) {
				t.Parallel()
				inBubble(t, sim.Options{Seed: 7, Scenes: 6}, func(t *testing.T, b *bubble) {
					end := begin(b)
					b.edits(1)
					noticed := b.waits(lasts, func(s api.Snapshot) bool { return s.Verdict == health.Down })
					time.Sleep(lasts - noticed)
					end()
					took := b.waits(time.Hour, wellAgain)
					done := took + b.waits(time.Hour, b.inStep)
					if limit := soon(how, lasts); took > limit || done > limit+10*time.Second {
						t.Errorf("begin noticed after %v, end after %v, in step after %v; want the end within %v", noticed, took, done, limit)
					}
				})
			})
		}
	}
}

func TestTheEndOfASecondOutageIsNoticedAsSoon(t *testing.T) {
	t.Parallel()
	for how, begin := range away {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			inBubble(t, sim.Options{Seed: 7, Scenes: 6}, func(t *testing.T, b *bubble) {
				for i := range 3 {
					end := begin(b)
					b.edits(1 + i)
					noticed := b.waits(15*time.Second, func(s api.Snapshot) bool { return s.Verdict == health.Down })
					time.Sleep(15*time.Second - noticed)
					end()
					took := b.waits(time.Hour, wellAgain)
					done := took + b.waits(time.Hour, b.inStep)
					if limit := soon(how, 15*time.Second); took > limit || done > limit+10*time.Second {
						t.Errorf("outage %d: begin noticed after %v, end after %v, in step after %v; want the end within %v", i+1, noticed, took, done, limit)
					}
					time.Sleep(15 * time.Second)
				}
			})
		})
	}
}

func TestABurstOfRefusalsCostsSeconds(t *testing.T) {
	t.Parallel()
	for how, f := range map[string]sim.Fault{
		"401":           {Effect: sim.Status, Status: 401},
		"a web page":    {Effect: sim.HTML},
		"redirect":      {Effect: sim.Login},
		"403":           {Effect: sim.Status, Status: 403},
		"404":           {Effect: sim.Status, Status: 404},
		"400":           {Effect: sim.Status, Status: 400},
		"400 on writes": {Effect: sim.Status, Status: 400, Match: sim.Writes()},
		"403 on writes": {Effect: sim.Status, Status: 403, Match: sim.Writes()},
		"401 on writes": {Effect: sim.Status, Status: 401, Match: sim.Writes()},
		"500 on writes": {Effect: sim.Status, Status: 500, Match: sim.Writes()},
	} {
		for _, server := range []string{"Plex", "Stash"} {
			if f.Match != nil && server == "Stash" {
				continue
			}
			t.Run(server+"/"+how, func(t *testing.T) {
				t.Parallel()
				inBubble(t, sim.Options{Seed: 7, Scenes: 12}, func(t *testing.T, b *bubble) {
					s := &b.world.Plex.Server
					if server == "Stash" {
						s = &b.world.Stash.Server
					}
					end := s.Inject(f)
					b.edits(1, 2, 3, 4, 5, 6, 7, 8)
					time.Sleep(20 * time.Second)
					end()
					took := b.waits(time.Hour, wellAgain)
					done := took + b.waits(time.Hour, b.inStep)
					if took > 20*time.Second || done > time.Minute {
						t.Errorf("end noticed after %v, in step after %v", took, done)
					}
				})
			})
		}
	}
}

// edits changes scenes in Stash and lets Lockstep know.
func (b *bubble) edits(ids ...int) {
	b.t.Helper()
	for _, id := range ids {
		if err := b.world.Stash.Edit(id, func(s *sim.Scene) { s.Title += " again" }); err != nil {
			b.t.Error(err)
		}
	}
	go func() { _, _ = b.eng.SyncNow(b.t.Context(), api.SyncRequest{}) }()
}
