package host_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newHost(t *testing.T) host.Host {
	t.Helper()
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return host.Host{Now: func() time.Time { return noon }, Store: db, Log: slog.New(slog.DiscardHandler)}
}

func job(t *testing.T, h host.Host, id scene.ID) (j queue.Job, ok bool) {
	t.Helper()
	err := h.Store.View(func(tx store.Tx) (err error) { j, ok, err = tx.Job(id); return err })
	if err != nil {
		t.Fatal(err)
	}
	return j, ok
}

func TestStampIsUTCWithoutMonotonicReading(t *testing.T) {
	t.Parallel()
	now := time.Now().In(time.FixedZone("elsewhere", 3600))
	got := host.Host{Now: func() time.Time { return now }}.Stamp()
	if !got.Equal(now) || got.Location() != time.UTC || got != got.Round(0) {
		t.Errorf("%#v", got)
	}
}

func TestAValueIsReadAsItWasPut(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	got := "nothing yet"
	if err := h.Get("greeting", &got); err != nil || got != "nothing yet" {
		t.Errorf("%q, %v; want it left as it was", got, err)
	}
	if err := h.Put("greeting", "hello"); err != nil {
		t.Fatal(err)
	}
	if err := h.Get("greeting", &got); err != nil || got != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSoonerAndLater(t *testing.T) {
	t.Parallel()
	never, after := time.Time{}, noon.Add(time.Hour)
	for _, test := range []struct{ a, b, sooner, later time.Time }{
		{noon, after, noon, after},
		{after, noon, noon, after},
		{never, noon, noon, noon},
		{noon, never, noon, noon},
		{never, never, never, never},
	} {
		if got := host.Sooner(test.a, test.b); got != test.sooner {
			t.Errorf("the sooner of %v and %v is %v", test.a, test.b, got)
		}
		if got := host.Later(test.a, test.b); got != test.later {
			t.Errorf("the later of %v and %v is %v", test.a, test.b, got)
		}
	}
}

func TestEnqueueTakesTheNameLastSeenAndComesInParts(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	err := h.Store.Update(func(tx store.Tx) error { return tx.PutSeen(7, store.Seen{Name: "Seven"}) })
	if err != nil {
		t.Fatal(err)
	}
	const many = 1200
	var ids []scene.ID
	for id := range scene.ID(many) {
		ids = append(ids, id+1)
	}
	if err := h.PutWishForEach(ids, queue.Wish{Cause: "asked for", Confirmed: true}); err != nil {
		t.Fatal(err)
	}
	if n := h.Store.Counts().Waiting; n != many {
		t.Errorf("%d of %d scenes are in the queue", n, many)
	}
	j, ok := job(t, h, 7)
	if !ok || j.Name != "Seven" || !j.Confirmed || !j.Enqueued.Equal(noon) {
		t.Errorf("%+v, %v", j, ok)
	}
}

func TestEnqueueKeepsEachWish(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	if err := h.PutWishes([]queue.Wish{{Scene: 1, Cause: "undo", Undo: 5}, {Scene: 2, Cause: "undo", Undo: 6}}); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[scene.ID]uint64{1: 5, 2: 6} {
		if j, _ := job(t, h, id); j.Undo != want {
			t.Errorf("scene %s undoes run %d, want %d", id, j.Undo, want)
		}
	}
}

func TestEditJobsCountsWhatChangedAndLeavesOutWhatIsGone(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	if err := h.PutWishForEach([]scene.ID{1, 2, 3}, queue.Wish{Cause: "asked for"}); err != nil {
		t.Fatal(err)
	}
	n, err := h.EditJobs([]scene.ID{1, 2, 3, 99}, func(tx store.Tx, j queue.Job) (bool, error) {
		if j.Scene == 2 {
			return false, nil
		}
		return true, tx.DeleteJob(j.Scene)
	})
	if err != nil || n != 2 {
		t.Errorf("%d changed, %v; want 2", n, err)
	}
	if _, ok := job(t, h, 2); !ok || h.Store.Counts().Waiting != 1 {
		t.Errorf("%d jobs are left, want the one that was kept", h.Store.Counts().Waiting)
	}
}

func TestEditJobsStopsAtTheFirstFaultAndUndoesItsPart(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	if err := h.PutWishForEach([]scene.ID{1, 2}, queue.Wish{}); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	n, err := h.EditJobs([]scene.ID{1, 2}, func(tx store.Tx, j queue.Job) (bool, error) {
		if j.Scene == 2 {
			return false, broken
		}
		return true, tx.DeleteJob(j.Scene)
	})
	if !errors.Is(err, broken) || n != 0 {
		t.Errorf("%d changed, %v", n, err)
	}
	if _, ok := job(t, h, 1); !ok {
		t.Error("half a part was stored")
	}
}

func TestSafelyTurnsAPanicIntoAFaultOfOurOwn(t *testing.T) {
	t.Parallel()
	if err := host.Safely(func() error { return nil }); err != nil {
		t.Errorf("%v", err)
	}
	if err := host.Safely(func() error { panic("a bad value") }); !fault.Is(err, fault.Local) {
		t.Errorf("%v", err)
	}
}
