package storage

import (
	"errors"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// Update implements store.Store. One runs at a time, the others wait. fn must not call
// Update or View.
func (d *DB) Update(fn func(store.Tx) error) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	if reason := d.broken.Load(); reason != nil {
		return *reason
	}
	var failed error         // what fn returned
	var counts *queue.Counts // the new numbers of jobs, if they changed
	err := guarded(func() error {
		return d.bolt.Update(func(b *bolt.Tx) error {
			t := newTx(d.env, d.storm, b)
			if failed = guarded(func() error { return fn(t) }); failed != nil {
				return failed
			}
			if t.dirty {
				counts = t.counts
			}
			return t.flush()
		})
	})
	switch {
	case failed != nil:
		return d.judge(failed)
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return ErrClosed
	case err != nil:
		return d.commitFailed(err)
	case counts != nil:
		d.counts.Store(counts)
	}
	return nil
}
