package records_test

import (
	"log/slog"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/engine/records"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

func TestPagesAreThoseOfTheStore(t *testing.T) {
	t.Parallel()
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r, ctx := records.New(db, nil), t.Context()
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
		if err = tx.AddActivity(store.Activity{At: noon, Scene: 7, Message: message.Foreign("done")}); err != nil {
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
	if h, err := r.History(ctx, store.HistoryQuery{Limit: 10}); err != nil || len(h) != 1 || h[0].Message.String() != "done" {
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

// What waits for a person says so in every row, whatever it was queued for.
func TestWaitingJobsSayWhatAPersonIsAskedFor(t *testing.T) {
	t.Parallel()
	shelf, own := testkit.NewShelf(t, 0), message.New(message.Quitting)
	shelf.Update(t, func(tx store.Tx) error {
		for id, state := range map[scene.ID]queue.State{1: queue.Waiting, 2: queue.Retrying, 3: queue.Waiting, 4: queue.Dead} {
			if err := tx.PutJob(queue.Job{Scene: id, State: state, Message: own}); err != nil {
				return err
			}
		}
		return nil
	})
	token := api.Attention{Kind: api.SignInPlex, Message: message.New(message.PlexNoAnswer), Hint: message.New(message.EnterAddresses)}
	brake := api.Attention{Kind: api.BrakeAsks, Message: message.New(message.Paused), Hint: message.New(message.AdviceBrakeAsks)}
	for name, tt := range map[string]struct {
		asked []api.Attention
		want  message.Message // what waiting jobs say
	}{
		"nothing is asked":             {nil, own},
		"what holds only some jobs":    {[]api.Attention{brake}, own},
		"a sign-in holds all of them":  {[]api.Attention{brake, token}, token.Message},
		"a wrong address does as well": {[]api.Attention{{Kind: api.FixStash, Message: message.New(message.NoServers)}, token}, message.New(message.NoServers)},
	} {
		r := records.New(shelf.DB, func() []api.Attention { return tt.asked })
		p, err := r.Jobs(t.Context(), store.JobQuery{Limit: 10})
		if err != nil || len(p.Jobs) != 4 {
			t.Fatalf("%s: %+v, %v", name, p, err)
		}
		for _, j := range p.Jobs {
			want := own
			if j.State == queue.Waiting {
				want = tt.want
			}
			if j.Message != want || want == token.Message && j.Hint != token.Hint {
				t.Errorf("%s: %s job says %q, %q, want %q", name, j.State, j.Message, j.Hint, want)
			}
		}
	}
}
