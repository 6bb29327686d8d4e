package storage

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/message"
)

// damagedRecord is a value, or its key, that is not as it was written.
type damagedRecord struct {
	bucket      string
	report      []byte // of a row or class: the key of its report
	inClasses   bool   // a class, not a row
	key, sealed []byte
}

// name is what the checksum of the record was made with.
func (r damagedRecord) sumKey() []byte { return join(r.report, r.key) }

// smallBuckets are those whose records are few; they are read whole at every start. The
// queue is among them as its keys are counted then anyway.
func smallBuckets() []string {
	return []string{bMeta, bValues, bHealth, bOutages, bGaps, bMarks, bCounts, bRuns, bReports, bQueue}
}

func allBuckets() []string { return append(recordBuckets(), keyBuckets()...) }

// examine lists what is damaged in the named buckets.
func examine(t *bolt.Tx, names []string) []damagedRecord {
	var out []damagedRecord
	for _, name := range names {
		b := t.Bucket([]byte(name))
		switch {
		case b == nil:
		case name == bRows:
			out = append(out, examineRows(b)...)
		default:
			out = append(out, examineIn(b, damagedRecord{bucket: name})...)
		}
	}
	return out
}

func examineRows(all *bolt.Bucket) (out []damagedRecord) {
	_ = all.ForEachBucket(func(id []byte) error {
		one := all.Bucket(id)
		for _, part := range [][]byte{keyRows, keyClasses} {
			if b := one.Bucket(part); b != nil {
				like := damagedRecord{bucket: bRows, report: bytes.Clone(id), inClasses: bytes.Equal(part, keyClasses)}
				out = append(out, examineIn(b, like)...)
			}
		}
		return nil
	})
	return out
}

func examineIn(b *bolt.Bucket, like damagedRecord) (out []damagedRecord) {
	_ = b.ForEach(func(k, v []byte) error {
		if v != nil && !intact(like.bucket, join(like.report, k), v) {
			r := like
			r.key, r.sealed = bytes.Clone(k), bytes.Clone(v)
			out = append(out, r)
		}
		return nil
	})
	return out
}

// Check reads every record. What is damaged is put right where a single bit is wrong,
// taken from a backup, made anew, or replaced by a record that says that something was
// lost. It returns what a person should know of that, "" when nothing was damaged.
func (d *DB) Check() (message.Message, error) {
	h, err := d.heal(allBuckets())
	if err := d.Trim(); err != nil { // it has brought the whole file into memory
		d.log.Debug("pages of the database stay in memory", "error", err)
	}
	return h.Words(), err
}

// heal is Check for some buckets.
func (d *DB) heal(names []string) (Healed, error) {
	var found []damagedRecord
	err := d.read(func(b *bolt.Tx) error {
		found = examine(b, names)
		return nil
	})
	if err != nil || len(found) == 0 {
		if err == nil {
			d.hurt.Store(false)
		}
		return Healed{}, err
	}
	old := openBackups(d.dir)
	defer old.close()
	h := healer{backups: old}
	err = d.change(func(t *tx) error {
		h.tx, h.done = t, Healed{}
		return h.heal(found)
	})
	if err != nil {
		return Healed{}, err
	}
	d.hurt.Store(false)
	d.log.Warn("damaged records in the database", "found", len(found), "outcome", h.done.Words())
	return h.done, nil
}

// healer puts damaged records right within one transaction.
type healer struct {
	tx      *tx
	backups backupSet
	done    Healed
	indexes []string // to be made anew
	reports [][]byte // whose rows are to be counted anew
}

func (h *healer) heal(found []damagedRecord) error {
	var beyond []damagedRecord
	for _, r := range found {
		mended, err := h.mend(r)
		if err != nil {
			return err
		}
		if !mended {
			beyond = append(beyond, r)
		}
	}
	for _, r := range beyond { // after all that could be put right is
		if err := h.replace(r); err != nil {
			return err
		}
	}
	for _, i := range keyIndexes {
		if slices.Contains(h.indexes, i.name) {
			if err := h.tx.rebuild(i); err != nil {
				return err
			}
		}
	}
	return errors.Join(h.recountRows(), h.recountJobs())
}

// mend puts a record right of which a single bit is wrong.
func (h *healer) mend(r damagedRecord) (bool, error) {
	sumKey, text, ok := mend(r.bucket, r.sumKey(), r.sealed)
	if !ok || !bytes.HasPrefix(sumKey, r.report) {
		return false, nil
	}
	b, err := h.bucket(r)
	if err != nil {
		return false, err
	}
	key := sumKey[len(r.report):]
	if !bytes.Equal(key, r.key) {
		if err := b.Delete(r.key); err != nil {
			return false, fmt.Errorf("move a damaged record: %w", err)
		}
		if b.Get(key) != nil {
			return true, nil // written anew meanwhile
		}
	}
	if err := b.Put(key, seal(r.bucket, sumKey, text)); err != nil {
		return false, fmt.Errorf("repair a damaged record: %w", err)
	}
	h.done.Mended++
	return true, nil
}

func (h *healer) bucket(r damagedRecord) (*bolt.Bucket, error) {
	if r.report == nil {
		return h.tx.bucket(r.bucket)
	}
	s, err := h.tx.rowsOf(tail(r.report), false)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, fmt.Errorf("rows of report %s: %w", show(r.report), errStructure)
	}
	if r.inClasses {
		return s.classes, nil
	}
	return s.rows, nil
}

// replace takes a record away that cannot be put right, and stores in its place what is
// known of it.
func (h *healer) replace(r damagedRecord) error {
	b, err := h.bucket(r)
	if err != nil {
		return err
	}
	if err := b.Delete(r.key); err != nil {
		return fmt.Errorf("take a damaged record away: %w", err)
	}
	for _, i := range keyIndexes { // an index of its own, or one that leads to it
		if i.name == r.bucket || i.records == r.bucket {
			h.indexes = append(h.indexes, i.name)
		}
	}
	if fromBackup(r.bucket) {
		if sealed := h.backups.get(r.bucket, r.key); sealed != nil {
			h.done.restored(r)
			return h.tx.putSealed(r.bucket, r.key, sealed)
		}
	}
	return h.lost(r)
}

// recountJobs puts the kept numbers right: jobs and their places may have changed.
func (h *healer) recountJobs() error {
	c, err := h.tx.recount()
	if err != nil {
		return err
	}
	h.tx.counts, h.tx.dirty = &c, true
	return nil
}
