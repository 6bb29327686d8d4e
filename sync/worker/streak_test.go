package worker

import (
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
)

func TestAStreakNeedsSeveralDifferentScenesOfOneClass(t *testing.T) {
	t.Parallel()
	temporary := fault.New(fault.Temporary, fault.Plex, message.Foreign("x"), message.None, nil)
	rejected := fault.New(fault.Rejected, fault.Plex, message.Foreign("x"), message.None, nil)
	job := func(n int) queue.Job { return queue.Job{Scene: scene.ID(n)} }
	var s Streak
	for n := range sameFault - 1 {
		for range 2 { // the same scene again tells nothing new
			if s.Fail(job(n), temporary) {
				t.Fatalf("doubted after %d scenes", n+1)
			}
		}
	}
	if s.Fail(job(9), rejected) {
		t.Error("two classes make one row")
	}
	s.Success()
	for n := range sameFault - 1 {
		s.Fail(job(n), temporary)
	}
	if !s.Fail(job(sameFault), temporary) || len(s.Take()) != sameFault || s.Fail(job(5), temporary) {
		t.Error("different scenes in a row do not raise the doubt once")
	}
	s.Doubt = true
	if !s.Fail(job(6), temporary) {
		t.Error("while Plex does not accept writes the first failure does not count")
	}
	if s.Success(); s.Doubt || s.Fail(job(7), temporary) {
		t.Error("a success does not take the doubt back")
	}
}
