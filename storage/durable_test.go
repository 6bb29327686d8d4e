package storage_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"lockstep/storage"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// syncs notes what is synced, and whether a path was there by then.
type syncs struct {
	path string // that matters
	list []string
	fail string // the base name of what cannot be synced
}

func (s *syncs) note(path string) error {
	_, err := os.Lstat(s.path)
	there := " before"
	if err == nil {
		there = " after"
	}
	s.list = append(s.list, filepath.Base(path)+there)
	if filepath.Base(path) == s.fail {
		return errOnPurpose
	}
	return nil
}

// want is what must be synced for a file to have its name and its content durably: first
// the file under another name, then the folder in which it was renamed.
func want(temp, folder string) []string {
	if runtime.GOOS == "windows" {
		return []string{temp + " before"}
	}
	return []string{temp + " before", folder + " after"}
}

func TestNewAndRestoredDatabasesAreSyncedFileFirstThenFolder(t *testing.T) {
	t.Parallel()
	for name, temp := range map[string]string{"new": "lockstep.db.new", "restored": "lockstep.db.restoring"} {
		dir := t.TempDir()
		if name == "restored" {
			dir = filled(t, 3)
			if err := os.Remove(dbPath(dir)); err != nil {
				t.Fatal(err)
			}
		}
		s := &syncs{path: dbPath(dir)}
		d, _, err := storage.Open(storage.WithSync(options(dir), s.note))
		if err != nil {
			t.Fatal(err)
		}
		closeDB(t, d)
		if !slices.Equal(s.list, want(temp, filepath.Base(dir))) {
			t.Errorf("%s: synced %v, want %v", name, s.list, want(temp, filepath.Base(dir)))
		}
	}
}

func TestBackupAndFileWrittenAnewAreSynced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &syncs{}
	o := storage.WithSync(options(dir), s.note)
	o.Now = clock
	d, _, err := storage.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, d)
	name := "lockstep-20261123T190000Z.db"
	*s = syncs{path: filepath.Join(dir, "backups", name)}
	if err := d.Backup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w := want(name+".unchecked", "backups"); !slices.Equal(s.list, w) {
		t.Errorf("backup: synced %v, want %v", s.list, w)
	}
	if runtime.GOOS == "windows" {
		return
	}
	remove(t, dbPath(dir))
	*s = syncs{path: dbPath(dir)}
	enqueue(t, d, 1, 1)
	if w := want("lockstep.db.restoring", filepath.Base(dir)); !slices.Equal(s.list, w) {
		t.Errorf("written anew: synced %v, want %v", s.list, w)
	}
}

func TestDatabaseThatCannotBeSyncedIsNotUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &syncs{path: dbPath(dir), fail: "lockstep.db.new"}
	_, _, err := storage.Open(storage.WithSync(options(dir), s.note))
	wantLocal(t, err, dbPath(dir))
	if _, err := os.Lstat(dbPath(dir)); err == nil {
		t.Error("it has its name though its content may not be on disk")
	}
	if _, _, err = storage.Open(options(dir)); err != nil {
		t.Errorf("the next start: %v", err)
	}
}

// TestOneFailedCommitIsTheLast: nobody knows what is on disk then, so nothing is written
// even if the disk would take it.
func TestOneFailedCommitIsTheLast(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openToClose(t, dir)
	enqueue(t, d, 1, 3)
	wantLocal(t, d.CommitFails(syscall.EIO), dbPath(dir))
	ran := false
	err := d.Update(func(tx store.Tx) error { ran = true; return tx.PutJob(waiting(4)) })
	wantLocal(t, err, dbPath(dir))
	if ran || len(jobsOf(t, d)) != 3 {
		t.Errorf("ran %v, %d jobs, want none run and 3", ran, len(jobsOf(t, d)))
	}
	closeDB(t, d)
	keeps(t, dir, 3)
}

// TestAfterAFullDiskWhatIsOnDiskCounts: a commit that failed for want of room may have
// reached the disk all the same.
func TestAfterAFullDiskWhatIsOnDiskCounts(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	enqueue(t, d, 1, 3)
	if err := d.Behind(func(tx store.Tx) error { return tx.PutJob(waiting(4)) }); err != nil {
		t.Fatal(err)
	}
	if err := d.CommitFails(syscall.ENOSPC); !errors.Is(err, storage.ErrFull) {
		t.Fatal(err)
	}
	if got := d.Counts(); got != (queue.Counts{Waiting: 4}) {
		t.Errorf("counts %+v, want what is on disk", got)
	}
	enqueue(t, d, 5, 5)
	if got := d.Counts(); got != (queue.Counts{Waiting: 5}) {
		t.Errorf("counts %+v after room was made", got)
	}
	audit(t, d)
}
