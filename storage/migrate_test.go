package storage_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/asdine/storm/v3"
	bolt "go.etcd.io/bbolt"

	"lockstep/storage"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// versionZero makes a database of a layout nobody ever had: jobs in a bucket "todo" as
// a list of names, without index and counts.
func versionZero(t *testing.T, schema int) string {
	t.Helper()
	dir := t.TempDir()
	b, err := bolt.Open(dbPath(dir), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := storm.Open("", storm.UseDB(b), storm.Codec(storage.Codec{}))
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(s.Set("meta", []byte("schema"), schema), s.Set("meta", []byte("app"), "0.9"),
		s.Set("todo", []byte("1"), "Harbour"), s.Set("todo", []byte("2"), "Lighthouse"), b.Close())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// toOne turns the list into jobs.
var toOne = storage.Migration{From: 0, Run: func(put func(string, []byte, any) error, each func(string, func(k, v []byte) bool) error) error {
	var failed error
	err := each("todo", func(k, v []byte) bool {
		var name string
		failed = errors.Join(failed, json.Unmarshal(v[4:], &name), put("values", k, name))
		return failed == nil
	})
	return errors.Join(err, failed)
}}

func TestOldDatabaseIsBackedUpAndMigrated(t *testing.T) {
	t.Parallel()
	dir := versionZero(t, 0)
	d, o, err := storage.Open(storage.WithSteps(options(dir), toOne))
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, d)
	if o.Migrated.From != 0 || o.Migrated.To != storage.SchemaVersion || o.Fresh || o.Words != "" {
		t.Errorf("opened %+v", o)
	}
	view(t, d, func(tx store.Tx) error {
		var name string
		ok, err := tx.Value("2", &name)
		if !ok || name != "Lighthouse" {
			t.Errorf("value %q, %v", name, ok)
		}
		return err
	})
	enqueue(t, d, 1, 1) // the new buckets are there
	backup := onlyBackup(t, dir)
	if !strings.Contains(backup, "-schema0.db") || storage.Preflight(backup) != nil {
		t.Errorf("backup %s: %v", backup, storage.Preflight(backup))
	}
	if err := d.Backup(t.Context()); err != nil || len(backups(t, dir)) != 2 {
		t.Errorf("daily backup: %v, %v; want both", err, backups(t, dir))
	}
}

func TestFailedMigrationLeavesTheOldDatabase(t *testing.T) {
	t.Parallel()
	dir := versionZero(t, 0)
	before := readFile(t, dbPath(dir))
	broken := storage.Migration{From: 0, Run: func(put func(string, []byte, any) error, _ func(string, func(k, v []byte) bool) error) error {
		return errors.Join(put("values", []byte("x"), 1), errOnPurpose)
	}}
	if _, _, err := storage.Open(storage.WithSteps(options(dir), broken)); !errors.Is(err, errOnPurpose) {
		t.Fatalf("open: %v", err)
	}
	if !slices.Equal(readFile(t, dbPath(dir)), before) {
		t.Error("the database was changed")
	}
	d, _, err := storage.Open(storage.WithSteps(options(dir), toOne))
	if err != nil {
		t.Fatalf("the next try: %v", err)
	}
	closeDB(t, d)
}

func TestVersionsWithoutAWayAreRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		schema int
		newer  bool
		words  string
	}{
		"newer":    {storage.SchemaVersion + 1, true, "newer Lockstep (0.9)"},
		"too old":  {-1, false, "can no longer be read"},
		"unlisted": {0, false, "can no longer be read"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := versionZero(t, tc.schema)
			before := readFile(t, dbPath(dir))
			_, _, err := storage.Open(storage.WithSteps(options(dir)))
			wantLocal(t, err, dbPath(dir))
			if errors.Is(err, storage.ErrNewer) != tc.newer || !strings.Contains(err.Error(), tc.words) {
				t.Errorf("open: %v", err)
			}
			_, err = storage.ReadOnly(dir)
			wantLocal(t, err, dbPath(dir))
			entries, _ := os.ReadDir(dir)
			if len(entries) != 1 || !slices.Equal(readFile(t, dbPath(dir)), before) {
				t.Errorf("the folder was changed: %v", entries)
			}
		})
	}
}

func TestForeignDatabaseIsSetAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b, err := bolt.Open(dbPath(dir), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	_, o := open(t, dir)
	if !o.Fresh || filepath.Dir(o.Damaged) != dir {
		t.Errorf("opened %+v", o)
	}
}

// TestWrongCountsArePutRightAtStart is about kept numbers: they must never differ from
// the queue for longer than one run.
func TestWrongCountsArePutRightAtStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	enqueue(t, d, 1, 5)
	update(t, d, func(tx store.Tx) error { return storage.SetCounts(tx, queue.Counts{Running: 3}) })
	closeDB(t, d)
	d, _ = open(t, dir)
	if got := d.Counts(); got != (queue.Counts{Waiting: 5}) {
		t.Errorf("counts %+v", got)
	}
	audit(t, d)
}
