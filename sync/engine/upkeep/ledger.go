package upkeep

import (
	"sync/atomic"

	"lockstep/sync/store"
)

// Ledger is the store, counting what was stored: a fault of the disk is over as soon as
// something could be stored again, whoever stored it.
type Ledger struct {
	store.Store
	good atomic.Uint64
}

// Update runs fn in a transaction.
func (s *Ledger) Update(fn func(store.Tx) error) error {
	err := s.Store.Update(fn)
	if err == nil {
		s.good.Add(1)
	}
	return err
}

// stored is the number of transactions that reached the disk.
func (s *Ledger) stored() uint64 { return s.good.Load() }
