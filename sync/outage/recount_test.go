package outage_test

import (
	"math"
	"testing"
	"time"

	"lockstep/sync/outage"
	"pgregory.net/rapid"
)

// recount looks at every second by itself, with none of the code under test.
func recount(records []outage.Record, gaps []outage.Gap, from, to time.Time) (known, down int, ids map[uint64]bool) {
	ids = map[uint64]bool{}
	for now := from; now.Before(to); now = now.Add(time.Second) {
		off := false
		for _, g := range gaps {
			off = off || (!now.Before(g.From) && now.Before(g.To))
		}
		if off {
			continue
		}
		known++
		var first outage.Record
		for _, r := range records {
			inside := r.ID != 0 && !now.Before(r.Started) && (r.Ended.IsZero() || now.Before(r.Ended))
			earlier := first.ID == 0 || r.Started.Before(first.Started) ||
				(r.Started.Equal(first.Started) && r.ID < first.ID)
			if inside && earlier {
				first = r
			}
		}
		if first.ID != 0 {
			down++
			ids[first.ID] = true
		}
	}
	return known, down, ids
}

func second(t *rapid.T, name string) time.Time {
	return noon.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, name)) * time.Second)
}

func anyHistory(t *rapid.T) ([]outage.Record, []outage.Gap) {
	var records []outage.Record
	for i := range rapid.IntRange(0, 6).Draw(t, "records") {
		r := outage.Record{ID: uint64(i + 1), Started: second(t, "started")}
		if rapid.IntRange(0, 3).Draw(t, "ends") > 0 {
			r.Ended = second(t, "ended")
		}
		records = append(records, r)
	}
	var gaps []outage.Gap
	for range rapid.IntRange(0, 4).Draw(t, "gaps") {
		gaps = append(gaps, outage.Gap{From: second(t, "off from"), To: second(t, "off to")})
	}
	return records, gaps
}

func TestMetricsEqualANaiveRecountPerSecond(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		records, gaps := anyHistory(t)
		from, to := second(t, "from"), second(t, "to")
		known, down, ids := recount(records, gaps, from, to)
		got := outage.Measure(records, gaps, from, to)
		if got.Known != time.Duration(known)*time.Second || got.Downtime != time.Duration(down)*time.Second || got.Count != len(ids) {
			t.Fatalf("got %+v, recount: known %d s, down %d s, %d outages", got, known, down, len(ids))
		}
		if got.Count == 0 {
			return
		}
		// MTBF / (MTBF + MTTR) is the textbook availability; both ways must agree.
		textbook := float64(got.MTBF) / float64(got.MTBF+got.MTTR)
		if math.Abs(textbook-got.Availability) > 1e-6 {
			t.Fatalf("availability %v, textbook %v", got.Availability, textbook)
		}
	})
}

func TestTimelineCoversTheWindowWithoutOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		records, gaps := anyHistory(t)
		from, to := second(t, "from"), second(t, "to")
		at := from
		var last outage.Segment
		for _, s := range outage.Timeline(records, gaps, from, to) {
			if !s.From.Equal(at) || !s.From.Before(s.To) {
				t.Fatalf("segment %+v does not follow %v", s, at)
			}
			if s.Kind == last.Kind && s.Record == last.Record {
				t.Fatalf("neighbours alike: %+v %+v", last, s)
			}
			if (s.Kind == outage.Down) != (s.Record != 0) {
				t.Fatalf("record and kind disagree: %+v", s)
			}
			at, last = s.To, s
		}
		if from.Before(to) && !at.Equal(to) {
			t.Fatalf("timeline ends at %v, window at %v", at, to)
		}
	})
}
