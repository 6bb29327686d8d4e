package host

import "time"

const (
	// firstRest and longestRest bound how long a Rest lasts.
	firstRest   = 30 * time.Second
	longestRest = 5 * time.Minute
)

// Rest is how long something is not begun again after faults of our own, such as a full disk:
// no server is at fault, so no budget counts them, and what was read and could not be stored
// would be read again at once. The zero value does not rest.
type Rest struct {
	wait  time.Duration
	until time.Time
}

// End takes in whether a try ended with a fault of our own: while they do, the rest grows
// from firstRest to longestRest.
func (r *Rest) End(failed bool, now time.Time) {
	if !failed {
		*r = Rest{}
		return
	}
	r.wait = min(max(2*r.wait, firstRest), longestRest)
	r.until = now.Add(r.wait)
}

// Until is when the rest is over; the zero time when it is, or when the clock was set back.
func (r Rest) Until(now time.Time) time.Time {
	if !r.until.After(now) || r.until.After(now.Add(longestRest)) {
		return time.Time{}
	}
	return r.until
}
