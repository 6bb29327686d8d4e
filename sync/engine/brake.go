package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// The brake guards two ways to Plex. A reconciliation plans everything before it
// enqueues anything, so it holds back exactly what is over the threshold. Jobs that come
// from looks — the first sync of a library somebody filled, a changed field policy — are
// planned batch by batch, so the guard counts over the whole run what the batches
// planned, and from the batch that passes the threshold on, before any of it is written,
// scenes with a change that counts end as skipped by the brake; what came before is
// below the minimum and can be undone. Everything else goes on. When the queue is empty a
// preview of all that is held is made; applying it is the answer. Clears of Lockstep's
// own values are measured against the whole library, as deletions in Stash are ordinary
// in small numbers.

// brakeValue names the stored question of the brake.
const brakeValue = "brake"

// brakeState is what the brake asks, and what was allowed. The zero value asks nothing.
type brakeState struct {
	Words   string           `json:"words,omitempty"` // empty: nothing is asked
	Report  uint64           `json:"report,omitempty"`
	Since   time.Time        `json:"since,omitzero"`
	Fields  reconcile.Fields `json:"fields,omitempty"`  // held back
	Allowed reconcile.Fields `json:"allowed,omitempty"` // until the queue is empty
	Wanted  scene.Hash       `json:"wanted,omitempty"`  // of the settings it was asked under
}

// unseen reports a question without the preview that shows what it is about.
func (b brakeState) unseen() bool { return b.Words != "" && b.Report == 0 }

// brakeHint is what a person can do.
const brakeHint = "Look at the preview; apply all or some of it, or change the settings."

// setBrake stores and shows a state of the brake.
func (e *Engine) setBrake(b brakeState) {
	if err := e.store.Update(func(tx store.Tx) error { return tx.PutValue(brakeValue, b) }); err != nil {
		e.noteLocal(err)
	}
	e.recon.brake = b
	e.showBrake()
	e.publish()
}

func (e *Engine) showBrake() {
	b := e.recon.brake
	e.recon.guard.follow(b)
	if b.Words == "" {
		e.clear(api.BrakeAsks)
		return
	}
	e.notes[api.BrakeAsks] = api.Attention{Kind: api.BrakeAsks, Words: b.Words, Hint: brakeHint, Since: b.Since, Report: b.Report}
}

// askBrake asks about what is over the threshold; report is the preview of it, zero when
// one is still to be made.
func (e *Engine) askBrake(trips []reconcile.Trip, report uint64) {
	b := e.recon.brake
	if b.Words == "" {
		b.Since = e.stamp()
	}
	b.Words, b.Report, b.Wanted = reconcile.BrakeWords(trips), report, e.settings.WantedHash()
	b.Fields |= reconcile.FieldsOf(trips)
	e.log.Warn("the mass-change brake asks", "what", b.Words)
	e.setBrake(b)
}

// brakePreviewed puts the preview to the question, with numbers about everything.
func (e *Engine) brakePreviewed(report uint64, trips []reconcile.Trip) {
	b := e.recon.brake
	if b.Words == "" {
		return
	}
	b.Report = report
	if len(trips) > 0 {
		b.Words = reconcile.BrakeWords(trips)
	}
	e.setBrake(b)
}

// releaseBrake takes the question back.
func (e *Engine) releaseBrake() {
	if e.recon.brake != (brakeState{}) {
		e.setBrake(brakeState{})
	}
}

// tendBrake drops a question about settings that are no longer, and what was allowed
// once it is used up.
func (e *Engine) tendBrake() {
	b := e.recon.brake
	if b.Words != "" && b.Wanted != e.settings.WantedHash() {
		e.releaseBrake()
		return
	}
	if b.Allowed != 0 && !e.work.active && e.store.Counts().Empty() {
		b.Allowed = 0
		e.setBrake(b)
	}
}

// applyPage bounds the rows of one transaction.
const applyPage = 5000

// Apply enqueues the scenes a preview wants to write, all of them when ids is empty. It
// is also the answer to the brake: what it held of them may be written.
func (e *Engine) Apply(ctx context.Context, report uint64, ids []scene.ID) (int, error) {
	var rep store.Report
	err := e.ask(ctx, func() (err error) {
		if report == 0 {
			report = e.recon.brake.Report
		}
		rep, err = e.reader().Report(ctx, report)
		return err
	})
	if err != nil {
		return 0, err
	}
	if rep.Ended.IsZero() {
		return 0, fault.New(fault.Rejected, fault.None, "This report is not finished yet.", "Wait for its end.", nil)
	}
	n, braked, err := e.applyRows(rep, ids)
	if err != nil {
		return n, err
	}
	return n, e.ask(ctx, func() error {
		if b := e.recon.brake; b.Words != "" && (braked || rep.ID == b.Report) {
			next := brakeState{Allowed: b.Allowed}
			if len(ids) == 0 {
				next.Allowed |= b.Fields
			}
			e.setBrake(next)
		}
		e.publish()
		return nil
	})
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
				if err := reconcile.Wish(tx, row, reconcile.Confirmed, now); err != nil {
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
