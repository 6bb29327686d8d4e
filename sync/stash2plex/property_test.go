package stash2plex_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/outage"
	"lockstep/sync/stash2plex"
)

// believable fails unless the outages are ones that can have been.
func believable(t interface{ Fatalf(string, ...any) }, found stash2plex.Found) {
	h := found.Outages
	var before time.Time
	for i, r := range h.Records {
		switch {
		case r.Ongoing() || r.Ended.Before(r.Started) || r.Ended.After(base) || r.Started.After(base):
			t.Fatalf("outage %+v has no end or one that cannot be", r)
		case !before.IsZero() && !r.Started.After(before):
			t.Fatalf("outage %d touches the one before", i)
		case !r.Imported || r.ID != uint64(i+1) || r.JobsHeld < 0:
			t.Fatalf("outage %+v", r)
		}
		before = r.Ended
	}
	if len(h.Records) != h.Read-h.Dropped-h.Joined {
		t.Fatalf("%d outages of %d records, %d dropped, %d joined", len(h.Records), h.Read, h.Dropped, h.Joined)
	}
	fix := outage.Repair(h.Records, base, base)
	if len(fix.Changed)+len(fix.Dropped) > 0 {
		t.Fatalf("the record's own repair finds %v", fix.Words)
	}
}

// plugin acts as the plugin does in the time of a test: it is up or away, opens records, and closes the newest.
type plugin struct {
	now     float64
	records []map[string]any
	synced  map[string]float64
}

func (p *plugin) open() {
	p.records = append(p.records, map[string]any{"started_at": p.now, "ended_at": nil, "duration": nil, "jobs_affected": 0})
	p.records = p.records[max(0, len(p.records)-30):]
}

func (p *plugin) closeNewest() {
	for _, v := range slices.Backward(p.records) {
		if v["ended_at"] == nil {
			v["ended_at"] = p.now
			return
		}
	}
}

func (p *plugin) files(t *rapid.T) map[string][]byte {
	outages, err1 := json.Marshal(p.records)
	synced, err2 := json.Marshal(p.synced)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if p.records == nil {
		outages = []byte("[]")
	}
	return map[string][]byte{"outage_history.json": outages, "sync_timestamps.json": synced}
}

// One real outage with any number of failed trials, each a minute after the last, comes out as one, and no
// healed outage lasts where Plex answered.
func TestHealedOutagesAreThoseThatWere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &plugin{now: 1760000000, synced: map[string]float64{"1": 1759999999}}
		real, inside := 0, []float64{}
		for i := range rapid.IntRange(0, 6).Draw(t, "outages") {
			p.now += rapid.Float64Range(7200, 400000).Draw(t, "up")
			p.synced[strconv.Itoa(10+i)] = p.now - 30
			real++
			trials := rapid.IntRange(1, 4).Draw(t, "trials")
			for range trials {
				p.open()
				p.now += rapid.Float64Range(60, 120).Draw(t, "trial")
			}
			if rapid.Bool().Draw(t, "end seen") {
				p.closeNewest()
			}
			inside = append(inside, p.now+1)
			p.synced[strconv.Itoa(100+i)] = p.now + 1 // it answers again
		}
		found := stash2plex.Parse(p.files(t), base)
		believable(t, found)
		if got := len(found.Outages.Records); got != real {
			t.Fatalf("%d outages of %d", got, real)
		}
		for i, at := range inside {
			if r := found.Outages.Records[i]; r.Ended.After(time.UnixMicro(int64(at*1e6)+1)) || r.Length(base) > 10*time.Minute {
				t.Fatalf("outage %+v lasts although Plex answered at %v", r, at)
			}
		}
	})
}

func TestAnyRecordsHealToWhatCanHaveBeen(t *testing.T) {
	t.Parallel()
	moment := rapid.OneOf(rapid.Float64Range(1765900000, 1766000100), rapid.Float64Range(1765996000, 1766000000), rapid.Float64())
	rapid.Check(t, func(t *rapid.T) {
		p := &plugin{synced: map[string]float64{}}
		for range rapid.IntRange(0, 30).Draw(t, "records") {
			p.now = moment.Draw(t, "start")
			p.open()
			if rapid.Bool().Draw(t, "ended") {
				p.records[len(p.records)-1]["ended_at"] = moment.Draw(t, "end")
			}
		}
		for i := range rapid.IntRange(0, 10).Draw(t, "scenes") {
			p.synced[strconv.Itoa(i)] = moment.Draw(t, "synced")
		}
		files := p.files(t)
		found := stash2plex.Parse(files, base)
		believable(t, found)
		if again := stash2plex.Parse(files, base); !reflect.DeepEqual(found, again) {
			t.Fatal("read twice, it differs")
		}
	})
}

// Whatever is in the files, reading ends, and what comes out can have been.
func FuzzFiles(f *testing.F) {
	folders, err := filepath.Glob("testdata/*")
	if err != nil {
		f.Fatal(err)
	}
	names := []string{"outage_history.json", "sync_timestamps.json", "circuit_breaker.json", "recovery_state.json", "reconciliation_state.json", "stats.json"}
	for _, folder := range folders {
		var text [6][]byte
		for i, name := range names {
			text[i], _ = os.ReadFile(filepath.Join(folder, name)) // what is not there is empty
		}
		f.Add(text[0], text[1], text[2], text[3], text[4], text[5])
	}
	f.Add([]byte(`[{"started_at":1e308},{"started_at":-0.0,"ended_at":1766000000}]`), []byte(`{"1":1766000000,"1":1}`), []byte(`{"state":"closed","state":"open"}`), []byte(`{}`), []byte(`[]`), []byte(`{"jobs_processed":1e7}`))
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g []byte) {
		raw := map[string][]byte{}
		for i, text := range [][]byte{a, b, c, d, e, g} {
			raw[names[i]] = text
		}
		found := stash2plex.Parse(raw, base)
		believable(t, found)
		for _, s := range found.Synced {
			if s.Scene == 0 || s.At.After(base) {
				t.Fatalf("scene %+v", s)
			}
		}
	})
}
