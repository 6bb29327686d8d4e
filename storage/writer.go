package storage

import (
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/queue"
	"lockstep/sync/store"
)

const (
	// maxBatch is how many operations share a commit: measured, more gains nothing.
	maxBatch = 256
	// slowCommit is from where on waiting for the callers just let go pays: on a disk
	// that commits faster a wait costs 30-40 % of the throughput.
	slowCommit = 2 * time.Millisecond
	// longestLinger caps that wait.
	longestLinger = time.Millisecond
)

// op is one call of Update.
type op struct {
	fn   func(store.Tx) error
	done chan error
}

// Update implements store.Store. Calls made at the same time share a commit; each gets
// its own result. fn must not call Update or View.
func (d *DB) Update(fn func(store.Tx) error) error {
	o := &op{fn, make(chan error, 1)}
	if !d.submit(o) {
		return ErrClosed
	}
	select {
	case err := <-o.done:
		return err
	case <-d.done: // the writer has ended; it may have answered first
	}
	select {
	case err := <-o.done:
		return err
	default:
		return ErrClosed // fn ended the writer's goroutine with runtime.Goexit
	}
}

func (d *DB) submit(o *op) bool {
	d.gate.RLock()
	defer d.gate.RUnlock()
	if d.closed {
		return false
	}
	select {
	case d.ops <- o:
		return true
	case <-d.done:
		return false
	}
}

func (d *DB) start() {
	go func() {
		defer close(d.done)
		w := writer{db: d}
		for o := range d.ops {
			w.commit(w.gather(o))
		}
	}()
}

// writer is the state of the one goroutine that writes.
type writer struct {
	db   *DB
	last int           // operations in the last commit
	took time.Duration // of the last commit
}

// gather takes everything that waits. On a slow disk it first waits a sixteenth of a
// commit for the callers the last one let go: that nearly doubles what a commit carries.
func (w *writer) gather(first *op) []*op {
	batch := []*op{first}
	if w.last > 1 && w.took > slowCommit {
		batch = w.linger(batch)
	}
	for len(batch) < maxBatch {
		select {
		case o, ok := <-w.db.ops:
			if !ok {
				return batch
			}
			batch = append(batch, o)
		default:
			return batch
		}
	}
	return batch
}

func (w *writer) linger(batch []*op) []*op {
	timer := time.NewTimer(min(w.took/16, longestLinger))
	defer timer.Stop()
	for len(batch) <= w.last && len(batch) < maxBatch {
		select {
		case o, ok := <-w.db.ops:
			if !ok {
				return batch
			}
			batch = append(batch, o)
		case <-timer.C:
			return batch
		}
	}
	return batch
}

// commit runs the batch in one transaction. An operation that fails is taken out and
// the rest run again from the start, as a failed one may have left half its writes.
func (w *writer) commit(batch []*op) {
	began := time.Now()
	w.last = len(batch)
	for len(batch) > 0 {
		if reason := w.db.broken.Load(); reason != nil {
			answer(batch, *reason)
			return
		}
		bad, counts, err := w.db.transact(batch)
		w.took = time.Since(began)
		if bad >= 0 {
			batch[bad].done <- w.db.judge(err)
			batch = slices.Delete(batch, bad, bad+1)
			continue
		}
		if err != nil {
			err = w.db.commitFailed(err)
		} else if counts != nil {
			w.db.counts.Store(counts)
		}
		answer(batch, err)
		return
	}
}

// transact runs the operations and commits. bad is the operation that failed, -1 when
// it was none of them; counts are the new numbers of jobs if they changed.
func (d *DB) transact(batch []*op) (bad int, counts *queue.Counts, err error) {
	bad = -1
	d.commits.Add(1)
	err = guarded(func() error {
		return d.bolt.Update(func(b *bolt.Tx) error {
			t := newTx(d.env, d.storm, b)
			for i, o := range batch {
				if err := guarded(func() error { return o.fn(t) }); err != nil {
					bad = i
					return err
				}
			}
			if t.dirty {
				counts = t.counts
			}
			return t.flush()
		})
	})
	return bad, counts, err
}

func answer(batch []*op, err error) {
	for _, o := range batch {
		o.done <- err
	}
}
