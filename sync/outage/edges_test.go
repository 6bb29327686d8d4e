package outage_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/outage"
)

// elsewhere is a stamp as another zone writes it.
func elsewhere(t time.Time) time.Time { return t.In(time.FixedZone("elsewhere", 5*3600)) }

// Whatever zone stamps come in, they go out as UTC, so that equal ones are equal.
func TestStampsComeOutAsUTC(t *testing.T) {
	t.Parallel()
	stored := []outage.Record{{ID: 1, Started: elsewhere(at(0)), Ended: elsewhere(at(5))}, {ID: 2, Started: elsewhere(at(90))}}
	fix := outage.Repair(stored, elsewhere(at(50)), elsewhere(at(60)))
	if want := []outage.Record{ended(1, 0, 5), repaired(ongoing(2, 60), message.OutageFutureStart)}; !slices.Equal(fix.Records, want) {
		t.Errorf("%+v, want %+v", fix.Records, want)
	}
	for _, s := range outage.Timeline(fix.Records, nil, elsewhere(at(-10)), elsewhere(at(61))) {
		if s.From.Location() != time.UTC || s.To.Location() != time.UTC {
			t.Errorf("%+v", s)
		}
	}
	if r := ongoing(1, 0).End(elsewhere(at(3))); r.Ended != at(3) {
		t.Errorf("ended %v", r.Ended)
	}
}

// An older outage without an end ends where its successor began, unless that stamp is
// nonsense itself: then now is the limit.
func TestASuccessorWithANonsensicalStartLimitsNothing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		successor outage.Record
		contact   int
		end       int
	}{
		"it began later":           {ongoing(2, 20), 50, 20},
		"contact was before that":  {ongoing(2, 20), 10, 10},
		"it began before":          {ongoing(2, -30), 50, 50},
		"it began before, now":     {ongoing(2, -30), 90, 60},
		"it begins in the future":  {ongoing(2, 900), 50, 50},
		"in the future, no limit":  {ongoing(2, 900), 70, 60},
		"contact before the start": {ongoing(2, 20), -5, 0},
	} {
		fix := outage.Repair([]outage.Record{ongoing(1, 0), tt.successor}, at(tt.contact), at(60))
		if got := fix.Records[0]; !got.Ended.Equal(at(tt.end)) || !got.Repaired {
			t.Errorf("%s: ended %v, want %v", name, got.Ended, at(tt.end))
		}
	}
}

// Each count is put right by itself, and the largest id that leaves room for a successor is
// kept.
func TestOneBadCountSpoilsNoOther(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ held, probes, requeued int }{{-1, 4, 5}, {3, -1, 5}, {3, 4, -1}} {
		stored := outage.Record{ID: math.MaxInt64, Started: at(0), JobsHeld: tt.held, FailedProbes: tt.probes, Requeued: tt.requeued}
		fix := outage.Repair([]outage.Record{stored}, at(50), at(60))
		if len(fix.Records) != 1 {
			t.Fatalf("%+v", fix)
		}
		r := fix.Records[0]
		if r.JobsHeld != max(0, tt.held) || r.FailedProbes != max(0, tt.probes) || r.Requeued != max(0, tt.requeued) {
			t.Errorf("%+v became %+v", tt, r)
		}
	}
}

// No record is none, and says nothing about an unstable time.
func TestNoRecordIsNoStart(t *testing.T) {
	t.Parallel()
	if got := outage.Starts([]outage.Record{{Started: at(59)}}, at(60)); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := outage.Newest([]outage.Record{{}, ended(3, 0, 1), ended(2, 5, 6)}); got.ID != 3 {
		t.Errorf("%+v", got)
	}
	if got := outage.Newest(nil); got.ID != 0 || got.Ongoing() {
		t.Errorf("%+v", got)
	}
}
