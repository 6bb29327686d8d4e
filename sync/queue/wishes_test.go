package queue_test

import (
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
)

var early = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// inState is a job of scene 1 that got into a state the way jobs do.
func inState(s queue.State) queue.Job {
	j := queue.Enqueue(nil, queue.Wish{Scene: 1, Name: "Fog", Cause: "new"}, early)
	f := &fault.Error{Class: fault.Temporary}
	switch s {
	case queue.Waiting:
		return j
	case queue.Running:
		return j.Claim(early)
	case queue.Retrying:
		return j.Claim(early).Fail(f, 0.5, early)
	case queue.Parked:
		return j.Claim(early).Park([]string{"/a"}, message.None, early.Add(time.Hour), early)
	case queue.Dead:
		return j.Claim(early).Fail(&fault.Error{Class: fault.Rejected}, 0, early)
	case queue.Done:
		return j.Claim(early).Complete(message.None, early)
	default:
		return j.Claim(early).Skip(skip.FilteredTag, message.None, early)
	}
}

// A wish brings its name, and its cause unless the job still waits with one; a wish without
// them takes nothing away.
func TestAWishBringsNameAndCause(t *testing.T) {
	t.Parallel()
	for _, s := range queue.States() {
		old := inState(s)
		j := queue.Enqueue(&old, queue.Wish{Scene: 1, Name: "Haze", Cause: "edited"}, early)
		want := queue.Edited
		if s == queue.Waiting {
			want = queue.New
		}
		if j.Name != "Haze" || j.Cause != want || j.Generation != old.Generation+1 {
			t.Errorf("%s: %+v", s, j)
		}
		if j = queue.Enqueue(&old, queue.Wish{Scene: 1}, early); j.Name != "Fog" || j.Cause != "new" {
			t.Errorf("%s, a wish without words: %+v", s, j)
		}
		old.Cause = ""
		if j = queue.Enqueue(&old, queue.Wish{Scene: 1, Cause: "edited"}, early); j.Cause != "edited" {
			t.Errorf("%s, without a cause before: %+v", s, j)
		}
	}
}

// A person's wish holds until the job is done with; a later wish of nobody's takes it away
// only from a job that led nowhere any more.
func TestAPersonsWishHoldsWhileTheJobLives(t *testing.T) {
	t.Parallel()
	for _, s := range queue.States() {
		old := inState(s)
		old.Forced, old.Confirmed = true, true
		j := queue.Enqueue(&old, queue.Wish{Scene: 1}, early)
		if j.Forced != s.Live() || j.Confirmed != (s.Live() || s == queue.Dead) {
			t.Errorf("%s: forced %v, confirmed %v", s, j.Forced, j.Confirmed)
		}
		old.Forced, old.Confirmed = false, false
		if j = queue.Enqueue(&old, queue.Wish{Scene: 1}, early); j.Forced || j.Confirmed {
			t.Errorf("%s: nobody wished so: %+v", s, j)
		}
		if j = queue.Enqueue(&old, queue.Wish{Scene: 1, Forced: true, Confirmed: true}, early); !j.Forced || !j.Confirmed {
			t.Errorf("%s: a person's wish: %+v", s, j)
		}
	}
}

// What was wished for while a job ran stays after it; what it was claimed with is fulfilled.
func TestAWishMadeMeanwhileIsNotFulfilledByTheWorkInHand(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(queue.Job) queue.Job{
		"done":    func(j queue.Job) queue.Job { return j.Complete(message.None, early) },
		"skipped": func(j queue.Job) queue.Job { return j.Skip(skip.FilteredTag, message.None, early) },
	} {
		for _, again := range []bool{false, true} {
			for _, undo := range []uint64{0, 3} {
				old := inState(queue.Waiting)
				old.Undo = undo
				j := old.Claim(early)
				j.Attempts, j.Interrupted, j.Outage = 2, 1, 9
				if again {
					j = queue.Enqueue(&j, queue.Wish{Scene: 1, Forced: true, Confirmed: true}, early)
				} else {
					j.Forced, j.Confirmed = true, true
				}
				j = end(j)
				stays := again && undo == 0
				if j.Forced != stays || j.Confirmed != stays || j.Attempts != 0 || j.Interrupted != 0 || j.Undo != 0 || j.Sync {
					t.Errorf("%s, again %v, undo %d: %+v", name, again, undo, j)
				}
				if waits := j.State == queue.Waiting; waits != again || waits && j.Again {
					t.Errorf("%s, again %v, undo %d: %s", name, again, undo, j.State)
				}
			}
		}
	}
	j := inState(queue.Running)
	j.Outage = 4
	if j.Complete(message.None, early).Outage != 0 || j.Skip(skip.FilteredTag, message.None, early).Outage != 4 {
		t.Error("only a job that is done forgets the outage it died in")
	}
}

// Neither an undo nor a sync that is left to do is dropped for the other.
func TestAnUndoAndASyncWaitForEachOther(t *testing.T) {
	t.Parallel()
	undo := queue.Wish{Scene: 1, Undo: 3}
	for s, want := range map[queue.State]struct {
		undo, then uint64
		sync       bool
	}{
		queue.Waiting: {3, 0, true}, queue.Retrying: {3, 0, true}, queue.Parked: {3, 0, true},
		queue.Running: {0, 3, false}, queue.Done: {3, 0, false}, queue.Dead: {3, 0, false}, queue.Skipped: {3, 0, false},
	} {
		old := inState(s)
		j := queue.Enqueue(&old, undo, early)
		if j.Undo != want.undo || j.Then != want.then || j.Sync != want.sync {
			t.Errorf("an undo of a %s job: %+v", s, j)
		}
	}
	// A sync wished for while an undo waits or runs follows it; a second one changes nothing.
	old := inState(queue.Done)
	j := queue.Enqueue(&old, undo, early)
	for range 2 {
		if j = queue.Enqueue(&j, queue.Wish{Scene: 1, Cause: "edited"}, early); j.Undo != 3 || !j.Sync {
			t.Errorf("a sync behind an undo: %+v", j)
		}
	}
	if j = queue.Enqueue(&j, undo, early); j.Undo != 3 || !j.Sync {
		t.Errorf("the same undo again: %+v", j)
	}
	if j = j.Claim(early).Complete(message.None, early); j.State != queue.Waiting || j.Undo != 0 || j.Sync {
		t.Errorf("after the undo: %+v", j)
	}
	// An undo of another run than the one in hand comes after it.
	running := queue.Enqueue(&old, undo, early).Claim(early)
	if j = queue.Enqueue(&running, queue.Wish{Scene: 1, Undo: 5}, early); j.Undo != 3 || j.Then != 5 || !j.Again {
		t.Errorf("another undo: %+v", j)
	}
	if j = j.Complete(message.None, early); j.State != queue.Waiting || j.Undo != 5 || j.Then != 0 {
		t.Errorf("and then: %+v", j)
	}
	if j = queue.Enqueue(&running, undo, early); j.Undo != 3 || j.Then != 0 {
		t.Errorf("the undo in hand, wished for again: %+v", j)
	}
	// A sync in hand that goes back with an undo to come is done after that.
	sync := inState(queue.Running)
	sync = queue.Enqueue(&sync, undo, early)
	if j = sync.Return(early); j.Undo != 3 || !j.Sync || j.Then != 0 {
		t.Errorf("a sync that goes back: %+v", j)
	}
}

// A job that goes back has its tries forgotten only when the scene changed meanwhile.
func TestTriesAreForgottenWhenTheSceneChanged(t *testing.T) {
	t.Parallel()
	j := inState(queue.Retrying).Claim(early)
	if got := j.Return(early).Attempts; got != 1 {
		t.Errorf("%d tries after it went back, want 1", got)
	}
	again := queue.Enqueue(&j, queue.Wish{Scene: 1}, early)
	again.Attempts = 5 // of the run in hand
	if got := again.Return(early); got.Attempts != 0 || got.Again {
		t.Errorf("%+v after the scene changed", got)
	}
}

// A scene that was never wished for begins as one that is done with.
func TestTheFirstWishBeginsAJob(t *testing.T) {
	t.Parallel()
	j := queue.Enqueue(nil, queue.Wish{Scene: 7, Name: "Fog", Cause: "new"}, early)
	if j.Scene != 7 || j.State != queue.Waiting || !j.Enqueued.Equal(early) || !j.Due.Equal(early) || j.Generation != 1 || j.Sync || j.Again {
		t.Errorf("%+v", j)
	}
	for _, s := range queue.States() {
		old := inState(s)
		later := early.Add(time.Hour)
		began := queue.Enqueue(&old, queue.Wish{Scene: 1}, later).Enqueued
		if anew := s == queue.Done || s == queue.Skipped || s == queue.Dead; began.Equal(later) != anew {
			t.Errorf("%s: in the queue since %v", s, began)
		}
	}
}
