package storage_test

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"lockstep/storage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestFailingAndPanickingUpdatesLeaveTheOthersAlone(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	const n = 200
	errs := make([]error, n+1)
	var wg sync.WaitGroup
	for i := 1; i <= n; i++ {
		wg.Go(func() {
			errs[i] = d.Update(func(tx store.Tx) error {
				if err := tx.PutJob(waiting(scene.ID(i))); err != nil {
					return err
				}
				switch {
				case i%10 == 0:
					return errOnPurpose
				case i%33 == 0:
					panic("on purpose")
				}
				return nil
			})
		})
	}
	wg.Wait()
	stored := 0
	for i := 1; i <= n; i++ {
		wants := ""
		switch {
		case i%10 == 0:
			wants = errOnPurpose.Error()
		case i%33 == 0:
			wants = "panic"
		default:
			stored++
		}
		if (errs[i] == nil) != (wants == "") || errs[i] != nil && !strings.Contains(errs[i].Error(), wants) {
			t.Errorf("operation %d: %v, want %q", i, errs[i], wants)
		}
	}
	if got := d.Counts(); got != (queue.Counts{Waiting: stored}) {
		t.Errorf("counts %+v, want %d waiting", got, stored)
	}
	audit(t, d)
	enqueue(t, d, 1000, 1000) // a panic of ours does not stop the database
}

func TestCountsFollowTheCommit(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, func(tx store.Tx) error {
		if err := tx.PutJob(waiting(1)); err != nil {
			return err
		}
		if got := d.Counts(); got != (queue.Counts{}) {
			t.Errorf("counts before the commit: %+v", got)
		}
		if got, err := tx.JobCounts(); got.Waiting != 1 || err != nil {
			t.Errorf("counts inside: %+v, %v", got, err)
		}
		return nil
	})
	if got := d.Counts(); got.Waiting != 1 {
		t.Errorf("counts after the commit: %+v", got)
	}
}

func TestClosedDatabaseRefusesAndKeepsWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	var wg sync.WaitGroup
	var mu sync.Mutex
	stored := 0
	for i := 1; i <= 50; i++ {
		wg.Go(func() {
			err := d.Update(func(tx store.Tx) error { return tx.PutJob(waiting(scene.ID(i))) })
			if err != nil && !errors.Is(err, storage.ErrClosed) {
				t.Errorf("update while closing: %v", err)
			}
			if err == nil {
				mu.Lock()
				stored++
				mu.Unlock()
			}
		})
	}
	closeDB(t, d)
	wg.Wait()
	if err := d.Update(func(store.Tx) error { return nil }); !errors.Is(err, storage.ErrClosed) {
		t.Errorf("update after close: %v", err)
	}
	if err := d.View(func(store.Tx) error { return nil }); !errors.Is(err, storage.ErrClosed) {
		t.Errorf("view after close: %v", err)
	}
	keeps(t, dir, stored)
}

func TestViewSeesOneConsistentPicture(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	enqueue(t, d, 1, 1)
	view(t, d, func(tx store.Tx) error {
		enqueue(t, d, 2, 2)
		if c, err := tx.JobCounts(); c.Waiting != 1 || err != nil {
			t.Errorf("counts within the view: %+v, %v", c, err)
		}
		_, ok, err := tx.Job(2)
		if ok {
			t.Error("the view shows a job stored after it began")
		}
		return err
	})
}

func TestPanicInViewIsAnErrorAndNoDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	var nothing *queue.Job
	err := d.View(func(store.Tx) error { nothing.Scene = 1; return nil })
	if err == nil || storage.Suspect(dir) {
		t.Errorf("nil dereference of ours: %v, suspect %v", err, storage.Suspect(dir))
	}
}

func TestFailedWriteStopsWritingUntilOpenedAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openToClose(t, dir)
	enqueue(t, d, 1, 3)
	if err := d.BreakFile(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		err := d.Update(func(tx store.Tx) error { return tx.PutJob(waiting(4)) })
		wantLocal(t, err, dbPath(dir))
	}
	if got := d.Counts().Waiting; got != 3 {
		t.Errorf("%d jobs counted after failed writes, want 3", got)
	}
	view(t, d, func(tx store.Tx) error { _, err := tx.ListJobs(store.JobQuery{}); return err })
	closeDB(t, d)
	again, o := open(t, dir)
	if got := again.Counts().Waiting; got != 3 || !o.Message.IsZero() {
		t.Errorf("%d jobs after opening anew, %+v", got, o)
	}
	enqueue(t, again, 4, 4)
	audit(t, again)
}

func TestUpdateThatEndsItsGoroutineBlocksNobody(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.Update(func(tx store.Tx) error {
			if err := tx.PutJob(waiting(1)); err != nil {
				t.Error(err)
			}
			runtime.Goexit()
			return nil
		})
	})
	wg.Wait()
	enqueue(t, d, 2, 2)
	if got := d.Counts(); got != (queue.Counts{Waiting: 1}) {
		t.Errorf("counts %+v, want only what was committed", got)
	}
	audit(t, d)
}
