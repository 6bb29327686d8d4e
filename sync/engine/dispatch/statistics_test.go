package dispatch_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lockstep/sync/skip"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// kept is what is stored of the statistics.
func (r *rig) kept() []statistics.Day {
	r.t.Helper()
	var b statistics.Book
	r.View(r.t, func(tx store.Tx) (err error) { b, err = statistics.Load(tx); return err })
	return b.Since("")
}

// fullDisk takes nothing while err is set.
type fullDisk struct {
	store.Store
	err error
}

func (d *fullDisk) Update(fn func(store.Tx) error) error {
	if d.err != nil {
		return d.err
	}
	return d.Store.Update(fn)
}

func TestWhatResultsCameToIsCountedByDayWithTheirRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t, 4)
	plex, stash := 0, 0
	r.CountRequests(func() (int, int) { return plex, stash })
	plex, stash = 3, 2
	r.take(
		worker.Result{Job: r.running(1), Outcome: worker.Done, Wrote: true},
		worker.Result{Job: r.running(2), Outcome: worker.Done},
		worker.Result{Job: r.running(3), Outcome: worker.Skipped, Code: skip.FilteredTag},
	)
	plex = 10
	r.Clock.Pass(48 * time.Hour)
	r.take(worker.Result{Job: r.running(4), Outcome: worker.Skipped, Code: skip.NoFile})
	r.restart()
	days := r.kept()
	if len(days) != 2 {
		t.Fatalf("%+v", days)
	}
	one, two := days[0], days[1]
	if one.Written != 1 || one.InStep != 1 || one.Skipped[skip.FilteredTag] != 1 || one.Plex != 3 || one.Stash != 2 || one.Failed+one.Retried != 0 {
		t.Errorf("the first day %+v", one)
	}
	if two.Skipped[skip.NoFile] != 1 || two.Skips() != 1 || two.Plex != 7 || two.Stash != 0 || two.Written != 0 {
		t.Errorf("the second day %+v", two)
	}
	if today := r.Today(r.now()); today.Skipped != 1 || today.Written != 0 {
		t.Errorf("after a restart %+v", today)
	}
}

func TestRequestsOfAnIdleDayAreStoredOnceAnHour(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	stash := 0
	r.CountRequests(func() (int, int) { return 0, stash })
	r.Keep(context.Background(), r.now())
	for range 90 {
		r.Clock.Pass(time.Minute)
		stash++
		if next := r.Keep(context.Background(), r.now()); next.Sub(r.now()) > time.Hour || !next.After(r.now()) {
			t.Fatalf("due again in %v", next.Sub(r.now()))
		}
	}
	if got := statistics.Sum(r.kept()).Stash; got != 60 {
		t.Errorf("%d requests are stored, want those of the first hour", got)
	}
	r.Clock.Pass(24 * time.Hour)
	r.Keep(context.Background(), r.now())
	r.Clock.Pass(-48 * time.Hour) // the clock was set back
	stash++
	r.Keep(context.Background(), r.now())
	if got := statistics.Sum(r.kept()).Stash; got != 91 {
		t.Errorf("%d requests are stored, want all", got)
	}
}

func TestStatisticsThatCannotBeStoredAreCountedOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	disk := &fullDisk{Store: r.DB, err: errors.New("the disk is full")}
	r.host.Store = disk
	r.restart()
	r.CountRequests(func() (int, int) { return 5, 0 })
	if next := r.Keep(context.Background(), r.now()); !next.IsZero() {
		t.Errorf("due again at %v, want with the next turn that is due anyway", next)
	}
	disk.err = nil
	r.Clock.Pass(time.Hour)
	r.Keep(context.Background(), r.now())
	if got := statistics.Sum(r.kept()).Plex; got != 5 {
		t.Errorf("%d requests are stored", got)
	}
}
