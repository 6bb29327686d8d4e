package queue_test

import (
	"reflect"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func wish(cause queue.Cause) queue.Wish {
	return queue.Wish{Scene: 7, Name: "Harbour at dawn", Cause: cause}
}

func claimed(w queue.Wish) queue.Job { return queue.Enqueue(nil, w, start).Claim(start) }

func TestAWishMakesTheJobDueOnceWhateverItsState(t *testing.T) {
	t.Parallel()
	running := claimed(wish("new"))
	tests := map[string]struct {
		old       *queue.Job
		state     queue.State
		again     bool
		fresh     bool // the time of the wish becomes the job's beginning
		keepsLine bool
	}{
		"none":     {nil, queue.Waiting, false, true, false},
		"waiting":  {new(queue.Enqueue(nil, wish("new"), start)), queue.Waiting, false, false, true},
		"running":  {&running, queue.Running, true, false, false},
		"retrying": {new(running.Fail(&fault.Error{Class: fault.Temporary, Message: message.Foreign("x"), Hint: message.Foreign("y")}, 0.9, start)), queue.Waiting, false, false, false},
		"parked":   {new(running.Park([]string{"a"}, message.Foreign("x"), start.Add(time.Hour), start)), queue.Waiting, false, false, false},
		"dead":     {new(running.Fail(&fault.Error{Class: fault.Rejected, Message: message.Foreign("x"), Hint: message.Foreign("y")}, 0, start)), queue.Waiting, false, true, false},
		"done":     {new(running.Complete(message.None, start)), queue.Waiting, false, true, false},
		"skipped":  {new(running.Skip(skip.NoFile, message.None, start)), queue.Waiting, false, true, false},
	}
	later := start.Add(time.Minute)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := queue.Enqueue(tt.old, wish("edited"), later)
			cause := queue.Edited
			if tt.keepsLine {
				cause = queue.New // what still waits says why it came
			}
			if j.State != tt.state || j.Again != tt.again || j.Attempts != 0 || j.Cause != cause {
				t.Errorf("%+v, want %s, again %v, no attempts, cause %s", j, tt.state, tt.again, cause)
			}
			if tt.fresh != j.Enqueued.Equal(later) {
				t.Errorf("enqueued %v, want the wish's time: %v", j.Enqueued, tt.fresh)
			}
			if j.State == queue.Waiting {
				if tt.keepsLine && !j.Due.Equal(start) || !tt.keepsLine && !j.Due.Equal(later) {
					t.Errorf("due %v", j.Due)
				}
				if j.Code != "" || !j.Message.IsZero() || !j.Hint.IsZero() || j.Class != "" || j.Awaits != nil {
					t.Errorf("%+v still says why it was elsewhere", j)
				}
			}
			if tt.old != nil && j.Generation != tt.old.Generation+1 {
				t.Errorf("generation %d after %d", j.Generation, tt.old.Generation)
			}
		})
	}
}

func TestW1EditWhileQueuedOrRunningIsWorkedOnAfterwards(t *testing.T) {
	t.Parallel()
	results := map[string]func(queue.Job) queue.Job{
		"done":    func(j queue.Job) queue.Job { return j.Complete(message.None, start) },
		"skipped": func(j queue.Job) queue.Job { return j.Skip(skip.NoMetadata, message.None, start) },
		"parked":  func(j queue.Job) queue.Job { return j.Park([]string{"a"}, message.None, start.Add(time.Hour), start) },
		"failed": func(j queue.Job) queue.Job {
			return j.Fail(&fault.Error{Class: fault.Temporary, RetryAfter: time.Hour}, 0.5, start)
		},
		"rejected": func(j queue.Job) queue.Job { return j.Fail(&fault.Error{Class: fault.Rejected}, 0.5, start) },
		"returned": func(j queue.Job) queue.Job { return j.Return(start) },
		"orphaned": func(j queue.Job) queue.Job { return j.Orphan(start) },
	}
	for name, result := range results {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := claimed(wish("new"))
			j = result(queue.Enqueue(&j, wish("edited"), start))
			if j.State != queue.Waiting || j.Due.After(start) || j.Again || j.Attempts != 0 {
				t.Errorf("an edit during the work left %+v, want it waiting and due without attempts", j)
			}
		})
	}
}

func TestAnEditGivesAJobThatKeptFailingAllItsAttemptsBack(t *testing.T) {
	t.Parallel()
	j := claimed(wish("new"))
	for range queue.MaxAttempts - 1 {
		j = j.Fail(&fault.Error{Class: fault.Temporary, Message: message.Foreign("x")}, 0, start).Claim(start)
	}
	j = j.Return(start) // waiting, with seven attempts behind it
	j = queue.Enqueue(&j, wish("edited"), start).Claim(start).Fail(&fault.Error{Class: fault.Temporary, Message: message.Foreign("x")}, 0, start)
	if j.State != queue.Retrying || j.Attempts != 1 {
		t.Errorf("%+v, want the first of eight attempts", j)
	}
}

func TestIncident2EmptyIncludesWhatIsRunningAndRetrying(t *testing.T) {
	t.Parallel()
	for _, s := range queue.States() {
		var c queue.Counts
		c.Add(s, 1)
		want := s != queue.Waiting && s != queue.Running && s != queue.Retrying
		if c.Empty() != want || (c.Pending() == 0) != want {
			t.Errorf("one job %s: empty %v pending %d, want empty %v", s, c.Empty(), c.Pending(), want)
		}
	}
}

func TestCountsHoldEachStateOnItsOwn(t *testing.T) {
	t.Parallel()
	var c queue.Counts
	for i, s := range queue.States() {
		c.Add(s, i+1)
	}
	for i, s := range queue.States() {
		if got := c.Of(s); got != i+1 {
			t.Errorf("%s: %d, want %d", s, got, i+1)
		}
	}
	before := c
	c.Add("nowhere", 5)
	if c != before || c.Of("nowhere") != 0 {
		t.Errorf("an unknown state was counted: %+v", c)
	}
	if reflect.TypeFor[queue.Counts]().NumField() != len(queue.States()) {
		t.Error("a state has no count or a count no state")
	}
}

func TestOnlyTheEighthAttemptAndRefusalsKill(t *testing.T) {
	t.Parallel()
	j := claimed(wish("new"))
	for n := 1; n < queue.MaxAttempts; n++ {
		j = j.Fail(&fault.Error{Class: fault.Temporary, Message: message.Foreign("no"), Hint: message.Foreign("wait")}, 0.5, start)
		if j.State != queue.Retrying || j.Attempts != n || j.Class != fault.Temporary || j.Message.String() != "no" || j.Hint.String() != "wait" {
			t.Fatalf("attempt %d: %+v", n, j)
		}
		j = j.Claim(start)
	}
	if j = j.Fail(&fault.Error{Class: fault.Temporary, Message: message.Foreign("no")}, 0.5, start); j.State != queue.Dead || j.Code != skip.FailedBefore {
		t.Errorf("after the last attempt: %+v", j)
	}
	if j = claimed(wish("new")).Fail(&fault.Error{Class: fault.Rejected, Message: message.Foreign("bad"), Hint: message.Foreign("mend")}, 0.5, start); j.State != queue.Dead || j.Attempts != 1 || j.Hint.String() != "mend" {
		t.Errorf("a refusal: %+v", j)
	}
}

func TestAServersWishToWaitIsHonouredUpToTheCap(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ wait, want time.Duration }{
		"none":       {0, 2500 * time.Millisecond},
		"shorter":    {time.Second, 2500 * time.Millisecond},
		"longer":     {time.Minute, time.Minute},
		"absurd":     {100 * time.Hour, queue.MaxDelay},
		"in history": {-time.Hour, 2500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := claimed(wish("new")).Fail(&fault.Error{Class: fault.Busy, RetryAfter: tt.wait}, 0.5, start)
			if got := j.Due.Sub(start); got != tt.want {
				t.Errorf("due in %v, want %v", got, tt.want)
			}
		})
	}
}

func TestThreeDeathsMakeAJobRunAloneUntilItEnds(t *testing.T) {
	t.Parallel()
	ends := map[string]func(queue.Job) queue.Job{
		"done":    func(j queue.Job) queue.Job { return j.Complete(message.None, start) },
		"skipped": func(j queue.Job) queue.Job { return j.Skip(skip.NoFile, message.None, start) },
		"parked":  func(j queue.Job) queue.Job { return j.Park(nil, message.None, start, start) },
		"failed":  func(j queue.Job) queue.Job { return j.Fail(&fault.Error{Class: fault.Temporary}, 0, start) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := queue.Enqueue(nil, wish("new"), start)
			for n := 1; n <= 3; n++ {
				if j.Alone() {
					t.Fatalf("alone after %d deaths", n-1)
				}
				j = j.Claim(start).Orphan(start)
				if j.Attempts != 0 {
					t.Fatalf("a death counted as an attempt: %+v", j)
				}
			}
			if !j.Alone() {
				t.Errorf("%+v is not alone", j)
			}
			if j = end(j.Claim(start)); j.Alone() {
				t.Errorf("%+v is still alone", j)
			}
		})
	}
}

func TestClampBringsBackWhatAWrongClockPutFarAhead(t *testing.T) {
	t.Parallel()
	far := start.AddDate(5, 0, 0)
	for _, s := range queue.States() {
		got := queue.Job{State: s, Due: far}.Clamp(start).Due
		want := map[queue.State]time.Time{
			queue.Waiting: start, queue.Retrying: start.Add(queue.MaxDelay), queue.Parked: start.Add(queue.MaxPark),
		}[s]
		if want.IsZero() {
			want = far // finished jobs: the stamp is history
		}
		if !got.Equal(want) {
			t.Errorf("%s: %v, want %v", s, got, want)
		}
		if near := start.Add(-time.Hour); !(queue.Job{State: s, Due: near}).Clamp(start).Due.Equal(near) {
			t.Errorf("%s: a stamp in order was moved", s)
		}
	}
}

func TestLiveStatesLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, s := range queue.States() {
		want := s == queue.Waiting || s == queue.Running || s == queue.Retrying || s == queue.Parked
		if s.Live() != want {
			t.Errorf("%s: live %v", s, s.Live())
		}
	}
}

func TestForcedHoldsForOneWish(t *testing.T) {
	t.Parallel()
	forced := queue.Wish{Scene: 7, Forced: true}
	if j := claimed(forced).Complete(message.None, start); j.Forced {
		t.Errorf("%+v", j)
	}
	j := claimed(wish("new"))
	if j = queue.Enqueue(&j, forced, start).Complete(message.None, start); !j.Forced || j.State != queue.Waiting {
		t.Errorf("retry pressed during the work was lost: %+v", j)
	}
	dead := claimed(forced).Fail(&fault.Error{Class: fault.Rejected}, 0, start)
	if j := queue.Enqueue(&dead, wish("edited"), start); j.Forced {
		t.Errorf("an edit inherited the force of a dead job: %+v", j)
	}
}

func TestAnUndoAndASyncNeverSwallowEachOther(t *testing.T) {
	t.Parallel()
	undo := queue.Wish{Scene: 7, Cause: "undo", Undo: 40}
	edit := wish("edited")
	fail := func(j queue.Job) queue.Job { return j.Fail(&fault.Error{Class: fault.Rejected}, 0, start) }
	tests := map[string]struct {
		first, second queue.Wish
		between       func(queue.Job) queue.Job // what happens to the first before the second
		then          func(queue.Job) queue.Job // and after it, until the next claim
		undo          uint64                    // what is claimed next
		after         bool                      // whether a sync follows
	}{
		"edit, then undo":                     {edit, undo, nil, nil, 40, true},
		"undo, then edit":                     {undo, edit, nil, nil, 40, true},
		"undo while the sync runs":            {edit, undo, claim, complete, 40, true},
		"undo while the sync runs, sync ends": {edit, undo, claim, returned, 40, true},
		"undo while the sync runs, killed":    {edit, undo, claim, orphan, 40, true},
		"edit while the undo runs":            {undo, edit, claim, complete, 0, false},
		"edit while the undo runs, returned":  {undo, edit, claim, returned, 40, true},
		"retry of an undo that died":          {undo, queue.Wish{Scene: 7, Forced: true}, func(j queue.Job) queue.Job { return fail(claim(j)) }, nil, 40, true},
		"undo of a scene in step":             {edit, undo, func(j queue.Job) queue.Job { return complete(claim(j)) }, nil, 40, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := queue.Enqueue(nil, tt.first, start)
			if tt.between != nil {
				j = tt.between(j)
			}
			j = queue.Enqueue(&j, tt.second, start)
			if tt.then != nil {
				j = tt.then(j)
			}
			if j.State != queue.Waiting || j.Undo != tt.undo {
				t.Fatalf("%+v, want waiting with undo %d", j, tt.undo)
			}
			j = complete(claim(j))
			if tt.after != (j.State == queue.Waiting) || j.Undo != 0 {
				t.Errorf("after the undo %+v, want a sync to follow: %v", j, tt.after)
			}
			if j = complete(claim(j)); j.State != queue.Done || j.Undo+j.Then != 0 || j.Sync {
				t.Errorf("in the end %+v", j)
			}
		})
	}
}

func claim(j queue.Job) queue.Job    { return j.Claim(start) }
func complete(j queue.Job) queue.Job { return j.Complete(message.None, start) }
func returned(j queue.Job) queue.Job { return j.Return(start) }
func orphan(j queue.Job) queue.Job   { return j.Orphan(start) }

// A yes to a scene lasts until it is written, whatever comes in between.
func TestAConfirmedWishLastsUntilTheJobIsDone(t *testing.T) {
	t.Parallel()
	yes := queue.Wish{Scene: 7, Confirmed: true}
	refused := &fault.Error{Class: fault.Rejected, Message: message.Foreign("refused")}
	busy := &fault.Error{Class: fault.Temporary, Message: message.Foreign("an error")}
	edit := func(j queue.Job) queue.Job { return queue.Enqueue(&j, wish("edited"), start) }
	for name, between := range map[string]func(queue.Job) queue.Job{
		"nothing":           func(j queue.Job) queue.Job { return j },
		"a batch broke off": func(j queue.Job) queue.Job { return j.Return(start).Claim(start) },
		"a crash":           func(j queue.Job) queue.Job { return j.Orphan(start).Claim(start) },
		"a failure":         func(j queue.Job) queue.Job { return j.Fail(busy, 0, start).Claim(start) },
		"a failure, edited": func(j queue.Job) queue.Job { return edit(j.Fail(busy, 0, start)).Claim(start) },
		"parked":            func(j queue.Job) queue.Job { return edit(j.Park(nil, message.None, start, start)).Claim(start) },
		"given up, retried": func(j queue.Job) queue.Job {
			j = j.Fail(refused, 0, start)
			return queue.Enqueue(&j, queue.Wish{Scene: 7, Forced: true}, start).Claim(start)
		},
		"waited already": func(queue.Job) queue.Job {
			j := queue.Enqueue(nil, wish("new"), start)
			return queue.Enqueue(&j, yes, start).Claim(start)
		},
		"ran already": func(queue.Job) queue.Job {
			j := claimed(wish("new"))
			return queue.Enqueue(&j, yes, start).Skip(skip.Brake, message.None, start).Claim(start)
		},
	} {
		j := between(claimed(yes))
		if !j.Confirmed || j.State != queue.Running {
			t.Errorf("%s: %+v", name, j)
		}
		done := j.Complete(message.None, start)
		if again := edit(done); done.Confirmed || again.Confirmed {
			t.Errorf("%s: the yes outlives the write: %+v", name, again)
		}
	}
}

func TestPuttingOffNeverGivesUp(t *testing.T) {
	t.Parallel()
	j := claimed(wish("new"))
	for n := range 3 * queue.MaxAttempts {
		j = j.Postpone(&fault.Error{Class: fault.Rejected, Message: message.Foreign("not asked")}, 1, start)
		if j.State != queue.Retrying || j.Class != fault.Temporary {
			t.Fatalf("put off %d times: %+v", n+1, j)
		}
		j = j.Claim(start)
	}
	if wait := j.Postpone(&fault.Error{}, 1, start).Due.Sub(start); wait < 5*time.Minute {
		t.Errorf("put off for %v in the end, want a wait that grew", wait)
	}
	if j = j.Fail(&fault.Error{Class: fault.Temporary}, 0, start); j.State != queue.Dead {
		t.Errorf("the last attempt after all that: %+v", j)
	}
}

func TestRetryPressedOutlastsAnEdit(t *testing.T) {
	t.Parallel()
	j := queue.Enqueue(nil, queue.Wish{Scene: 7, Forced: true}, start)
	if j = queue.Enqueue(&j, wish("edited"), start); !j.Forced {
		t.Errorf("an edit took the force of a waiting job: %+v", j)
	}
}

func TestWhatAFailureLeftIsGoneWithIt(t *testing.T) {
	t.Parallel()
	failed := claimed(wish("new")).Fail(&fault.Error{Class: fault.Temporary, Message: message.Foreign("x"), Hint: message.Foreign("y")}, 0, start)
	failed.Picture = true
	for name, j := range map[string]queue.Job{
		"done":    failed.Claim(start).Complete(message.None, start),
		"skipped": failed.Claim(start).Skip(skip.NoFile, message.None, start),
		"dead":    failed.Claim(start).Fail(&fault.Error{Class: fault.Rejected}, 0, start),
		"parked":  failed.Claim(start).Park(nil, message.None, start, start),
		"edited":  queue.Enqueue(&failed, wish("edited"), start),
	} {
		if j.Picture || !j.Hint.IsZero() {
			t.Errorf("%s: %+v", name, j)
		}
	}
	dead := failed.Claim(start).Fail(&fault.Error{Class: fault.Rejected}, 0, start)
	dead.Outage = 3
	if j := queue.Enqueue(&dead, wish("edited"), start); j.Outage != 0 {
		t.Errorf("a new wish still belongs to an outage: %+v", j)
	}
}

// Until an attempt has ended, the one before is why a scene is not in step yet.
func TestAJobKeepsItsLastReasonUntilItIsTriedAgain(t *testing.T) {
	t.Parallel()
	failed := claimed(wish("new")).Fail(&fault.Error{Class: fault.Busy, Message: message.Foreign("x"), Hint: message.Foreign("y")}, 0, start)
	for name, j := range map[string]queue.Job{
		"being tried":    failed.Claim(start),
		"given back":     failed.Claim(start).Return(start),
		"the same twice": failed.Claim(start).Return(start).Claim(start).Return(start),
		"orphaned":       failed.Claim(start).Orphan(start),
	} {
		if j.Message.String() != "x" || j.Hint.String() != "y" || j.Class != fault.Busy || j.Attempts != 1 {
			t.Errorf("%s: %+v, want the reason of its last attempt", name, j)
		}
	}
	edited, undone := failed.Claim(start), failed.Claim(start)
	for name, j := range map[string]queue.Job{
		"edited meanwhile":          queue.Enqueue(&edited, wish("edited"), start).Return(start),
		"to be undone meanwhile":    queue.Enqueue(&undone, queue.Wish{Scene: 7, Undo: 40}, start).Return(start),
		"edited, and then orphaned": queue.Enqueue(&edited, wish("edited"), start).Orphan(start),
		"never tried":               claimed(wish("new")).Return(start),
	} {
		if !j.Message.IsZero() || !j.Hint.IsZero() || j.Class != "" {
			t.Errorf("%s: %+v, want no reason of before", name, j)
		}
	}
}

// Whoever undoes a scene takes back the yes to writing it.
func TestAnUndoTakesBackTheYes(t *testing.T) {
	t.Parallel()
	j := queue.Enqueue(nil, queue.Wish{Scene: 7, Confirmed: true}, start)
	j = queue.Enqueue(&j, queue.Wish{Scene: 7, Undo: 40}, start).Claim(start)
	j = queue.Enqueue(&j, wish("edited"), start).Complete(message.None, start)
	if j.State != queue.Waiting || j.Confirmed {
		t.Errorf("the sync after an undo: %+v, want one that the brake looks at", j)
	}
}
