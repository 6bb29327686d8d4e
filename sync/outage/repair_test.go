package outage_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/outage"
	"pgregory.net/rapid"
)

func repaired(r outage.Record, notes ...message.Code) outage.Record {
	r.Repaired = true
	for _, n := range notes {
		r = r.Annotate(n)
	}
	return r
}

func TestRepairPutsGarbageRight(t *testing.T) {
	t.Parallel()
	contact, now := at(50), at(60)
	epoch := time.Unix(0, 0)
	far := at(600000)
	for name, tc := range map[string]struct {
		stored, want []outage.Record
	}{
		"sound":                      {[]outage.Record{ended(1, 0, 10), ongoing(2, 20)}, []outage.Record{ended(1, 0, 10), ongoing(2, 20)}},
		"out of order":               {[]outage.Record{ongoing(2, 20), ended(1, 0, 10)}, []outage.Record{ended(1, 0, 10), ongoing(2, 20)}},
		"two open":                   {[]outage.Record{ongoing(1, 0), ongoing(2, 55)}, []outage.Record{repaired(ended(1, 0, 50), message.OutageNoEnd), ongoing(2, 55)}},
		"two open, contact later":    {[]outage.Record{ongoing(1, 0), ongoing(2, 20)}, []outage.Record{repaired(ended(1, 0, 20), message.OutageNoEnd), ongoing(2, 20)}},
		"two open, no contact":       {[]outage.Record{ongoing(1, 52), ongoing(2, 55)}, []outage.Record{repaired(ended(1, 52, 52), message.OutageNoEnd), ongoing(2, 55)}},
		"open behind an ended one":   {[]outage.Record{ongoing(1, 0), ended(2, 20, 30)}, []outage.Record{repaired(ended(1, 0, 20), message.OutageNoEnd), ended(2, 20, 30)}},
		"ended before it started":    {[]outage.Record{ended(1, 10, 5)}, []outage.Record{repaired(ended(1, 10, 10), message.OutageEndFirst)}},
		"start missing":              {[]outage.Record{{ID: 1, Ended: at(5)}}, []outage.Record{repaired(ended(1, 5, 5), message.OutageNoStart)}},
		"nulls":                      {[]outage.Record{{ID: 1}}, []outage.Record{repaired(ongoing(1, 60), message.OutageNoStart)}},
		"epoch":                      {[]outage.Record{{ID: 1, Started: epoch, Ended: epoch}}, []outage.Record{repaired(ongoing(1, 60), message.OutageEndGarbage, message.OutageNoStart)}},
		"ends in the future":         {[]outage.Record{{ID: 1, Started: at(0), Ended: far}}, []outage.Record{repaired(ended(1, 0, 60), message.OutageFutureEnd)}},
		"wholly in the future":       {[]outage.Record{{ID: 1, Started: far, Ended: far}}, []outage.Record{repaired(ended(1, 60, 60), message.OutageFutureEnd, message.OutageFutureStart)}},
		"ongoing from the future":    {[]outage.Record{{ID: 1, Started: far}}, []outage.Record{repaired(ongoing(1, 60), message.OutageFutureStart)}},
		"negative counts":            {[]outage.Record{{ID: 1, Started: at(0), JobsHeld: -4, FailedProbes: 3}}, []outage.Record{repaired(outage.Record{ID: 1, Started: at(0), FailedProbes: 3}, message.OutageNegative)}},
		"no id, or another one's id": {[]outage.Record{{}, ended(1, 0, 5), ended(1, 7, 9), ended(math.MaxUint64, 1, 2)}, []outage.Record{ended(1, 0, 5)}},
		"an old note is kept":        {[]outage.Record{{ID: 1, Started: at(0), Ended: far, Note: message.New(message.Quitting)}}, []outage.Record{repaired(ended(1, 0, 60), message.Quitting, message.OutageFutureEnd)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fix := outage.Repair(tc.stored, contact, now)
			if !slices.Equal(fix.Records, tc.want) {
				t.Errorf("got  %+v\nwant %+v", fix.Records, tc.want)
			}
			if kept := len(tc.stored) - len(fix.Dropped); kept != len(tc.want) {
				t.Errorf("%d records dropped of %d, want %d left", len(fix.Dropped), len(tc.stored), len(tc.want))
			}
			if len(fix.Words) != len(fix.Changed)+len(fix.Dropped) {
				t.Errorf("words %q do not tell %d changes and %d drops", fix.Words, len(fix.Changed), len(fix.Dropped))
			}
		})
	}
}

func anyStamp() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		switch rapid.IntRange(0, 5).Draw(t, "stamp") {
		case 0:
			return time.Time{}
		case 1:
			return noon.Add(time.Duration(rapid.Int64().Draw(t, "far")))
		default:
			return noon.Add(time.Duration(rapid.IntRange(-300, 60).Draw(t, "near")) * time.Second)
		}
	})
}

func anyRecords() *rapid.Generator[[]outage.Record] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) outage.Record {
		return outage.Record{
			ID:           uint64(rapid.IntRange(0, 6).Draw(t, "id")),
			Started:      anyStamp().Draw(t, "started"),
			Ended:        anyStamp().Draw(t, "ended"),
			JobsHeld:     rapid.IntRange(-2, 2).Draw(t, "held"),
			FailedProbes: rapid.IntRange(-2, 2).Draw(t, "probes"),
		}
	}), 0, 8)
}

func TestRepairLeavesNothingWrongAndIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stored, contact := anyRecords().Draw(t, "stored"), anyStamp().Draw(t, "contact")
		fix := outage.Repair(stored, contact, noon)
		for i, r := range fix.Records {
			if r.Started.Year() < 2000 {
				t.Fatalf("start missing: %+v", r)
			}
			if r.Started.After(noon) || r.Ended.After(noon) || (!r.Ongoing() && r.Ended.Before(r.Started)) {
				t.Fatalf("stamps out of order: %+v", r)
			}
			if r.Ongoing() && i != len(fix.Records)-1 {
				t.Fatalf("an older record is ongoing: %+v", fix.Records)
			}
			if i > 0 && fix.Records[i-1].ID >= r.ID {
				t.Fatalf("ids out of order: %+v", fix.Records)
			}
		}
		again := outage.Repair(fix.Records, contact, noon)
		if !slices.Equal(again.Records, fix.Records) || len(again.Words)+len(again.Changed) > 0 {
			t.Fatalf("second repair: %+v", again)
		}
	})
}

func TestRepairKeepsTheHighestID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stored := anyRecords().Draw(t, "stored")
		fix := outage.Repair(stored, noon, noon)
		if got, want := outage.Newest(fix.Records).ID, outage.Newest(stored).ID; got != want {
			t.Fatalf("newest id %d, want %d", got, want)
		}
	})
}
