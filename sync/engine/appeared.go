package engine

import (
	"lockstep/sync/change"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// fewAppeared bounds what is looked at one by one: a listing that shows more for the
// first time is that of a new library, whose scenes are in the queue anyway or are found
// by the next reconciliation.
const fewAppeared = 500

// wishAppeared puts finished scenes back into the queue when one of their files turned
// up in Plex under an item not known before: another version, or the same one re-keyed.
func (e *Engine) wishAppeared(appeared []string) error {
	if len(appeared) == 0 || len(appeared) > fewAppeared {
		return nil
	}
	now := e.stamp()
	return e.store.Update(func(tx store.Tx) error {
		for _, key := range appeared {
			ids, err := tx.Claimants(key)
			if err != nil {
				return err
			}
			for _, id := range ids {
				j, ok, err := tx.Job(id)
				if err != nil {
					return err
				}
				if !ok || j.State != queue.Done && j.State != queue.Skipped {
					continue
				}
				if err := change.Enqueue(tx, queue.Wish{Scene: id, Cause: "appeared"}, now); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
