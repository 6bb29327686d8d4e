package engine_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
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

// slowLooks keeps looks from finding anything before a reconciliation does.
func slowLooks(s *config.Settings) {
	s.StashProbe, s.SweepEvery, s.FilesEvery, s.PlexProbe = time.Hour, 24*time.Hour, 24*time.Hour, time.Hour
}

func TestEightRawScenesMissingInPlexAreEightGapsWithAReason(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 8})
	slowLooks(&r.settings)
	var ids []int
	for i := range 8 {
		ids = append(ids, r.world.AddFilm(sim.Scene{}, "raw/DSC_004"+string(rune('0'+i))+".mp4"))
	}
	l := r.start()
	l.settled()
	rep, rows := l.reconcile(api.ReconcileRequest{})
	if rep.Gaps != 8 || rep.Enqueued != 0 || rep.Skipped[skip.NoMetadata] != 8 || rep.Incomplete != "" || rep.GapsByKind[reconcile.Missing] != 8 {
		t.Errorf("got %+v, want 8 gaps, 0 enqueued, 8 skipped for no metadata", rep)
	}
	for _, row := range rows {
		if row.Reason != skip.NoMetadata || skip.Of(row.Reason).Advice != "add a studio, performer, tag, date or details in Stash to allow sync" {
			t.Errorf("row %+v", row)
		}
	}
	s := l.settled()
	if s.NeedLook != 8 || s.LastReconciliation == nil || s.LastReconciliation.ID != rep.ID {
		t.Errorf("snapshot: need look %d, last %+v", s.NeedLook, s.LastReconciliation)
	}

	if err := r.world.Stash.Edit(ids[3], func(s *sim.Scene) { s.StudioID = r.world.Stash.StudioID("Harbour Films") }); err != nil {
		t.Fatal(err)
	}
	rep, rows = l.reconcile(api.ReconcileRequest{})
	if rep.Enqueued != 1 || rep.Gaps != 8 || rep.Skipped[skip.NoMetadata] != 7 {
		t.Errorf("after one got a studio: %+v", rep)
	}
	if row := rowOf(rows, ids[3]); row.Outcome != reconcile.Enqueued {
		t.Errorf("the curated scene: %+v", row)
	}
}

func TestReconcileOfALibraryInStepFindsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 9, Scenes: 300, Dirt: sim.Messy(), MultiFile: 0.1})
	slowLooks(&r.settings)
	l := r.start()
	l.settled()
	r.world.ResetCounts()
	rep, rows := l.reconcile(api.ReconcileRequest{})
	for _, row := range rows {
		if row.Outcome == reconcile.Enqueued {
			t.Errorf("enqueued: %+v", row)
		}
	}
	if rep.Checked != 300 || rep.InStep+len(rows) != 300 {
		t.Errorf("got %+v", rep)
	}
	t.Logf("%+v; plex %v stash %v", rep, r.world.Plex.Counts(), r.world.Stash.Counts())
	rep, _ = l.reconcile(api.ReconcileRequest{Deep: true})
	if rep.Enqueued != 0 || rep.Checked != 300 {
		t.Errorf("deep: %+v", rep)
	}
	if r.world.Plex.Mutations() != 0 {
		t.Errorf("%d writes", r.world.Plex.Mutations())
	}
}
