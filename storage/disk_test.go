package storage_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// wantLocal checks that err is a local fault whose words name the path and whose hint
// says what to do.
func wantLocal(t *testing.T, err error, path string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Class != fault.Local || !strings.Contains(f.Message.String(), path) || f.Hint.IsZero() {
		t.Errorf("fault %+v; want a local one that names %s and a hint", f, path)
	}
}

func TestLockIsHeldByOneProcessOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, lines := child(t, "hold", dir)
	if !lines.Scan() {
		t.Fatal("the child did not open the database")
	}
	_, err := storage.Lock(dir)
	if !errors.Is(err, storage.ErrLocked) {
		t.Errorf("lock: %v, want %v", err, storage.ErrLocked)
	}
	wantLocal(t, err, dir)
	_, _, err = storage.Open(options(dir))
	if !errors.Is(err, storage.ErrLocked) {
		t.Errorf("open: %v, want %v", err, storage.ErrLocked)
	}
	wantLocal(t, err, dbPath(dir))
	if _, err = storage.ReadOnly(dir); !errors.Is(err, storage.ErrLocked) {
		t.Errorf("read only: %v, want %v", err, storage.ErrLocked)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	l, err := storage.Lock(dir)
	if err != nil {
		t.Fatalf("lock after the holder died: %v", err)
	}
	open(t, dir)
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestPathThatIsAFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(dbPath(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	_, _, err := storage.Open(options(dir))
	wantLocal(t, err, dbPath(dir))
}

func TestDataFolderThatCannotBeMadeIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, nil)
	_, _, err := storage.Open(options(filepath.Join(file, "data")))
	wantLocal(t, err, file)
	_, err = storage.Lock(filepath.Join(file, "data"))
	wantLocal(t, err, file)
}

func TestReaderSeesTheStoreAndChangesNothing(t *testing.T) {
	t.Parallel()
	dir := filled(t, 5)
	before := readFile(t, dbPath(dir))
	r, err := storage.ReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Counts(); got != (queue.Counts{Waiting: 6}) {
		t.Errorf("counts %+v", got)
	}
	view(t, r, func(tx store.Tx) error {
		_, ok, err := tx.Job(3)
		if !ok {
			t.Error("job 3 is not seen")
		}
		return err
	})
	if err := r.Update(func(store.Tx) error { return nil }); !errors.Is(err, storage.ErrReadOnly) {
		t.Errorf("update: %v", err)
	}
	if err := r.View(func(tx store.Tx) error { return tx.PutJob(waiting(9)) }); err == nil {
		t.Error("a write through a view succeeded")
	}
	second, err := storage.ReadOnly(dir)
	if err != nil {
		t.Fatalf("two readers at once: %v", err)
	}
	if err := errors.Join(second.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if !slices.Equal(readFile(t, dbPath(dir)), before) {
		t.Error("reading changed the file")
	}
}

func TestReaderNeverMakesOrRepairsAnything(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	_, err := storage.ReadOnly(empty)
	if !errors.Is(err, storage.ErrNone) {
		t.Errorf("no database: %v", err)
	}
	wantLocal(t, err, empty)
	broken := filled(t, 5)
	writeFile(t, dbPath(broken), []byte("broken"))
	_, err = storage.ReadOnly(broken)
	wantLocal(t, err, dbPath(broken))
	for dir, want := range map[string]int{empty: 0, broken: 2} {
		if have, _ := os.ReadDir(dir); len(have) != want {
			t.Errorf("%d entries in the folder, want %d: %v", len(have), want, have)
		}
	}
}

func TestThreeBackupsAreKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := options(dir)
	now := start
	o.Now = func() time.Time { return now }
	d, _, err := storage.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, d)
	if !d.LastBackup().IsZero() {
		t.Errorf("last backup of a new database: %v", d.LastBackup())
	}
	// Those from before a migration are the only way back to an older Lockstep.
	const old = "lockstep-20250101T120000Z-schema2.db"
	remain := filepath.Join(dir, "backups", old)
	if err := os.MkdirAll(filepath.Dir(remain), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, remain, nil)
	for day := range 5 {
		now = start.AddDate(0, 0, day)
		enqueue(t, d, scene.ID(day+1), scene.ID(day+1))
		if err := d.Backup(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.LastBackup(); !got.Equal(now) {
		t.Errorf("last backup %v, want %v", got, now)
	}
	var got []string
	entries, _ := os.ReadDir(filepath.Join(dir, "backups"))
	for _, e := range entries {
		got = append(got, e.Name())
	}
	want := []string{old, "lockstep-20261125T190000Z.db", "lockstep-20261126T190000Z.db", "lockstep-20261127T190000Z.db"}
	if !slices.Equal(got, want) {
		t.Errorf("backups %v, want %v", got, want)
	}
}

func TestStoppedBackupLeavesNothingUsable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Backup(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("backup: %v", err)
	}
	if err := d.Backup(t.Context()); err != nil {
		t.Error(err)
	}
	onlyBackup(t, dir)
}
