// Package records answers the questions that only need the stored state: the queue, what was
// written, and reports. A Reader gives them page by page and may be asked by any goroutine,
// with an engine running or without.
package records

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
)

// Reader reads a store.
type Reader struct {
	store store.Store
	asked func() []api.Attention // may be nil
}

// New makes a reader of a store. Asked gives what a person is asked for now; it may be nil.
func New(s store.Store, asked func() []api.Attention) Reader { return Reader{s, asked} }

// Jobs is a page of the queue. Those that wait say for what, when a person is asked for it.
func (r Reader) Jobs(_ context.Context, q store.JobQuery) (p store.JobPage, err error) {
	err = r.store.View(func(tx store.Tx) error { p, err = tx.ListJobs(q); return err })
	if r.asked == nil {
		return p, err
	}
	if why, holds := holding(r.asked()); holds {
		for i, j := range p.Jobs {
			if j.State == queue.Waiting {
				p.Jobs[i].Message, p.Jobs[i].Hint = why.Message, why.Hint
			}
		}
	}
	return p, err
}

// holding is the question that holds every job back.
func holding(list []api.Attention) (api.Attention, bool) {
	for _, a := range list {
		switch a.Kind {
		case api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash:
			return a, true
		}
	}
	return api.Attention{}, false
}

// History is what was written when, the newest first.
func (r Reader) History(_ context.Context, q store.HistoryQuery) (h []store.Activity, err error) {
	err = r.store.View(func(tx store.Tx) error { h, err = tx.History(q); return err })
	return h, err
}

// Runs lists the newest runs first.
func (r Reader) Runs(_ context.Context, limit int) (runs []store.Run, err error) {
	err = r.store.View(func(tx store.Tx) error { runs, err = tx.Runs(limit); return err })
	return runs, err
}

// Statistics is what was done on the days from one on (2026-03-01), the oldest first. Requests
// that belong to no batch are counted once an hour.
func (r Reader) Statistics(_ context.Context, since string) (days []statistics.Day, err error) {
	err = r.store.View(func(tx store.Tx) error {
		b, err := statistics.Load(tx)
		days = b.Since(since)
		return err
	})
	return days, err
}

// Reports lists the newest reports first.
func (r Reader) Reports(_ context.Context, limit int) (list []store.Report, err error) {
	err = r.store.View(func(tx store.Tx) error { list, err = tx.Reports(limit); return err })
	return list, err
}

// Report returns one report; id zero means the newest.
func (r Reader) Report(_ context.Context, id uint64) (rep store.Report, err error) {
	err = r.store.View(func(tx store.Tx) error {
		var ok bool
		if rep, ok, err = tx.Report(id); err == nil && !ok {
			return fault.New(fault.NotFound, fault.None, message.New(message.NoReport), message.New(message.AdviceNoReport), nil)
		}
		return err
	})
	return rep, err
}

// Rows is a page of a report.
func (r Reader) Rows(_ context.Context, q store.RowQuery) (p store.RowPage, err error) {
	err = r.store.View(func(tx store.Tx) error { p, err = tx.Rows(q); return err })
	return p, err
}
