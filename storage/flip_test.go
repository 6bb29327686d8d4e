package storage_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"lockstep/storage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestFlippedBitInAJobMakesItAWaitingJobAgain(t *testing.T) {
	t.Parallel()
	dir := filled(t, 10)
	flip(t, dir, `"name":"Harbour 3"`)
	d, o := open(t, dir)
	if o.Words != "" || d.Counts().Waiting != 11 {
		t.Fatalf("opened %+v with %+v", o, d.Counts())
	}
	view(t, d, func(tx store.Tx) error {
		j, ok, err := tx.Job(3)
		if !ok || j.State != queue.Waiting || j.Cause != "repaired" {
			t.Errorf("job %+v, %v, %v", j, ok, err)
		}
		return err
	})
	update(t, d, func(tx store.Tx) error {
		due, err := tx.DueJobs(start.AddDate(1, 0, 0), 100)
		if len(due) != 11 {
			t.Errorf("%d jobs due, want all 11", len(due))
		}
		return err
	})
	if d.Unreadable() == 0 {
		t.Error("nothing was counted as unreadable")
	}
	audit(t, d) // the repaired job is in place
}

func TestFlippedBitInAJobDoesNotStopItsReplacement(t *testing.T) {
	t.Parallel()
	dir := filled(t, 10)
	flip(t, dir, `"name":"Harbour 3"`)
	d, _ := open(t, dir)
	update(t, d, func(tx store.Tx) error {
		return tx.PutJob(queue.Job{Scene: 3, State: queue.Done, Due: start})
	})
	if got := d.Counts(); got != (queue.Counts{Waiting: 10, Done: 1}) {
		t.Errorf("counts %+v", got)
	}
	audit(t, d)
}

// flip changes one bit in every place of the file that holds the text.
func flip(t *testing.T, dir, text string) {
	t.Helper()
	b := readFile(t, dbPath(dir))
	n := 0
	for at := bytes.Index(b, []byte(text)); at >= 0; at = bytes.Index(b, []byte(text)) {
		b[at+len(text)-2] ^= 0x10
		n++
	}
	if n == 0 {
		t.Fatalf("the file does not hold %q", text)
	}
	writeFile(t, dbPath(dir), b)
}

func TestFlippedBitInSettingsIsAnErrorThatNamesThem(t *testing.T) {
	t.Parallel()
	dir := filled(t, 1)
	flip(t, dir, `"harbour"`)
	d, _ := open(t, dir)
	view(t, d, func(tx store.Tx) error {
		var s string
		ok, err := tx.Value("settings", &s)
		if ok || err == nil || !strings.Contains(err.Error(), "settings") {
			t.Errorf("settings %q, %v, %v", s, ok, err)
		}
		return nil
	})
}

// TestPathLeftBehindByADamagedItemLeadsNowhere: when the item's record can no longer
// tell its old paths, they stay in the index and must not count.
func TestPathLeftBehindByADamagedItemLeadsNowhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	key := scene.ItemKey{Machine: "aa", RatingKey: "42"}
	put := func(path string) func(store.Tx) error {
		return func(tx store.Tx) error {
			return errors.Join(tx.PutIndexed(store.Indexed{Key: key, Title: "Night ferry"}, []string{path}), tx.Claim(7, []string{path}))
		}
	}
	update(t, d, put("/old"))
	hash := base64.StdEncoding.EncodeToString(storage.PathHash("/old"))
	closeDB(t, d)
	flip(t, dir, `"`+hash+`"`)
	d, _ = open(t, dir)
	update(t, d, put("/new"))
	view(t, d, func(tx store.Tx) error {
		for path, want := range map[string]int{"/old": 0, "/new": 1} {
			items, err := tx.ItemsAt(path)
			claims, err2 := tx.Claimants(path)
			if len(items) != want || len(claims) != want || err != nil || err2 != nil {
				t.Errorf("%s leads to %v and %v (%v, %v), want %d each", path, items, claims, err, err2, want)
			}
		}
		return nil
	})
}
