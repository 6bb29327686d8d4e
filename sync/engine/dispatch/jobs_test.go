package dispatch_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// parked is a job that waits for a path.
func parked(id scene.ID, key string, end time.Time) queue.Job {
	return queue.Job{Scene: id, State: queue.Parked, Awaits: []string{"other", key}, Due: end, Message: message.Foreign("no item")}
}

func TestWhatAppearsWakesWhoWaitsForIt(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	end := r.now().Add(time.Hour)
	r.put(parked(1, "a", end), parked(2, "b", end), queue.Job{Scene: 3, State: queue.Retrying, Due: end})
	r.must(r.Wake(nil))
	r.must(r.Wake([]string{"a", "c"}))
	if r.job(1).State != queue.Waiting || r.job(1).Cause != "appeared" || r.job(2).State != queue.Parked || r.job(3).State != queue.Retrying {
		t.Errorf("%+v, %+v, %+v", r.job(1), r.job(2), r.job(3))
	}
}

func TestWhatTheIndexHasWakesWhoStillWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.must(r.WakeFound())
	key := match.Keys(r.Plex.Has["101"].Files)[0]
	r.put(parked(1, key, r.now()), parked(2, "nowhere", r.now()))
	r.must(r.WakeFound())
	if r.job(1).State != queue.Waiting || r.job(2).State != queue.Parked {
		t.Errorf("%+v, %+v", r.job(1), r.job(2))
	}
}

func TestWhatAppearsIsWrittenToThoughItsSceneIsDone(t *testing.T) {
	t.Parallel()
	claims := func(t *testing.T) *rig {
		r := newRig(t, 0)
		r.Update(t, func(tx store.Tx) error {
			var failed error
			for id := scene.ID(1); id <= 5; id++ {
				failed = errors.Join(failed, tx.ClaimPaths(id, []string{fmt.Sprint("k", id)}))
			}
			return failed
		})
		r.put(queue.Job{Scene: 1, State: queue.Done}, queue.Job{Scene: 2, State: queue.Skipped, Code: skip.NotInPlex}, queue.Job{Scene: 3, State: queue.Dead})
		return r
	}
	r := claims(t)
	r.must(r.Appeared(nil))
	r.must(r.Appeared([]string{"k1", "k2", "k3", "k4", "nobody's"}))
	for id, want := range map[scene.ID]queue.State{1: queue.Waiting, 2: queue.Waiting, 3: queue.Dead, 4: "", 5: ""} {
		if got := r.job(id).State; got != want {
			t.Errorf("scene %d is %q, want %q", id, got, want)
		}
	}
	r = claims(t) // a new library: its scenes are found otherwise
	many := []string{"k1"}
	for i := range 500 {
		many = append(many, fmt.Sprint("new", i))
	}
	r.must(r.Appeared(many))
	if got := r.job(1).State; got != queue.Done {
		t.Errorf("scene 1 is %q", got)
	}
}

func TestParkedScenesEndWhenTheirTimeIsOver(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	if n, err := r.EndParked(r.now()); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	r.put(parked(1, "a", r.now()), parked(2, "a", r.now().Add(-time.Hour)), parked(3, "a", r.now().Add(time.Minute)))
	n, err := r.EndParked(r.now())
	if n != 2 || err != nil {
		t.Errorf("%d ended, %v; want 2", n, err)
	}
	if j := r.job(1); j.State != queue.Skipped || j.Code != skip.NotInPlex || j.Message.String() != "no item" {
		t.Errorf("ended as %+v", j)
	}
	if j := r.job(3); j.State != queue.Parked {
		t.Errorf("a minute early: %+v", j)
	}
	if n, err := r.EndParked(r.now()); n != 0 || err != nil {
		t.Errorf("ended twice: %d, %v", n, err)
	}
}

func TestStampsOfAWrongClockAreDrawnBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	far := r.now().Add(1000 * 24 * time.Hour)
	r.put(queue.Job{Scene: 1, State: queue.Waiting, Due: far}, queue.Job{Scene: 2, State: queue.Retrying, Due: far}, parked(3, "a", far), queue.Job{Scene: 4, State: queue.Dead, Due: far})
	r.must(r.Clamp())
	for id, want := range map[scene.ID]time.Duration{1: 0, 2: queue.MaxDelay, 3: queue.MaxPark, 4: 1000 * 24 * time.Hour} {
		if got := r.job(id).Due.Sub(r.now()); got != want {
			t.Errorf("scene %d is due in %v, want %v", id, got, want)
		}
	}
}

func TestJobsOfAProcessThatDiedGoOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.enqueue(1, 2)
	r.begin()
	r.restart()
	r.must(r.ResumeOrphans())
	for id := scene.ID(1); id <= 2; id++ {
		if j := r.job(id); j.State != queue.Waiting || j.Interrupted != 1 {
			t.Errorf("%+v", j)
		}
	}
	r.must(r.ResumeOrphans()) // nobody's left
}

func TestARunIsUndoneWhenNothingOfItIsLeft(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	var seqs []uint64
	r.Update(t, func(tx store.Tx) error {
		for _, id := range []scene.ID{1, 2, 1} {
			if err := tx.AddJournal(store.JournalEntry{Run: 5, Scene: id, Item: testkit.Key("101"), At: r.now()}); err != nil {
				return err
			}
		}
		entries, err := tx.JournalOf(5, 0)
		for _, e := range entries {
			seqs = append(seqs, e.Seq)
		}
		return errors.Join(err, tx.PutRun(store.Run{ID: 5, Started: r.now()}))
	})
	u, err := dispatch.ToUndo(r.host, api.UndoRequest{Run: 5})
	wishes, lost := u.Wishes, u.Lost
	if err != nil || lost != 0 || len(wishes) != 2 {
		t.Fatalf("%+v, %d lost, %v; want one wish for each of two scenes", wishes, lost, err)
	}
	r.must(r.host.PutWishes(wishes))
	r.begin()
	r.take(worker.Result{Job: r.job(1), Outcome: worker.Done, Wrote: true, Undone: seqs}, worker.Result{Job: r.job(2), Outcome: worker.Done})
	r.End(nil, r.now())
	if _, ended, err := r.EndRun(); !ended || err != nil {
		t.Fatalf("%v, %v", ended, err)
	}
	runs := r.runs()
	if i := len(runs) - 1; !runs[i].Undone || runs[0].Undone {
		t.Errorf("runs %+v, want the old one undone", runs)
	}
	if _, err := dispatch.ToUndo(r.host, api.UndoRequest{Run: 5}); !fault.Is(err, fault.NotFound) {
		t.Errorf("undone twice: %v", err)
	}
}

func TestWhatWasDamagedOnDiskCannotBeUndone(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	add := func(e store.JournalEntry) {
		e.Item, e.At = testkit.Key("101"), r.now()
		r.Update(t, func(tx store.Tx) error { return tx.AddJournal(e) })
	}
	add(store.JournalEntry{Run: 5, Scene: 1, Lost: true, Undone: true})
	if u, err := dispatch.ToUndo(r.host, api.UndoRequest{Run: 5}); u.Lost != 1 || !fault.Is(err, fault.NotFound) {
		t.Errorf("%d lost, %v", u.Lost, err)
	}
	add(store.JournalEntry{Run: 5, Scene: 2})
	add(store.JournalEntry{Run: 5, Scene: 3, Void: true})
	u, err := dispatch.ToUndo(r.host, api.UndoRequest{Run: 5})
	wishes, lost := u.Wishes, u.Lost
	if err != nil || lost != 1 || len(wishes) != 1 || wishes[0] != (queue.Wish{Scene: 2, Cause: "undo", Undo: 5}) {
		t.Errorf("%+v, %d lost, %v", wishes, lost, err)
	}
}

// A process that died before it marked a run makes up for it when somebody asks.
func TestARunWithNothingLeftIsMarkedWhenAsked(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.Update(t, func(tx store.Tx) error { return tx.PutRun(store.Run{ID: 5, Started: r.now()}) })
	if _, err := dispatch.ToUndo(r.host, api.UndoRequest{Run: 5}); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if !r.runs()[0].Undone {
		t.Error("not marked")
	}
}
