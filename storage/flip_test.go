package storage_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"

	"lockstep/storage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestDamagedJobIsAWaitingJobAgain(t *testing.T) {
	t.Parallel()
	dir := filled(t, 10)
	garble(t, dir, `"name":"Harbour 3"`)
	d, o := open(t, dir)
	if !o.Message.IsZero() || d.Counts().Waiting != 11 {
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
	if !d.Hurt() {
		t.Error("nobody is told that a record was damaged")
	}
	audit(t, d) // the repaired job is in place
}

func TestDamagedJobDoesNotStopItsReplacement(t *testing.T) {
	t.Parallel()
	dir := filled(t, 10)
	garble(t, dir, `"name":"Harbour 3"`)
	d, _ := open(t, dir)
	update(t, d, func(tx store.Tx) error {
		return tx.PutJob(queue.Job{Scene: 3, State: queue.Done, Due: start})
	})
	if got := d.Counts(); got != (queue.Counts{Waiting: 10, Done: 1}) {
		t.Errorf("counts %+v", got)
	}
	audit(t, d)
}

// garble changes two bits, which is beyond mending, in every place of the file that holds
// the text.
func garble(t *testing.T, dir, text string) {
	t.Helper()
	b := readFile(t, dbPath(dir))
	n := 0
	for at := bytes.Index(b, []byte(text)); at >= 0; at = bytes.Index(b, []byte(text)) {
		b[at+len(text)-2] ^= 0x11
		n++
	}
	if n == 0 {
		t.Fatalf("the file does not hold %q", text)
	}
	writeFile(t, dbPath(dir), b)
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
			return errors.Join(tx.PutIndexed(store.Indexed{Key: key, Title: "Night ferry"}, []string{path}), tx.ClaimPaths(7, []string{path}))
		}
	}
	update(t, d, put("/old"))
	hash := base64.StdEncoding.EncodeToString(storage.PathHash("/old"))
	closeDB(t, d)
	garble(t, dir, `"`+hash+`"`)
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
