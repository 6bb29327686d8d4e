package stash2plex_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/sync/outage"
	"lockstep/sync/stash2plex"
)

// base is when the files in testdata were written.
var base = time.Unix(1766000000, 0).UTC()

func ago(seconds float64) time.Time {
	return base.Add(-time.Duration(seconds * float64(time.Second)))
}

const day = 86400.0

func read(t *testing.T, name string) stash2plex.Found {
	t.Helper()
	found, err := stash2plex.Read(filepath.Join("testdata", name), base)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// stays writes start and end of each record, in seconds before base, with its note.
type stay struct {
	from, to float64
	note     string
	held     int
}

func sameStays(t *testing.T, got []outage.Record, want []stay) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d outages %+v, want %d", len(got), got, len(want))
	}
	for i, w := range want {
		r := got[i]
		if !r.Started.Equal(ago(w.from)) || !r.Ended.Equal(ago(w.to)) || r.Note.String() != w.note || r.JobsHeld != w.held {
			t.Errorf("outage %d: %v to %v, %q, %d held; want %v to %v, %q", i, r.Started, r.Ended, r.Note, r.JobsHeld, ago(w.from), ago(w.to), w.note)
		}
		if r.Repaired != strings.Contains(w.note, "repaired") || !r.Imported || r.ID != uint64(i+1) {
			t.Errorf("outage %d: %+v", i, r)
		}
	}
}

const (
	sound    = "from Stash2Plex"
	repaired = "from Stash2Plex; repaired on import; "
)

func TestOutagesAreHealed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		want                              []stay
		read, dropped, joined, ended, cut int
		open                              bool
	}{
		"good": {want: []stay{{20 * day, 20*day - 1260.5, sound, 0}, {3 * day, 3*day - 1800.5, sound, 0}}, read: 2},
		// "ONGOING (2d 14h)" while Plex was fine: over when a scene was next written, seven minutes later.
		"ongoing": {want: []stay{{2*day + 14*3600, 2*day + 14*3600 - 420, repaired + "record had no end", 0}}, read: 1, ended: 1},
		// Half an hour away, a record for each failed trial, only the newest closed.
		"thirty":       {want: []stay{{day, day - 1830, repaired + "several records of one outage; record had no end", 0}}, read: 30, joined: 29},
		"torn":         {},
		"half-written": {want: []stay{{5000, 4000, sound, 0}}, read: 1},
		"wrong-types": {want: []stay{{9000, 9000, repaired + "record had no end", 0}, {900, 5, repaired + "record had no end", 0}},
			read: 9, dropped: 7, ended: 2},
		"future": {want: []stay{{90000, 89000, sound, 0}, {700, 10, repaired + "record had no end", 0}}, read: 3, dropped: 1, ended: 1, open: true},
		"lost": {want: []stay{
			{5 * day, 5*day - 300.5, repaired + "Plex had answered before its end", 0},
			{40000, 40000, repaired + "record had no end", 0}, // the next answer came after hours: no downtime is invented
			{20000, 20000, repaired + "record had no end", 0},
			{200, 100, repaired + "several records of one outage; record had no end", 0}, // it was away when last seen
		}, read: 5, joined: 1, ended: 3, cut: 1, open: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := read(t, name)
			h := found.Outages
			sameStays(t, h.Records, test.want)
			if h.Read != test.read || h.Dropped != test.dropped || h.Joined != test.joined || h.Ended != test.ended || h.Cut != test.cut || found.Open != test.open {
				t.Errorf("read %d, dropped %d, joined %d, ended %d, cut %d, open %v", h.Read, h.Dropped, h.Joined, h.Ended, h.Cut, found.Open)
			}
		})
	}
}

func TestScenesComeWithTheirTimesAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ids     []uint64
		dropped int
	}{
		"good": {ids: []uint64{1, 2, 417}}, "torn": {}, "half-written": {ids: []uint64{9}},
		"wrong-types": {ids: []uint64{6}, dropped: 7}, "future": {ids: []uint64{2}, dropped: 1},
	} {
		found := read(t, name)
		var ids []uint64
		for _, s := range found.Synced {
			ids = append(ids, uint64(s.Scene))
			if s.At.After(base) || s.At.Before(ago(365*day)) {
				t.Errorf("%s: scene %d at %v", name, s.Scene, s.At)
			}
		}
		if len(ids) != len(test.ids) || found.SyncedDropped != test.dropped {
			t.Errorf("%s: %v, %d dropped", name, ids, found.SyncedDropped)
			continue
		}
		for i := range ids {
			if ids[i] != test.ids[i] {
				t.Errorf("%s: %v", name, ids)
			}
		}
	}
}

func TestCountsAreThoseOfThePlugin(t *testing.T) {
	t.Parallel()
	good := read(t, "good")
	if want := (stash2plex.Statistics{Since: ago(90 * day), Processed: 1250, Succeeded: 1190, Failed: 60, Dead: 7}); good.Statistics == nil || *good.Statistics != want {
		t.Errorf("statistics %+v", good.Statistics)
	}
	if want := (stash2plex.Reconciliation{At: ago(3600.25), Scope: "recent", Checked: 412, Gaps: 8, Runs: 754}); good.Reconciliation == nil || *good.Reconciliation != want {
		t.Errorf("reconciliation %+v", good.Reconciliation)
	}
	for _, name := range []string{"torn", "wrong-types", "future", "half-written"} {
		if f := read(t, name); f.Statistics != nil || f.Reconciliation != nil {
			t.Errorf("%s: %+v, %+v", name, f.Statistics, f.Reconciliation)
		}
	}
}

func states(files []stash2plex.File) map[string]stash2plex.FileState {
	out := map[string]stash2plex.FileState{}
	for _, f := range files {
		out[f.Name] = f.State
	}
	return out
}

func TestEveryFileIsToldOf(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"torn"} {
		for file, state := range states(read(t, name).Files) {
			want := stash2plex.Damaged
			if strings.HasSuffix(file, ".db") {
				want = stash2plex.Absent
			}
			if state != want {
				t.Errorf("%s of %s is %q", file, name, state)
			}
		}
	}
	wrong := states(read(t, "wrong-types").Files)
	if wrong["circuit_breaker.json"] != stash2plex.Damaged || wrong["reconciliation_state.json"] != stash2plex.Damaged || wrong["outage_history.json"] != stash2plex.Used {
		t.Errorf("%v", wrong)
	}
}

func write(t *testing.T, dir, name string, text []byte) {
	t.Helper()
	place := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPicklesAreNotDecoded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "queue/data.db", []byte("cos\nsystem\n(S'touch /tmp/owned'\ntR."))
	write(t, dir, "dlq.db", []byte("SQLite format 3\x00"))
	found, err := stash2plex.Read(dir, base)
	if err != nil {
		t.Fatal(err)
	}
	if got := states(found.Files); got["queue/data.db"] != stash2plex.NotDecoded || got["dlq.db"] != stash2plex.NotDecoded {
		t.Errorf("%v", got)
	}
}

func TestThePluginsOwnFolderLeadsToItsData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "Stash2Plex.py", nil)
	write(t, dir, "data/sync_timestamps.json", []byte(`{"7": 1765000000}`))
	found, err := stash2plex.Read(dir, base)
	if err != nil || len(found.Synced) != 1 {
		t.Errorf("%+v, %v", found.Synced, err)
	}
}

func TestAFolderOfSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "holiday.jpg", nil)
	if _, err := stash2plex.Read(dir, base); !errors.Is(err, stash2plex.ErrNoFolder) {
		t.Errorf("got %v", err)
	}
	if _, err := stash2plex.Read(filepath.Join(dir, "none"), base); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := stash2plex.Read(filepath.Join(dir, "holiday.jpg"), base); err == nil {
		t.Error("a file passed for a folder")
	}
}

func TestHugeFilesAreRefused(t *testing.T) {
	t.Parallel()
	many := bytes.Repeat([]byte("{},"), 5000)
	for name, test := range map[string]struct {
		text []byte
		want stash2plex.FileState
	}{
		"stats.json":                {append([]byte(`{"x":"`), bytes.Repeat([]byte("y"), 2<<20)...), stash2plex.TooLarge},
		"outage_history.json":       {[]byte("[" + string(many) + "{}]"), stash2plex.Damaged},
		"recovery_state.json":       {bytes.Repeat([]byte(`{"a":`), 100_000), stash2plex.Damaged},
		"sync_timestamps.json":      {bytes.Repeat([]byte("["), 1<<20), stash2plex.Damaged},
		"circuit_breaker.json":      {[]byte(`{"state":"closed"}{"state":"open"}`), stash2plex.Damaged},
		"reconciliation_state.json": {[]byte("null"), stash2plex.Damaged},
	} {
		dir := t.TempDir()
		write(t, dir, name, test.text)
		found, err := stash2plex.Read(dir, base)
		if got := states(found.Files)[name]; err != nil || got != test.want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, test.want)
		}
	}
}

func TestMoreScenesThanCanBeAreRefused(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	text.WriteString("{")
	for i := range 1_000_001 {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(`"`)
		b, _ := json.Marshal(i)
		text.Write(b)
		text.WriteString(`":1`)
	}
	text.WriteString("}")
	dir := t.TempDir()
	write(t, dir, "sync_timestamps.json", text.Bytes())
	found, err := stash2plex.Read(dir, base)
	if got := states(found.Files)["sync_timestamps.json"]; err != nil || got != stash2plex.Damaged || len(found.Synced) > 0 {
		t.Errorf("%q, %v", got, err)
	}
}
