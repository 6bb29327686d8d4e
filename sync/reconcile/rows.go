package reconcile

import (
	"fmt"
	"slices"
	"time"

	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// flushRows stores the collected rows when there are at least so many.
func (s *session) flushRows(least int) error {
	if len(s.rows) < least {
		return nil
	}
	rows := s.rows
	s.rows = nil
	for part := range slices.Chunk(rows, rowBatch) {
		if err := s.Store.Update(func(tx store.Tx) error { return tx.AddRows(s.report.ID, part) }); err != nil {
			return fmt.Errorf("store report rows: %w", err)
		}
	}
	return nil
}

// finish lets the brake judge, enqueues what it lets pass and stores the report.
func (s *session) finish(out *Outcome) error {
	if err := s.flushRows(1); err != nil {
		return err
	}
	if !s.Yes {
		out.Trips = s.brake.Tripped()
	}
	if !s.report.Preview {
		if err := s.carryOut(out); err != nil {
			return err
		}
		if err := s.forget(); err != nil {
			return err
		}
	}
	sums := s.tally.into(&s.report)
	if sums != nil {
		s.report.Incomplete = "The numbers of this report do not add up; please report this."
	}
	s.report.Ended = s.Clock().UTC().Round(0)
	if s.report.Incomplete == "" {
		s.report.Total = s.report.Checked
	}
	if err := s.Store.Update(func(tx store.Tx) error { return tx.PutReport(s.report) }); err != nil {
		return fmt.Errorf("store the report: %w", err)
	}
	return sums
}

// carryOut enqueues the rows to be written. Rows the brake holds become skipped ones,
// and a preview of their own that can be applied.
func (s *session) carryOut(out *Outcome) error {
	if s.tally.enqueued == 0 {
		return nil
	}
	tripped := FieldsOf(out.Trips)
	ask := store.Report{Scope: s.report.Scope, Started: s.report.Started, Preview: true, Deep: s.report.Deep, Scheduled: s.report.Scheduled}
	if tripped != 0 {
		if err := s.Store.Update(func(tx store.Tx) (err error) { ask.ID, err = tx.NewReport(ask); return err }); err != nil {
			return err
		}
	}
	held := newTally()
	for offset := 0; ; offset += rowBatch {
		n, err := s.carryPage(offset, tripped, ask.ID, &held)
		if err != nil {
			return err
		}
		if n < rowBatch {
			break
		}
	}
	if tripped == 0 {
		return nil
	}
	out.Ask = ask.ID
	held.checked = held.enqueued
	if err := held.into(&ask); err != nil {
		return err
	}
	ask.Total, ask.Ended = ask.Checked, s.Clock().UTC().Round(0)
	return s.Store.Update(func(tx store.Tx) error { return tx.PutReport(ask) })
}

func (s *session) carryPage(offset int, tripped Fields, ask uint64, held *tally) (int, error) {
	now := s.Clock().UTC().Round(0)
	var all, kept []store.ReportRow
	err := s.Store.Update(func(tx store.Tx) error {
		page, err := tx.Rows(store.RowQuery{Report: s.report.ID, Offset: offset, Limit: rowBatch})
		if err != nil {
			return err
		}
		all = page.Rows
		kept, err = s.carryRows(tx, all, tripped, now)
		if err != nil || len(kept) == 0 {
			return err
		}
		return tx.AddRows(ask, kept)
	})
	if err != nil {
		return 0, fmt.Errorf("enqueue what was found: %w", err)
	}
	for _, row := range kept {
		s.tally.hold()
		held.enqueue(row.Kind)
	}
	return len(all), nil
}

// carryRows enqueues rows, and turns those the brake holds into skipped ones. It returns
// the latter as they were.
func (s *session) carryRows(tx store.Tx, rows []store.ReportRow, tripped Fields, now time.Time) ([]store.ReportRow, error) {
	var kept, changed []store.ReportRow
	for _, row := range rows {
		switch {
		case row.Outcome != Enqueued:
		case s.masks[row.Scene]&tripped != 0:
			kept = append(kept, row)
			row.Outcome, row.Reason, row.Words = Skipped, skip.Brake, ""
			changed = append(changed, row)
		default:
			if err := Wish(tx, row, row.Kind, now); err != nil {
				return nil, err
			}
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	return kept, tx.AddRows(s.report.ID, changed)
}

// Wish enqueues the scene of a row.
func Wish(tx store.Tx, row store.ReportRow, cause string, now time.Time) error {
	w := queue.Wish{Scene: row.Scene, Name: row.Title, Cause: cause}
	old, ok, err := tx.Job(row.Scene)
	if err != nil {
		return err
	}
	if !ok {
		return tx.PutJob(queue.Enqueue(nil, w, now))
	}
	return tx.PutJob(queue.Enqueue(&old, w, now))
}

// forget drops the scenes that vanished, of a run that came to see them all.
func (s *session) forget() error {
	if s.report.Incomplete != "" || !s.scope.whole {
		return nil
	}
	ids := make([]scene.ID, len(s.gone))
	for i, l := range s.gone {
		ids[i] = l.id
	}
	for part := range slices.Chunk(ids, detailBatch) {
		err := s.Store.Update(func(tx store.Tx) error {
			for _, id := range part {
				if err := s.Forget(tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("forget deleted scenes: %w", err)
		}
	}
	return nil
}
