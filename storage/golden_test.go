package storage_test

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/storage"
	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"lockstep/sync/playback"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		writeFile(t, path, []byte(got))
	}
	want := string(readFile(t, path))
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("%s differs in line %d, which needs a migration:\n got %s\nwant %s", name, i+1, g[i], w[i])
		}
	}
	t.Fatalf("%s has %d lines, want %d", name, len(g), len(w))
}

// TestLayoutOnDiskIsThatOfTheSchemaVersion dumps every bucket and key of a database
// with one of each thing. Whoever changes it needs a migration. Values are JSON, to
// which fields may be added.
func TestLayoutOnDiskIsThatOfTheSchemaVersion(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, oneOfEach)
	var out strings.Builder
	err := d.Bolt().View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error { return dump(&out, string(name), b) })
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, fmt.Sprintf("schema-%d.golden", storage.SchemaVersion), out.String())
}

func dump(out *strings.Builder, name string, b *bolt.Bucket) error {
	return b.ForEach(func(k, v []byte) error {
		if v == nil {
			return dump(out, name+"/"+text(k), b.Bucket(k))
		}
		fmt.Fprintf(out, "%s %s\n", name, text(k))
		return nil
	})
}

// text prints what is readable as it is and the rest in hexadecimal.
func text(b []byte) string {
	if slices.ContainsFunc(b, func(c byte) bool { return c < ' ' || c > '~' }) {
		return hex.EncodeToString(b)
	}
	return string(b)
}

func oneOfEach(tx store.Tx) error {
	key := scene.ItemKey{Machine: "abc123", RatingKey: "42"}
	now := start.Add(500 * time.Millisecond)
	_, err := tx.NewReport(store.Report{Scope: "all", Started: now, Skipped: map[skip.Code]int{skip.NoMetadata: 1}})
	return errors.Join(err,
		tx.PutJob(queue.Enqueue(nil, queue.Wish{Scene: 258, Name: "Night train", Cause: "new"}, now)),
		tx.PutJob(queue.Job{Scene: 3, State: queue.Dead, Due: now}),
		tx.PutSeen(258, store.Seen{UpdatedAt: "2026-11-23T20:00:00+01:00", Content: "c0ffee", Synced: now}),
		tx.SetUses(258, []store.Use{{Kind: store.TagName, ID: "7"}, {Kind: store.PerformerName, ID: "8"}, {Kind: store.StudioName, ID: "9"}}),
		tx.PutName(store.TagName, "7", "harbour"),
		tx.ClaimPaths(258, []string{"/films/night train.mkv"}),
		tx.PutIndexed(store.Indexed{Key: key, Section: "1", Files: []string{"/films/night train.mkv"}}, []string{"/films/night train.mkv"}),
		tx.PutSectionMark("abc123", "1", store.SectionMark{Total: 9, Newest: 1700000000, Listed: now}),
		tx.PutItemState(key, store.ItemState{Scene: 258, Path: "/films/night train.mkv", UpdatedAt: 1700000000}),
		tx.PutBreaker(breaker.Breaker{State: breaker.Open, Generation: 4, OpenedAt: now}),
		tx.PutSaid(health.Said{}),
		tx.PutOutage(outage.Record{ID: 5, Started: now}),
		tx.PutOffGap(outage.Gap{To: now}),
		tx.AddJournal(store.JournalEntry{Run: 6, Item: key, Scene: 258, At: now}),
		tx.PutRun(store.Run{ID: 6, Started: now}),
		tx.AddActivity(store.Activity{Run: 6, Scene: 258, At: now, State: queue.Done}),
		tx.AddRows(1, []store.ReportRow{{Scene: 3, Outcome: "skipped", Reason: skip.NoMetadata, Kind: "never synced"}}),
		tx.PutPlayback(store.Playback{Kind: playback.Play, Item: key, At: now, Account: 1, State: store.PlaybackNew}),
		tx.PutPlayback(store.Playback{Kind: playback.Rating, Item: key, At: now, State: store.PlaybackWritten}),
		tx.PutPlaybackBase(key, store.PlaybackBase{Rating: playback.Base{Plex: 80, Stash: 80}}),
		tx.PutValue("pause", map[string]bool{"paused": true}))
}

func TestKeysAreStoredForEverInTheseForms(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 20, 0, 0, 1, time.FixedZone("", 3600))
	got := map[string][]byte{
		"waiting":   storage.QueueKey(queue.Waiting, at, 258),
		"zero time": storage.QueueKey(queue.Done, time.Time{}, 1),
		"year 3000": storage.QueueKey(queue.Parked, time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC), 1),
		"use":       storage.UseKey(store.Use{Kind: store.TagName, ID: "12"}, 258),
		"path":      storage.PathHash("/films/night train.mkv"),
	}
	want := map[string]string{
		"waiting":   "77" + "98eac1b89647e001" + "0000000000000102",
		"zero time": "64" + "0000000000000000" + "0000000000000001",
		"year 3000": "70" + "ffffffffffffffff" + "0000000000000001",
		"use":       "74" + "313200" + "0000000000000102",
		"path":      "c6e57871d2150570861a5fea7ed8a784",
	}
	for name, key := range got {
		if hex.EncodeToString(key) != want[name] {
			t.Errorf("%s: %x, want %s", name, key, want[name])
		}
	}
}

func TestStampsOrderLikeTime(t *testing.T) {
	t.Parallel()
	times := []time.Time{
		{}, time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, -1).UTC(), time.Unix(0, 0).UTC(), time.Unix(0, 1).UTC(),
		start, start.Add(1), time.Date(2261, 12, 31, 23, 59, 59, 999999999, time.UTC),
	}
	for i, at := range times {
		if got := storage.StampOf(storage.StampKey(at)); !got.Equal(at) {
			t.Errorf("%v comes back as %v", at, got)
		}
		if i > 0 && storage.StampKey(times[i-1]) >= storage.StampKey(at) {
			t.Errorf("%v does not order before %v", times[i-1], at)
		}
	}
}

func TestRecordIsItsChecksumAndItsJSON(t *testing.T) {
	t.Parallel()
	got := storage.Seal("values", []byte("pause"), []byte(`{"paused":true}`))
	if want := "12ae09a8" + hex.EncodeToString([]byte(`{"paused":true}`)); hex.EncodeToString(got) != want {
		t.Errorf("%x; want %s", got, want)
	}
}
