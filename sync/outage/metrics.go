package outage

import "time"

// Metrics are the numbers of a window. All of them are made of the window's Timeline, so they follow its
// overlap rule, count the ongoing outage up to the window's end and agree with the chart by construction.
type Metrics struct {
	// Count is the number of outages with some known downtime in the window. One that was never seen to
	// last (ended where it started, or wholly inside a gap) is not counted.
	Count int `json:"count"`
	// Known is the length of the window less the times Lockstep did not run. Zero means that nothing is
	// known and the other numbers mean nothing.
	Known time.Duration `json:"known"`
	// Downtime is the known time inside outages.
	Downtime time.Duration `json:"downtime"`
	// MTTR, the mean time to recovery, is Downtime / Count; zero without outages.
	MTTR time.Duration `json:"mttr"`
	// MTBF, the mean time between failures, is (Known - Downtime) / Count; zero without outages.
	MTBF time.Duration `json:"mtbf"`
	// Availability is 1 - Downtime / Known, from 0 to 1.
	Availability float64 `json:"availability"`
}

// Measure gives the metrics of the window from–to; to must not be later than now.
func Measure(records []Record, gaps []Gap, from, to time.Time) Metrics {
	return Summarise(Timeline(records, gaps, from, to))
}

// Summarise gives the metrics of a timeline already at hand.
func Summarise(timeline []Segment) Metrics {
	var m Metrics
	seen := map[uint64]bool{}
	for _, s := range timeline {
		if s.Kind == Off {
			continue
		}
		m.Known += s.To.Sub(s.From)
		if s.Kind == Down {
			m.Downtime += s.To.Sub(s.From)
			seen[s.Record] = true
		}
	}
	m.Count = len(seen)
	if m.Count > 0 {
		m.MTTR = m.Downtime / time.Duration(m.Count)
		m.MTBF = (m.Known - m.Downtime) / time.Duration(m.Count)
	}
	if m.Known > 0 {
		m.Availability = 1 - float64(m.Downtime)/float64(m.Known)
	}
	return m
}
