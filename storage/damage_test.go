package storage_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/storage"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// filled makes a data folder with jobs 1..n, a backup of them, and job n+1 after it.
func filled(t *testing.T, n scene.ID) string {
	t.Helper()
	dir := t.TempDir()
	d, _ := open(t, dir)
	enqueue(t, d, 1, n)
	update(t, d, func(tx store.Tx) error { return tx.PutValue("settings", "harbour") })
	if err := d.Backup(t.Context()); err != nil {
		t.Fatal(err)
	}
	enqueue(t, d, n+1, n+1)
	closeDB(t, d)
	return dir
}

// restored opens a damaged folder and checks that the backup came back, that the
// damaged bytes were kept, and that the user is told.
func restored(t *testing.T, dir string, damaged []byte, n int) {
	t.Helper()
	d, o := open(t, dir)
	defer closeDB(t, d)
	if got := d.Counts().Waiting; got != n || o.Fresh || o.Restored == "" {
		t.Fatalf("%d jobs, opened %+v; want the backup's %d", got, o, n)
	}
	if !bytes.Equal(readFile(t, o.Damaged), damaged) {
		t.Errorf("%s does not hold what was damaged", o.Damaged)
	}
	for _, want := range []string{o.Damaged, "backup of", "reconciliation", "libraries are untouched"} {
		if !strings.Contains(o.Message.String(), want) {
			t.Errorf("words %q lack %q", o.Message, want)
		}
	}
	audit(t, d)
}

func TestFileThatIsNoDatabaseIsSetAsideAndTheBackupRestored(t *testing.T) {
	t.Parallel()
	whole := readFile(t, dbPath(filled(t, 300)))
	noise := make([]byte, len(whole))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	tests := map[string][]byte{
		"empty file":             {},
		"one byte":               whole[:1],
		"half a page":            whole[:2048],
		"one page":               whole[:4096],
		"the two meta pages":     whole[:8192],
		"half of it":             whole[:len(whole)/2],
		"random bytes":           noise,
		"zeros":                  make([]byte, len(whole)),
		"another kind of file":   append([]byte("SQLite format 3\x00"), noise...),
		"text":                   []byte("{}\n"),
		"both meta pages broken": append(bytes.Clone(noise[:8192]), whole[8192:]...),
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t, 300)
			writeFile(t, dbPath(dir), content)
			restored(t, dir, content, 300)
		})
	}
}

func TestFileCutAtAnyLengthNeverKillsOrLoses(t *testing.T) {
	t.Parallel()
	dir := filled(t, 300)
	whole := readFile(t, dbPath(dir))
	backup := onlyBackup(t, dir)
	for size := 0; size < len(whole); size += len(whole)/60 + 1 {
		one := t.TempDir()
		writeFile(t, dbPath(one), whole[:size])
		if err := os.MkdirAll(filepath.Join(one, "backups"), 0o700); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(one, "backups", filepath.Base(backup)), readFile(t, backup))
		d, o, err := storage.Open(options(one))
		if err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		// A cut in the unused end of the file takes nothing away.
		if n := d.Counts().Waiting; n != 301 && (n != 300 || o.Damaged == "") {
			t.Errorf("cut at %d: %d jobs, %+v", size, n, o)
		}
		closeDB(t, d)
	}
}

func onlyBackup(t *testing.T, dir string) string {
	t.Helper()
	all := backups(t, dir)
	if len(all) != 1 {
		t.Fatalf("backups %v; want one", all)
	}
	return all[0]
}

func backups(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "backups", "*.db"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPageOfGarbageEndsInARestoredBackup damages each page in turn, uses the database,
// and starts it again as the words tell the user to.
func TestPageOfGarbageEndsInARestoredBackup(t *testing.T) {
	t.Parallel()
	dir := filled(t, 300)
	whole, backup := readFile(t, dbPath(dir)), onlyBackup(t, dir)
	noise := bytes.Repeat([]byte{0xA7, 3, 0xFE, 0x51}, 1024)
	stat := map[string]int{}
	for page := 2; page*4096 < len(whole); page++ {
		one := t.TempDir()
		if err := os.MkdirAll(filepath.Join(one, "backups"), 0o700); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(one, "backups", filepath.Base(backup)), readFile(t, backup))
		content := bytes.Clone(whole)
		copy(content[page*4096:], noise)
		writeFile(t, dbPath(one), content)
		stat[useAndReopen(t, one, page)]++
	}
	t.Logf("outcomes: %v", stat)
	if stat["restored at open"] == 0 || stat["restored after use"] == 0 {
		t.Errorf("the test did not reach both ways: %v", stat)
	}
}

// useAndReopen reads and writes everything, opens once more, and tells what happened.
func useAndReopen(t *testing.T, dir string, page int) string {
	t.Helper()
	d, o, err := storage.Open(options(dir))
	if err != nil {
		t.Fatalf("page %d: open: %v", page, err)
	}
	if o.Damaged != "" {
		closeDB(t, d)
		return "restored at open"
	}
	err = errors.Join(readAll(d), d.Update(func(tx store.Tx) error { return tx.PutJob(waiting(7)) }), d.Backup(t.Context()))
	if err != nil && !fault.Is(err, fault.Local) {
		t.Errorf("page %d: %v is not local", page, err)
	}
	closeDB(t, d)
	d, o, err2 := storage.Open(options(dir))
	if err2 != nil {
		t.Fatalf("page %d: reopen: %v", page, err2)
	}
	defer closeDB(t, d)
	if n := d.Counts().Waiting; n < 300 {
		t.Errorf("page %d: %d jobs left after %v, %+v", page, n, err, o)
	}
	switch {
	case o.Damaged != "":
		return "restored after use"
	case err != nil:
		t.Errorf("page %d: fault %v, but the database was kept", page, err)
	}
	return "not in use"
}

func readAll(d store.Store) error {
	return d.View(func(tx store.Tx) error {
		for id := scene.ID(1); id <= 301; id++ {
			if _, _, err := tx.Job(id); err != nil {
				return err
			}
		}
		var s string
		_, err := tx.Value("settings", &s)
		_, err2 := tx.ListJobs(store.JobQuery{Limit: 1000})
		return errors.Join(err, err2)
	})
}

// TestPagesThatPointOutsideTheFileNeverKill damages the page numbers in branch pages:
// following one reads memory outside the map.
func TestPagesThatPointOutsideTheFileNeverKill(t *testing.T) {
	t.Parallel()
	dir := filled(t, 300)
	content := readFile(t, dbPath(dir))
	branches := 0
	for at := 8192; at+4096 <= len(content); at += 4096 {
		page := content[at : at+4096]
		if binary.NativeEndian.Uint64(page) != uint64(at/4096) || binary.NativeEndian.Uint16(page[8:]) != 1 {
			continue
		}
		branches++
		for i := range int(binary.NativeEndian.Uint16(page[10:])) {
			binary.NativeEndian.PutUint64(page[16+16*i+8:], 1<<33) // the page of an element
		}
	}
	if branches == 0 {
		t.Fatal("the file has no branch pages")
	}
	writeFile(t, dbPath(dir), content)
	if got := useAndReopen(t, dir, 0); got != "restored at open" && got != "restored after use" {
		t.Errorf("%d branches damaged: %s", branches, got)
	}
}

func TestNothingSetAsideIsOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := options(dir)
	o.Now = clock
	for i := range 3 {
		writeFile(t, dbPath(dir), fmt.Appendf(nil, "broken %d", i))
		d, opened, err := storage.Open(o)
		if err != nil || !opened.Fresh || opened.Damaged == "" || !strings.Contains(opened.Message.String(), "no usable backup") {
			t.Fatalf("open: %+v, %v", opened, err)
		}
		closeDB(t, d)
	}
	for i, name := range []string{"", "-2", "-3"} {
		path := dbPath(dir) + ".damaged-20261123T190000Z" + name
		if got, want := string(readFile(t, path)), fmt.Sprintf("broken %d", i); got != want {
			t.Errorf("%s holds %q, want %q", path, got, want)
		}
	}
}

func TestMissingDatabaseIsRestoredFromItsBackup(t *testing.T) {
	t.Parallel()
	dir := filled(t, 5)
	if err := os.Remove(dbPath(dir)); err != nil {
		t.Fatal(err)
	}
	d, o := open(t, dir)
	if d.Counts().Waiting != 5 || o.Restored == "" || !strings.Contains(o.Message.String(), "missing") {
		t.Errorf("opened %+v with %+v", o, d.Counts())
	}
}

func TestDamagedBackupIsPassedOver(t *testing.T) {
	t.Parallel()
	dir := filled(t, 5)
	good := onlyBackup(t, dir)
	writeFile(t, filepath.Join(dir, "backups", "lockstep-20990101T000000Z.db"), readFile(t, good)[:5000])
	writeFile(t, dbPath(dir), []byte("broken"))
	d, o := open(t, dir)
	if d.Counts().Waiting != 5 || o.Restored != good {
		t.Errorf("opened %+v with %+v", o, d.Counts())
	}
}

// TestDamageMetByAnyUseIsCheckedAtTheNextStart: whoever meets it, and nobody who may not
// write marks anything.
func TestDamageMetByAnyUseIsCheckedAtTheNextStart(t *testing.T) {
	t.Parallel()
	readJob := func(tx store.Tx) error {
		for id := scene.ID(1); id <= 301; id++ {
			if _, _, err := tx.Job(id); err != nil {
				return err
			}
		}
		return nil
	}
	for name, tc := range map[string]struct {
		open    func(t *testing.T, dir string) store.Store
		use     func(store.Store) error
		suspect bool
	}{
		"read":         {opened, func(s store.Store) error { return s.View(readJob) }, true},
		"write":        {opened, func(s store.Store) error { return s.Update(readJob) }, true},
		"only looking": {looking, func(s store.Store) error { return s.View(readJob) }, false},
	} {
		dir := filled(t, 300)
		s := tc.open(t, dir)
		spoil(t, dbPath(dir))
		if err := tc.use(s); !fault.Is(err, fault.Local) || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s: %v", name, err)
		}
		if got := storage.Suspect(dir); got != tc.suspect {
			t.Errorf("%s: marked for a check: %v", name, got)
		}
	}
}

func opened(t *testing.T, dir string) store.Store {
	t.Helper()
	d, _ := open(t, dir)
	return d
}

func looking(t *testing.T, dir string) store.Store {
	t.Helper()
	r, err := storage.ReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// spoil writes noise over all pages but the two heads of a file that is open.
func spoil(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	size := len(readFile(t, path)) - 2*os.Getpagesize()
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xA7, 3, 0xFE, 0x51}, size/4), int64(2*os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
}

func TestMarkOfDamageIsGoneAfterAStartThatFoundNone(t *testing.T) {
	t.Parallel()
	dir := filled(t, 5)
	writeFile(t, dbPath(dir)+".suspect", []byte("a page made no sense"))
	if !storage.Suspect(dir) {
		t.Fatal("the mark is not seen")
	}
	if _, o := open(t, dir); !o.Message.IsZero() || storage.Suspect(dir) {
		t.Errorf("opened %+v, still marked: %v", o, storage.Suspect(dir))
	}
}

// Reading a map beyond the end of its file may kill the process, so it is not tried.
func TestShortFileIsKnownBeforeItIsMapped(t *testing.T) {
	t.Parallel()
	dir := filled(t, 300)
	if err := storage.Preflight(dbPath(dir)); err != nil {
		t.Fatal(err)
	}
	whole := readFile(t, dbPath(dir))
	for _, pages := range []int{3, 4, len(whole) / os.Getpagesize() / 4} {
		writeFile(t, dbPath(dir), whole[:pages*os.Getpagesize()])
		if err := storage.Preflight(dbPath(dir)); !storage.IsDamage(err) || !strings.Contains(err.Error(), "cut short") {
			t.Errorf("%d of %d pages: %v", pages, len(whole)/os.Getpagesize(), err)
		}
	}
}

// The length that counts is that of the newest state: an older one may need less.
func TestFileTooShortForItsNewestStateIsKnown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openToClose(t, dir)
	enqueue(t, d, 1, 1)
	before := len(readFile(t, dbPath(dir)))
	enqueue(t, d, 2, 5000)
	closeDB(t, d)
	writeFile(t, dbPath(dir), readFile(t, dbPath(dir))[:before])
	if err := storage.Preflight(dbPath(dir)); !storage.IsDamage(err) || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("%d bytes of a state that grew since: %v", before, err)
	}
}
