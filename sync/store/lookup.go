package store

import (
	"lockstep/sync/match"
	"lockstep/sync/scene"
)

// Lookup answers match.Resolve from the store, within one transaction.
func Lookup(tx Tx, machine string) match.Index {
	return match.Index{
		Items: func(key string) ([]match.Candidate, error) {
			items, err := tx.ItemsAt(key)
			if err != nil {
				return nil, err
			}
			out := make([]match.Candidate, 0, len(items))
			for _, it := range items {
				if it.Key.Machine == machine {
					out = append(out, it.Candidate())
				}
			}
			return out, nil
		},
		Owners: func(path string) ([]scene.ID, error) { return tx.Claimants(match.Key(path)) },
	}
}

// Candidate is the item as it is matched.
func (it Indexed) Candidate() match.Candidate {
	return match.Candidate{Key: it.Key, Section: it.Section, Title: it.Title, Files: it.Files, Trashed: it.Trashed}
}
