package storage_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/storage"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// The tests of this file are named after traps of Storm and bbolt; each shows that the
// store does not fall into it.

func TestPitfallZeroValuesAreFoundLikeOthers(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, func(tx store.Tx) error { return tx.PutJob(queue.Job{Scene: 1, State: queue.Waiting}) })
	view(t, d, func(tx store.Tx) error {
		due, err := tx.DueJobs(start, 10)
		at, ok, _ := tx.NextDue()
		if len(due) != 1 || !ok || !at.IsZero() {
			t.Errorf("a job due at the zero time: %v, next due %v %v", due, at, ok)
		}
		return err
	})
}

func TestPitfallUpdateWritesZeroFields(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	j := waiting(1)
	j.Attempts, j.Message = 3, message.Foreign("refused")
	for _, j := range []queue.Job{j, waiting(1)} {
		update(t, d, func(tx store.Tx) error { return tx.PutJob(j) })
	}
	view(t, d, func(tx store.Tx) error {
		got, _, err := tx.Job(1)
		if got.Attempts != 0 || !got.Message.IsZero() {
			t.Errorf("old fields were kept: %+v", got)
		}
		return err
	})
}

func TestPitfallFailedOperationLeavesNoHalfIndex(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	enqueue(t, d, 1, 3)
	err := d.Update(func(tx store.Tx) error {
		return errors.Join(tx.PutJob(queue.Job{Scene: 2, State: queue.Dead, Due: start}), tx.PutJob(queue.Job{Scene: 3, State: "lost"}))
	})
	if err == nil {
		t.Fatal("an unknown state was stored")
	}
	if got := d.Counts(); got != (queue.Counts{Waiting: 3}) {
		t.Errorf("counts %+v", got)
	}
	audit(t, d)
}

func TestPitfallKeysOrderAsNumbersNotAsText(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	zones := []*time.Location{time.UTC, time.FixedZone("", -5*3600), time.FixedZone("", 9*3600)}
	update(t, d, func(tx store.Tx) error {
		for i := range 300 {
			// Fractions, zones and ids around 0x5f5f, where Storm's index keys break.
			id := scene.ID(24410 + (i*7)%300)
			j := queue.Job{Scene: id, State: queue.Waiting, Due: start.Add(time.Duration(id) * 333 * time.Millisecond).In(zones[i%3])}
			if err := tx.PutJob(j); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, d, func(tx store.Tx) error {
		next := scene.ID(24410)
		err := tx.JobsIn(queue.Waiting, func(j queue.Job) bool {
			if j.Scene != next {
				t.Errorf("scene %d where %d should be", j.Scene, next)
				return false
			}
			next++
			return true
		})
		if next != 24710 {
			t.Errorf("the walk ended at %d", next)
		}
		return err
	})
}

func TestPitfallIDsThatArePrefixesOfOthersAreApart(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	ids := []string{"1", "11", "1__1", "a", "a__b", "1\x00", "storm", "__storm_metadata", ""}
	update(t, d, func(tx store.Tx) error {
		for i, id := range ids {
			u := []store.Use{{Kind: store.TagName, ID: id}}
			if err := errors.Join(tx.SetUses(scene.ID(i+1), u), tx.PutName(store.TagName, id, "name "+id)); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, d, func(tx store.Tx) error {
		for i, id := range ids {
			got, err := tx.Using(store.Use{Kind: store.TagName, ID: id})
			if len(got) != 1 || got[0] != scene.ID(i+1) || err != nil {
				t.Errorf("using %q: %v, %v; want %d", id, got, err, i+1)
			}
		}
		names, err := tx.Names(store.TagName)
		if len(names) != len(ids) || names["a__b"] != "name a__b" {
			t.Errorf("names %v", names)
		}
		return err
	})
}

func TestPitfallReadersInManyGoroutinesSeeTheirOwn(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	enqueue(t, d, 1, 100)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 500 {
				id := scene.ID((g*25+i)%100 + 1)
				err := d.View(func(tx store.Tx) error {
					j, ok, err := tx.Job(id)
					if !ok || j.Scene != id {
						return fmt.Errorf("job %d is %+v, %v: %w", id, j, ok, err)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 50 {
		enqueue(t, d, scene.ID(i+1), scene.ID(i+1))
	}
	wg.Wait()
}

func TestPitfallFailedOpenReleasesTheFile(t *testing.T) {
	t.Parallel()
	dir := formerVersion(t, storage.SchemaVersion+1)
	if _, _, err := storage.Open(options(dir)); !errors.Is(err, storage.ErrNewer) {
		t.Fatal(err)
	}
	b, err := bolt.Open(dbPath(dir), 0o600, &bolt.Options{Timeout: time.Millisecond})
	if err != nil {
		t.Fatalf("the file is still locked: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestPitfallWalkMayWriteToWhatItWalks(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	const n = 600
	update(t, d, func(tx store.Tx) error {
		for id := scene.ID(1); id <= n; id++ {
			it := store.Indexed{Key: scene.ItemKey{Machine: "aa", RatingKey: id.String()}, Section: "1"}
			if err := errors.Join(tx.PutSeen(id, store.Seen{}), tx.PutIndexed(it, []string{id.String()})); err != nil {
				return err
			}
		}
		return nil
	})
	var scenes, items int
	update(t, d, func(tx store.Tx) error {
		scenes, items = 0, 0
		var failed error
		err := tx.EachSeen(0, func(id scene.ID, _ store.Seen) bool {
			scenes++
			failed = errors.Join(failed, tx.DeleteSeen(id))
			return true
		})
		err2 := tx.EachIndexed("aa", func(it store.Indexed) bool {
			items++
			it.Title = "a longer title than before, so that pages split"
			failed = errors.Join(failed, tx.PutIndexed(it, []string{"x", it.Key.RatingKey}))
			return true
		})
		return errors.Join(err, err2, failed)
	})
	if scenes != n || items != n {
		t.Errorf("walked %d scenes and %d items of %d", scenes, items, n)
	}
	audit(t, d)
}

func TestPitfallNewFileAppearsOnlyWhenWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// What losing power during the first start leaves behind.
	writeFile(t, dbPath(dir)+".new", []byte("half a page"))
	writeFile(t, dbPath(dir)+".restoring", []byte("half a copy"))
	d, o := open(t, dir)
	if !o.Fresh || o.Damaged != "" || !o.Message.IsZero() {
		t.Errorf("opened %+v", o)
	}
	enqueue(t, d, 1, 1)
	if left, _ := filepath.Glob(dbPath(dir) + ".new"); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestPitfallReadDuringGrowthDoesNotStopTheWriter(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	// Short views in a row while the file grows from nothing to several megabytes.
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_ = d.View(func(tx store.Tx) error { _, err := tx.JobCounts(); return err })
			}
		}
	})
	for i := range 20 {
		update(t, d, func(tx store.Tx) error {
			return tx.PutValue(fmt.Sprint(i), make([]byte, 200_000))
		})
	}
	close(stop)
	wg.Wait()
}
