package dispatch_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// running has the scene's job claimed.
func (r *rig) running(id scene.ID) queue.Job {
	r.t.Helper()
	r.enqueue(id)
	if r.begin() == nil {
		r.t.Fatal("nothing was claimed")
	}
	return r.job(id)
}

func TestAResultMovesItsJob(t *testing.T) {
	t.Parallel()
	trouble := fault.New(fault.Temporary, fault.Plex, message.Foreign("It failed."), message.Foreign("Wait."), nil)
	for name, tt := range map[string]struct {
		result worker.Result
		again  bool // the scene was wished for meanwhile
		want   queue.Job
	}{
		"done":                {worker.Result{Outcome: worker.Done, Message: message.Foreign("kept")}, false, queue.Job{State: queue.Done, Message: message.Foreign("kept")}},
		"done, edited":        {worker.Result{Outcome: worker.Done}, true, queue.Job{State: queue.Waiting}},
		"skipped":             {worker.Result{Outcome: worker.Skipped, Code: skip.FilteredTag, Message: message.Foreign("a tag")}, false, queue.Job{State: queue.Skipped, Code: skip.FilteredTag, Message: message.Foreign("a tag")}},
		"parked":              {worker.Result{Outcome: worker.Parked, Message: message.Foreign("no item"), Awaits: []string{"k"}}, false, queue.Job{State: queue.Parked, Code: skip.NotInPlex, Message: message.Foreign("no item")}},
		"failed":              {worker.Result{Outcome: worker.Failed, Fault: trouble}, false, queue.Job{State: queue.Retrying, Message: message.Foreign("It failed."), Hint: message.Foreign("Wait."), Attempts: 1}},
		"failed for good":     {worker.Result{Outcome: worker.Failed, Fault: fault.New(fault.Rejected, fault.Plex, message.Foreign("No."), message.None, nil)}, false, queue.Job{State: queue.Dead, Code: skip.FailedBefore, Message: message.Foreign("No."), Attempts: 1}},
		"a picture failed":    {worker.Result{Outcome: worker.Failed, Fault: trouble, OnlyPicture: true}, false, queue.Job{State: queue.Retrying, Message: message.Foreign("It failed."), Hint: message.Foreign("Wait."), Attempts: 1, Picture: true}},
		"the same, edited":    {worker.Result{Outcome: worker.Failed, Fault: trouble, OnlyPicture: true}, true, queue.Job{State: queue.Waiting}},
		"returned":            {worker.Result{Outcome: worker.Returned}, false, queue.Job{State: queue.Waiting}},
		"done, another name":  {worker.Result{Outcome: worker.Done, Name: "Dusk"}, false, queue.Job{State: queue.Done, Name: "Dusk"}},
		"deleted in Stash":    {worker.Result{Outcome: worker.Skipped, Code: skip.DeletedInStash, Deleted: true}, false, queue.Job{State: queue.Skipped, Code: skip.DeletedInStash}},
		"held by the brake":   {worker.Result{Outcome: worker.Skipped, Code: skip.Brake, Message: message.Foreign("too much")}, false, queue.Job{State: queue.Skipped, Code: skip.Brake, Message: message.Foreign("too much")}},
		"failed, held before": {worker.Result{Outcome: worker.Failed, Fault: echo(t)}, false, queue.Job{State: queue.Retrying, Message: message.Foreign("Plex is away."), Attempts: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1)
			tt.result.Job = r.running(1)
			if tt.again {
				r.enqueue(1)
			}
			r.take(tt.result)
			got := r.job(1)
			if got.State != tt.want.State || got.Code != tt.want.Code || got.Message != tt.want.Message || got.Hint != tt.want.Hint ||
				got.Attempts != tt.want.Attempts || got.Picture != tt.want.Picture || got.Name != tt.want.Name {
				t.Errorf("job %+v, want %+v", got, tt.want)
			}
		})
	}
}

// echo is a fault that was not asked for: a request of its kind failed a moment ago.
func echo(t *testing.T) *fault.Error {
	t.Helper()
	b := budget.New(func() time.Time { return testkit.Start }, func() float64 { return 0.5 })
	b.Done(budget.Connect, fault.New(fault.Unreachable, fault.Plex, message.Foreign("Plex is away."), message.None, nil))
	f := fault.Of(b.Allow(budget.Connect))
	if !budget.Held(f) {
		t.Fatalf("not held: %v", f)
	}
	return f
}

func TestASceneIsParkedForAsLongAsTheSettingsSay(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.Settings.ParkFor = time.Hour
	job := r.running(1)
	r.take(worker.Result{Job: job, Outcome: worker.Parked, Message: message.Foreign("no item")})
	if j := r.job(1); j.State != queue.Parked || j.Due.Sub(job.Enqueued) != time.Hour {
		t.Fatalf("parked as %+v", j)
	}
	r.End(nil, r.now())
	r.enqueue(1)
	r.Clock.Pass(2 * time.Hour)
	r.begin()
	r.take(worker.Result{Job: r.job(1), Outcome: worker.Parked, Message: message.Foreign("no item")})
	if j := r.job(1); j.State != queue.Skipped || j.Code != skip.NotInPlex {
		t.Errorf("after that %+v, want it skipped", j)
	}
}

func TestAnItemThatTurnedUpMeanwhileIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	job := r.running(1)
	r.take(worker.Result{Job: job, Outcome: worker.Parked, Scene: r.Stash.Has[1], Awaits: []string{"k"}})
	if j := r.job(1); j.State != queue.Waiting {
		t.Errorf("job %+v although the index has its item", j)
	}
}

func TestWhatAResultTeachesIsRemembered(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	job := r.running(1)
	key := testkit.Key("101")
	f := r.take(worker.Result{
		Job: job, Outcome: worker.Done, Wrote: true, Scene: r.Stash.Has[1], Seen: &store.Seen{Name: "Film 1", Content: "h"},
		Items: []worker.ItemResult{{Key: key, State: store.ItemState{Scene: 1, Memory: plan.Memory{}}, Changes: []store.Change{{Field: scene.FieldTitle, New: "Film 1"}}}},
		Gone:  []scene.ItemKey{testkit.Key("102")}, Trashed: []scene.ItemKey{testkit.Key("103"), testkit.Key("999")},
	})
	if !f.Gone || !f.Failed.IsZero() {
		t.Errorf("followed by %+v", f)
	}
	r.View(t, func(tx store.Tx) error {
		seen, ok, err := tx.Seen(1)
		if !ok || seen.Content != "h" {
			t.Errorf("seen %+v, %v", seen, ok)
		}
		_, known, err2 := tx.Indexed(testkit.Key("102"))
		it, _, err3 := tx.Indexed(testkit.Key("103"))
		if known || !it.Trashed {
			t.Errorf("gone known %v, trashed %v", known, it.Trashed)
		}
		st, ok, err4 := tx.ItemState(key)
		if !ok || st.Scene != 1 {
			t.Errorf("item state %+v, %v", st, ok)
		}
		h, err5 := tx.History(store.HistoryQuery{})
		if len(h) != 1 || h[0].Item != key.String() || len(h[0].Changes) != 1 || h[0].Run == 0 {
			t.Errorf("history %+v", h)
		}
		return errors.Join(err, err2, err3, err4, err5)
	})
	r.End(nil, r.now())
	r.take(worker.Result{Job: r.running(1), Outcome: worker.Skipped, Code: skip.DeletedInStash, Deleted: true})
	r.View(t, func(tx store.Tx) error {
		_, ok, err := tx.Seen(1)
		if ok {
			t.Error("a deleted scene is still known")
		}
		return err
	})
}

func TestHistoryHasWhatWasWrittenAndWhatWasGivenUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, 4)
	r.enqueue(1, 2, 3, 4)
	r.begin()
	no := fault.New(fault.Rejected, fault.Plex, message.Foreign("No."), message.None, nil)
	f := r.take(
		worker.Result{Job: r.job(1), Outcome: worker.Done, Name: "One"},
		worker.Result{Job: r.job(2), Outcome: worker.Failed, Fault: no, Name: "Two"},
		worker.Result{Job: r.job(3), Outcome: worker.Done, Wrote: true, Name: "Three"},
		worker.Result{Job: r.job(4), Outcome: worker.Skipped, Code: skip.FilteredTag, Name: "Four"},
	)
	if f.Failed.String() != "Two: No" || f.Gone {
		t.Errorf("followed by %+v", f)
	}
	r.View(t, func(tx store.Tx) error {
		h, err := tx.History(store.HistoryQuery{})
		var names []string
		for _, a := range h {
			names = append(names, a.Name)
		}
		if !slices.Equal(names, []string{"Three", "Two"}) {
			t.Errorf("history %v, want what was written and what was given up, the newest first", names)
		}
		return err
	})
	if want := []scene.ID{1, 3, 4}; !slices.Equal(r.through, want) {
		t.Errorf("done with %v, want %v", r.through, want)
	}
}

func TestOnlyAnAnswerOfPlexProvesThatItIsThere(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	job := r.running(1)
	for name, tt := range map[string]struct {
		result worker.Result
		want   bool
	}{
		"written":             {worker.Result{Outcome: worker.Done, Wrote: true}, true},
		"in step":             {worker.Result{Outcome: worker.Done}, true},
		"written, then lost":  {worker.Result{Outcome: worker.Failed, Wrote: true}, true},
		"skipped by a filter": {worker.Result{Outcome: worker.Skipped}, false},
		"failed":              {worker.Result{Outcome: worker.Failed}, false},
		"parked":              {worker.Result{Outcome: worker.Parked}, false},
	} {
		tt.result.Job = job
		results := r.Take([]worker.Result{tt.result}, r.library())
		if got := results.Proven(); got != tt.want || results.Generation() != 3 {
			t.Errorf("%s: proven %v, generation %d", name, got, results.Generation())
		}
	}
}

func TestResultsThatCouldNotBeStoredChangeNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	job := r.running(1)
	full := errors.New("the disk is full")
	results := r.Take([]worker.Result{{Job: job, Outcome: worker.Done, Wrote: true}}, r.library())
	err := r.DB.Update(func(tx store.Tx) error { return errors.Join(results.Put(tx), full) })
	if !errors.Is(err, full) {
		t.Fatal(err)
	}
	if today := r.Today(r.now()); today.Written != 0 {
		t.Errorf("counted: %+v", today)
	}
	r.End(nil, r.now())
	if j := r.job(1); j.State != queue.Waiting {
		t.Errorf("job %+v, want it given back", j)
	}
}

func TestResultsOfAJobThatWasDiscardedAreStored(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	job := r.running(1)
	r.Update(t, func(tx store.Tx) error { return tx.DeleteJob(1) })
	r.take(worker.Result{Job: job, Outcome: worker.Done})
	if j := r.job(1); j.State != queue.Done {
		t.Errorf("job %+v", j)
	}
}

func TestAnUndoGoesOnWithWhatIsLeftOfItsRun(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	var seqs []uint64
	r.Update(t, func(tx store.Tx) error {
		for range 2 {
			if err := tx.AddJournal(store.JournalEntry{Run: 5, Scene: 1, Item: testkit.Key("101"), At: r.now()}); err != nil {
				return err
			}
		}
		entries, err := tx.JournalOf(5, 1)
		for _, e := range entries {
			seqs = append(seqs, e.Seq)
		}
		return err
	})
	r.must(r.host.PutWishes([]queue.Wish{{Scene: 1, Cause: "undo", Undo: 5}}))
	r.begin()
	r.take(worker.Result{Job: r.job(1), Outcome: worker.Done, Wrote: true, Undone: seqs[:1]})
	r.End(nil, r.now())
	if j := r.job(1); j.State != queue.Waiting || j.Undo != 5 {
		t.Fatalf("job %+v, want the rest undone", j)
	}
	r.begin()
	r.take(worker.Result{Job: r.job(1), Outcome: worker.Done, Wrote: true, Undone: seqs[1:]})
	if j := r.job(1); j.State != queue.Done {
		t.Errorf("job %+v, want the end", j)
	}
}

func TestTheIndexFindsATrashedItemWhenItComesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.take(worker.Result{Job: r.running(1), Outcome: worker.Done, Trashed: []scene.ItemKey{testkit.Key("101")}})
	r.View(t, func(tx store.Tx) error {
		for _, key := range match.Keys(r.Plex.Has["101"].Files) {
			items, err := tx.ItemsAt(key)
			if err != nil || len(items) != 1 {
				t.Errorf("at %s: %v, %v", key, items, err)
			}
		}
		return nil
	})
}
