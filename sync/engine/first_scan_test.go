package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/sim"
)

// A first scan at a large library takes minutes, which once were "Nothing to do yet".
func TestAFirstScanSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	withoutRace(t)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		const scenes = 1700
		b := newBubble(t, sim.Options{Seed: 6, Scenes: scenes, NoCover: scenes})
		b.world.Stash.Inject(sim.Fault{Match: sim.Named("Stamps"), Effect: sim.Slow, Delay: 5 * time.Second})
		b.world.Plex.Inject(sim.Fault{Match: sim.Kinds("list"), Effect: sim.Slow, Delay: 30 * time.Second})
		// A notification socket that comes up meanwhile has Plex listed once more afterwards.
		b.world.Plex.Inject(sim.Fault{Match: sim.Kinds("websocket"), Effect: sim.Slow, Delay: time.Hour})
		b.run(dir)
		steps := b.firstScan()
		if got := steps[fault.Stash]; len(got) == 0 || got[0] != 0 {
			t.Errorf("Stash is read in steps %v, want them from the beginning", got)
		}
		if got := steps[fault.Plex]; len(got) < 3 {
			t.Errorf("Plex is listed in steps %v, want several", got)
		}
		b.world.Stash.ClearFaults()
		b.world.Plex.ClearFaults()
		for range 300 { // later scans are nobody's concern
			time.Sleep(time.Second)
			if s := b.snapshot(); s.Scan != nil {
				t.Errorf("scan %+v after the first scan", s.Scan)
			}
		}
		b.stop()
	})
}

// firstScan waits for the end of the first scan and returns what was read by and by.
func (b *bubble) firstScan() map[fault.Server][]int {
	b.t.Helper()
	steps := map[fault.Server][]int{}
	begun := false
	for end := time.Now().Add(time.Hour); time.Now().Before(end); time.Sleep(time.Second) {
		s := b.snapshot()
		if s.Scanned {
			return steps
		}
		if begun = begun || s.Stash.OK && s.Plex.OK; begun {
			b.step(steps, s)
		}
	}
	b.t.Error("the first scan does not end")
	return steps
}

// step checks what one snapshot says of the first scan.
func (b *bubble) step(steps map[fault.Server][]int, s api.Snapshot) {
	b.t.Helper()
	if s.Scan == nil {
		b.t.Errorf("nothing is said in the middle of the first scan: %+v", s)
		return
	}
	before := steps[s.Scan.Server]
	if n := len(before); n > 0 && before[n-1] == s.Scan.Done {
		return
	}
	if n := len(before); n > 0 && before[n-1] > s.Scan.Done || s.Scan.Total > 0 && s.Scan.Done > s.Scan.Total {
		b.t.Errorf("%+v after %v", *s.Scan, before)
	}
	steps[s.Scan.Server] = append(before, s.Scan.Done)
}
