package outage

import "time"

// DefaultAge is how long records are kept: the longest window the chart shows.
const DefaultAge = 365 * 24 * time.Hour

// Expired gives the ids of the records that ended more than age ago; age <= 0 means DefaultAge. The ongoing
// outage never expires, nor does the newest record: its id tells which ids were used, and what was
// announced refers to it.
func Expired(records []Record, age time.Duration, now time.Time) []uint64 {
	limit, newest := horizon(age, now), Newest(records).ID
	var ids []uint64
	for _, r := range records {
		if !r.Ongoing() && r.ID != newest && r.Ended.Before(limit) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// KeptGaps gives the gaps that reach into the last age; age <= 0 means DefaultAge.
func KeptGaps(gaps []Gap, age time.Duration, now time.Time) []Gap {
	limit := horizon(age, now)
	var kept []Gap
	for _, g := range gaps {
		if g.To.After(limit) {
			kept = append(kept, g)
		}
	}
	return kept
}

func horizon(age time.Duration, now time.Time) time.Time {
	if age <= 0 {
		age = DefaultAge
	}
	return now.Add(-age)
}
