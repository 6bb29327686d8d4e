package link

import (
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
)

// checkSpacing is how long a check that succeeded stands against the doubts that other
// requests raise: while only those fail it would be asked for again and again.
const checkSpacing = time.Minute

// check is when one connection is checked, and whether a check is under way.
type check struct {
	at      time.Time // zero: not wanted
	running bool
	ended   time.Time // when the last one that succeeded ended
}

// want asks for a check no later than t.
func (c *check) want(t time.Time) {
	if c.at.IsZero() || t.Before(c.at) {
		c.at = t
	}
}

// doubt asks for a check because something else failed.
func (c *check) doubt(now time.Time) {
	if c.ended.IsZero() || now.Sub(c.ended) >= checkSpacing || now.Before(c.ended) {
		c.want(now)
	}
}

// due takes the check up when it is wanted and the budget allows it, or returns when it
// does.
func (c *check) due(b *budget.Budget, now time.Time) (take bool, next time.Time) {
	if c.running || c.at.IsZero() {
		return false, time.Time{}
	}
	if at := host.Later(c.at, b.Next(budget.Connect)); at.After(now) {
		return false, at
	}
	c.running, c.at = true, time.Time{} // who asks for a check from now on gets another one
	return true, time.Time{}
}
