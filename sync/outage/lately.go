package outage

import (
	"slices"
	"time"
)

// Lately is how far back outages belong together: several within it are one unstable time.
const Lately = 30 * time.Minute

// mostStarts bounds what Starts returns: more say no more.
const mostStarts = 50

// Starts gives when the outages observed within Lately of now began, oldest first and the newest of them
// at most. Repaired records are left out: nobody saw when those began.
func Starts(records []Record, now time.Time) []time.Time {
	var starts []time.Time
	for _, r := range records {
		if r.ID != 0 && !r.Repaired && now.Sub(r.Started).Abs() < Lately {
			starts = append(starts, r.Started)
		}
	}
	slices.SortFunc(starts, time.Time.Compare)
	return starts[max(0, len(starts)-mostStarts):]
}
