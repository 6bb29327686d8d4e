package engine

import (
	"context"

	"lockstep/sync/fault"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// applyPage bounds the rows of one transaction.
const applyPage = 5000

// Apply enqueues the scenes a preview wants to write, all of them when ids is empty. It
// is also the answer to the brake: what it held of them may be written.
func (e *Engine) Apply(ctx context.Context, report uint64, ids []scene.ID) (int, error) {
	var rep store.Report
	err := e.ask(ctx, func() (err error) {
		if q := e.recon.brake.Question; report == 0 && q != nil {
			report = q.Report
		}
		rep, err = e.reader().Report(ctx, report)
		return err
	})
	if err != nil {
		return 0, err
	}
	if rep.Ended.IsZero() {
		return 0, fault.Old(fault.Rejected, fault.None, "This report is not finished yet.", "Wait for its end.", nil)
	}
	n, braked, err := e.applyRows(rep, ids)
	if err != nil {
		return n, err
	}
	return n, e.ask(ctx, func() error {
		err := e.answerBrake(rep, braked, len(ids) == 0)
		e.publish()
		return err
	})
}

// answerBrake takes the question back that a person answered: all of it by applying the
// preview that shows it, a part by anything less.
func (e *Engine) answerBrake(rep store.Report, braked, all bool) error {
	b := e.recon.brake
	switch {
	case b.Question != nil && rep.ID == b.Question.Report && all:
		return e.brakeAnswered()
	case b.Held != 0 && (braked || b.Question != nil && rep.ID == b.Question.Report):
		return e.setBrake(b.AnsweredInPart())
	}
	return nil
}

// applyRows enqueues the rows of a report, page by page.
func (e *Engine) applyRows(rep store.Report, ids []scene.ID) (n int, braked bool, err error) {
	chosen := make(map[scene.ID]bool, len(ids))
	for _, id := range ids {
		chosen[id] = true
	}
	now := e.stamp()
	for offset := 0; ; offset += applyPage {
		read, enqueued := 0, 0
		err := e.store.Update(func(tx store.Tx) error {
			page, err := tx.Rows(store.RowQuery{Report: rep.ID, Offset: offset, Limit: applyPage})
			if err != nil {
				return err
			}
			read = len(page.Rows)
			for _, row := range page.Rows {
				held := row.Reason == skip.Brake
				if len(ids) > 0 && !chosen[row.Scene] || !held && (!rep.Preview || row.Outcome != reconcile.Enqueued) {
					continue
				}
				braked = braked || held
				enqueued++
				if err := reconcile.Confirm(tx, row, now); err != nil {
					return err
				}
			}
			return nil
		})
		n += enqueued
		if err != nil || read < applyPage {
			return n, braked, err
		}
	}
}
