package reconcile

import (
	"fmt"
	"slices"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/message"
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
	out.Tally = s.brake
	if !s.report.Preview {
		if !s.Yes {
			out.Held = s.Brake.Over(s.brake, brake.LimitsOf(s.Settings), s.Clock())
		}
		if err := s.carryOut(out.Held); err != nil {
			return err
		}
		if err := s.forget(); err != nil {
			return err
		}
	}
	sums := s.tally.into(&s.report)
	if sums != nil {
		s.report.Incomplete = message.New(message.ReconcileSums)
	}
	s.report.Ended = s.Clock().UTC().Round(0)
	if s.report.Incomplete.IsZero() {
		s.report.Total = s.report.Checked
	}
	if err := s.Store.Update(func(tx store.Tx) error { return tx.PutReport(s.report) }); err != nil {
		return fmt.Errorf("store the report: %w", err)
	}
	return sums
}

// carryOut enqueues the rows to be written, page by page. Those the brake holds become
// skipped ones.
func (s *session) carryOut(held brake.Fields) error {
	if s.tally.enqueued == 0 {
		return nil
	}
	for offset := 0; ; offset += rowBatch {
		n, err := s.carryPage(offset, held)
		if err != nil {
			return fmt.Errorf("enqueue what was found: %w", err)
		}
		if n < rowBatch {
			return nil
		}
	}
}

func (s *session) carryPage(offset int, held brake.Fields) (int, error) {
	now := s.Clock().UTC().Round(0)
	read, kept := 0, 0
	err := s.Store.Update(func(tx store.Tx) error {
		page, err := tx.Rows(store.RowQuery{Report: s.report.ID, Offset: offset, Limit: rowBatch})
		if err != nil {
			return err
		}
		read = len(page.Rows)
		var changed []store.ReportRow
		for _, row := range page.Rows {
			stays, err := s.carryRow(tx, row, held, now)
			if err != nil {
				return err
			}
			if stays {
				row.Outcome, row.Reason, row.Message = Skipped, skip.Brake, message.None
				changed = append(changed, row)
			}
		}
		if kept = len(changed); kept == 0 {
			return nil
		}
		return tx.AddRows(s.report.ID, changed)
	})
	if err != nil {
		return 0, err
	}
	for range kept {
		s.tally.hold()
	}
	return read, nil
}

// carryRow enqueues the scene of a row. It reports whether the brake holds it back: then
// its job says so.
func (s *session) carryRow(tx store.Tx, row store.ReportRow, held brake.Fields, now time.Time) (bool, error) {
	switch {
	case row.Outcome != Enqueued:
		return false, nil
	case s.Yes:
		return false, Confirm(tx, row, now)
	case row.Reason != "": // in the queue already
		return false, nil
	}
	w := queue.Wish{Scene: row.Scene, Name: row.Title, Cause: row.Kind}
	if stays := s.masks[row.Scene] & held; stays != 0 {
		return true, hold(tx, w, stays, now)
	}
	j, err := wished(tx, w, now)
	if err != nil {
		return false, err
	}
	return false, tx.PutJob(j)
}

// hold gives a scene a job that says why it waits. One that was queued meanwhile is left
// to the brake that sees every batch.
func hold(tx store.Tx, w queue.Wish, stays brake.Fields, now time.Time) error {
	old, ok, err := tx.Job(w.Scene)
	if err != nil || ok && old.State.Live() {
		return err
	}
	j, err := wished(tx, w, now)
	if err != nil {
		return err
	}
	return tx.PutJob(j.Skip(skip.Brake, brake.Counting(stays), now))
}

// Confirm enqueues the scene of a row because a person wants it written.
func Confirm(tx store.Tx, row store.ReportRow, now time.Time) error {
	j, err := wished(tx, queue.Wish{Scene: row.Scene, Name: row.Title, Cause: queue.Confirmed, Confirmed: true}, now)
	if err != nil {
		return err
	}
	return tx.PutJob(j)
}

// wished is the job of a scene after a wish.
func wished(tx store.Tx, w queue.Wish, now time.Time) (queue.Job, error) {
	old, ok, err := tx.Job(w.Scene)
	if err != nil || !ok {
		return queue.Enqueue(nil, w, now), err
	}
	return queue.Enqueue(&old, w, now), nil
}

// forget drops the scenes that vanished, of a run that came to see them all.
func (s *session) forget() error {
	if !s.report.Incomplete.IsZero() || !s.scope.whole {
		return nil
	}
	ids := make([]scene.ID, len(s.gone))
	for i, l := range s.gone {
		ids[i] = l.ID
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
