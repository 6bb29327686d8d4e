package scan

import (
	"errors"

	"lockstep/sync/store"
)

// The names of what is stored.
const (
	sweptValue  = "stash.swept" // the last complete sweep of Stash
	fileValue   = "stash.files" // the last complete sweep of its files
	newestValue = "stash.newest"
	signsValue  = "stash.signs"
)

// Load goes on from what an older process stored.
func (s *Scanner) Load() error {
	return s.host.Store.View(func(tx store.Tx) error {
		known, err := read(tx)
		if err == nil {
			s.Resume(known, s.host.Stamp())
		}
		return err
	})
}

func read(tx store.Tx) (s Stored, err error) {
	for name, v := range map[string]any{sweptValue: &s.Swept, fileValue: &s.Files, newestValue: &s.Newest, signsValue: &s.Signs} {
		if _, err := tx.Value(name, v); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Put stores it, as part of a transaction. Without swept the last sweep does not count for
// the next process.
func (s Stored) Put(tx store.Tx, swept bool) error {
	err := errors.Join(tx.PutValue(newestValue, s.Newest), tx.PutValue(signsValue, s.Signs), tx.PutValue(fileValue, s.Files))
	if err == nil && swept {
		err = tx.PutValue(sweptValue, s.Swept)
	}
	return err
}
