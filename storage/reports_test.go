package storage_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/storage"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

func newReport(t testing.TB, d *storage.DB, r store.Report) uint64 {
	t.Helper()
	var id uint64
	update(t, d, func(tx store.Tx) (err error) {
		id, err = tx.NewReport(r)
		return err
	})
	return id
}

// fillReport adds rows for scenes 1 to n: every third enqueued, the rest skipped for
// two reasons in turn.
func fillReport(t testing.TB, d *storage.DB, id uint64, n int) {
	t.Helper()
	for from := 1; from <= n; from += 5000 {
		var rows []store.ReportRow
		for i := from; i < from+5000 && i <= n; i++ {
			r := store.ReportRow{Scene: scene.ID(i), Title: fmt.Sprintf("Lighthouse %d", i), Path: fmt.Sprintf("/data/films/harbour/%06d.mkv", i), Outcome: "skipped", Reason: skip.NotInPlex}
			switch i % 3 {
			case 0:
				r.Outcome, r.Reason, r.Kind = "enqueued", "", "drifted"
			case 1:
				r.Reason, r.Kind = skip.NoMetadata, "never synced"
			}
			rows = append(rows, r)
		}
		update(t, d, func(tx store.Tx) error { return tx.AddRows(id, rows) })
	}
}

func TestRowsAreFilteredSearchedAndPaged(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	id := newReport(t, d, store.Report{Scope: "all"})
	fillReport(t, d, id, 900)
	tests := map[string]struct {
		query       store.RowQuery
		total, page int
		first       scene.ID
	}{
		"all, first page":    {store.RowQuery{}, 900, 100, 1},
		"all, last page":     {store.RowQuery{Offset: 850, Limit: 100}, 900, 50, 851},
		"past the end":       {store.RowQuery{Offset: 900}, 900, 0, 0},
		"enqueued":           {store.RowQuery{Outcome: "enqueued", Limit: 10}, 300, 10, 3},
		"reason":             {store.RowQuery{Reason: skip.NoMetadata, Offset: 1, Limit: 2}, 300, 2, 4},
		"kind":               {store.RowQuery{Kind: "drifted", Limit: 1}, 300, 1, 3},
		"contradiction":      {store.RowQuery{Outcome: "enqueued", Reason: skip.NoMetadata}, 0, 0, 0},
		"search":             {store.RowQuery{Search: "LIGHTHOUSE 89"}, 11, 11, 89},
		"search, page two":   {store.RowQuery{Search: "lighthouse 89", Offset: 10, Limit: 5}, 11, 1, 899},
		"search in the path": {store.RowQuery{Search: "000007.mkv"}, 1, 1, 7},
		"search and reason":  {store.RowQuery{Search: "lighthouse 89", Reason: skip.NoMetadata}, 3, 3, 892},
		"nothing":            {store.RowQuery{Search: "tractor"}, 0, 0, 0},
		"unknown report":     {store.RowQuery{Report: 77}, 0, 0, 0},
	}
	for name, tc := range tests {
		if tc.query.Report == 0 {
			tc.query.Report = id
		}
		view(t, d, func(tx store.Tx) error {
			p, err := tx.Rows(tc.query)
			if p.Total != tc.total || len(p.Rows) != tc.page {
				t.Errorf("%s: %d of %d rows, want %d of %d", name, len(p.Rows), p.Total, tc.page, tc.total)
			}
			if len(p.Rows) > 0 && p.Rows[0].Scene != tc.first {
				t.Errorf("%s: starts at %d, want %d", name, p.Rows[0].Scene, tc.first)
			}
			return err
		})
	}
}

func TestSecondRowOfASceneReplacesTheFirst(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	id := newReport(t, d, store.Report{})
	for _, outcome := range []string{"enqueued", "skipped"} {
		update(t, d, func(tx store.Tx) error {
			return tx.AddRows(id, []store.ReportRow{{Scene: 4, Outcome: outcome}})
		})
	}
	view(t, d, func(tx store.Tx) error {
		for outcome, want := range map[string]int{"enqueued": 0, "skipped": 1, "": 1} {
			if p, err := tx.Rows(store.RowQuery{Report: id, Outcome: outcome}); p.Total != want || err != nil {
				t.Errorf("%q: %+v, %v", outcome, p, err)
			}
		}
		return nil
	})
}

func TestTwentyReportsAreKept(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	for i := range 25 {
		id := newReport(t, d, store.Report{Checked: i})
		fillReport(t, d, id, 3)
	}
	view(t, d, func(tx store.Tx) error {
		all, err := tx.Reports(0)
		if len(all) != 20 || all[0].ID != 25 || all[19].ID != 6 {
			t.Errorf("%d reports from %d to %d", len(all), all[0].ID, all[len(all)-1].ID)
		}
		last, ok, _ := tx.Report(0)
		if !ok || last.ID != 25 || last.Checked != 24 {
			t.Errorf("newest: %+v, %v", last, ok)
		}
		if _, ok, _ := tx.Report(5); ok {
			t.Error("report 5 is still there")
		}
		if p, _ := tx.Rows(store.RowQuery{Report: 5}); p.Total != 0 {
			t.Errorf("rows of report 5: %d", p.Total)
		}
		return err
	})
	if err := d.Update(func(tx store.Tx) error { return tx.AddRows(5, []store.ReportRow{{Scene: 1}}) }); err == nil || !strings.Contains(err.Error(), "5") {
		t.Errorf("rows for a dropped report: %v", err)
	}
}

func TestDamageInARowKeepsTheNumbers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	fillReport(t, d, newReport(t, d, store.Report{}), 30)
	closeDB(t, d)
	garble(t, dir, `"title":"Lighthouse 7"`)
	d, _ = open(t, dir)
	view(t, d, func(tx store.Tx) error {
		p, err := tx.Rows(store.RowQuery{Report: 1, Reason: skip.NoMetadata})
		if p.Total != 10 || len(p.Rows) != 10 {
			t.Fatalf("%d of %d rows", len(p.Rows), p.Total)
		}
		if r := p.Rows[2]; r.Scene != 7 || r.Reason != skip.NoMetadata || r.Message.IsZero() {
			t.Errorf("the damaged row is shown as %+v", r)
		}
		return err
	})
}
