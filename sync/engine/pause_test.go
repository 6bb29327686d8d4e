package engine_test

import (
	"context"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/sim"
)

func TestPauseSurvivesARestartAndEndsByItself(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 84, Scenes: 5, NoCover: 5})
	l := r.start()
	l.settled()
	until := time.Now().Add(time.Hour).UTC().Round(0)
	must(t, l.Pause(context.Background(), until))
	must(t, r.world.Stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited during the pause" }))
	l.end()

	r.world.ResetCounts()
	r.now = func() time.Time { return time.Now().Add(time.Hour - 2*time.Second) } // the rest was slept through
	l = r.start()
	s := l.until("the stored pause", func(s api.Snapshot) bool { return s.Live && s.Plex.Checked })
	if !s.Paused || !s.PausedTill.Equal(until) {
		t.Errorf("after a restart paused %v until %v, want until %v", s.Paused, s.PausedTill, until)
	}
	if n := r.world.Plex.Mutations(); s.Paused && n != 0 {
		t.Errorf("%d writes during the pause", n)
	}
	l.until("the end of the pause", func(s api.Snapshot) bool { return !s.Paused })
	if left := until.Sub(r.now()); left > 0 {
		t.Errorf("the pause ended %v too early", left)
	}
	l.settled()
	r.inStep(sim.DiffOptions{})
	l.end()
	if s = r.start().until("a snapshot", func(api.Snapshot) bool { return true }); s.Paused {
		t.Error("a pause that is over came back")
	}
}

func TestPauseEndsTheBatchAfterTheStepInHand(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 85, Scenes: 60, NoCover: 60})
	writing, paused := make(chan struct{}, 100), make(chan struct{})
	r.world.Plex.SetHook(func(c sim.Call) {
		if c.Kind == "edit" {
			writing <- struct{}{}
			<-paused
		}
	})
	l := r.start()
	<-writing
	must(t, l.Pause(context.Background(), time.Time{}))
	close(paused)
	s := l.until("the batch to end", func(s api.Snapshot) bool { return s.Paused && !s.Active })
	if n := r.world.Plex.Counts()["edit"]; n != 1 {
		t.Errorf("%d edits, want the one in hand", n)
	}
	if s.Queue.Pending() != 59 || s.Queue.Done != 1 || s.Queue.Running != 0 {
		t.Errorf("queue %+v, want the rest to wait", s.Queue)
	}
	must(t, l.Resume(context.Background()))
	l.settled()
	r.inStep(sim.DiffOptions{})
}
