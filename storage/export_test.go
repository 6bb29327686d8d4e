package storage

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// What the external tests need of the inside.

const SchemaVersion = schemaVersion

type (
	Codec     = codec
	Migration struct {
		From int
		Run  func(put func(bucket string, key []byte, v any) error, each func(bucket string, fn func(k, v []byte) bool) error) error
	}
)

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
func UseKey(u store.Use, id scene.ID) []byte { return useKey(u, id) }
func (d *DB) Bolt() *bolt.DB                 { return d.bolt }
func GapKey(g outage.Gap) []byte             { return number(stampKey(g.From)) }
func SetCounts(t store.Tx, c queue.Counts) error {
	x := t.(*tx)
	x.counts, x.dirty = &c, true
	return nil
}
func Buckets() []string                                         { return append(recordBuckets(), keyBuckets()...) }
func PutRaw(t store.Tx, bucket string, key []byte, v any) error { return t.(*tx).put(bucket, key, v) }
func Preflight(path string) error                               { return preflight(path) }
func IsDamage(err error) bool                                   { return isDamage(err) }

// Audit checks everything that is stored twice: indexes against records, kept numbers
// against what they count, and bbolt's own structure.
func (d *DB) Audit() error {
	return d.bolt.View(func(b *bolt.Tx) error {
		a := auditor{t: newTx(d.env, d.storm, b)}
		a.jobs()
		a.pairs(bUses, bSceneUses, func(k, v []byte) (out [][]byte) {
			uses, _ := decode[[]string](a.t, bSceneUses, k, v)
			for _, u := range uses {
				out = append(out, join(append([]byte(u), 0), k))
			}
			return out
		})
		a.pairs(bClaims, bSceneClaims, func(k, v []byte) [][]byte {
			all, _ := decode[[]byte](a.t, bSceneClaims, k, v)
			return prefixed(all, k)
		})
		a.pairs(bPaths, bIndex, func(k, v []byte) [][]byte {
			r, _ := decode[indexedRecord](a.t, bIndex, k, v)
			return prefixed(r.Paths, k)
		})
		a.pairs(bSceneItems, bItems, func(k, v []byte) [][]byte {
			s, _ := decode[store.ItemState](a.t, bItems, k, v)
			return [][]byte{join(sceneKey(s.Scene), k)}
		})
		a.pairs(bJournalRuns, bJournal, func(k, v []byte) [][]byte {
			e, _ := decode[store.JournalEntry](a.t, bJournal, k, v)
			return [][]byte{join(number(e.Run), k)}
		})
		a.pairs(bJournalScenes, bJournal, func(k, v []byte) [][]byte {
			e, _ := decode[store.JournalEntry](a.t, bJournal, k, v)
			return [][]byte{join(sceneKey(e.Scene), k)}
		})
		a.pairs(bHistoryScenes, bHistory, func(k, v []byte) [][]byte {
			e, _ := decode[store.Activity](a.t, bHistory, k, v)
			return [][]byte{join(sceneKey(e.Scene), k)}
		})
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

func (a *auditor) jobs() {
	a.pairs(bQueue, bJobs, func(k, v []byte) [][]byte {
		j, _ := decode[queue.Job](a.t, bJobs, k, v)
		return [][]byte{queueKey(stateBytes[j.State], j.Due, j.Scene)}
	})
	kept, err := a.t.JobCounts()
	walked, err2 := a.t.recount()
	if kept != walked || err != nil || err2 != nil {
		a.fail("kept counts %+v, queue %+v (%v, %v)", kept, walked, err, err2)
	}
}

// pairs checks that the index holds exactly the keys that the records make.
func (a *auditor) pairs(index, records string, keys func(k, v []byte) [][]byte) {
	want := map[string]bool{}
	_ = a.t.each(records, nil, nil, func(k, v []byte) bool {
		for _, i := range keys(k, v) {
			want[string(i)] = true
		}
		return true
	})
	have, err := a.t.keys(index, nil, 0)
	if err != nil {
		a.fail("%s: %v", index, err)
	}
	for _, k := range have {
		if !want[string(k)] {
			a.fail("%s: entry %x has no record", index, k)
		}
		delete(want, string(k))
	}
	for k := range want {
		a.fail("%s: record without entry %x", index, k)
	}
}

func prefixed(hashes, key []byte) (out [][]byte) {
	for len(hashes) >= pathSum {
		out = append(out, join(bytes.Clone(hashes[:pathSum]), key))
		hashes = hashes[pathSum:]
	}
	return out
}

func Suspect(dir string) bool { return suspect(dir) }

// BreakFile closes the file under bbolt, so that every write fails.
func (d *DB) BreakFile() error { return d.file.Close() }
