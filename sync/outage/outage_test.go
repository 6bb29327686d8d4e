package outage_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/outage"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// at is a number of minutes after noon.
func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func ended(id uint64, from, to int) outage.Record {
	return outage.Record{ID: id, Started: at(from), Ended: at(to)}
}

func ongoing(id uint64, from int) outage.Record { return outage.Record{ID: id, Started: at(from)} }

func TestTimelineFollowsTheOverlapRule(t *testing.T) {
	t.Parallel()
	up := func(from, to int) outage.Segment {
		return outage.Segment{From: at(from), To: at(to), Kind: outage.Up}
	}
	off := func(from, to int) outage.Segment {
		return outage.Segment{From: at(from), To: at(to), Kind: outage.Off}
	}
	down := func(id uint64, from, to int) outage.Segment {
		return outage.Segment{From: at(from), To: at(to), Kind: outage.Down, Record: id}
	}
	for name, tc := range map[string]struct {
		records []outage.Record
		gaps    []outage.Gap
		want    []outage.Segment
	}{
		"nothing happened":            {nil, nil, []outage.Segment{up(0, 60)}},
		"one outage":                  {[]outage.Record{ended(1, 10, 20)}, nil, []outage.Segment{up(0, 10), down(1, 10, 20), up(20, 60)}},
		"ongoing lasts to the end":    {[]outage.Record{ongoing(1, 50)}, nil, []outage.Segment{up(0, 50), down(1, 50, 60)}},
		"clipped to the window":       {[]outage.Record{ended(1, -90, 5), ended(2, 55, 90)}, nil, []outage.Segment{down(1, 0, 5), up(5, 55), down(2, 55, 60)}},
		"outside the window":          {[]outage.Record{ended(1, -90, 0), ongoing(2, 60)}, nil, []outage.Segment{up(0, 60)}},
		"zero length":                 {[]outage.Record{ended(1, 10, 10)}, nil, []outage.Segment{up(0, 60)}},
		"ended before it started":     {[]outage.Record{ended(1, 20, 10)}, nil, []outage.Segment{up(0, 60)}},
		"overlap goes to the first":   {[]outage.Record{ended(2, 15, 30), ended(1, 10, 20)}, nil, []outage.Segment{up(0, 10), down(1, 10, 20), down(2, 20, 30), up(30, 60)}},
		"touching outages stay two":   {[]outage.Record{ended(1, 10, 20), ended(2, 20, 30)}, nil, []outage.Segment{up(0, 10), down(1, 10, 20), down(2, 20, 30), up(30, 60)}},
		"app off inside an outage":    {[]outage.Record{ended(1, 10, 40)}, []outage.Gap{{From: at(20), To: at(30)}}, []outage.Segment{up(0, 10), down(1, 10, 20), off(20, 30), down(1, 30, 40), up(40, 60)}},
		"app off while ongoing":       {[]outage.Record{ongoing(1, 10)}, []outage.Gap{{From: at(20), To: at(30)}}, []outage.Segment{up(0, 10), down(1, 10, 20), off(20, 30), down(1, 30, 60)}},
		"app off hides an outage":     {[]outage.Record{ended(1, 22, 28)}, []outage.Gap{{From: at(20), To: at(30)}}, []outage.Segment{up(0, 20), off(20, 30), up(30, 60)}},
		"gaps overlap and touch":      {nil, []outage.Gap{{From: at(25), To: at(40)}, {From: at(10), To: at(30)}, {From: at(40), To: at(50)}}, []outage.Segment{up(0, 10), off(10, 50), up(50, 60)}},
		"before the first start":      {nil, []outage.Gap{{To: at(50)}}, []outage.Segment{off(0, 50), up(50, 60)}},
		"gap without an end":          {nil, []outage.Gap{{From: at(10)}}, []outage.Segment{up(0, 60)}},
		"two gaps cut one outage":     {[]outage.Record{ended(1, 0, 60)}, []outage.Gap{{From: at(10), To: at(20)}, {From: at(30), To: at(40)}}, []outage.Segment{down(1, 0, 10), off(10, 20), down(1, 20, 30), off(30, 40), down(1, 40, 60)}},
		"one gap spans two outages":   {[]outage.Record{ended(1, 10, 20), ended(2, 30, 40)}, []outage.Gap{{From: at(15), To: at(35)}}, []outage.Segment{up(0, 10), down(1, 10, 15), off(15, 35), down(2, 35, 40), up(40, 60)}},
		"a record that was never one": {[]outage.Record{{}}, nil, []outage.Segment{up(0, 60)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := outage.Timeline(tc.records, tc.gaps, at(0), at(60))
			if !slices.Equal(got, tc.want) {
				t.Errorf("got  %+v\nwant %+v", got, tc.want)
			}
		})
	}
}

func TestAnEmptyWindowHasNoTimeline(t *testing.T) {
	t.Parallel()
	if got := outage.Timeline(nil, nil, at(10), at(10)); got != nil {
		t.Errorf("got %+v", got)
	}
	if got := outage.Measure(nil, nil, at(10), at(5)); got != (outage.Metrics{}) {
		t.Errorf("got %+v, want zero", got)
	}
}

func TestMetricsCountTheOngoingOutage(t *testing.T) {
	t.Parallel()
	records := []outage.Record{ended(1, 10, 20), ongoing(2, 50)}
	gaps := []outage.Gap{{From: at(30), To: at(40)}}
	got := outage.Measure(records, gaps, at(0), at(60))
	want := outage.Metrics{
		Count: 2, Known: 50 * time.Minute, Downtime: 20 * time.Minute,
		MTTR: 10 * time.Minute, MTBF: 15 * time.Minute, Availability: 0.6,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestNothingKnownClaimsNoAvailability(t *testing.T) {
	t.Parallel()
	got := outage.Measure([]outage.Record{ongoing(1, 0)}, []outage.Gap{{To: at(60)}}, at(0), at(60))
	if got != (outage.Metrics{}) {
		t.Errorf("got %+v, want zero", got)
	}
}

func TestRepairedOutagesAreMarkedOnTheTimeline(t *testing.T) {
	t.Parallel()
	r := ended(1, 0, 60)
	r.Repaired = true
	if got := outage.Timeline([]outage.Record{r}, nil, at(0), at(60)); len(got) != 1 || !got[0].Repaired {
		t.Errorf("got %+v, want one repaired segment", got)
	}
}

func TestPruningSparesTheOngoingAndTheNewest(t *testing.T) {
	t.Parallel()
	day := 24 * 60
	records := []outage.Record{
		ended(1, -400*day, -366*day), ongoing(2, -400*day), ended(3, -400*day, -364*day), ended(4, -500*day, -499*day),
	}
	if got, want := outage.Expired(records, 0, noon), []uint64{1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := outage.Expired(records, 24*time.Hour, noon), []uint64{1, 3}; !slices.Equal(got, want) {
		t.Errorf("after a day: got %v, want %v", got, want)
	}
	gaps := []outage.Gap{{From: at(-400 * day), To: at(-366 * day)}, {To: at(-364 * day)}}
	if got := outage.KeptGaps(gaps, 0, noon); len(got) != 1 || got[0] != gaps[1] {
		t.Errorf("gaps: got %v, want the second", got)
	}
}

func TestPruningNeverChangesTheYearShown(t *testing.T) {
	t.Parallel()
	day := 24 * 60
	records := []outage.Record{ended(1, -380*day, -366*day), ended(2, -366*day, -364*day), ended(3, -2*day, -day)}
	gone := outage.Expired(records, 0, noon)
	kept := slices.DeleteFunc(slices.Clone(records), func(r outage.Record) bool { return slices.Contains(gone, r.ID) })
	if len(kept) != 2 {
		t.Fatalf("kept %d records, want 2", len(kept))
	}
	from := noon.Add(-outage.DefaultAge)
	if got, want := outage.Measure(kept, nil, from, noon), outage.Measure(records, nil, from, noon); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestLengthIsNeverNegative(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		r    outage.Record
		want time.Duration
	}{
		"ended":            {ended(1, 0, 10), 10 * time.Minute},
		"ongoing":          {ongoing(1, 40), 20 * time.Minute},
		"ended too early":  {ended(1, 10, 0), 0},
		"clock was behind": {ongoing(1, 90), 0},
	} {
		if got := tc.r.Length(at(60)); got != tc.want {
			t.Errorf("%s: got %v, want %v", name, got, tc.want)
		}
	}
}

func TestEndNeverLiesBeforeTheStart(t *testing.T) {
	t.Parallel()
	if got := ongoing(1, 10).End(at(5)); got.Ended != at(10) || got.Ongoing() {
		t.Errorf("got %+v, want ended at its start", got)
	}
}

func TestHeldKeepsTheLargestNumber(t *testing.T) {
	t.Parallel()
	if got := ongoing(1, 0).Held(3).Held(14).Held(2).JobsHeld; got != 14 {
		t.Errorf("got %d, want 14", got)
	}
}

func TestARecordComesBackFromJSONEqual(t *testing.T) {
	t.Parallel()
	for _, r := range []outage.Record{
		ongoing(3, 0),
		{ID: 1, Started: at(0), Ended: at(9), Cause: message.Foreign("timeout"), JobsHeld: 14, Repaired: true, Note: message.New(message.OutageNoEnd), FailedProbes: 9, Requeued: 2},
	} {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back outage.Record
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%s came back as %+v (%v)", text, back, err)
		}
	}
}
