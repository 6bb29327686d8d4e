package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/movein"
	"lockstep/sync/engine/records"
	"lockstep/sync/engine/settings"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// Reader answers the questions that only need the stored state, for a command that runs
// while no engine does. Make it with NewReader.
type Reader struct {
	records.Reader
	store store.Store
	now   func() time.Time
}

// NewReader makes a reader of a store.
func NewReader(s store.Store, now func() time.Time) Reader { return Reader{records.New(s), s, now} }

// Outages is the outage history of a window ending now.
func (r Reader) Outages(_ context.Context, q api.OutageQuery) (api.OutagePage, error) {
	return monitor.History(r.store, r.now(), false, q, movein.Outages)
}

// Stored is the last known state when no engine runs: its verdict is Unknown, because
// nobody watches Plex.
func (r Reader) Stored(version string) (api.Snapshot, error) {
	s := api.Snapshot{Version: version, At: r.now().UTC(), Queue: r.store.Counts()}
	err := r.store.View(func(tx store.Tx) error {
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

// Jobs is a page of the queue. Those that wait say for what, when a person is asked for it.
func (e *Engine) Jobs(ctx context.Context, q store.JobQuery) (store.JobPage, error) {
	p, err := e.Reader.Jobs(ctx, q)
	if why, asked := holding(e.loop.Latest().Attention); asked {
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

// Outages is the outage history of a window ending now, with the one verdict.
func (e *Engine) Outages(_ context.Context, q api.OutageQuery) (api.OutagePage, error) {
	now := e.loop.Latest()
	p, err := monitor.History(e.store, e.now(), now.Configured, q, movein.Outages)
	p.Verdict = now.Verdict
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
	err = e.loop.Ask(ctx, func() error {
		defer e.publish()
		return e.host.Enqueue(wishes)
	})
	return api.UndoResult{Enqueued: len(wishes), Lost: lost}, err
}
