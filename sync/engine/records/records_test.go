package records_test

import (
	"log/slog"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/engine/records"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

func TestPagesAreThoseOfTheStore(t *testing.T) {
	t.Parallel()
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r, ctx := records.New(db), t.Context()
	if _, err := r.Report(ctx, 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("the newest of no reports: %v", err)
	}
	var id uint64
	err = db.Update(func(tx store.Tx) (err error) {
		if err = tx.PutJob(queue.Enqueue(nil, queue.Wish{Scene: 7, Cause: "asked for"}, noon)); err != nil {
			return err
		}
		if err = tx.PutRun(store.Run{ID: 3, Started: noon}); err != nil {
			return err
		}
		if err = tx.AddActivity(store.Activity{At: noon, Scene: 7, Words: message.Foreign("done")}); err != nil {
			return err
		}
		id, err = tx.NewReport(store.Report{Scope: "all", Started: noon})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := r.Jobs(ctx, store.JobQuery{Limit: 10}); err != nil || len(p.Jobs) != 1 || p.Jobs[0].Scene != 7 {
		t.Errorf("jobs: %+v, %v", p, err)
	}
	if runs, err := r.Runs(ctx, 10); err != nil || len(runs) != 1 || runs[0].ID != 3 {
		t.Errorf("runs: %+v, %v", runs, err)
	}
	if h, err := r.History(ctx, store.HistoryQuery{Limit: 10}); err != nil || len(h) != 1 || h[0].Words.String() != "done" {
		t.Errorf("history: %+v, %v", h, err)
	}
	if list, err := r.Reports(ctx, 10); err != nil || len(list) != 1 || list[0].ID != id {
		t.Errorf("reports: %+v, %v", list, err)
	}
	for _, asked := range []uint64{0, id} {
		if rep, err := r.Report(ctx, asked); err != nil || rep.ID != id {
			t.Errorf("report %d: %+v, %v", asked, rep, err)
		}
	}
	if p, err := r.Rows(ctx, store.RowQuery{Report: id, Limit: 10}); err != nil || len(p.Rows) != 0 {
		t.Errorf("rows: %+v, %v", p, err)
	}
	if _, err := r.Report(ctx, id+1); !fault.Is(err, fault.NotFound) {
		t.Errorf("a report there is none: %v", err)
	}
}
