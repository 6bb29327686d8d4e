// Package offline answers from the database while no engine runs: what the engine's parts
// stored, put together as their snapshot would be. It is what `lockstep status` shows when
// Lockstep is not running: the last known state, with the verdict unknown.
package offline

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/activity"
	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/movein"
	"lockstep/sync/engine/records"
	"lockstep/sync/engine/settings"
	"lockstep/sync/outage"
	"lockstep/sync/store"
)

// Reader answers the questions that only need the stored state. Make it with New.
type Reader struct {
	records.Reader
	store store.Store
	now   func() time.Time
}

// New makes a reader of a store.
func New(s store.Store, now func() time.Time) Reader { return Reader{records.New(s, nil), s, now} }

// Outages is the outage history of a window ending now.
func (r Reader) Outages(_ context.Context, q api.OutageQuery) (api.OutagePage, error) {
	return monitor.History(r.store, r.now(), false, q, movein.Outages)
}

// Activity is what Stash had learnt from Plex when Lockstep last ran.
func (r Reader) Activity(_ context.Context, q api.ActivityQuery) (page api.ActivityPage, err error) {
	var s config.Settings
	if err := r.store.View(func(tx store.Tx) (err error) { s, err = settings.ReadStored(tx); return err }); err != nil {
		return page, err
	}
	if page.Activity, err = activity.Stored(r.store, s); err == nil {
		page.Rows, page.Total, err = activity.Rows(r.store, q)
	}
	return page, err
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
