package storage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// lived stores ten days: a run a day, each with two journal entries and activities.
func lived(tx store.Tx) error {
	for day := range 10 {
		at := start.AddDate(0, 0, day)
		if err := tx.PutRun(store.Run{ID: uint64(day + 1), Started: at, Ended: at.Add(time.Hour)}); err != nil {
			return err
		}
		for id := scene.ID(1); id <= 2; id++ {
			name := fmt.Sprintf("Ferry %d on day %d", id, day)
			if err := tx.AddJournal(store.JournalEntry{Run: uint64(day + 1), Scene: id, Name: name, At: at}); err != nil {
				return err
			}
			if err := tx.AddActivity(store.Activity{Run: uint64(day + 1), Scene: id, Name: name, At: at}); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestJournalIsFoundByRunAndSceneNewestFirst(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, lived)
	tests := map[string]struct {
		run  uint64
		id   scene.ID
		want string
	}{
		"run":       {3, 0, "[6 5]"},
		"scene":     {0, 2, "[20 18 16 14 12 10 8 6 4 2]"},
		"both":      {3, 2, "[6]"},
		"nothing":   {99, 0, "[]"},
		"any":       {0, 0, "[20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1]"},
		"not there": {99, 2, "[]"},
	}
	for name, tc := range tests {
		view(t, d, func(tx store.Tx) error {
			entries, err := tx.JournalOf(tc.run, tc.id)
			got := []uint64{}
			for _, e := range entries {
				got = append(got, e.Seq)
			}
			if fmt.Sprint(got) != tc.want {
				t.Errorf("%s: %v, want %s", name, got, tc.want)
			}
			return err
		})
	}
}

func TestUndoneEntryIsMarked(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, lived)
	update(t, d, func(tx store.Tx) error { return tx.MarkUndone(5) })
	update(t, d, func(tx store.Tx) error { return tx.MarkUndone(500) })
	view(t, d, func(tx store.Tx) error {
		entries, err := tx.JournalOf(3, 0)
		if len(entries) != 2 || entries[0].Undone || !entries[1].Undone {
			t.Errorf("entries %+v", entries)
		}
		return err
	})
}

func TestAVoidEntryIsNothingToUndoUntilItsWriteTurnsOutToHaveArrived(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, lived)
	for _, void := range []bool{true, false} {
		update(t, d, func(tx store.Tx) error { return tx.MarkVoid(5, void) })
		update(t, d, func(tx store.Tx) error { return tx.MarkVoid(500, void) })
		view(t, d, func(tx store.Tx) error {
			entries, err := tx.JournalOf(3, 0)
			if len(entries) != 2 || !entries[0].Undoable() || entries[1].Undoable() == void {
				t.Errorf("void %v: entries %+v", void, entries)
			}
			return err
		})
	}
}

func TestHistoryGoesOnBelowASeqAndIsSearched(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, lived)
	tests := map[string]struct {
		query store.HistoryQuery
		want  string
	}{
		"first page":        {store.HistoryQuery{Limit: 3}, "[20 19 18]"},
		"next page":         {store.HistoryQuery{Before: 18, Limit: 3}, "[17 16 15]"},
		"scene":             {store.HistoryQuery{Scene: 1, Limit: 2}, "[19 17]"},
		"scene, next":       {store.HistoryQuery{Scene: 1, Before: 17, Limit: 2}, "[15 13]"},
		"search":            {store.HistoryQuery{Search: "DAY 4"}, "[10 9]"},
		"before everything": {store.HistoryQuery{Before: 1}, "[]"},
	}
	for name, tc := range tests {
		view(t, d, func(tx store.Tx) error {
			lines, err := tx.History(tc.query)
			got := []uint64{}
			for _, a := range lines {
				got = append(got, a.Seq)
			}
			if fmt.Sprint(got) != tc.want {
				t.Errorf("%s: %v, want %s", name, got, tc.want)
			}
			return err
		})
	}
}

func TestPruneTakesWhatIsTooOldInSmallSteps(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, func(tx store.Tx) error { // written while the clock was years ahead
		for range 5 {
			if err := tx.AddActivity(store.Activity{Scene: 9, At: start.AddDate(9, 0, 0)}); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, d, lived)
	total := 0
	for range 100 {
		n := 0
		update(t, d, func(tx store.Tx) (err error) { n, err = tx.Prune(start.AddDate(0, 0, 4), 3); return err })
		if total += n; n == 0 {
			break
		}
	}
	if total != 8+8+4 {
		t.Errorf("pruned %d, want four days: 20", total)
	}
	view(t, d, func(tx store.Tx) error {
		entries, _ := tx.JournalOf(0, 0)
		lines, _ := tx.History(store.HistoryQuery{Limit: 100})
		runs, err := tx.Runs(0)
		if len(entries) != 12 || len(lines) != 17 || len(runs) != 6 {
			t.Errorf("left: %d entries, %d lines, %d runs", len(entries), len(lines), len(runs))
		}
		return err
	})
	audit(t, d)
}

func TestNumbersOfRolledBackEntriesAreNotLost(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	for range 3 {
		_ = d.Update(func(tx store.Tx) error {
			_ = tx.AddActivity(store.Activity{Scene: 1, At: start})
			return errOnPurpose
		})
	}
	update(t, d, func(tx store.Tx) error { return tx.AddActivity(store.Activity{Scene: 2, At: start}) })
	view(t, d, func(tx store.Tx) error {
		lines, err := tx.History(store.HistoryQuery{})
		if len(lines) != 1 || lines[0].Seq != 1 || lines[0].Scene != 2 {
			t.Errorf("history %+v", lines)
		}
		return err
	})
}

func TestDamagedOutageIsLostAndSaidSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	update(t, d, func(tx store.Tx) error {
		for id := uint64(1); id <= 3; id++ {
			r := outage.Record{ID: id, Started: start, Ended: start.Add(time.Minute), Cause: message.Foreign(fmt.Sprintf("refused %d", id))}
			if err := tx.PutOutage(r); err != nil {
				return err
			}
		}
		return nil
	})
	closeDB(t, d)
	garble(t, dir, `"detail":"refused 2"`)
	d, o := open(t, dir)
	if !strings.Contains(o.Message.String(), "Outages lost to damage on disk: 1.") {
		t.Errorf("said %q", o.Message)
	}
	view(t, d, func(tx store.Tx) error {
		all, err := tx.Outages(0)
		if len(all) != 2 || all[0].ID != 3 || all[1].ID != 1 {
			t.Errorf("outages %+v", all)
		}
		one, _ := tx.Outages(1)
		if len(one) != 1 || one[0].ID != 3 {
			t.Errorf("newest %+v", one)
		}
		return err
	})
}

func TestGapIsKnownByItsBeginning(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	gaps := []outage.Gap{{To: start}, {From: start.Add(time.Hour), To: start.Add(2 * time.Hour)}, {From: start.Add(time.Hour), To: start.Add(3 * time.Hour)}}
	update(t, d, func(tx store.Tx) error {
		for _, g := range []int{1, 0, 2} {
			if err := tx.PutOffGap(gaps[g]); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, d, func(tx store.Tx) error {
		got, err := tx.OffGaps()
		if len(got) != 2 || !got[0].From.IsZero() || !got[1].To.Equal(gaps[2].To) {
			t.Errorf("gaps %+v", got)
		}
		return err
	})
	update(t, d, func(tx store.Tx) error { return tx.DeleteOffGap(gaps[1]) })
	view(t, d, func(tx store.Tx) error {
		got, err := tx.OffGaps()
		if len(got) != 1 {
			t.Errorf("gaps %+v", got)
		}
		return err
	})
}

// A run that is forgotten leaves its journal; forgetting one that is not there is no error.
func TestARunIsForgottenWithoutItsJournal(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, lived)
	for range 2 {
		update(t, d, func(tx store.Tx) error { return tx.DeleteRun(3) })
	}
	view(t, d, func(tx store.Tx) error {
		runs, err := tx.Runs(0)
		for _, r := range runs {
			if r.ID == 3 {
				t.Errorf("still there: %+v", r)
			}
		}
		if entries, _ := tx.JournalOf(3, 0); len(entries) != 2 || len(runs) != 9 {
			t.Errorf("%d entries, %d runs", len(entries), len(runs))
		}
		return err
	})
	audit(t, d)
}
