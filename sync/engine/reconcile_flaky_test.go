package engine_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// A flaky Plex made every scene "missing" in the old system (W15).
func TestAFailingServerMakesTheReportIncompleteAndNothingMissing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		server string
		fault  sim.Fault
		words  string
	}{
		"Plex answers 500 to the listing":   {"plex", sim.Fault{Effect: sim.Status, Status: http.StatusInternalServerError, Match: sim.Kinds("list")}, "Plex stopped answering."},
		"Plex is cut off in the listing":    {"plex", sim.Fault{Effect: sim.CutOff, Match: sim.Kinds("list")}, "Plex stopped answering."},
		"Plex answers 500 to details":       {"plex", sim.Fault{Effect: sim.Status, Status: http.StatusInternalServerError, Match: sim.Kinds("detail")}, "Plex stopped answering."},
		"Plex is cut off in details":        {"plex", sim.Fault{Effect: sim.CutOff, Match: sim.Kinds("detail")}, "Plex stopped answering."},
		"Plex knows none of its items":      {"plex", sim.Fault{Effect: sim.Status, Status: http.StatusNotFound, Match: sim.Kinds("detail")}, "Plex stopped answering."},
		"Plex fails on the second batch":    {"plex", sim.Fault{Effect: sim.Reset, Match: sim.Kinds("detail"), Skip: 1}, "Plex stopped answering."},
		"Plex refuses the token":            {"plex", sim.Fault{Effect: sim.Status, Status: http.StatusUnauthorized}, "Plex"},
		"Plex answers with a web page":      {"plex", sim.Fault{Effect: sim.HTML, Match: sim.Kinds("list")}, ""},
		"Stash breaks off while listing":    {"stash", sim.Fault{Effect: sim.Reset, Match: sim.Kinds("findScenes"), Skip: 2}, "Stash stopped answering."},
		"Stash breaks off reading details":  {"stash", sim.Fault{Effect: sim.CutOff, Match: sim.Kinds("findScene")}, "Stash stopped answering."},
		"Stash is slow, and stays complete": {"stash", sim.Fault{Effect: sim.Slow, Delay: 50 * time.Millisecond}, "complete"},
		"Plex is slow, and stays complete":  {"plex", sim.Fault{Effect: sim.Slow, Delay: 50 * time.Millisecond}, "complete"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, sim.Options{Seed: 21, Scenes: 250}, nil)
			for id := 1; id <= 220; id++ {
				must(t, b.world.Plex.Wipe(b.world.TargetKeys(id)[0]))
			}
			l := b.open()
			defer func() { must(t, l.db.Close()) }()
			var clear func()
			out, rows := b.compareOn(context.Background(), l, func(r *reconcile.Run) {
				r.Yes = true
				server := &b.world.Plex.Server
				if tt.server == "stash" {
					server = &b.world.Stash.Server
				}
				clear = server.Inject(tt.fault)
			})
			clear()
			rep := out.Report
			t.Logf("%+v", rep)
			if tt.words == "complete" {
				if !rep.Incomplete.IsZero() || rep.Enqueued != 220 {
					t.Errorf("got %+v", rep)
				}
				return
			}
			if rep.Incomplete.IsZero() || !strings.HasPrefix(rep.Incomplete.String(), tt.words) || out.Fault == nil || out.Fault.Class == fault.Local {
				t.Errorf("incomplete %q, fault %v, want %q", rep.Incomplete, out.Fault, tt.words)
			}
			for _, row := range rows {
				if row.Kind == queue.Missing {
					t.Errorf("missing: %+v", row)
				}
			}
			if c := l.db.Counts(); c.Waiting != rep.Enqueued {
				t.Errorf("%d jobs for %d enqueued rows", c.Waiting, rep.Enqueued)
			}
		})
	}
}

func TestAStashOnAFreshDatabaseIsNotBelieved(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 22, Scenes: 60}, nil)
	for _, id := range b.world.Stash.SceneIDs() {
		must(t, b.world.Stash.DeleteScene(id))
	}
	out, rows := b.compare(nil)
	if out.Report.Incomplete.IsZero() || len(rows) != 0 {
		t.Errorf("got %+v with %d rows", out.Report, len(rows))
	}
}

func TestAStoppedRunSaysSoAndKeepsWhatItFound(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 23, Scenes: 250}, nil)
	for id := 1; id <= 220; id++ {
		must(t, b.world.Plex.Wipe(b.world.TargetKeys(id)[0]))
	}
	l := b.open()
	defer func() { must(t, l.db.Close()) }()
	ctx, stop := context.WithCancelCause(context.Background())
	out, rows := b.compareOn(ctx, l, func(r *reconcile.Run) {
		r.Yes = true
		r.Progress = func(checked, _ int) {
			if checked > 0 {
				stop(fault.New(fault.Canceled, fault.None, message.Foreign("You stopped it."), message.None, nil))
			}
		}
	})
	if out.Report.Incomplete.String() != "You stopped it." || out.Report.Checked != 100 || out.Report.Total != 250 || len(rows) != 100 {
		t.Errorf("got %+v with %d rows, want 100 of 250 checked", out.Report, len(rows))
	}
	err := l.db.View(func(tx store.Tx) error {
		j, _, err := tx.Job(220)
		if j.State == queue.Waiting {
			t.Error("a scene nobody judged is in the queue")
		}
		return err
	})
	must(t, err)
}
