package storage_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// start is the clock of tests that need a fixed one.
var start = time.Date(2026, 11, 23, 19, 0, 0, 0, time.UTC)

func clock() time.Time { return start }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func options(dir string) storage.Options {
	return storage.Options{Dir: dir, Log: quiet(), Version: "1.0.0"}
}

// open opens a database in dir for the length of the test.
func open(t testing.TB, dir string) (*storage.DB, storage.Opened) {
	t.Helper()
	d, o, err := storage.Open(options(dir))
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { closeDB(t, d) })
	return d, o
}

// openToClose is open for a test that closes the database itself.
func openToClose(t testing.TB, dir string) *storage.DB {
	t.Helper()
	d, _, err := storage.Open(options(dir))
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return d
}

// keeps fails the test unless a database opened anew in dir is whole and holds so many jobs.
func keeps(t testing.TB, dir string, jobs int) {
	t.Helper()
	d := openToClose(t, dir)
	defer closeDB(t, d)
	if n := len(jobsOf(t, d)); n != jobs {
		t.Errorf("%d jobs on disk, want %d", n, jobs)
	}
	audit(t, d)
}

func fresh(t testing.TB) *storage.DB {
	t.Helper()
	d, _ := open(t, t.TempDir())
	return d
}

func closeDB(t testing.TB, d *storage.DB) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func update(t testing.TB, d *storage.DB, fn func(store.Tx) error) {
	t.Helper()
	if err := d.Update(fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t testing.TB, d store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := d.View(fn); err != nil {
		t.Fatalf("view: %v", err)
	}
}

func audit(t testing.TB, d *storage.DB) {
	t.Helper()
	if err := d.Audit(); err != nil {
		t.Errorf("audit: %v", err)
	}
}

// enqueue stores waiting jobs for scenes from to to, due one second apart.
func enqueue(t testing.TB, d *storage.DB, from, to scene.ID) {
	t.Helper()
	update(t, d, func(tx store.Tx) error {
		for id := from; id <= to; id++ {
			if err := tx.PutJob(waiting(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

func waiting(id scene.ID) queue.Job {
	return queue.Enqueue(nil, queue.Wish{Scene: id, Name: "Harbour " + id.String(), Cause: "new"}, start.Add(time.Duration(id)*time.Second))
}

func dbPath(dir string) string { return filepath.Join(dir, storage.FileName) }

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writeFile(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// jobsOf lists the scenes that have a job.
func jobsOf(t testing.TB, d store.Store) (ids []scene.ID) {
	t.Helper()
	view(t, d, func(tx store.Tx) error {
		page, err := tx.ListJobs(store.JobQuery{Limit: 1000})
		for _, j := range page.Jobs {
			ids = append(ids, j.Scene)
		}
		return err
	})
	return ids
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}
