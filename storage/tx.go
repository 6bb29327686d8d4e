package storage

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asdine/storm/v3"
	bolt "go.etcd.io/bbolt"

	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// chunk is how many records a walk reads before it calls its callback, so that the
// callback may change the bucket.
const chunk = 256

// env is what transactions need of their database.
type env struct {
	now func() time.Time
	log *slog.Logger
	// readOnly is set where nothing can be written.
	readOnly bool
	// hurt is set when a damaged record was met that is not healed yet; reported holds
	// those already logged.
	hurt     atomic.Bool
	reported sync.Map
	// orders are the lists that were sorted last.
	orders orders
}

// tx implements store.Tx on one bbolt transaction.
type tx struct {
	env  *env
	node storm.Node
	bolt *bolt.Tx
	// open caches buckets; counts is loaded at the first use and written by flush.
	open   map[string]*bolt.Bucket
	counts *queue.Counts
	dirty  bool
}

var _ store.Tx = (*tx)(nil)

func newTx(e *env, s *storm.DB, b *bolt.Tx) *tx {
	return &tx{env: e, node: s.WithTransaction(b), bolt: b, open: map[string]*bolt.Bucket{}}
}

// bucket gives a root bucket; every one exists since the file was made.
func (t *tx) bucket(name string) (*bolt.Bucket, error) {
	if b := t.open[name]; b != nil {
		return b, nil
	}
	b := t.bolt.Bucket([]byte(name))
	if b == nil {
		return nil, fmt.Errorf("bucket %s: %w", name, errStructure)
	}
	if f, ok := growing[name]; ok {
		b.FillPercent = f
	}
	t.open[name] = b
	return b, nil
}

// load reads a record strictly: a damaged one is an error that names it.
func load[T any](t *tx, name string, key []byte) (T, bool, error) {
	var v, zero T
	sealed, err := t.node.GetBytes(name, key)
	if errors.Is(err, storm.ErrNotFound) {
		return zero, false, nil
	}
	if err == nil {
		err = t.read(name, key, sealed, &v)
	}
	if err != nil {
		return zero, false, fmt.Errorf("read %s %s: %w", name, show(key), err)
	}
	return v, true, nil
}

// read decodes a sealed record. One that is not as it was written is noted for healing
// even if it can be put right on the way.
func (t *tx) read(name string, key, sealed []byte, v any) error {
	if !intact(name, key, sealed) {
		t.env.hurt.Store(true)
	}
	text, err := unseal(name, key, sealed)
	if err != nil {
		return err
	}
	return decodeText(text, v)
}

// tolerate reads a record that can be made again from Stash and Plex: a damaged one
// is logged and taken as absent.
func tolerate[T any](t *tx, name string, key []byte) (T, bool, error) {
	v, ok, err := load[T](t, name, key)
	if errors.Is(err, errRecord) {
		t.env.report(name, key, err)
		return v, false, nil
	}
	return v, ok, err
}

// decode is tolerate for a value already at hand during a walk.
func decode[T any](t *tx, name string, key, value []byte) (T, bool) {
	var v, zero T
	if err := t.read(name, key, value, &v); err != nil {
		t.env.report(name, key, err)
		return zero, false
	}
	return v, true
}

func (t *tx) put(name string, key []byte, v any) error {
	sealed, err := encode(name, key, v)
	if err != nil {
		return err
	}
	return t.putSealed(name, key, sealed)
}

func (t *tx) putSealed(name string, key, sealed []byte) error {
	if _, err := t.bucket(name); err != nil { // sets the fill
		return err
	}
	if err := t.node.SetBytes(name, key, sealed); err != nil {
		return fmt.Errorf("write %s %s: %w", name, show(key), err)
	}
	return nil
}

func (t *tx) remove(name string, key []byte) error {
	b, err := t.bucket(name)
	if err != nil {
		return err
	}
	if err := b.Delete(key); err != nil {
		return fmt.Errorf("delete %s %s: %w", name, show(key), err)
	}
	return nil
}

// mark stores a key with nothing but its checksum.
func (t *tx) mark(name string, key []byte) error {
	b, err := t.bucket(name)
	if err != nil {
		return err
	}
	if err := b.Put(key, seal(name, key, nil)); err != nil {
		return fmt.Errorf("write %s %s: %w", name, show(key), err)
	}
	return nil
}

// marked reports whether a key of an index is one that mark stored. A damaged one leads
// nowhere; it is noted, and the index is made anew from its records.
func (t *tx) marked(name string, key, sealed []byte) bool {
	if len(sealed) == sumSize && intact(name, key, sealed) {
		return true
	}
	t.env.report(name, key, errRecord)
	return false
}

// walk calls fn for the intact keys of an index with a prefix, until fn returns false.
// fn must not change the index.
func (t *tx) walk(name string, prefix []byte, fn func(k []byte) bool) error {
	b, err := t.bucket(name)
	if err != nil {
		return err
	}
	c := b.Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if t.marked(name, k, v) && !fn(k) {
			return nil
		}
	}
	return nil
}

// keys copies the keys of an index with a prefix.
func (t *tx) keys(name string, prefix []byte) ([][]byte, error) {
	var out [][]byte
	err := t.walk(name, prefix, func(k []byte) bool {
		out = append(out, bytes.Clone(k))
		return true
	})
	return out, err
}

// pair is a key and its value, both copied.
type pair struct{ key, value []byte }

// after copies up to n pairs whose key has the prefix and is not below from.
func (t *tx) after(name string, from, prefix []byte, n int) ([]pair, error) {
	b, err := t.bucket(name)
	if err != nil {
		return nil, err
	}
	var out []pair
	c := b.Cursor()
	for k, v := c.Seek(from); k != nil && len(out) < n && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if v != nil {
			out = append(out, pair{bytes.Clone(k), bytes.Clone(v)})
		}
	}
	return out, nil
}

// each walks the pairs with a prefix in order, starting at from, until fn returns
// false. fn may change the bucket: pairs are read a chunk ahead.
func (t *tx) each(name string, from, prefix []byte, fn func(k, v []byte) bool) error {
	for {
		pairs, err := t.after(name, from, prefix, chunk)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			if !fn(p.key, p.value) {
				return nil
			}
		}
		if len(pairs) < chunk {
			return nil
		}
		from = slices.Concat(pairs[len(pairs)-1].key, []byte{0})
	}
}

// backwards walks the pairs of a bucket whose key has the prefix and is below end
// (nil: no bound), the last first. fn must not change the bucket.
func (t *tx) backwards(name string, prefix, end []byte, fn func(k, v []byte) bool) error {
	b, err := t.bucket(name)
	if err != nil {
		return err
	}
	if end == nil {
		end = next(prefix)
	}
	c := b.Cursor()
	k, v := before(c, end)
	for ; k != nil && bytes.HasPrefix(k, prefix); k, v = c.Prev() {
		if v != nil && !fn(k, v) {
			return nil
		}
	}
	return nil
}

// before moves the cursor to the last key below end (nil: the last of all).
func before(c *bolt.Cursor, end []byte) (k, v []byte) {
	if end == nil {
		return c.Last()
	}
	if k, _ := c.Seek(end); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// next is the first key after all with the prefix; nil when there is none.
func next(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

// report logs a damaged record once.
func (e *env) report(name string, key []byte, err error) {
	e.hurt.Store(true)
	if _, seen := e.reported.LoadOrStore(name+"/"+string(key), true); !seen {
		e.log.Warn("a record in the database is damaged and taken as absent", "bucket", name, "key", show(key), "error", err)
	}
}

// show prints a key for people: text as text, numbers and hashes in hexadecimal.
func show(key []byte) string {
	for _, c := range key {
		if c < ' ' || c > '~' {
			return hex.EncodeToString(key)
		}
	}
	return string(key)
}
