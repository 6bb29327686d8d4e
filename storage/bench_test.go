package storage_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/storage"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// sizes are the queue lengths the benchmarks run at.
var sizes = []int{10_000, 100_000}

func bulk(b *testing.B, d *storage.DB, n int) {
	b.Helper()
	for from := 1; from <= n; from += 10_000 {
		enqueue(b, d, scene.ID(from), scene.ID(min(from+9_999, n)))
	}
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// claim hands out the next due job as the worker does.
func claim(tx store.Tx) (queue.Job, error) {
	due, err := tx.DueJobs(start.AddDate(10, 0, 0), 1)
	if err != nil || len(due) == 0 {
		return queue.Job{}, fmt.Errorf("claim: %d due, %w", len(due), err)
	}
	return due[0].Claim(start), tx.PutJob(due[0].Claim(start))
}

func BenchmarkQueueWrites(b *testing.B) {
	for _, n := range sizes {
		d, r := fresh(b), rawQueue(b, n)
		bulk(b, d, n)
		next, nextRaw := scene.ID(n), scene.ID(n)
		var claimed []queue.Job
		cases := []struct {
			name string
			run  func(i int) error
		}{
			{"enqueue", func(int) error {
				next++
				return d.Update(func(tx store.Tx) error { return tx.PutJob(waiting(next)) })
			}},
			{"enqueue-raw", func(int) error { nextRaw++; return r.put(waiting(nextRaw)) }},
			{"claim", func(int) error {
				var j queue.Job
				err := d.Update(func(tx store.Tx) (err error) { j, err = claim(tx); return err })
				claimed = append(claimed, j)
				return err
			}},
			{"claim-raw", func(int) error { return r.claim() }},
			{"complete", func(i int) error {
				j := claimed[i%len(claimed)].Complete(message.None, start.Add(time.Duration(i)))
				return d.Update(func(tx store.Tx) error { return tx.PutJob(j) })
			}},
		}
		for _, c := range cases {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					check(b, c.run(i))
				}
			})
		}
	}
}

func BenchmarkQueueReads(b *testing.B) {
	for _, n := range sizes {
		d := fresh(b)
		bulk(b, d, n)
		for name, read := range map[string]func(store.Tx) error{
			"find-due":    func(tx store.Tx) error { _, err := tx.DueJobs(start.AddDate(10, 0, 0), 1); return err },
			"list-page":   func(tx store.Tx) error { _, err := tx.ListJobs(store.JobQuery{Offset: n / 2}); return err },
			"list-search": func(tx store.Tx) error { _, err := tx.ListJobs(store.JobQuery{Search: "harbour 77"}); return err },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					check(b, d.View(read))
				}
			})
		}
		b.Run(fmt.Sprintf("counts/%d", n), func(b *testing.B) {
			for b.Loop() {
				_ = d.Counts()
			}
		})
	}
}

func BenchmarkEnqueueThousand(b *testing.B) {
	for _, n := range sizes {
		d, r := fresh(b), rawQueue(b, n)
		bulk(b, d, n)
		next, nextRaw := scene.ID(n), scene.ID(n)
		b.Run(fmt.Sprintf("store/%d", n), func(b *testing.B) {
			for b.Loop() {
				enqueue(b, d, next+1, next+1000)
				next += 1000
			}
		})
		b.Run(fmt.Sprintf("raw/%d", n), func(b *testing.B) {
			for b.Loop() {
				var jobs []queue.Job
				for range 1000 {
					nextRaw++
					jobs = append(jobs, waiting(nextRaw))
				}
				check(b, r.put(jobs...))
			}
		})
	}
}

func BenchmarkReport(b *testing.B) {
	d := fresh(b)
	b.Run("write-100000-rows", func(b *testing.B) {
		for b.Loop() {
			fillReport(b, d, newReport(b, d, store.Report{}), 100_000)
		}
	})
	id := newReport(b, d, store.Report{})
	fillReport(b, d, id, 100_000)
	for name, q := range map[string]store.RowQuery{
		"page-first": {}, "page-deep": {Offset: 90_000}, "page-reason-deep": {Reason: skip.NoMetadata, Offset: 30_000}, "search": {Search: "lighthouse 77"},
		"search-nothing": {Search: "no row has this"},
		"sorted-name":    {Sort: store.Sort{By: store.ByName}}, "sorted-reason": {Sort: store.Sort{By: store.ByReason}},
		"sorted-deep": {Sort: store.Sort{By: store.ByName}, Offset: 90_000},
	} {
		q.Report = id
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if strings.HasPrefix(name, "sorted-") && q.Offset == 0 {
					q.Language = fmt.Sprint(i) // another list each time: nothing is remembered
				}
				check(b, d.View(func(tx store.Tx) error { _, err := tx.Rows(q); return err }))
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, n := range sizes {
		dir := b.TempDir()
		d, _ := open(b, dir)
		bulk(b, d, n)
		closeDB(b, d)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				d, _, err := storage.Open(options(dir))
				check(b, err)
				check(b, d.Close())
			}
		})
	}
}

// raw is the same layout written by hand on bbolt: records, one index, no counts.
type raw struct{ db *bolt.DB }

func rawQueue(b *testing.B, n int) raw {
	b.Helper()
	db, err := bolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, nil)
	check(b, err)
	b.Cleanup(func() { _ = db.Close() })
	r := raw{db}
	for from := 1; from <= n; from += 10_000 {
		var jobs []queue.Job
		for id := from; id < from+10_000 && id <= n; id++ {
			jobs = append(jobs, waiting(scene.ID(id)))
		}
		check(b, r.put(jobs...))
	}
	return r
}

func (r raw) put(jobs ...queue.Job) error {
	return r.db.Update(func(tx *bolt.Tx) error {
		for _, j := range jobs {
			if err := rawPut(tx, nil, j); err != nil {
				return err
			}
		}
		return nil
	})
}

func rawPut(tx *bolt.Tx, old []byte, j queue.Job) error {
	records, err := tx.CreateBucketIfNotExists([]byte("jobs"))
	if err != nil {
		return err
	}
	index, err := tx.CreateBucketIfNotExists([]byte("queue"))
	if err != nil {
		return err
	}
	if old != nil {
		if err := index.Delete(old); err != nil {
			return err
		}
	}
	value, err := json.Marshal(j)
	if err != nil {
		return err
	}
	if err := index.Put(storage.QueueKey(j.State, j.Due, j.Scene), []byte{}); err != nil {
		return err
	}
	return records.Put(binary.BigEndian.AppendUint64(nil, uint64(j.Scene)), value)
}

func (r raw) claim() error {
	return r.db.Update(func(tx *bolt.Tx) error {
		k, _ := tx.Bucket([]byte("queue")).Cursor().Seek([]byte{'w'})
		k = append([]byte(nil), k...)
		var j queue.Job
		if err := json.Unmarshal(tx.Bucket([]byte("jobs")).Get(k[9:]), &j); err != nil {
			return err
		}
		return rawPut(tx, k, j.Claim(start))
	})
}
