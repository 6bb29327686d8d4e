package storage

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// What the external tests need of the inside.

const SchemaVersion = schemaVersion

type Migration struct {
	From int
	Run  func(put func(bucket string, key []byte, v any) error, each func(bucket string, fn func(k, v []byte) bool) error) error
}

var (
	Seal   = seal
	Unseal = unseal
	Mend   = mend
)

// Place is where a record is: a path of buckets and a key.
type Place struct {
	Buckets []string
	Key     string
}

func (p Place) bucket(b *bolt.Tx) *bolt.Bucket {
	in := b.Bucket([]byte(p.Buckets[0]))
	for _, name := range p.Buckets[1:] {
		in = in.Bucket([]byte(name))
	}
	return in
}

// Records lists every record of a file that nobody has open, with its value.
func Records(path string) (map[string][]byte, []Place, error) {
	out := map[string][]byte{}
	var places []Place
	err := withFile(path, func(b *bolt.DB) error {
		return b.View(func(t *bolt.Tx) error {
			return t.ForEach(func(name []byte, b *bolt.Bucket) error { return recordsIn(b, []string{string(name)}, out, &places) })
		})
	})
	return out, places, err
}

func recordsIn(b *bolt.Bucket, at []string, out map[string][]byte, places *[]Place) error {
	return b.ForEach(func(k, v []byte) error {
		if v == nil {
			return recordsIn(b.Bucket(k), append(slices.Clone(at), string(k)), out, places)
		}
		p := Place{at, string(k)}
		out[fmt.Sprint(p)] = bytes.Clone(v)
		*places = append(*places, p)
		return nil
	})
}

// Damage replaces key and value of a record in a file that nobody has open.
func Damage(path string, p Place, change func(key, value []byte) (k, v []byte)) error {
	b, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second})
	if err != nil {
		return err
	}
	err = b.Update(func(t *bolt.Tx) error {
		in := p.bucket(t)
		k, v := change([]byte(p.Key), bytes.Clone(in.Get([]byte(p.Key))))
		return errors.Join(in.Delete([]byte(p.Key)), in.Put(k, v))
	})
	return errors.Join(err, b.Close())
}

func WithSteps(o Options, steps ...Migration) Options {
	o.steps = []migration{}
	for _, s := range steps {
		o.steps = append(o.steps, migration{s.From, "test", func(t *tx) error {
			return s.Run(t.put, func(b string, fn func(k, v []byte) bool) error { return t.each(b, nil, nil, fn) })
		}})
	}
	return o
}

func QueueKey(s queue.State, due time.Time, id scene.ID) []byte {
	return queueKey(stateBytes[s], due, id)
}
func StampKey(t time.Time) uint64            { return stampKey(t) }
func StampOf(k uint64) time.Time             { return stampOf(k) }
func PathHash(p string) []byte               { return pathHash(p) }
func UseKey(u store.Use, id scene.ID) []byte { return join(usePrefix(u), sceneKey(id)) }
func (d *DB) Bolt() *bolt.DB                 { return d.bolt }
func SetCounts(t store.Tx, c queue.Counts) error {
	x := t.(*tx)
	x.counts, x.dirty = &c, true
	return nil
}
func Preflight(path string) error { return preflight(path) }
func IsDamage(err error) bool     { return isDamage(err) }

// Audit checks everything that is stored twice: indexes against records, kept numbers
// against what they count, and bbolt's own structure.
func (d *DB) Audit() error {
	return d.bolt.View(func(b *bolt.Tx) error {
		a := auditor{t: newTx(d.env, d.storm, b)}
		for _, i := range keyIndexes {
			a.pairs(i)
		}
		a.counts()
		for _, r := range examine(b, allBuckets()) {
			a.fail("damaged: %s %x", r.bucket, r.key)
		}
		for err := range b.Check() {
			a.fail("structure: %v", err)
		}
		return errors.Join(a.errs...)
	})
}

type auditor struct {
	t    *tx
	errs []error
}

func (a *auditor) fail(format string, args ...any) {
	a.errs = append(a.errs, fmt.Errorf(format, args...))
}

func (a *auditor) counts() {
	kept, err := a.t.JobCounts()
	walked, err2 := a.t.recount()
	if kept != walked || err != nil || err2 != nil {
		a.fail("kept counts %+v, queue %+v (%v, %v)", kept, walked, err, err2)
	}
}

// pairs checks that the index holds exactly the keys that the records make.
func (a *auditor) pairs(i keyIndex) {
	want := map[string]bool{}
	_ = a.t.each(i.records, nil, nil, func(k, v []byte) bool {
		for _, key := range i.keys(a.t, k, v) {
			want[string(key)] = true
		}
		return true
	})
	have, err := a.t.keys(i.name, nil)
	if err != nil {
		a.fail("%s: %v", i.name, err)
	}
	for _, k := range have {
		if !want[string(k)] {
			a.fail("%s: entry %x has no record", i.name, k)
		}
		delete(want, string(k))
	}
	for k := range want {
		a.fail("%s: record without entry %x", i.name, k)
	}
}

func Suspect(dir string) bool { return suspect(dir) }

// BreakFile closes the file under bbolt, so that every write fails.
func (d *DB) BreakFile() error { return d.file.Close() }

func (d *DB) Heal() (Healed, error) { return d.heal(allBuckets()) }
func (d *DB) Hurt() bool            { return d.hurt.Load() }

// WithSync has fn told of every file and folder before it is synced; its error is that of
// the sync.
func WithSync(o Options, fn func(path string) error) Options {
	o.disk.sync = func(f *os.File) error {
		if err := fn(f.Name()); err != nil {
			return err
		}
		return f.Sync()
	}
	return o
}

// CommitFails does what an Update does when its commit failed.
func (d *DB) CommitFails(err error) error { return d.commitFailed(err) }

// Behind changes what is on disk and leaves what the database keeps of it in memory as it
// is, like a commit that failed after it had reached the disk.
func (d *DB) Behind(fn func(store.Tx) error) error {
	_, failed, err := d.transact(func(t *tx) error { return fn(t) })
	return errors.Join(failed, err)
}
