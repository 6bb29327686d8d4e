// Package testkit is what the tests of several packages share: a clock moved by hand, both
// servers in memory for the tests of rules (Shelf), and the simulated servers behind real
// HTTP with a database and the adapters between them (Rig). It is for tests alone: nothing
// that ships may import it, which sync/archtest checks.
package testkit

import (
	"sync"
	"time"
)

// Start is when a Clock begins.
var Start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Clock is moved by hand. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock shows Start.
func NewClock() *Clock { return &Clock{at: Start} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Pass moves the clock on.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
