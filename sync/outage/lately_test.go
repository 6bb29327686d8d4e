package outage_test

import (
	"slices"
	"testing"
	"time"

	"lockstep/sync/outage"
)

func TestStartsAreThoseSeenLately(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	records := []outage.Record{
		{ID: 5, Started: at(-2)}, // ongoing
		{ID: 1, Started: at(-31), Ended: at(-1)},
		{ID: 2, Started: at(-30), Ended: at(-20)},
		{ID: 3, Started: at(-29), Ended: at(-28)},
		{ID: 4, Started: at(-10), Ended: at(-9), Repaired: true},
		{},
	}
	if got, want := outage.Starts(records, now), []time.Time{at(-29), at(-2)}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var many []outage.Record
	for i := range 1000 {
		many = append(many, outage.Record{ID: uint64(i + 1), Started: now.Add(time.Duration(i-1000) * time.Second)})
	}
	got := outage.Starts(many, now)
	if len(got) != 50 || !got[49].Equal(now.Add(-time.Second)) {
		t.Errorf("of 1000: %d, the last %v", len(got), got[len(got)-1])
	}
}
