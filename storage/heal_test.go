package storage_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// furnished makes a closed database with one of each record, and a value for settings.
func furnished(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	d := openToClose(t, dir)
	update(t, d, oneOfEach)
	update(t, d, func(tx store.Tx) error { return tx.PutValue("settings", map[string]string{"stash": "harbour"}) })
	closeDB(t, d)
	return dir
}

// copied is a data folder with the same database and backups.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestOneFlippedBitInAnyRecordLosesNothing flips a bit of the value and one of the key of
// every record of every bucket: Lockstep starts, says that something was damaged, and
// everything is as it was.
func TestOneFlippedBitInAnyRecordLosesNothing(t *testing.T) {
	t.Parallel()
	whole := furnished(t)
	want, places, err := storage.Records(dbPath(whole))
	if err != nil || len(places) < 40 {
		t.Fatalf("%d records, %v", len(places), err)
	}
	flips := map[string]func(k, v []byte) ([]byte, []byte){
		"value": func(k, v []byte) ([]byte, []byte) { v[len(v)-1] ^= 4; return k, v },
		"sum":   func(k, v []byte) ([]byte, []byte) { v[0] ^= 1; return k, v },
		"key":   func(k, v []byte) ([]byte, []byte) { k[len(k)-1] ^= 2; return k, v },
	}
	for _, p := range places {
		for what, flip := range flips {
			dir := copied(t, whole)
			if err := storage.Damage(dbPath(dir), p, flip); err != nil {
				t.Fatal(err)
			}
			d, o, err := storage.Open(options(dir))
			if err != nil || o.Damaged != "" {
				t.Fatalf("%s of %q: opened %+v, %v", what, p, o, err)
			}
			h, err := d.Heal()
			if err != nil {
				t.Errorf("%s of %q: check: %v", what, p, err)
			}
			if again, err := d.Heal(); !again.Words().IsZero() || err != nil {
				t.Errorf("%s of %q: found again: %q, %v", what, p, again.Words(), err)
			}
			audit(t, d)
			closeDB(t, d)
			ours := silent(p) || p.Buckets[0] == "meta" && what == "key"
			if said := o.Message.String() + h.Words().String(); !ours && !strings.Contains(said, "repaired without loss: 1.") {
				t.Errorf("%s of %q: said %q", what, p, said)
			}
			sameRecords(t, fmt.Sprintf("%s of %q", what, p), dbPath(dir), want, ours)
		}
	}
}

// silent are records that mean nothing to anybody: Storm's own, and what is stored anew at
// the next start in any case.
func silent(p storage.Place) bool {
	return strings.HasPrefix(p.Buckets[len(p.Buckets)-1], "__storm") || p.Buckets[0] == "meta"
}

// sameRecords compares the records of a file with those wanted, but for Storm's version,
// which it never looks at. Where more is true, others may have been added.
func sameRecords(t *testing.T, what, path string, want map[string][]byte, more bool) {
	t.Helper()
	got, _, err := storage.Records(path)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range want {
		if !bytes.Equal(got[k], v) && !strings.HasPrefix(k, "{[__storm_db") {
			t.Errorf("%s: %q became %q, was %q", what, k, got[k], v)
		}
		delete(got, k)
	}
	if len(got) > 0 && !more {
		t.Errorf("%s: new records %q", what, got)
	}
}

// garbage overwrites the end of a value.
func garbage(k, v []byte) ([]byte, []byte) {
	return k, append(v[:len(v)-min(len(v), 7)], 0xA7, 3, 0xFE, 0x51, 0xA7, 3, 0xFE)
}

// TestGarbageInAnyRecordLosesOnlyWhatIsSaid damages each record beyond mending, with and
// without a backup that has it.
func TestGarbageInAnyRecordLosesOnlyWhatIsSaid(t *testing.T) {
	t.Parallel()
	bare := furnished(t)
	want, places, err := storage.Records(dbPath(bare))
	if err != nil {
		t.Fatal(err)
	}
	saved := copied(t, bare)
	d, _ := open(t, saved)
	if err := d.Backup(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeDB(t, d)
	for _, p := range places {
		for _, whole := range []string{bare, saved} {
			what := fmt.Sprintf("%q, backup %v", p, whole == saved)
			dir := copied(t, whole)
			if err := storage.Damage(dbPath(dir), p, garbage); err != nil {
				t.Fatal(err)
			}
			d, o, err := storage.Open(options(dir))
			if err != nil || o.Damaged != "" {
				t.Fatalf("%s: opened %+v, %v", what, o, err)
			}
			h, err := d.Heal()
			if err != nil {
				t.Errorf("%s: check: %v", what, err)
			}
			if again, err := d.Heal(); !again.Words().IsZero() || err != nil {
				t.Errorf("%s: found again: %q, %v", what, again.Words(), err)
			}
			audit(t, d)
			if err := d.Backup(t.Context()); err != nil {
				t.Errorf("%s: no backup of what was healed: %v", what, err)
			}
			closeDB(t, d)
			said := o.Message.String() + h.Words().String()
			if silent(p) {
				continue
			}
			if said == "" {
				t.Errorf("%s: nothing was said", what)
			}
			if whole == saved && strings.Contains(said, "were restored from a backup") {
				sameRecords(t, what, dbPath(dir), want, false)
			}
			onlySaid(t, what, dbPath(dir), want, p, said)
		}
	}
}

// belongTo are the buckets whose records may go with a damaged one, as they are made anew
// with it.
var belongTo = map[string][]string{
	"seen":         {"seen", "uses", "scene-uses", "claims", "scene-claims"},
	"scene-uses":   {"seen", "uses", "scene-uses", "claims", "scene-claims"},
	"scene-claims": {"seen", "uses", "scene-uses", "claims", "scene-claims"},
	"jobs":         {"jobs", "queue", "counts"},
	"index":        {"index", "paths", "marks"},
	"items":        {"items"},
	"journal":      {"journal", "journal-runs", "journal-scenes"},
	"history":      {"history", "history-scenes"},
	"counts":       {"counts"},
	"rows":         {"rows"},
}

func onlySaid(t *testing.T, what, path string, want map[string][]byte, p storage.Place, said string) {
	t.Helper()
	got, _, err := storage.Records(path)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range want {
		if bytes.Equal(got[k], v) || k == fmt.Sprint(p) {
			continue
		}
		with := func(bucket string) bool { return strings.HasPrefix(k, fmt.Sprintf("{[%s", bucket)) }
		if !slices.ContainsFunc(belongTo[p.Buckets[0]], with) {
			t.Errorf("%s: %q became %q, though said was only %q", what, k, got[k], said)
		}
	}
}

func TestDamagedSettingsAreNamedSoThatNothingIsWrittenUnasked(t *testing.T) {
	t.Parallel()
	dir := furnished(t)
	p := storage.Place{Buckets: []string{"values"}, Key: "settings"}
	if err := storage.Damage(dbPath(dir), p, garbage); err != nil {
		t.Fatal(err)
	}
	_, o := open(t, dir)
	if !slices.Equal(o.Values, []string{"settings"}) {
		t.Errorf("opened %+v", o)
	}
}

func TestUndoKnowsWhatItCannotGiveBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openToClose(t, dir)
	update(t, d, func(tx store.Tx) error {
		var errs []error
		for id := scene.ID(1); id <= 3; id++ {
			errs = append(errs, tx.AddJournal(store.JournalEntry{Run: 6, Scene: id, At: start, Item: scene.ItemKey{Machine: "a", RatingKey: id.String()}}))
		}
		return errors.Join(errs...)
	})
	closeDB(t, d)
	if err := storage.Damage(dbPath(dir), storage.Place{Buckets: []string{"journal"}, Key: string([]byte{0, 0, 0, 0, 0, 0, 0, 2})}, garbage); err != nil {
		t.Fatal(err)
	}
	d, o := open(t, dir)
	if !o.Message.IsZero() || d.Hurt() {
		t.Errorf("the journal was read at the start: %+v", o)
	}
	h, err := d.Heal()
	if err != nil || h.Undo != 1 || !strings.Contains(h.Words().String(), "can no longer be undone") {
		t.Errorf("check: %+v, %v", h, err)
	}
	view(t, d, func(tx store.Tx) error {
		all, err := tx.JournalOf(6, 0)
		one, err2 := tx.JournalOf(0, 2)
		if len(all) != 3 || !all[1].Lost || !all[1].Undone || all[1].Scene != 2 || len(one) != 1 || !one[0].Lost {
			t.Errorf("journal %+v, of the scene %+v", all, one)
		}
		return errors.Join(err, err2)
	})
}

// TestDamagedRecordMetByAReadIsToldOf is for what is damaged while the database is open.
func TestDamagedRecordMetByAReadIsToldOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	update(t, d, oneOfEach)
	view(t, d, func(tx store.Tx) error { _, err := tx.History(store.HistoryQuery{}); return err })
	if d.Hurt() {
		t.Fatal("damage was met where there is none")
	}
	closeDB(t, d)
	if err := storage.Damage(dbPath(dir), storage.Place{Buckets: []string{"history"}, Key: string([]byte{0, 0, 0, 0, 0, 0, 0, 1})}, garbage); err != nil {
		t.Fatal(err)
	}
	d, _ = open(t, dir)
	view(t, d, func(tx store.Tx) error { _, err := tx.History(store.HistoryQuery{}); return err })
	if !d.Hurt() {
		t.Error("a damaged record was read and nobody is told")
	}
	if h, err := d.Heal(); h.History != 1 || err != nil || d.Hurt() {
		t.Errorf("check: %+v, %v", h, err)
	}
}

func TestBackupWithADamagedRecordIsNoBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := options(dir)
	now := start
	o.Now = func() time.Time { now = now.Add(time.Hour); return now }
	d, _, err := storage.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	update(t, d, oneOfEach)
	if err := d.Backup(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeDB(t, d)
	good := onlyBackup(t, dir)
	if err := storage.Damage(dbPath(dir), storage.Place{Buckets: []string{"history"}, Key: string([]byte{0, 0, 0, 0, 0, 0, 0, 1})}, garbage); err != nil {
		t.Fatal(err)
	}
	if d, _, err = storage.Open(o); err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, d)
	for range 4 {
		if err := d.Backup(t.Context()); err == nil {
			t.Error("a backup with a damaged record was kept")
		}
	}
	if !d.Hurt() {
		t.Error("what the backups met is not to be healed")
	}
	if got := onlyBackup(t, dir); got != good || storage.Suspect(dir) {
		t.Errorf("backups %s, want %s alone; suspect %v", got, good, storage.Suspect(dir))
	}
	words, err := d.Maintain(t.Context())
	if err != nil || !strings.Contains(words.String(), "were restored from a backup: 1.") || len(backups(t, dir)) != 2 {
		t.Errorf("maintain: %q, %v, backups %v", words, err, backups(t, dir))
	}
}

func TestWholeBackupIsPreferredToADamagedNewerOne(t *testing.T) {
	t.Parallel()
	dir := filled(t, 5)
	good := onlyBackup(t, dir)
	newer := filepath.Join(dir, "backups", "lockstep-20990101T000000Z.db")
	writeFile(t, newer, readFile(t, good))
	job := storage.Place{Buckets: []string{"jobs"}, Key: string([]byte{0, 0, 0, 0, 0, 0, 0, 2})}
	if err := storage.Damage(newer, job, garbage); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dbPath(dir), []byte("broken"))
	d, o := open(t, dir)
	if o.Restored != good {
		t.Errorf("restored %s, want %s", o.Restored, good)
	}
	closeDB(t, d)
	if err := os.Remove(good); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dbPath(dir), []byte("broken"))
	d, o = open(t, dir)
	if o.Restored != newer || d.Counts() != (queue.Counts{Waiting: 5}) || !strings.Contains(o.Message.String(), "being rebuilt: 1.") {
		t.Errorf("opened %+v with %+v", o, d.Counts())
	}
	audit(t, d)
}

// TestReaderShowsTheRestOfADamagedDatabase: a command that only reads works before
// Lockstep has healed what is damaged.
func TestReaderShowsTheRestOfADamagedDatabase(t *testing.T) {
	t.Parallel()
	whole := furnished(t)
	_, places, err := storage.Records(dbPath(whole))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		if strings.HasPrefix(p.Buckets[len(p.Buckets)-1], "__storm") {
			continue
		}
		dir := copied(t, whole)
		if err := storage.Damage(dbPath(dir), p, garbage); err != nil {
			t.Fatal(err)
		}
		r, err := storage.ReadOnly(dir)
		if err != nil {
			t.Errorf("%q: %v", p, err)
			continue
		}
		view(t, r, func(tx store.Tx) error {
			var settings, pause map[string]any
			_, err := tx.Value("settings", &settings)
			_, err2 := tx.Value("pause", &pause)
			_, _, err3 := tx.Breaker()
			_, err4 := tx.Outages(0)
			_, err5 := tx.History(store.HistoryQuery{})
			_, err6 := tx.Runs(0)
			_, err7 := tx.Reports(0)
			_, err8 := tx.ListJobs(store.JobQuery{})
			_, err9 := tx.Rows(store.RowQuery{Report: 1})
			if err := errors.Join(err, err2, err3, err4, err5, err6, err7, err8, err9); err != nil {
				t.Errorf("%q: %v", p, err)
			}
			return nil
		})
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// harm damages a record of a closed database with one of each thing.
func harm(t *testing.T, change func(k, v []byte) ([]byte, []byte), key []byte, buckets ...string) *storage.DB {
	t.Helper()
	dir := furnished(t)
	if err := storage.Damage(dbPath(dir), storage.Place{Buckets: buckets, Key: string(key)}, change); err != nil {
		t.Fatal(err)
	}
	d, _ := open(t, dir)
	return d
}

func number(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }

// TestSceneOfWhichSomethingIsLostIsReadAgain: else nobody would know for ever whose
// files are whose.
func TestSceneOfWhichSomethingIsLostIsReadAgain(t *testing.T) {
	t.Parallel()
	for _, bucket := range []string{"scene-claims", "scene-uses"} {
		d := harm(t, garbage, []byte{0, 0, 0, 0, 0, 0, 1, 2}, bucket)
		if _, err := d.Heal(); err != nil {
			t.Fatal(err)
		}
		view(t, d, func(tx store.Tx) error {
			_, known, err := tx.Seen(258)
			if known {
				t.Errorf("%s: the scene still counts as seen", bucket)
			}
			return err
		})
	}
}

func TestLibraryOfALostItemIsListedAgain(t *testing.T) {
	t.Parallel()
	d := harm(t, garbage, []byte("abc123/42"), "index")
	if _, err := d.Heal(); err != nil {
		t.Fatal(err)
	}
	view(t, d, func(tx store.Tx) error {
		if _, listed, _ := tx.SectionMark("abc123", "1"); listed {
			t.Error("the library still counts as listed")
		}
		return nil
	})
}

func TestRowWithoutAClassIsGoneAndNotCounted(t *testing.T) {
	t.Parallel()
	unclassed := func(k, v []byte) ([]byte, []byte) { copy(v[5:], "????"); return k, v }
	d := harm(t, unclassed, number(3), "rows", string(number(1)), "rows")
	if h, err := d.Heal(); h.Reports != 1 || err != nil {
		t.Errorf("%+v, %v", h, err)
	}
	view(t, d, func(tx store.Tx) error {
		page, err := tx.Rows(store.RowQuery{Report: 1})
		if page.Total != 0 || len(page.Rows) != 0 {
			t.Errorf("rows %+v", page)
		}
		return err
	})
}

func TestDamagedKeyOfAnIndexLeadsNowhereAndIsToldOf(t *testing.T) {
	t.Parallel()
	d := harm(t, garbage, append(number(6), number(1)...), "journal-runs")
	view(t, d, func(tx store.Tx) error {
		found, err := tx.JournalOf(6, 0)
		if len(found) != 0 {
			t.Errorf("found %+v", found)
		}
		return err
	})
	if !d.Hurt() {
		t.Error("nobody is told")
	}
	if _, err := d.Heal(); err != nil {
		t.Fatal(err)
	}
	view(t, d, func(tx store.Tx) error {
		found, err := tx.JournalOf(6, 0)
		if len(found) != 1 {
			t.Errorf("found %+v after the index was made anew", found)
		}
		return err
	})
}
