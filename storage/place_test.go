//go:build !windows

package storage_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"lockstep/storage"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// On Windows nobody can remove or replace an open file.

func TestRemovedDatabaseIsWrittenAnewAndLosesNothing(t *testing.T) {
	t.Parallel()
	away := func(t *testing.T, dir string) {
		if err := os.Rename(dbPath(dir), filepath.Join(t.TempDir(), "away")); err != nil {
			t.Fatal(err)
		}
	}
	removes := map[string]func(t *testing.T, dir string){
		"removed":  func(t *testing.T, dir string) { remove(t, dbPath(dir)) },
		"moved":    away,
		"with all": func(t *testing.T, dir string) { remove(t, dir) },
	}
	then := map[string]func(t *testing.T, d *storage.DB){
		"looked at": func(t *testing.T, d *storage.DB) {
			words, err := d.CheckPlace()
			if err != nil || !strings.Contains(words.String(), "removed") || !strings.Contains(words.String(), "nothing is lost") {
				t.Errorf("said %q, %v", words, err)
			}
		},
		"written to": func(t *testing.T, d *storage.DB) {
			enqueue(t, d, 4, 4)
			if words, err := d.CheckPlace(); err != nil || !strings.Contains(words.String(), "removed") {
				t.Errorf("said afterwards %q, %v", words, err)
			}
		},
		"closed": func(*testing.T, *storage.DB) {},
	}
	for how, take := range removes {
		for what, use := range then {
			t.Run(how+", then "+what, func(t *testing.T) {
				t.Parallel()
				dir := filepath.Join(t.TempDir(), "data")
				d := openToClose(t, dir)
				enqueue(t, d, 1, 3)
				take(t, dir)
				use(t, d)
				if what != "closed" {
					if words, err := d.CheckPlace(); !words.IsZero() || err != nil {
						t.Errorf("said twice: %q, %v", words, err)
					}
				}
				before := jobsOf(t, d)
				closeDB(t, d)
				again, o := open(t, dir)
				if after := jobsOf(t, again); len(after) != len(before) || !o.Message.IsZero() || o.Fresh {
					t.Errorf("jobs %v before and %v after, opened %+v", before, after, o)
				}
				audit(t, again)
			})
		}
	}
}

func TestDatabaseThatCannotBeWrittenAnewRefusesWritesUntilItCan(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "data")
	d, _ := open(t, dir)
	enqueue(t, d, 1, 3)
	remove(t, dir)
	writeFile(t, dir, []byte("a file where the folder was"))
	for range 2 {
		wantLocal(t, d.Update(func(tx store.Tx) error { return tx.PutJob(waiting(4)) }), dbPath(dir))
	}
	if n := len(jobsOf(t, d)); n != 3 {
		t.Errorf("%d jobs are read meanwhile, want 3", n)
	}
	remove(t, dir)
	enqueue(t, d, 4, 4)
	if n := len(jobsOf(t, d)); n != 4 {
		t.Errorf("%d jobs, want 4", n)
	}
}

func TestReplacedDatabaseIsNeitherWrittenNorLost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openToClose(t, dir)
	enqueue(t, d, 1, 3)
	theirs := filepath.Join(t.TempDir(), "ours")
	if err := os.Rename(dbPath(dir), theirs); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dbPath(dir), []byte("another file"))
	var err error
	for range 2 {
		err = d.Update(func(tx store.Tx) error { return tx.PutJob(waiting(4)) })
		wantLocal(t, err, dbPath(dir))
	}
	closeDB(t, d)
	if got := string(readFile(t, dbPath(dir))); got != "another file" {
		t.Errorf("the other file became %.20q", got)
	}
	kept, _ := filepath.Glob(dbPath(dir) + ".displaced-*")
	if len(kept) != 1 || !strings.Contains(err.Error(), kept[0]) {
		t.Fatalf("kept %v, said %v", kept, err)
	}
	if err := os.Rename(kept[0], dbPath(dir)); err != nil {
		t.Fatal(err)
	}
	keeps(t, dir, 3)
}

func TestReplacedDatabaseThatIsPutBackGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	enqueue(t, d, 1, 3)
	away := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(dbPath(dir), away); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dbPath(dir), nil)
	if _, err := d.CheckPlace(); err == nil {
		t.Error("another file in its place was not noticed")
	}
	if err := os.Rename(away, dbPath(dir)); err != nil {
		t.Fatal(err)
	}
	enqueue(t, d, 4, 4)
	if words, err := d.CheckPlace(); !words.IsZero() || err != nil {
		t.Errorf("put back: %q, %v", words, err)
	}
}

// Whoever comes back after weeks reads of it once.
func TestADatabaseThatIsRemovedAgainAndAgainIsToldOfOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	for id := scene.ID(1); id <= 30; id++ {
		remove(t, dbPath(dir))
		enqueue(t, d, id, id)
	}
	words, err := d.CheckPlace()
	if n := strings.Count(words.String(), "was removed"); n != 1 || err != nil {
		t.Errorf("said %d times, %v: %s", n, err, words)
	}
	if n := len(jobsOf(t, d)); n != 30 {
		t.Errorf("%d jobs, want 30", n)
	}
}

// Many read and write while the file is removed again and again: each write that was
// acknowledged is there in the end, and nobody meets a database that is being replaced.
func TestRemovalWhileManyReadAndWriteLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openToClose(t, dir)
	const writers, each = 4, 25
	var writing, reading sync.WaitGroup
	var over atomic.Bool
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				if i%5 == w {
					_ = os.Remove(dbPath(dir))
				}
				id := scene.ID(1 + w*each + i)
				err := errOnPurpose
				for n := 0; err != nil && n < 100; n++ { // refused when the new file is removed before it was opened
					err = d.Update(func(tx store.Tx) error { return tx.PutJob(waiting(id)) })
				}
				if err != nil {
					t.Errorf("write %d: %v", id, err)
				}
			}
		})
		reading.Go(func() {
			for !over.Load() {
				err := d.View(func(tx store.Tx) error { _, err := tx.ListJobs(store.JobQuery{Limit: 5}); return err })
				if err != nil {
					t.Errorf("read: %v", err)
					return
				}
			}
		})
	}
	writing.Wait()
	over.Store(true)
	reading.Wait()
	closeDB(t, d)
	keeps(t, dir, writers*each)
}

func TestRemovalWhileWritingAndClosingLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	for range 5 {
		dir := t.TempDir()
		d := openToClose(t, dir)
		remove(t, dbPath(dir))
		var stored atomic.Int64
		var wg sync.WaitGroup
		for id := scene.ID(1); id <= 10; id++ {
			wg.Go(func() {
				if d.Update(func(tx store.Tx) error { return tx.PutJob(waiting(id)) }) == nil {
					stored.Add(1)
				}
			})
		}
		wg.Go(func() { closeDB(t, d) })
		wg.Wait()
		keeps(t, dir, int(stored.Load()))
	}
}
