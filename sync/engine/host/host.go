// Package host is all that the parts of the engine have in common: the clock, the store
// and the log. Everything else a part needs it gets as plain values, and what follows from
// its work it returns.
package host

import (
	"log/slog"
	"time"

	"lockstep/sync/store"
	"lockstep/sync/zone"
)

// Host is what a part stands on. It is a value: every part has a copy.
type Host struct {
	Now   func() time.Time // with its monotonic reading, as time.Now gives it
	Store store.Store
	Log   *slog.Logger
}

// Stamp is the present moment as it is stored: UTC, without monotonic reading.
func (h Host) Stamp() time.Time { return zone.Stamp(h.Now()) }

// Put stores one named value in a transaction of its own.
func (h Host) Put(name string, value any) error {
	return h.Store.Update(func(tx store.Tx) error { return tx.PutValue(name, value) })
}

// Get reads one named value into the pointer; what was never stored leaves it as it is.
func (h Host) Get(name string, into any) error {
	return h.Store.View(func(tx store.Tx) error { _, err := tx.Value(name, into); return err })
}

// Sooner is the earlier of two moments. A zero one means never.
func Sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Later is the later of two moments.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
