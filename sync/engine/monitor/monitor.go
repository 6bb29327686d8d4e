// Package monitor owns the one verdict about Plex: breaker and outage record, the probes of
// an open breaker, what was announced, and when nobody watched. A Monitor moves breaker and record
// in one transaction through package health, so that neither is ever seen without the other. It
// belongs to one goroutine.
package monitor

import (
	"fmt"
	"slices"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"lockstep/sync/store"
)

// New makes a monitor that knows nothing before Load. It asks for the settings whenever
// they matter.
func New(h host.Host, settings func() Settings) *Monitor {
	return &Monitor{host: h, settings: settings}
}

// Load reads breaker and outage records, repairs every disagreement in one transaction, and
// notes the time Plex was not watched.
func (m *Monitor) Load() error {
	m.turned = m.host.Now()
	now := m.host.Stamp()
	var fix health.Repair
	err := m.host.Store.Update(func(tx store.Tx) error {
		stored, err := Read(tx)
		if err != nil {
			return err
		}
		fix = health.Load(stored, m.settings().Breaker, now)
		if err := putRepaired(tx, fix); err != nil {
			return err
		}
		if m.said, _, err = tx.Said(); err != nil {
			return err
		}
		records, err := tx.Outages(0)
		if err != nil {
			return err
		}
		m.recent = lately(records, now)
		return m.began(tx, now)
	})
	if err != nil {
		return err
	}
	m.state = fix.State
	for _, w := range fix.Words {
		m.host.Log.Warn("repaired", "what", w)
	}
	return nil
}

func putRepaired(tx store.Tx, fix health.Repair) error {
	for _, r := range fix.Dropped {
		if err := tx.DeleteOutage(r.ID); err != nil {
			return err
		}
	}
	return put(tx, fix.State, health.Change{Breaker: fix.Breaker, Contact: fix.Contact, Records: fix.Records})
}

// Read is what is stored of the verdict.
func Read(tx store.Tx) (health.Stored, error) {
	var d health.Stored
	b, _, err := tx.Breaker()
	if err != nil {
		return d, err
	}
	d.Breaker = b
	if d.Records, err = tx.Outages(0); err != nil {
		return d, err
	}
	_, err = tx.Value(contactValue, &d.LastContact)
	return d, err
}

// Step applies one event to breaker and outage record and stores what changed in one
// transaction, together with whatever else belongs to it; also may be nil. The state moves
// only when the transaction is on disk. The transition says what others have to do.
func (m *Monitor) Step(ev breaker.Event, also func(store.Tx) error) (breaker.Transition, error) {
	next, ch := health.Step(m.state, m.settings().Breaker, ev, m.host.Stamp())
	if err := m.store(next, ch, also); err != nil {
		return breaker.None, err
	}
	m.state = next
	switch ch.Transition {
	case breaker.Opened:
		m.recent = append(lately(m.recent, m.host.Stamp()), next.Newest)
		m.probing = probing{at: m.host.Now()}
		m.host.Log.Warn("Plex is not reachable; waiting for it", "cause", next.Breaker.Cause, "outage", next.Newest.ID)
	case breaker.Recovered:
		m.host.Log.Info("Plex is back", "outage", next.Newest.ID, "after", next.Newest.Ended.Sub(next.Newest.Started).Round(time.Second))
	}
	return ch.Transition, nil
}

func (m *Monitor) store(next health.State, ch health.Change, also func(store.Tx) error) error {
	if !ch.Breaker && len(ch.Records) == 0 && also == nil {
		return nil // a moved last contact is stored with the next transaction
	}
	err := m.host.Store.Update(func(tx store.Tx) error {
		if err := put(tx, next, ch); err != nil {
			return err
		}
		if also != nil {
			return also(tx)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the state of Plex: %w", err)
	}
	return nil
}

func put(tx store.Tx, next health.State, ch health.Change) error {
	if ch.Breaker {
		if err := tx.PutBreaker(next.Breaker); err != nil {
			return err
		}
	}
	for _, r := range ch.Records {
		if err := tx.PutOutage(r); err != nil {
			return err
		}
	}
	if ch.Contact {
		return tx.PutValue(contactValue, next.LastContact)
	}
	return nil
}

// EventOf is what the outcome of a request to Plex means to the breaker; false when it means
// nothing. Lacks says that something jobs need keeps failing: then a success of something
// else proves nothing.
func EventOf(generation uint64, err error, lacks bool) (breaker.Event, bool) {
	f := fault.Of(err)
	switch {
	case f == nil:
		return breaker.Event{Kind: breaker.Success, Generation: generation}, !lacks
	case f.Class == fault.Unreachable && f.Server == fault.Plex && !budget.Held(f):
		return breaker.Event{Kind: breaker.Failure, Generation: generation, Cause: f.Message}, true
	}
	return breaker.Event{}, false
}

// lately leaves the records that still belong to one unstable time.
func lately(records []outage.Record, now time.Time) []outage.Record {
	return slices.DeleteFunc(records, func(r outage.Record) bool { return now.Sub(r.Started).Abs() >= outage.Lately })
}
