package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/sim"
)

// TestWhyTheOnlySceneIsNotWrittenIsToldWithinTwoMinutes: one scene alone proves nothing about
// Plex, so nothing else says that anything fails.
func TestWhyTheOnlySceneIsNotWrittenIsToldWithinTwoMinutes(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Fault{
		"500": {Effect: sim.Status, Status: 500}, "reset": {Effect: sim.Reset}, "a web page": {Effect: sim.HTML},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, sim.Options{Seed: 5, Scenes: 1})
				f.Match = sim.Kinds("edit")
				b.world.Plex.Server.Inject(f)
				b.run(dir)
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				s := b.snapshot()
				said := s.Retrying != nil && !s.Retrying.Message.IsZero() && s.Retrying.Tries >= 3
				if !said && len(s.Failing) == 0 && len(s.Attention) == 0 && s.Outage == nil {
					t.Errorf("nothing says why %+v: %+v", s.Queue, s.Retrying)
				}
				b.world.Plex.Server.ClearFaults()
				time.Sleep(20 * time.Minute)
				synctest.Wait()
				if s := b.snapshot(); s.Retrying != nil || s.Queue.Done != 1 {
					t.Errorf("afterwards: %+v, %+v", s.Queue, s.Retrying)
				}
				b.stop()
			})
		})
	}
}
