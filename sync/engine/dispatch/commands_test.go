package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// desk is Commands over a loop that notes what it is told.
type desk struct {
	dispatch.Commands
	told   []string // in order; what a command does in the loop lies between "(" and ")"
	sent   []store.JournalEntry
	failed map[string]error // what the loop answers to a request, by its name
}

// desk makes Commands for the rig.
func (r *rig) desk() *desk {
	d := &desk{failed: map[string]error{}}
	tell := func(what string) error { d.told = append(d.told, what); return d.failed[what] }
	d.Commands = dispatch.NewCommands(r.host, dispatch.Loop{
		Do: func(_ context.Context, f func() error) error {
			_ = tell("(")
			defer func() { _ = tell(")") }()
			return f()
		},
		CheckData: func(context.Context) (api.DataCheck, error) { return api.DataCheck{}, tell("check") },
		TryAgain:  func() { _ = tell("again") },
		Changed:   func() { _ = tell("changed") },
		TakeBack:  func(list []store.JournalEntry) (int, error) { d.sent = list; return len(list), tell("back") },
		GiveBack:  func(run uint64) (int, error) { return int(run), tell("give") },
	})
	return d
}

// order is what the loop was told, in order.
func (d *desk) order() string { return strings.Join(d.told, " ") }

// full puts a job of each kind into the queue: 1 done, 2 and 3 dead, 4 skipped, 5 parked, 6 and 7
// unreadable, 8 running.
func (r *rig) full() {
	r.put(
		queue.Job{Scene: 1, State: queue.Done}, queue.Job{Scene: 2, State: queue.Dead}, queue.Job{Scene: 3, State: queue.Dead},
		queue.Job{Scene: 4, State: queue.Skipped, Code: skip.FilteredTag}, queue.Job{Scene: 5, State: queue.Parked},
		queue.Job{Scene: 6, State: queue.Skipped, Code: skip.Unreadable}, queue.Job{Scene: 7, State: queue.Skipped, Code: skip.Unreadable},
		queue.Job{Scene: 8, State: queue.Running},
	)
}

func TestRetryGivesWhatWasSelectedAnotherChance(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		q         api.Selection
		want      []scene.ID
		confirmed bool // a person named it, so the brake lets it pass
	}{
		"one by name":            {api.Selection{Scenes: []scene.ID{1}}, []scene.ID{1}, true},
		"several by name":        {api.Selection{Scenes: []scene.ID{4, 2}}, []scene.ID{2, 4}, true},
		"the same one twice":     {api.Selection{Scenes: []scene.ID{2, 2}}, []scene.ID{2}, true},
		"all that failed":        {api.Selection{AllDead: true}, []scene.ID{2, 3}, false},
		"one of them by name":    {api.Selection{Scenes: []scene.ID{2}, AllDead: true}, []scene.ID{2, 3}, false},
		"all that wait":          {api.Selection{Parked: true}, []scene.ID{5}, false},
		"all of a reason":        {api.Selection{Reason: skip.Unreadable}, []scene.ID{6, 7}, false},
		"all of several kinds":   {api.Selection{AllDead: true, Parked: true, Reason: skip.FilteredTag}, []scene.ID{2, 3, 4, 5}, false},
		"a reason nobody has":    {api.Selection{Reason: skip.NoFile}, nil, false},
		"nothing that was named": {api.Selection{}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 0)
			r.full()
			d := r.desk()
			n, err := d.Retry(t.Context(), tt.q)
			if err != nil || n != len(tt.want) || d.order() != "( again changed )" {
				t.Errorf("%d, %v, the loop was told %q", n, err, d.order())
			}
			for id := scene.ID(1); id <= 7; id++ {
				j := r.job(id)
				if again := j.State == queue.Waiting && j.Cause == queue.Retry && j.Forced && j.Confirmed == tt.confirmed; again != slices.Contains(tt.want, id) {
					t.Errorf("scene %s is %+v, want %v again", id, j, tt.want)
				}
			}
		})
	}
}

func TestASceneWithoutAJobIsRetriedByNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.full()
	d := r.desk()
	q := api.Selection{Scenes: []scene.ID{2, 99}, AllDead: true}
	n, err := d.Retry(t.Context(), q)
	if n != 0 || !fault.Is(err, fault.NotFound) || !strings.Contains(fault.Of(err).Message.String(), "99") || d.order() != "( )" {
		t.Errorf("%d, %v, the loop was told %q", n, err, d.order())
	}
	if n, err := d.Discard(t.Context(), q); n != 0 || !fault.Is(err, fault.NotFound) {
		t.Errorf("discarded %d, %v", n, err)
	}
	if j := r.job(2); j.State != queue.Dead {
		t.Errorf("the other one is %+v", j)
	}
}

func TestDiscardRemovesAllButWhatIsRunning(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.full()
	d := r.desk()
	n, err := d.Discard(t.Context(), api.Selection{Scenes: []scene.ID{1, 8, 1}, Parked: true, Reason: skip.Unreadable})
	if n != 4 || err != nil || d.order() != "( changed )" {
		t.Errorf("%d, %v, the loop was told %q; want 4 removed", n, err, d.order())
	}
	for id, want := range map[scene.ID]queue.State{1: "", 2: queue.Dead, 3: queue.Dead, 4: queue.Skipped, 5: "", 6: "", 7: "", 8: queue.Running} {
		if got := r.job(id).State; got != want {
			t.Errorf("scene %s is %q, want %q", id, got, want)
		}
	}
}

// written puts entries into the journal, the oldest first.
func (r *rig) written(entries ...store.JournalEntry) {
	r.t.Helper()
	r.Update(r.t, func(tx store.Tx) error {
		for _, e := range entries {
			e.Item, e.At = testkit.Key("101"), r.now()
			if err := tx.AddJournal(e); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestUndoGoesToWhicheverSideWasWritten(t *testing.T) {
	t.Parallel()
	toPlex := func(run uint64, id scene.ID) store.JournalEntry { return store.JournalEntry{Run: run, Scene: id} }
	toStash := func(run uint64, id scene.ID) store.JournalEntry {
		return store.JournalEntry{Run: run, Scene: id, Sent: &store.Sent{}}
	}
	for name, tt := range map[string]struct {
		q       api.UndoRequest
		queued  map[scene.ID]uint64 // the run that is undone of each scene
		sent    int
		given   int // collections: the desk gives back as many as the run's number
		told    string
		entries []store.JournalEntry
	}{
		"a run in Plex": {
			api.UndoRequest{Run: 5}, map[scene.ID]uint64{1: 5, 2: 5}, 0, 0, "check ( changed )",
			[]store.JournalEntry{toPlex(5, 1), toPlex(5, 2), toPlex(5, 1), toPlex(6, 3)},
		},
		"a run that sent several things to one scene of Stash": {
			api.UndoRequest{Run: 5}, nil, 3, 0, "check ( back changed )",
			[]store.JournalEntry{toStash(5, 1), toStash(5, 1), toStash(5, 2), toStash(6, 1)},
		},
		"the last write of a scene, to Plex": {
			api.UndoRequest{Scene: 1}, map[scene.ID]uint64{1: 7}, 0, 0, "check ( changed )",
			[]store.JournalEntry{toPlex(5, 1), toStash(6, 1), toPlex(7, 1), toPlex(8, 2)},
		},
		"the last write of a scene, to Stash": {
			api.UndoRequest{Scene: 1}, nil, 1, 0, "check ( back changed )",
			[]store.JournalEntry{toPlex(5, 1), toStash(6, 1), toStash(7, 1)},
		},
		"collections, which belong to no scene": {
			api.UndoRequest{Run: 5}, map[scene.ID]uint64{1: 5}, 0, 5, "check ( give changed )",
			[]store.JournalEntry{toPlex(5, 0), toPlex(5, 1), toPlex(5, 0)},
		},
		"what is left of a run": {
			api.UndoRequest{Run: 5}, map[scene.ID]uint64{2: 5}, 0, 0, "check ( changed )",
			[]store.JournalEntry{{Run: 5, Scene: 1, Undone: true}, toPlex(5, 2), {Run: 5, Scene: 3, Void: true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 0)
			r.written(tt.entries...)
			d := r.desk()
			got, err := d.Undo(t.Context(), tt.q)
			if want := len(tt.queued) + tt.sent + tt.given; err != nil || got != (api.UndoResult{Enqueued: want}) || len(d.sent) != tt.sent || d.order() != tt.told {
				t.Errorf("%+v, %v, %d taken back, the loop was told %q; want %d and %q", got, err, len(d.sent), d.order(), want, tt.told)
			}
			for id := scene.ID(1); id <= 3; id++ {
				j := r.job(id)
				if run, want := tt.queued[id]; j.Undo != run || want != (j.Cause == queue.Undo) {
					t.Errorf("scene %s is %+v, want run %d undone", id, j, run)
				}
			}
		})
	}
}

func TestAnUndoThatCannotBeDoneQueuesNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	entries := []store.JournalEntry{{Run: 5, Scene: 1}, {Run: 5, Scene: 2, Sent: &store.Sent{}}, {Run: 5}}
	for step, told := range map[string]string{"check": "check", "back": "check ( back changed )", "give": "check ( back give changed )"} {
		r := newRig(t, 0)
		r.written(entries...)
		d := r.desk()
		d.failed[step] = broken
		if _, err := d.Undo(t.Context(), api.UndoRequest{Run: 5}); !errors.Is(err, broken) || d.order() != told {
			t.Errorf("%s: %v, the loop was told %q, want %q", step, err, d.order(), told)
		}
		if j := r.job(1); j.State != "" {
			t.Errorf("%s: queued as %+v", step, j)
		}
	}
	r := newRig(t, 0)
	d := r.desk()
	if _, err := d.Undo(t.Context(), api.UndoRequest{Scene: 1}); !fault.Is(err, fault.NotFound) || d.order() != "check" {
		t.Errorf("nothing was written: %v, the loop was told %q", err, d.order())
	}
}

// A batch may leave as many scenes skipped as before, but for other reasons.
func TestReasonsAreCountedAnewAfterABatch(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.put(queue.Job{Scene: 1, State: queue.Skipped, Code: skip.FilteredTag})
	if _, err := r.Standing(); err != nil || len(r.Reasons()) != 1 || r.Reasons()[0].Code != skip.FilteredTag {
		t.Fatalf("%+v, %v", r.Reasons(), err)
	}
	r.enqueue(1)
	r.begin()
	r.take(worker.Result{Job: r.job(1), Outcome: worker.Skipped, Code: skip.NoMetadata})
	r.End(nil, r.now())
	if _, err := r.Standing(); err != nil || len(r.Reasons()) != 1 || r.Reasons()[0].Code != skip.NoMetadata {
		t.Errorf("%+v, %v, want the present reason", r.Reasons(), err)
	}
}

func TestFiveHundredPathsAreStillTakenOneByOne(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.Update(t, func(tx store.Tx) error { return tx.ClaimPaths(1, []string{"k1"}) })
	r.put(queue.Job{Scene: 1, State: queue.Done})
	keys := []string{"k1"}
	for i := range 499 {
		keys = append(keys, fmt.Sprint("new", i))
	}
	r.must(r.Appeared(keys))
	if got := r.job(1).State; got != queue.Waiting {
		t.Errorf("scene 1 is %q", got)
	}
}
