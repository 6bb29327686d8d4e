package stash2plex_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/outage"
	"lockstep/sync/stash2plex"
)

// at is a number of minutes before base.
func at(minutes int) time.Time { return base.Add(-time.Duration(minutes) * time.Minute) }

func away(from, to int) outage.Record {
	return outage.Record{Started: at(from), Ended: at(to), Imported: true}
}

func TestWhatIsKnownIsNotTakenOverTwice(t *testing.T) {
	t.Parallel()
	oldest := at(100_000)
	healed := []outage.Record{away(200_000, 199_000), away(500, 400), away(300, 250), away(100, 90)}
	own := []outage.Record{{ID: 4, Started: at(260), Ended: at(255)}, {ID: 5, Started: at(10)}}
	first := stash2plex.Merge(nil, own, healed, oldest, base)
	if len(first.Added) != 2 || first.Known != 1 || first.Old != 1 || len(first.Records) != 2 {
		t.Fatalf("%+v", first)
	}
	if first.Records[0].ID != stash2plex.FirstID || first.Records[1].ID != stash2plex.FirstID+1 {
		t.Errorf("ids %d, %d", first.Records[0].ID, first.Records[1].ID)
	}
	again := stash2plex.Merge(first.Records, own, healed, oldest, base)
	if len(again.Added) != 0 || again.Known != 3 || !reflect.DeepEqual(again.Records, first.Records) {
		t.Errorf("again %+v", again)
	}
	grown := stash2plex.Merge(first.Records, own, []outage.Record{away(100, 80), away(495, 390), away(60, 50), away(20, 5)}, oldest, base)
	if len(grown.Added) != 2 || grown.Known != 2 || len(grown.Records) != 3 || !grown.Records[1].Ended.Equal(at(80)) || grown.Records[1].ID != stash2plex.FirstID+1 {
		t.Errorf("an outage that had not ended, a known one whose first records are gone, a new one, one that lasts here: %+v", grown)
	}
	if kept := stash2plex.Since(grown.Records, at(300)); len(kept) != 2 {
		t.Errorf("kept %+v", kept)
	}
}

func TestMergedOutagesNeverMeetAndStayBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var records, own []outage.Record
		if from := rapid.IntRange(0, 2000).Draw(t, "own"); rapid.Bool().Draw(t, "observed") {
			own = append(own, outage.Record{ID: 1, Started: at(from), Ended: at(from / 2)})
		}
		for range rapid.IntRange(0, 4).Draw(t, "imports") {
			p := &plugin{synced: map[string]float64{}}
			for range rapid.IntRange(0, 8).Draw(t, "records") {
				p.now = 1766000000 - float64(rapid.IntRange(0, 2000*60).Draw(t, "start"))
				p.open()
				if rapid.Bool().Draw(t, "ended") {
					p.records[len(p.records)-1]["ended_at"] = min(p.now+float64(rapid.IntRange(0, 9000).Draw(t, "length")), 1766000000)
				}
			}
			found := stash2plex.Parse(p.files(t), base)
			m := stash2plex.Merge(records, own, found.Outages.Records, at(100_000), base)
			if again := stash2plex.Merge(m.Records, own, found.Outages.Records, at(100_000), base); len(again.Added) > 0 {
				t.Fatalf("again adds %+v", again.Added)
			}
			if len(m.Added)+m.Known+m.Old != len(found.Outages.Records) {
				t.Fatalf("%+v of %d", m, len(found.Outages.Records))
			}
			records = m.Records
			ids := map[uint64]bool{}
			for i, r := range records {
				if i > 0 && !r.Started.After(records[i-1].Ended) {
					t.Fatalf("%v touches the one before", r)
				}
				if ids[r.ID] || r.ID < stash2plex.FirstID {
					t.Fatalf("id %d", r.ID)
				}
				ids[r.ID] = true
			}
		}
	})
	var many []outage.Record
	for i := range 3000 {
		many = append(many, away(10*i+5, 10*i))
	}
	if m := stash2plex.Merge(nil, nil, many, at(1_000_000), base); len(m.Records) != 1000 || !m.Records[999].Ended.Equal(base) {
		t.Errorf("kept %d", len(m.Records))
	}
}
