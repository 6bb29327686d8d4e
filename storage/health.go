package storage

import (
	"encoding/binary"
	"errors"

	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/outage"
)

var (
	keyBreaker = []byte("breaker")
	keySaid    = []byte("said")
)

// Breaker implements store.Health.
func (t *tx) Breaker() (breaker.Breaker, bool, error) {
	return tolerate[breaker.Breaker](t, bHealth, keyBreaker)
}

// PutBreaker implements store.Health.
func (t *tx) PutBreaker(b breaker.Breaker) error { return t.put(bHealth, keyBreaker, b) }

// Outages implements store.Health.
func (t *tx) Outages(limit int) ([]outage.Record, error) {
	var out []outage.Record
	err := t.backwards(bOutages, nil, nil, func(k, v []byte) bool {
		if len(k) != 8 {
			return true
		}
		r, _ := decode[outage.Record](t, bOutages, k, v)
		r.ID = binary.BigEndian.Uint64(k) // all that is left of a damaged one
		out = append(out, r)
		return limit <= 0 || len(out) < limit
	})
	return out, err
}

// PutOutage implements store.Health.
func (t *tx) PutOutage(r outage.Record) error {
	if r.ID == 0 {
		return errors.New("store outage: it has no id")
	}
	return t.put(bOutages, number(r.ID), r)
}

// DeleteOutage implements store.Health.
func (t *tx) DeleteOutage(id uint64) error { return t.remove(bOutages, number(id)) }

// OffGaps implements store.Health.
func (t *tx) OffGaps() ([]outage.Gap, error) {
	var out []outage.Gap
	err := t.each(bGaps, nil, nil, func(k, v []byte) bool {
		if g, ok := decode[outage.Gap](t, bGaps, k, v); ok {
			out = append(out, g)
		}
		return true
	})
	return out, err
}

// PutOffGap implements store.Health. A gap is known by its beginning: one with the
// same From replaces it.
func (t *tx) PutOffGap(g outage.Gap) error {
	g.From, g.To = g.From.UTC(), g.To.UTC()
	return t.put(bGaps, number(stampKey(g.From)), g)
}

// DeleteOffGap implements store.Health. It takes away the gap with the same From.
func (t *tx) DeleteOffGap(g outage.Gap) error {
	return t.remove(bGaps, number(stampKey(g.From)))
}

// Said implements store.Health.
func (t *tx) Said() (health.Said, bool, error) {
	return tolerate[health.Said](t, bHealth, keySaid)
}

// PutSaid implements store.Health.
func (t *tx) PutSaid(s health.Said) error { return t.put(bHealth, keySaid, s) }
