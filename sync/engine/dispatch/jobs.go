package dispatch

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

// fewAppeared bounds the paths that are taken one by one: a listing that shows more for the
// first time is that of a new library, whose scenes are in the queue anyway or are found
// by the next reconciliation.
const fewAppeared = 500

// Appeared wakes the jobs that waited for one of the path keys, and puts finished scenes
// back into the queue one of whose files turned up in Plex under an item not known before:
// another version, or the same one re-keyed.
func (d *Dispatcher) Appeared(keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return errors.Join(d.Wake(keys), d.requeue(keys))
}

func (d *Dispatcher) requeue(keys []string) error {
	if len(keys) > fewAppeared {
		return nil
	}
	now := d.host.Stamp()
	return d.host.Store.Update(func(tx store.Tx) error {
		for _, key := range keys {
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
				if err := change.PutWish(tx, queue.Wish{Scene: id, Cause: queue.Appeared}, now); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Wake makes the parked jobs due that waited for one of the path keys.
func (d *Dispatcher) Wake(keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	here := make(map[string]bool, len(keys))
	for _, k := range keys {
		here[k] = true
	}
	return d.wakeWhere(func(_ store.Tx, key string) (bool, error) { return here[key], nil })
}

// WakeFound makes the parked jobs due that wait for a path the index has: a process that
// died after it had listed the item woke nobody.
func (d *Dispatcher) WakeFound() error {
	return d.wakeWhere(func(tx store.Tx, key string) (bool, error) {
		items, err := tx.ItemsAt(key)
		return len(items) > 0, err
	})
}

func (d *Dispatcher) wakeWhere(here func(tx store.Tx, key string) (bool, error)) error {
	if d.host.Store.Counts().Parked == 0 {
		return nil
	}
	var woken []scene.ID
	err := d.host.Store.View(func(tx store.Tx) error {
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
	now := d.host.Stamp()
	_, err = d.host.EditJobs(woken, func(tx store.Tx, j queue.Job) (bool, error) {
		return true, tx.PutJob(queue.Enqueue(&j, queue.Wish{Scene: j.Scene, Cause: queue.Appeared}, now))
	})
	return err
}

// EndParked ends the jobs that have waited for their item as long as the settings say, and
// returns how many. They come back by themselves when it turns up after all.
func (d *Dispatcher) EndParked(now time.Time) (int, error) {
	if d.host.Store.Counts().Parked == 0 {
		return 0, nil
	}
	over := func(j queue.Job) bool { return j.State == queue.Parked && !j.Due.After(now) }
	var ids []scene.ID
	err := d.host.Store.View(func(tx store.Tx) error {
		return tx.JobsIn(queue.Parked, func(j queue.Job) bool { // the one that waits longest comes first
			if over(j) {
				ids = append(ids, j.Scene)
			}
			return over(j)
		})
	})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	n, err := d.host.EditJobs(ids, func(tx store.Tx, j queue.Job) (bool, error) {
		if !over(j) {
			return false, nil
		}
		return true, tx.PutJob(j.Skip(skip.NotInPlex, j.Message, now))
	})
	d.host.Log.Info("waited for items as long as the settings say", "scenes", n)
	return n, err
}

// Clamp draws stamps back that a wrong clock left in the future. It reads all jobs,
// so it writes, and keeps the writer busy, only for those it has to move.
func (d *Dispatcher) Clamp() error {
	now := d.host.Stamp()
	var far []scene.ID
	err := d.host.Store.View(func(tx store.Tx) error {
		for _, s := range []queue.State{queue.Waiting, queue.Retrying, queue.Parked} {
			err := tx.JobsIn(s, func(j queue.Job) bool {
				if !j.Clamp(now).Due.Equal(j.Due) {
					far = append(far, j.Scene)
				}
				return true
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = d.host.EditJobs(far, func(tx store.Tx, j queue.Job) (bool, error) { return true, tx.PutJob(j.Clamp(now)) })
	}
	return err
}

// ResumeOrphans gives back the jobs a dying process was working on.
func (d *Dispatcher) ResumeOrphans() error {
	now := d.host.Stamp()
	n := 0
	err := d.host.Store.Update(func(tx store.Tx) error {
		var found []queue.Job
		err := tx.JobsIn(queue.Running, func(j queue.Job) bool { found = append(found, j); return true })
		if err != nil {
			return err
		}
		n = len(found)
		for _, j := range found {
			if err := tx.PutJob(j.Orphan(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if n > 0 {
		d.host.Log.Info("resuming what the last run was working on", "scenes", n)
	}
	return err
}
