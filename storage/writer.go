package storage

import (
	"errors"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// View implements store.Store.
func (d *DB) View(fn func(store.Tx) error) error {
	return d.read(func(b *bolt.Tx) error { return fn(newTx(d.env, d.storm, b)) })
}

// read runs fn in a read transaction.
func (d *DB) read(fn func(*bolt.Tx) error) error {
	defer d.used()
	return d.readOnly(fn)
}

func (d *DB) readOnly(fn func(*bolt.Tx) error) error {
	d.swap.RLock()
	defer d.swap.RUnlock()
	return d.judge(guarded(func() error { return d.bolt.View(fn) }))
}

// trimEvery is after how many transactions the pages they brought into memory are given
// back. Else a first sync ends with the whole file counted as memory of the process.
// Measured, it costs nothing: the system still has them in its cache.
const trimEvery = 25

// used counts a transaction that has ended.
func (d *DB) used() {
	if d.uses.Add(1)%trimEvery != 0 {
		return
	}
	if err := d.Trim(); err != nil {
		d.log.Debug("pages of the database stay in memory", "error", err)
	}
}

// Update implements store.Store. One runs at a time, the others wait. fn must not call
// Update or View.
func (d *DB) Update(fn func(store.Tx) error) error {
	return d.change(func(t *tx) error { return fn(t) })
}

// change is Update for what needs the inside of a transaction.
func (d *DB) change(fn func(*tx) error) error {
	defer d.used()
	d.writing.Lock()
	defer d.writing.Unlock()
	if reason := d.broken.Load(); reason != nil {
		return *reason
	}
	if err := d.keepPlace(); err != nil {
		return err
	}
	counts, failed, err := d.transact(fn)
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

// transact runs fn and commits. failed is what fn returned, err why the commit did not
// succeed; counts are the new numbers of jobs, nil if they are the old ones.
func (d *DB) transact(fn func(*tx) error) (counts *queue.Counts, failed, err error) {
	err = guarded(func() error {
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
	return counts, failed, err
}
