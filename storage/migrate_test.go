package storage_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/asdine/storm/v3"
	stormjson "github.com/asdine/storm/v3/codec/json"
	bolt "go.etcd.io/bbolt"

	"lockstep/storage"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// formerVersion makes a database of a layout nobody ever had: jobs in a bucket "todo" as
// a list of names, without index and counts.
func formerVersion(t *testing.T, schema int) string {
	t.Helper()
	dir := t.TempDir()
	b, err := bolt.Open(dbPath(dir), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := storm.Open("", storm.UseDB(b), storm.Codec(stormjson.Codec))
	if err != nil {
		t.Fatal(err)
	}
	put := func(bucket, key, text string) error {
		return s.SetBytes(bucket, []byte(key), storage.Seal(bucket, []byte(key), []byte(text)))
	}
	err = errors.Join(put("meta", "schema", strconv.Itoa(schema)), put("meta", "app", `"0.9"`),
		put("todo", "1", `"Harbour"`), put("todo", "2", `"Lighthouse"`), b.Close())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// former is the schema version before the present one.
const former = storage.SchemaVersion - 1

// toNow turns the list into values.
var toNow = storage.Migration{From: former, Run: func(put func(string, []byte, any) error, each func(string, func(k, v []byte) bool) error) error {
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
	dir := formerVersion(t, former)
	d, o, err := storage.Open(storage.WithSteps(options(dir), toNow))
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, d)
	if o.Migrated.From != former || o.Migrated.To != storage.SchemaVersion || o.Fresh || !o.Message.IsZero() {
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
	enqueue(t, d, 1, 1)            // the new buckets are there
	if len(backups(t, dir)) != 2 { // one made before, one after
		t.Errorf("backups %v", backups(t, dir))
	}
	backup := formerBackup(t, dir)
	if storage.Preflight(backup) != nil {
		t.Errorf("backup %s: %v", backup, storage.Preflight(backup))
	}
	for range 5 {
		if err := d.Backup(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	formerBackup(t, dir) // stays, however many daily ones are made
}

// formerBackup is the backup made before the migration.
func formerBackup(t *testing.T, dir string) string {
	t.Helper()
	i := slices.IndexFunc(backups(t, dir), func(path string) bool {
		return strings.HasSuffix(path, fmt.Sprintf("-schema%d.db", former))
	})
	if i < 0 {
		t.Fatalf("no backup of before in %v", backups(t, dir))
	}
	return backups(t, dir)[i]
}

// TestAfterAMigrationThereIsABackupOfThePresentSchema is about the day between the migration
// and the next daily backup: what cannot be made anew is in one that can be used.
func TestAfterAMigrationThereIsABackupOfThePresentSchema(t *testing.T) {
	t.Parallel()
	dir := formerVersion(t, former)
	d, _, err := storage.Open(storage.WithSteps(options(dir), toNow))
	if err != nil {
		t.Fatal(err)
	}
	closeDB(t, d)
	if err := storage.Damage(dbPath(dir), storage.Place{Buckets: []string{"values"}, Key: "2"}, garbage); err != nil {
		t.Fatal(err)
	}
	d, o, err := storage.Open(storage.WithSteps(options(dir), toNow))
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, d)
	wantName(t, d, "Lighthouse")
	if o.Damaged != "" || o.Message.IsZero() {
		t.Errorf("opened %+v", o)
	}
}

func wantName(t *testing.T, d *storage.DB, want string) {
	t.Helper()
	view(t, d, func(tx store.Tx) error {
		var name string
		ok, err := tx.Value("2", &name)
		if !ok || name != want {
			t.Errorf("value %q, %v; want %q", name, ok, want)
		}
		return err
	})
}

// TestABackupOfAnOlderSchemaIsRestoredAndMigrated has only the backup made before the
// migration left when the database is lost.
func TestABackupOfAnOlderSchemaIsRestoredAndMigrated(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, path string){
		"gone":    remove,
		"damaged": func(t *testing.T, path string) { writeFile(t, path, []byte("nothing that opens")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := formerVersion(t, former)
			d, _, err := storage.Open(storage.WithSteps(options(dir), toNow))
			if err != nil {
				t.Fatal(err)
			}
			closeDB(t, d)
			for _, path := range backups(t, dir) {
				if path != formerBackup(t, dir) {
					remove(t, path)
				}
			}
			lose(t, dbPath(dir))
			d, o, err := storage.Open(storage.WithSteps(options(dir), toNow))
			if err != nil {
				t.Fatal(err)
			}
			defer closeDB(t, d)
			if o.Fresh || o.Restored == "" || o.Migrated.From != former || o.Migrated.To != storage.SchemaVersion {
				t.Errorf("opened %+v", o)
			}
			wantName(t, d, "Lighthouse")
			audit(t, d)
		})
	}
}

// TestABackupNobodyCanMigrateIsNotRestored: it would be refused at once, and keep a new
// database from being made.
func TestABackupNobodyCanMigrateIsNotRestored(t *testing.T) {
	t.Parallel()
	for _, schema := range []int{-1, 0, former - 1, storage.SchemaVersion + 1} {
		dir := formerVersion(t, schema)
		if err := os.Mkdir(filepath.Join(dir, "backups"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(dbPath(dir), filepath.Join(dir, "backups", "lockstep-20261127T120000Z.db")); err != nil {
			t.Fatal(err)
		}
		d, o, err := storage.Open(storage.WithSteps(options(dir), toNow))
		if err != nil || !o.Fresh {
			t.Fatalf("schema %d: opened %+v, %v", schema, o, err)
		}
		closeDB(t, d)
	}
}

func TestFailedMigrationLeavesTheOldDatabase(t *testing.T) {
	t.Parallel()
	dir := formerVersion(t, former)
	before := readFile(t, dbPath(dir))
	broken := storage.Migration{From: former, Run: func(put func(string, []byte, any) error, _ func(string, func(k, v []byte) bool) error) error {
		return errors.Join(put("values", []byte("x"), 1), errOnPurpose)
	}}
	if _, _, err := storage.Open(storage.WithSteps(options(dir), broken)); !errors.Is(err, errOnPurpose) {
		t.Fatalf("open: %v", err)
	}
	if !slices.Equal(readFile(t, dbPath(dir)), before) {
		t.Error("the database was changed")
	}
	d, _, err := storage.Open(storage.WithSteps(options(dir), toNow))
	if err != nil {
		t.Fatalf("the next try: %v", err)
	}
	closeDB(t, d)
}

func TestNewerVersionIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	dir := formerVersion(t, storage.SchemaVersion+1)
	before := readFile(t, dbPath(dir))
	_, _, err := storage.Open(storage.WithSteps(options(dir)))
	wantLocal(t, err, dbPath(dir))
	if !errors.Is(err, storage.ErrNewer) || !strings.Contains(err.Error(), "newer Lockstep (0.9)") {
		t.Errorf("open: %v", err)
	}
	_, err = storage.ReadOnly(dir)
	wantLocal(t, err, dbPath(dir))
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 || !slices.Equal(readFile(t, dbPath(dir)), before) {
		t.Errorf("the folder was changed: %v", entries)
	}
}

func TestOlderVersionWithoutAWayIsSetAsideWithAMessage(t *testing.T) {
	t.Parallel()
	for _, schema := range []int{-1, 0, former} {
		dir := formerVersion(t, schema)
		before := readFile(t, dbPath(dir))
		_, err := storage.ReadOnly(dir)
		wantLocal(t, err, dbPath(dir))
		d, o, err := storage.Open(storage.WithSteps(options(dir)))
		if err != nil {
			t.Fatal(err)
		}
		if !o.Fresh || !strings.Contains(o.Message.String(), "older Lockstep") || !strings.Contains(o.Message.String(), o.Damaged) {
			t.Errorf("schema %d: opened %+v", schema, o)
		}
		if !slices.Equal(readFile(t, o.Damaged), before) {
			t.Errorf("schema %d: what was set aside was changed", schema)
		}
		closeDB(t, d)
	}
}

// TestDatabaseOfTheFirstSchemaIsSetAside opens one as the first schema wrote it: checksums
// without bucket and key.
func TestDatabaseOfTheFirstSchemaIsSetAside(t *testing.T) {
	t.Parallel()
	dir := filled(t, 5)
	for _, path := range append(backups(t, dir), dbPath(dir)) {
		b, err := bolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = b.Update(func(tx *bolt.Tx) error {
			return tx.ForEach(func(_ []byte, b *bolt.Bucket) error { return firstSchema(b) })
		})
		if err := errors.Join(err, b.Close()); err != nil {
			t.Fatal(err)
		}
	}
	_, o := open(t, dir)
	if !o.Fresh || !strings.Contains(o.Message.String(), "older Lockstep") {
		t.Errorf("opened %+v", o)
	}
}

func firstSchema(b *bolt.Bucket) error {
	put := map[string][]byte{}
	err := b.ForEach(func(k, v []byte) error {
		if len(v) >= 4 {
			put[string(k)] = storage.Seal("meta", nil, v[4:])
		}
		if string(k) == "schema" {
			put[string(k)] = storage.Seal("meta", nil, []byte("1"))
		}
		return nil
	})
	for k, v := range put {
		err = errors.Join(err, b.Put([]byte(k), v))
	}
	return err
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

func TestDamagedRecordDoesNotKeepADatabaseFromBeingMigrated(t *testing.T) {
	t.Parallel()
	dir := formerVersion(t, former)
	if err := storage.Damage(dbPath(dir), storage.Place{Buckets: []string{"meta"}, Key: "app"}, garbage); err != nil {
		t.Fatal(err)
	}
	d, o, err := storage.Open(storage.WithSteps(options(dir), toNow))
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, d)
	if o.Migrated.From != former || o.Migrated.To != storage.SchemaVersion || o.Damaged != "" || len(backups(t, dir)) != 2 {
		t.Errorf("opened %+v, backups %v", o, backups(t, dir))
	}
}
