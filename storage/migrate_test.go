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
	enqueue(t, d, 1, 1) // the new buckets are there
	backup := onlyBackup(t, dir)
	if !strings.Contains(backup, fmt.Sprintf("-schema%d.db", former)) || storage.Preflight(backup) != nil {
		t.Errorf("backup %s: %v", backup, storage.Preflight(backup))
	}
	if err := d.Backup(t.Context()); err != nil || len(backups(t, dir)) != 2 {
		t.Errorf("daily backup: %v, %v; want both", err, backups(t, dir))
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
	if o.Migrated.From != former || o.Migrated.To != storage.SchemaVersion || o.Damaged != "" || len(backups(t, dir)) != 1 {
		t.Errorf("opened %+v, backups %v", o, backups(t, dir))
	}
}
