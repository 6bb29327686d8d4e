package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/movein"
	"lockstep/sync/engine/settings"
	"lockstep/sync/fault"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// Reader answers the questions that only need the stored state. The engine uses it,
// and so does a command that runs while no engine does.
type Reader struct {
	Store store.Store
	Now   func() time.Time
	// Watching is true while an engine runs and watches Plex: then the time since its
	// last sign of life is known.
	Watching bool
}

// Jobs is a page of the queue.
func (r Reader) Jobs(_ context.Context, q store.JobQuery) (p store.JobPage, err error) {
	err = r.Store.View(func(tx store.Tx) error { p, err = tx.ListJobs(q); return err })
	return p, err
}

// History is what was written when, the newest first.
func (r Reader) History(_ context.Context, q store.HistoryQuery) (h []store.Activity, err error) {
	err = r.Store.View(func(tx store.Tx) error { h, err = tx.History(q); return err })
	return h, err
}

// Runs lists the newest runs first.
func (r Reader) Runs(_ context.Context, limit int) (runs []store.Run, err error) {
	err = r.Store.View(func(tx store.Tx) error { runs, err = tx.Runs(limit); return err })
	return runs, err
}

// Reports lists the newest reports first.
func (r Reader) Reports(_ context.Context, limit int) (list []store.Report, err error) {
	err = r.Store.View(func(tx store.Tx) error { list, err = tx.Reports(limit); return err })
	return list, err
}

// Report returns one report; id zero means the newest.
func (r Reader) Report(_ context.Context, id uint64) (rep store.Report, err error) {
	err = r.Store.View(func(tx store.Tx) error {
		var ok bool
		if rep, ok, err = tx.Report(id); err == nil && !ok {
			return fault.Old(fault.NotFound, fault.None, "There is no such report.", "Reconcile first, or see `lockstep reports`.", nil)
		}
		return err
	})
	return rep, err
}

// Rows is a page of a report.
func (r Reader) Rows(_ context.Context, q store.RowQuery) (p store.RowPage, err error) {
	err = r.Store.View(func(tx store.Tx) error { p, err = tx.Rows(q); return err })
	return p, err
}

// Outages is the outage history of a window ending now.
func (r Reader) Outages(_ context.Context, q api.OutageQuery) (api.OutagePage, error) {
	return monitor.History(r.Store, r.Now(), r.Watching, q, movein.Outages)
}

// Stored is the last known state when no engine runs: its verdict is Unknown, because
// nobody watches Plex.
func (r Reader) Stored(version string) (api.Snapshot, error) {
	s := api.Snapshot{Version: version, At: r.Now().UTC(), Queue: r.Store.Counts()}
	err := r.Store.View(func(tx store.Tx) error {
		d, err := monitor.Read(tx)
		if err != nil {
			return err
		}
		s.Breaker = monitor.ShownBreaker(d.Breaker)
		if n := outage.Newest(d.Records); n.ID != 0 {
			s.Outage = &n
		}
		if s.Paused, s.PausedTill, err = settings.ReadPause(tx); err != nil {
			return err
		}
		if s.Said, _, err = tx.Said(); err != nil {
			return err
		}
		s.LastReconciliation, err = audit.LastReport(tx)
		return err
	})
	return s, err
}

func (e *Engine) reader() Reader {
	return Reader{Store: e.store, Now: e.o.Now, Watching: e.snap.Load().Configured}
}

// Jobs is a page of the queue. Those that wait say for what, when a person is asked for it.
func (e *Engine) Jobs(ctx context.Context, q store.JobQuery) (store.JobPage, error) {
	p, err := e.reader().Jobs(ctx, q)
	if why, asked := holding(e.snap.Load().Attention); asked {
		for i, j := range p.Jobs {
			if j.State == queue.Waiting {
				p.Jobs[i].Words, p.Jobs[i].Hint = why.Words, why.Hint
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
func (e *Engine) History(ctx context.Context, q store.HistoryQuery) ([]store.Activity, error) {
	return e.reader().History(ctx, q)
}

// Runs lists the newest runs first.
func (e *Engine) Runs(ctx context.Context, limit int) ([]store.Run, error) {
	return e.reader().Runs(ctx, limit)
}

// Reports lists the newest reports first.
func (e *Engine) Reports(ctx context.Context, limit int) ([]store.Report, error) {
	return e.reader().Reports(ctx, limit)
}

// Report returns one report; id zero means the newest.
func (e *Engine) Report(ctx context.Context, id uint64) (store.Report, error) {
	return e.reader().Report(ctx, id)
}

// Rows is a page of a report.
func (e *Engine) Rows(ctx context.Context, q store.RowQuery) (store.RowPage, error) {
	return e.reader().Rows(ctx, q)
}

// Outages is the outage history of a window ending now, with the one verdict.
func (e *Engine) Outages(ctx context.Context, q api.OutageQuery) (api.OutagePage, error) {
	p, err := e.reader().Outages(ctx, q)
	p.Verdict = e.snap.Load().Verdict
	return p, err
}

// Undo queues the items of a run, or of a scene's last write, to be given back what
// they were before.
func (e *Engine) Undo(ctx context.Context, q api.UndoRequest) (api.UndoResult, error) {
	if _, err := e.CheckData(ctx); err != nil { // what is damaged must not be missing unseen
		return api.UndoResult{}, err
	}
	wishes, lost, err := dispatch.ToUndo(e.host, q)
	if err != nil {
		return api.UndoResult{}, err
	}
	err = e.ask(ctx, func() error {
		defer e.publish()
		return e.host.Enqueue(wishes)
	})
	return api.UndoResult{Enqueued: len(wishes), Lost: lost}, err
}
