package outage

import (
	"cmp"
	"slices"
	"time"

	"lockstep/sync/zone"
)

// Kind says what is known about a stretch of time.
type Kind string

// The kinds, as exported in JSON.
const (
	Up   Kind = "up"   // Plex was watched and no outage was recorded
	Down Kind = "down" // Plex was watched and an outage was recorded
	Off  Kind = "off"  // nobody watched: unknown
)

// Segment is a stretch of the timeline.
type Segment struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Kind Kind      `json:"kind"`
	// Record is the outage of a Down segment; zero otherwise. Where records overlap, the one that started
	// first (then the lower id) has the time.
	Record uint64 `json:"record,omitempty"`
	// Repaired is Record.Repaired of that outage.
	Repaired bool `json:"repaired,omitempty"`
}

// Timeline cuts the window from–to into segments that touch, do not overlap and cover all of it; no two
// neighbours are alike. An ongoing outage lasts to the end of the window, so to must not be later than now.
func Timeline(records []Record, gaps []Gap, from, to time.Time) []Segment {
	from, to = zone.Stamp(from), zone.Stamp(to)
	if !from.Before(to) {
		return nil
	}
	window := Segment{From: from, To: to}
	off := disjoint(offSegments(gaps, window))
	down := subtract(disjoint(downSegments(records, window)), off)
	known := slices.Concat(down, off)
	slices.SortFunc(known, func(a, b Segment) int { return a.From.Compare(b.From) })
	return fillUp(known, window)
}

func offSegments(gaps []Gap, window Segment) []Segment {
	var out []Segment
	for _, g := range gaps {
		if s, ok := clip(Segment{From: zone.Stamp(g.From), To: zone.Stamp(g.To), Kind: Off}, window); ok {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Segment) int { return a.From.Compare(b.From) })
	return out
}

func downSegments(records []Record, window Segment) []Segment {
	ordered := slices.Clone(records)
	slices.SortFunc(ordered, func(a, b Record) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID))
	})
	var out []Segment
	for _, r := range ordered {
		end := zone.Stamp(r.Ended)
		if r.Ongoing() {
			end = window.To
		}
		s := Segment{From: zone.Stamp(r.Started), To: end, Kind: Down, Record: r.ID, Repaired: r.Repaired}
		if s, ok := clip(s, window); ok {
			out = append(out, s)
		}
	}
	return out
}

func clip(s, window Segment) (Segment, bool) {
	s.From, s.To = latest(s.From, window.From), earliest(s.To, window.To)
	return s, s.From.Before(s.To)
}

// disjoint cuts each segment, given in order of precedence, to the part behind its predecessors.
func disjoint(segments []Segment) []Segment {
	var out []Segment
	for _, s := range segments {
		if len(out) > 0 {
			s.From = latest(s.From, out[len(out)-1].To)
		}
		if s.From.Before(s.To) {
			out = push(out, s)
		}
	}
	return out
}

// subtract returns what of segments lies outside holes; both are ordered and disjoint.
func subtract(segments, holes []Segment) []Segment {
	var out []Segment
	for _, s := range segments {
		for len(holes) > 0 && !holes[0].To.After(s.From) {
			holes = holes[1:]
		}
		for _, h := range holes {
			if !h.From.Before(s.To) {
				break
			}
			if s.From.Before(h.From) {
				before := s
				before.To = h.From
				out = append(out, before)
			}
			s.From = h.To
		}
		if s.From.Before(s.To) {
			out = append(out, s)
		}
	}
	return out
}

func fillUp(known []Segment, window Segment) []Segment {
	var out []Segment
	at := window.From
	for _, s := range known {
		if at.Before(s.From) {
			out = push(out, Segment{From: at, To: s.From, Kind: Up})
		}
		out = push(out, s)
		at = s.To
	}
	if at.Before(window.To) {
		out = push(out, Segment{From: at, To: window.To, Kind: Up})
	}
	return out
}

// push appends s, or lengthens the last segment if both touch and are alike.
func push(out []Segment, s Segment) []Segment {
	if n := len(out); n > 0 {
		last := &out[n-1]
		if last.To.Equal(s.From) && last.Kind == s.Kind && last.Record == s.Record {
			last.To = s.To
			return out
		}
	}
	return append(out, s)
}
