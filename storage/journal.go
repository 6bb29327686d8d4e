package storage

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// sequence gives the next number of a bucket. It belongs to the transaction: a number
// that was rolled back is given again.
func (t *tx) sequence(name string) (uint64, error) {
	b, err := t.bucket(name)
	if err != nil {
		return 0, err
	}
	n, err := b.NextSequence()
	if err != nil {
		return 0, fmt.Errorf("number a record in %s: %w", name, err)
	}
	return n, nil
}

// newest calls fn for the records of a numbered bucket, the newest first, until it
// returns false. With an index it takes only the numbers listed there under prefix.
// before is the number to stay below, zero for none. Damaged records are left out.
func newest[T any](t *tx, name, index string, prefix []byte, before uint64, fn func(T) bool) error {
	walk, end := name, []byte(nil)
	if index != "" {
		walk = index
	}
	if before > 0 {
		end = join(prefix, number(before))
	}
	var failed error
	err := t.backwards(walk, prefix, end, func(k, v []byte) bool {
		if len(k) != len(prefix)+8 {
			return true
		}
		if index != "" && !t.marked(index, k, v) {
			return true
		}
		if index == "" {
			r, ok := decode[T](t, name, k, v)
			return !ok || fn(r)
		}
		r, ok, err := tolerate[T](t, name, k[len(prefix):])
		failed = err
		return err == nil && (!ok || fn(r))
	})
	return errors.Join(err, failed)
}

// AddJournal implements store.Journal.
func (t *tx) AddJournal(e store.JournalEntry) error {
	seq, err := t.sequence(bJournal)
	if err != nil {
		return err
	}
	e.Seq, e.At = seq, e.At.UTC()
	return errors.Join(
		t.put(bJournal, number(seq), e),
		t.mark(bJournalRuns, join(number(e.Run), number(seq))),
		t.mark(bJournalScenes, join(sceneKey(e.Scene), number(seq))))
}

// JournalOf implements store.Journal.
func (t *tx) JournalOf(run uint64, id scene.ID) ([]store.JournalEntry, error) {
	var out []store.JournalEntry
	err := t.EachJournal(run, id, func(e store.JournalEntry) bool {
		out = append(out, e)
		return true
	})
	return out, err
}

// EachJournal implements store.Journal.
func (t *tx) EachJournal(run uint64, id scene.ID, fn func(store.JournalEntry) bool) error {
	index, prefix := "", []byte(nil)
	switch {
	case id != 0:
		index, prefix = bJournalScenes, sceneKey(id)
	case run != 0:
		index, prefix = bJournalRuns, number(run)
	}
	return newest(t, bJournal, index, prefix, 0, func(e store.JournalEntry) bool {
		return run != 0 && e.Run != run || fn(e)
	})
}

// MarkUndone implements store.Journal. An entry that was pruned meanwhile is no error.
func (t *tx) MarkUndone(seq uint64) error {
	return t.changeEntry(seq, func(e *store.JournalEntry) { e.Undone = true })
}

// MarkVoid implements store.Journal. An entry that was pruned meanwhile is no error.
func (t *tx) MarkVoid(seq uint64, void bool) error {
	return t.changeEntry(seq, func(e *store.JournalEntry) { e.Void = void })
}

func (t *tx) changeEntry(seq uint64, change func(*store.JournalEntry)) error {
	e, ok, err := tolerate[store.JournalEntry](t, bJournal, number(seq))
	if err != nil || !ok {
		return err
	}
	change(&e)
	return t.put(bJournal, number(seq), e)
}

// PutRun implements store.Journal.
func (t *tx) PutRun(r store.Run) error {
	r.Started, r.Ended = r.Started.UTC(), r.Ended.UTC()
	return t.put(bRuns, number(r.ID), r)
}

// DeleteRun implements store.Journal.
func (t *tx) DeleteRun(id uint64) error { return t.remove(bRuns, number(id)) }

// Runs implements store.Journal; limit zero means all.
func (t *tx) Runs(limit int) ([]store.Run, error) {
	var out []store.Run
	err := newest(t, bRuns, "", nil, 0, func(r store.Run) bool {
		out = append(out, r)
		return limit <= 0 || len(out) < limit
	})
	return out, err
}

// AddActivity implements store.Journal.
func (t *tx) AddActivity(a store.Activity) error {
	seq, err := t.sequence(bHistory)
	if err != nil {
		return err
	}
	a.Seq, a.At = seq, a.At.UTC()
	return errors.Join(
		t.put(bHistory, number(seq), a),
		t.mark(bHistoryScenes, join(sceneKey(a.Scene), number(seq))))
}

// History implements store.Journal.
func (t *tx) History(q store.HistoryQuery) ([]store.Activity, error) {
	q.Limit = pageOf(q.Limit)
	if q.Sort.By != store.ByListOrder {
		return t.sortedHistory(q)
	}
	out := []store.Activity{} // over the socket a list is never null
	err := t.eachActivity(q, func(a store.Activity) bool {
		out = append(out, a)
		return len(out) < q.Limit
	})
	return out, err
}

// eachActivity calls fn for the lines of the history that fit, the newest first, until it
// returns false.
func (t *tx) eachActivity(q store.HistoryQuery, fn func(store.Activity) bool) error {
	index, prefix := "", []byte(nil)
	if q.Scene != 0 {
		index, prefix = bHistoryScenes, sceneKey(q.Scene)
	}
	needle, said := fold(q.Search), message.In(q.Language)
	return newest(t, bHistory, index, prefix, q.Before, func(a store.Activity) bool {
		return needle != "" && !strings.Contains(fold(a.Name), needle) && !strings.Contains(fold(said.Text(a.Message)), needle) || fn(a)
	})
}

// Prune implements store.Journal. A stamp from a wrong clock holds up nothing behind it.
func (t *tx) Prune(before time.Time, limit int) (int, error) {
	old := func(at time.Time) bool { return at.Before(before) }
	steps := []func(int) (int, error){
		func(n int) (int, error) {
			return prune(t, bJournal, n, func(e store.JournalEntry) bool { return old(e.At) }, func(e store.JournalEntry) error {
				return errors.Join(
					t.remove(bJournalRuns, join(number(e.Run), number(e.Seq))),
					t.remove(bJournalScenes, join(sceneKey(e.Scene), number(e.Seq))))
			})
		},
		func(n int) (int, error) {
			return prune(t, bHistory, n, func(a store.Activity) bool { return old(a.At) }, func(a store.Activity) error {
				return t.remove(bHistoryScenes, join(sceneKey(a.Scene), number(a.Seq)))
			})
		},
		func(n int) (int, error) {
			return prune(t, bRuns, n, func(r store.Run) bool { return old(r.Started) && old(r.Ended) }, func(store.Run) error { return nil })
		},
	}
	done := 0
	for _, step := range steps {
		n, err := step(limit - done)
		done += n
		if err != nil || done >= limit {
			return done, err
		}
	}
	return done, nil
}

// patience is how many records that are not old may stand before old ones: as many as
// a wrong clock may have stamped. Reading them takes some milliseconds.
const patience = 1000

// prune deletes up to limit records, from the first on, that old names or that are
// damaged, with what else belongs to them.
func prune[T any](t *tx, name string, limit int, old func(T) bool, also func(T) error) (int, error) {
	done, young := 0, 0
	var failed error
	err := t.each(name, nil, nil, func(k, v []byte) bool {
		if done >= limit || young > patience {
			return false
		}
		r, ok := decode[T](t, name, k, v)
		if ok && !old(r) {
			young++
			return true
		}
		if ok {
			failed = also(r)
		}
		failed = errors.Join(failed, t.remove(name, k))
		done++
		return failed == nil
	})
	return done, errors.Join(err, failed)
}
