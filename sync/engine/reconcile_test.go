package engine_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// reconcile runs a reconciliation to its end and checks that its numbers add up.
func (l *life) reconcile(q api.ReconcileRequest) (store.Report, []store.ReportRow) {
	l.t.Helper()
	id, err := l.Reconcile(context.Background(), q)
	if err != nil {
		l.t.Fatal(err)
	}
	return l.report(id)
}

// report waits for a report's end and reads it with all rows.
func (l *life) report(id uint64) (store.Report, []store.ReportRow) {
	l.t.Helper()
	ctx := context.Background()
	l.until("the end of the reconciliation", func(s api.Snapshot) bool { return s.Reconcile == nil || s.Reconcile.Report != id })
	rep, err := l.Report(ctx, id)
	if err != nil || rep.Ended.IsZero() {
		l.t.Fatalf("report %d: %+v, %v", id, rep, err)
	}
	page, err := l.Rows(ctx, store.RowQuery{Report: id, Limit: 200000})
	if err != nil {
		l.t.Fatal(err)
	}
	l.addsUp(rep, page.Rows)
	return rep, page.Rows
}

// addsUp checks the invariants of a report against its rows.
func (l *life) addsUp(rep store.Report, rows []store.ReportRow) {
	l.t.Helper()
	sum, gaps, skippedGaps := rep.InStep+rep.Enqueued, 0, 0
	for _, n := range rep.Skipped {
		sum += n
	}
	for _, n := range rep.GapsByKind {
		gaps += n
	}
	for _, r := range rows {
		if r.Outcome == reconcile.Skipped && r.Kind != "" {
			skippedGaps++
		}
	}
	if sum != rep.Checked || gaps != rep.Gaps || rep.Gaps != rep.Enqueued+skippedGaps || len(rows) != rep.Checked-rep.InStep {
		l.t.Errorf("the report does not add up: %+v with %d rows, %d skipped gaps", rep, len(rows), skippedGaps)
	}
}

func rowOf(rows []store.ReportRow, id int) store.ReportRow {
	i := slices.IndexFunc(rows, func(r store.ReportRow) bool { return r.Scene == scene.ID(id) })
	if i < 0 {
		return store.ReportRow{}
	}
	return rows[i]
}

// slowScans keeps scans from finding anything before a reconciliation does.
func slowScans(s *config.Settings) {
	s.StashProbe, s.SweepEvery, s.FilesEvery, s.PlexProbe = time.Hour, 24*time.Hour, 24*time.Hour, time.Hour
}

func TestIncident3EightRawScenesAreEightGapsWithAReasonEach(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 8}, nil)
	var ids []int
	for i := range 8 {
		ids = append(ids, b.world.AddFilm(sim.Scene{}, "raw/DSC_004"+strconv.Itoa(i)+".mp4"))
	}
	b.drain()
	out, rows := b.compare(nil)
	rep := out.Report
	if rep.Gaps != 8 || rep.Enqueued != 0 || rep.Skipped[skip.NoMetadata] != 8 || !rep.Incomplete.IsZero() || rep.GapsByKind[queue.Missing] != 8 {
		t.Errorf("got %+v, want 8 gaps, 0 enqueued, 8 skipped for no metadata", rep)
	}
	for _, row := range rows {
		if row.Reason != skip.NoMetadata || skip.Of(row.Reason).Advice.String() != "add a studio, performer, tag, date or details in Stash to allow sync" {
			t.Errorf("row %+v", row)
		}
	}
	b.clock.pass(time.Minute)
	must(t, b.world.Stash.Edit(ids[3], func(s *sim.Scene) { s.StudioID = b.world.Stash.StudioID("Harbour Films") }))
	out, rows = b.compare(nil)
	if rep := out.Report; rep.Enqueued != 1 || rep.Gaps != 8 || rep.Skipped[skip.NoMetadata] != 7 {
		t.Errorf("after one got a studio: %+v", rep)
	}
	if row := rowOf(rows, ids[3]); row.Outcome != reconcile.Enqueued {
		t.Errorf("the curated scene: %+v", row)
	}
	l := b.open()
	defer func() { must(t, l.db.Close()) }()
	if c := l.db.Counts(); c.Waiting != 1 || c.Skipped != 7 {
		t.Errorf("the queue holds %+v, want exactly the curated scene", c)
	}
}

func TestALibraryInStepHasNoGaps(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 9, Scenes: 300, Dirt: sim.Messy(), MultiFile: 0.1}, nil)
	for name, adjust := range map[string]func(*reconcile.Run){
		"quick": nil, "deep": func(r *reconcile.Run) { r.Report.Deep = true }, "preview": preview,
		"deep preview": func(r *reconcile.Run) { r.Report.Deep, r.Report.Preview = true, true },
	} {
		b.world.ResetCounts()
		out, rows := b.compare(adjust)
		for _, row := range rows {
			if row.Outcome == reconcile.Enqueued {
				t.Errorf("%s: enqueued: %+v", name, row)
			}
		}
		if rep := out.Report; rep.Checked != 300 || !rep.Incomplete.IsZero() || b.world.Plex.Mutations() != 0 {
			t.Errorf("%s: %+v", name, rep)
		}
		t.Logf("%s: %+v; plex %v stash %v", name, out.Report, b.world.Plex.Counts(), b.world.Stash.Counts())
	}
}

func TestReconcileRunsWithinTheEngine(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 10, Scenes: 120, Dirt: sim.Dirt{Raw: 5}})
	slowScans(&r.settings)
	l := r.start()
	rep, _ := l.reconcile(api.ReconcileRequest{}) // waits for the first scan by itself
	if rep.Checked != 120 || !rep.Incomplete.IsZero() {
		t.Errorf("at once: %+v", rep)
	}
	l.settled()
	rep, _ = l.reconcile(api.ReconcileRequest{})
	if rep.InStep != 115 || rep.Skipped[skip.NoMetadata] != 5 {
		t.Errorf("in step: %+v", rep)
	}
	s := l.until("the report in the snapshot", func(s api.Snapshot) bool { return s.LastReconciliation != nil && s.LastReconciliation.ID == rep.ID })
	if s.NeedAction != 5 {
		t.Errorf("%d need a person, want 5", s.NeedAction)
	}
	for scope, want := range map[config.Scope]int{"24h": 115, "7days": 115, "library:nature": 120, "library:archive": 120, "scene:1": 1} {
		if rep, _ := l.reconcile(api.ReconcileRequest{Scope: scope, Preview: true}); rep.Checked != want {
			t.Errorf("scope %s: %+v, want %d checked", scope, rep, want)
		}
	}
	for _, scope := range []config.Scope{"library:Nowhere", "yesterday", "scene:x"} {
		if _, err := l.Reconcile(context.Background(), api.ReconcileRequest{Scope: scope}); err == nil {
			t.Errorf("scope %s was accepted", scope)
		}
	}
}
