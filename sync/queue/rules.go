package queue

import (
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

const (
	// MaxAttempts is how often an item's own fault is tried before the job is dead.
	MaxAttempts = 8
	// MaxDelay caps the wait between attempts.
	MaxDelay = 15 * time.Minute
	// firstDelay is the cap of the first wait; it doubles per attempt.
	firstDelay = 5 * time.Second
	// aloneAfter is the number of interruptions after which a job runs alone.
	aloneAfter = 3
	// MaxPark caps how far ahead a parked job's end may lie (the setting's maximum).
	MaxPark = 90 * 24 * time.Hour
)

// Wish asks for a scene to be brought in step.
type Wish struct {
	Scene  scene.ID
	Name   string
	Cause  Cause
	Forced bool
	// Confirmed is a person's wish for this very scene.
	Confirmed bool
	Undo      uint64
}

// Enqueue gives the job that stands for the wish, given the scene's present job or
// nil. One scene has one job: a waiting, retrying or parked one is due at once, a
// running one is marked to run again, a finished one starts anew.
func Enqueue(old *Job, w Wish, now time.Time) Job {
	if old == nil {
		old = &Job{Scene: w.Scene, State: Done, Enqueued: now}
	}
	j := *old
	j.Generation++
	if w.Name != "" {
		j.Name = w.Name
	}
	if w.Cause != "" && (j.State != Waiting || j.Cause == "") {
		j.Cause = w.Cause // what still waits says why it came, not who else asked
	}
	j.Forced = w.Forced || j.Forced && j.State.Live()
	j.Confirmed = w.Confirmed || j.Confirmed && (j.State.Live() || j.State == Dead)
	j = j.undo(w)
	switch j.State {
	case Running:
		j.Again = true
		return j
	case Done, Skipped, Dead:
		j.Enqueued = now
	}
	j.Attempts, j.Outage = 0, 0
	if j.State == Waiting {
		return j // keeps its place in the row
	}
	return j.wait(now)
}

// undo enters what a wish says of an undo. Neither an undo nor a sync that is still to
// be done is dropped for the other: the undo comes first, the sync after it.
func (j Job) undo(w Wish) Job {
	switch {
	case w.Undo == 0:
		j.Sync = j.Sync || j.Undo != 0
	case j.State == Running && w.Undo != j.Undo:
		j.Then = w.Undo
	default:
		j.Sync = j.Sync || j.State.Live() && j.Undo == 0
		j.Undo = w.Undo
	}
	return j
}

// Claim marks a job as running.
func (j Job) Claim(now time.Time) Job {
	j.State, j.Due, j.Again = Running, now, false
	return j
}

// Alone reports a job that must not share a batch: it was running three times when
// the process died.
func (j Job) Alone() bool { return j.Interrupted >= aloneAfter }

// Return gives a claimed job back unworked: pause, quit, breaker, or a fault of the
// whole server. No attempt is counted, and what the last one said stays.
func (j Job) Return(now time.Time) Job { return j.untried(now) }

// Orphan gives back a job that was found running at start.
func (j Job) Orphan(now time.Time) Job {
	j.Interrupted++
	return j.untried(now)
}

// Complete ends a job whose item was seen to be as wanted; words say what was left alone.
func (j Job) Complete(words message.Message, now time.Time) Job {
	j.Outage = 0
	return j.fulfilled().finish(Done, "", words, now)
}

// Skip ends a job for a reason of the closed list.
func (j Job) Skip(code skip.Code, words message.Message, now time.Time) Job {
	return j.fulfilled().finish(Skipped, code, words, now)
}

// fulfilled takes the wish off a job that was worked on. What was wished for meanwhile
// stays, and so does the sync that was to follow an undo.
func (j Job) fulfilled() Job {
	j.Attempts, j.Interrupted = 0, 0
	j.Forced = j.Forced && j.Again && j.Undo == 0
	j.Confirmed = j.Confirmed && j.Again && j.Undo == 0
	j.Again = j.Again || j.Undo != 0 && j.Sync
	j.Undo, j.Sync = 0, false
	return j
}

// Park puts a job aside until one of the paths appears in Plex or until the end.
func (j Job) Park(awaits []string, words message.Message, end, now time.Time) Job {
	if j.Again {
		return j.wait(now)
	}
	j.State, j.Due, j.Awaits = Parked, end, awaits
	j.Code, j.Message, j.Hint, j.Class, j.Picture = skip.NotInPlex, words, message.None, "", false
	j.Interrupted = 0
	return j
}

// Fail counts an attempt and schedules the next one, not before the server asked for it,
// or gives up. jitter is uniform in [0,1).
func (j Job) Fail(f *fault.Error, jitter float64, now time.Time) Job {
	if j.Again {
		return j.wait(now)
	}
	j.Attempts++
	j.Interrupted = 0
	if f.Class == fault.Rejected || j.Attempts >= MaxAttempts {
		j = j.finish(Dead, skip.FailedBefore, f.Message, now)
	} else {
		j.State, j.Code, j.Message = Retrying, "", f.Message
		j.Due = now.Add(max(Delay(j.Attempts, jitter), min(f.RetryAfter, MaxDelay)))
	}
	j.Hint, j.Class = f.Hint, f.Class
	return j
}

// Postpone schedules the next attempt of a job whose request was not made, because others
// of its kind had just failed. The wait grows as after a failure, but nothing is given up.
func (j Job) Postpone(f *fault.Error, jitter float64, now time.Time) Job {
	mine := *f
	mine.Class = fault.Temporary
	j.Attempts = min(j.Attempts, MaxAttempts-2)
	return j.Fail(&mine, jitter, now)
}

// Delay is the wait before attempt n+1: full jitter over 5 s doubled per attempt, at
// most 15 minutes.
func Delay(n int, jitter float64) time.Duration {
	limit := MaxDelay
	if n < 10 { // 5 s doubled ten times is past the cap
		limit = min(MaxDelay, firstDelay<<max(n-1, 0))
	}
	return time.Duration(jitter * float64(limit))
}

// Clamp repairs stamps a wrong clock left behind: nothing is due later than its
// longest wait from now.
func (j Job) Clamp(now time.Time) Job {
	var limit time.Duration
	switch j.State {
	case Waiting:
	case Retrying:
		limit = MaxDelay
	case Parked:
		limit = MaxPark
	default:
		return j
	}
	if last := now.Add(limit); j.Due.After(last) {
		j.Due = last
	}
	return j
}

// untried has a job wait whose scene was not tried: the reason of its last attempt is the
// newest there is, unless something else is wanted by now.
func (j Job) untried(now time.Time) Job {
	back := j.wait(now)
	if back.Attempts > 0 && back.Undo == j.Undo {
		back.Message, back.Hint, back.Class = j.Message, j.Hint, j.Class
	}
	return back
}

// wait has a job wait for its first attempt, or as if for its first.
func (j Job) wait(now time.Time) Job {
	if j.Again {
		j.Attempts = 0 // they were about what the scene was before
	}
	if j.Then != 0 {
		j.Sync = j.Sync || j.Undo == 0
		j.Undo, j.Then = j.Then, 0
	}
	j.State, j.Due, j.Again = Waiting, now, false
	j.Code, j.Message, j.Hint, j.Class, j.Picture, j.Awaits = "", message.None, message.None, "", false, nil
	return j
}

// finish ends a job unless the scene was wished for again while it ran.
func (j Job) finish(s State, code skip.Code, words message.Message, now time.Time) Job {
	if j.Again {
		return j.wait(now)
	}
	j.State, j.Due, j.Awaits = s, now, nil
	j.Code, j.Message, j.Hint, j.Class, j.Picture = code, words, message.None, "", false
	return j
}
