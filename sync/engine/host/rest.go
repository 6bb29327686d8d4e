package host

import (
	"cmp"
	"time"
)

const (
	// firstRest and longestRest bound how long a Rest lasts unless it says something else.
	firstRest   = 30 * time.Second
	longestRest = 5 * time.Minute
)

// Rest is how long something is not begun again that no budget counts: what failed of our own
// fault, such as a full disk, and would be read again at once although it cannot be stored, or a
// single thing a server refuses. The zero value does not rest.
type Rest struct {
	// First and Longest bound how long it rests; zero: 30 s and 5 min.
	First, Longest time.Duration

	wait  time.Duration
	until time.Time
}

// End takes in whether a try failed: while they do, the rest grows from the first to the
// longest.
func (r *Rest) End(failed bool, now time.Time) {
	if !failed {
		r.wait, r.until = 0, time.Time{}
		return
	}
	r.wait = min(max(2*r.wait, cmp.Or(r.First, firstRest)), r.longest())
	r.until = now.Add(r.wait)
}

func (r Rest) longest() time.Duration { return cmp.Or(r.Longest, longestRest) }

// Until is when the rest is over; the zero time when it is, or when the clock was set back.
func (r Rest) Until(now time.Time) time.Time {
	if !r.until.After(now) || r.until.After(now.Add(r.longest())) {
		return time.Time{}
	}
	return r.until
}
