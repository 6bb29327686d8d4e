package monitor

import (
	"errors"
	"time"

	"lockstep/sync/health"
	"lockstep/sync/store"
)

// Answer is what becomes of a wish to announce something.
type Answer string

// The answers.
const (
	Allowed Answer = "allowed" // it is stored, and may be sent
	Refused Answer = "refused" // the witnesses do not say so, or it was said
	Stale   Answer = "stale"   // it was not proved lately: prove it, then ask again
)

// Announce stores that an outage is about to be announced, or with Delivered that it was, in
// a transaction that reads breaker and record again and refuses when they disagree. An error
// is no refusal: it could not be stored.
func (m *Monitor) Announce(wish health.Said) (Answer, error) {
	var next health.Said
	var refusal error
	err := m.host.Store.Update(func(tx store.Tx) error {
		evidence, err := m.evidence(tx)
		if err != nil {
			return err
		}
		if next, refusal = evidence.Announce(wish); refusal != nil {
			return refusal // nothing to store
		}
		return tx.PutSaid(next)
	})
	switch {
	case errors.Is(refusal, health.ErrStale):
		return Stale, nil
	case refusal != nil:
		return Refused, nil //nolint:nilerr // an answer, not a fault
	case err != nil:
		return Refused, errors.Join(errors.New("store an announcement"), err)
	}
	m.said = next
	return Allowed, nil
}

func (m *Monitor) evidence(tx store.Tx) (health.Evidence, error) {
	v := health.Evidence{Proved: m.proved(), Now: m.host.Now()}
	b, known, err := tx.Breaker()
	if err != nil {
		return v, err
	}
	if known {
		v.Breaker = &b
	}
	records, err := tx.Outages(1)
	if err != nil {
		return v, err
	}
	if len(records) > 0 {
		v.Newest = &records[0]
	}
	v.Said, _, err = tx.Said()
	return v, err
}

// proved is when the request was begun that last proved the present verdict: while Plex is
// up the last answer, while it is down the last probe that failed.
func (m *Monitor) proved() time.Time {
	if m.state.Verdict() == health.Up {
		return m.state.LastContact
	}
	return m.failedProbe
}
