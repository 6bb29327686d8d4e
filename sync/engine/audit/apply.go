package audit

import (
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// applyPage bounds the rows of one transaction.
const applyPage = 5000

// Meant is the report a person means by an id: by zero the one the brake asks about, if it
// asks.
func (a *Auditor) Meant(report uint64) uint64 {
	if q, asked := a.Question(); report == 0 && asked {
		return q.Report
	}
	return report
}

// Apply enqueues rows of a report that has ended, page by page, all of them when ids is empty: those a
// preview wants to write, and those the brake held, which braked reports. It needs no
// Auditor and may be called beside the loop.
func Apply(h host.Host, rep store.Report, ids []scene.ID) (n int, braked bool, err error) {
	if rep.Ended.IsZero() {
		return 0, false, fault.New(fault.Rejected, fault.None, message.New(message.ReportUnfinished), message.New(message.AdviceWaitForEnd), nil)
	}
	chosen := make(map[scene.ID]bool, len(ids))
	for _, id := range ids {
		chosen[id] = true
	}
	now := h.Stamp()
	for offset := 0; ; offset += applyPage {
		read, enqueued := 0, 0
		err := h.Store.Update(func(tx store.Tx) error {
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
