package engine

import (
	"errors"
	"slices"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
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

// wakeParked makes the jobs due that waited for one of the paths.
func (e *Engine) wakeParked(appeared []string) error {
	if len(appeared) == 0 {
		return nil
	}
	here := make(map[string]bool, len(appeared))
	for _, k := range appeared {
		here[k] = true
	}
	return e.wakeWhere(func(_ store.Tx, key string) (bool, error) { return here[key], nil })
}

// wakeFound makes the jobs due that wait for a path the index has: a process that died
// after it had listed the item woke nobody.
func (e *Engine) wakeFound() error {
	return e.wakeWhere(func(tx store.Tx, key string) (bool, error) {
		items, err := tx.ItemsAt(key)
		return len(items) > 0, err
	})
}

func (e *Engine) wakeWhere(here func(tx store.Tx, key string) (bool, error)) error {
	if e.store.Counts().Parked == 0 {
		return nil
	}
	var woken []scene.ID
	err := e.store.View(func(tx store.Tx) error {
		var failed error
		at := func(key string) bool {
			ok, err := here(tx, key)
			failed = errors.Join(failed, err)
			return ok
		}
		err := tx.JobsIn(queue.Parked, func(j queue.Job) bool {
			if slices.ContainsFunc(j.Awaits, at) {
				woken = append(woken, j.Scene)
			}
			return failed == nil
		})
		return errors.Join(err, failed)
	})
	if err != nil {
		return err
	}
	now := e.stamp()
	_, err = e.host.EditJobs(woken, func(tx store.Tx, j queue.Job) (bool, error) {
		return true, tx.PutJob(queue.Enqueue(&j, queue.Wish{Scene: j.Scene, Cause: "appeared"}, now))
	})
	return err
}

// endParked ends the jobs that have waited for their item as long as the settings say.
// They come back by themselves when it turns up after all.
func (e *Engine) endParked(now time.Time) {
	if e.store.Counts().Parked == 0 {
		return
	}
	over := func(j queue.Job) bool { return j.State == queue.Parked && !j.Due.After(now) }
	var ids []scene.ID
	err := e.store.View(func(tx store.Tx) error {
		return tx.JobsIn(queue.Parked, func(j queue.Job) bool { // the one that waits longest comes first
			if over(j) {
				ids = append(ids, j.Scene)
			}
			return over(j)
		})
	})
	if err == nil {
		_, err = e.host.EditJobs(ids, func(tx store.Tx, j queue.Job) (bool, error) {
			if !over(j) {
				return false, nil
			}
			return true, tx.PutJob(j.Skip(skip.NotInPlex, j.Words, now))
		})
	}
	if err != nil {
		e.noteLocal(err)
	}
	if len(ids) > 0 {
		e.log.Info("waited for items as long as the settings say", "scenes", len(ids))
		e.publish()
	}
}
