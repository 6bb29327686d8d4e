package audit

import (
	"time"

	"lockstep/sync/api"
)

// Conditions are what decides whether a run may begin.
type Conditions struct {
	Stash, Plex api.Connection // as their last checks found them
	PlexAllows  bool           // no outage keeps from asking Plex
	Up          bool           // Plex is known to be up
	Swept       bool           // every scene was seen since the start
	Scanning    bool           // a scan is under way, which may list Plex as well
	Writing     bool           // a batch is in hand
	MayWork     bool           // nothing keeps from writing
	Paused      bool
	Settled     bool // no job is left to do
	// NextJob is when the next job is due; zero when none will be.
	NextJob func() (time.Time, error)
}

// MayStart reports whether a run that is wanted may begin: both servers were asked since the
// start, and no scan is under way. While work is possible the first scan comes first: it
// learns what a comparison needs to know.
func (c Conditions) MayStart() bool {
	if c.Scanning || !c.Stash.Checked || !c.Plex.Checked && c.PlexAllows {
		return false
	}
	return c.Swept || c.Paused || !c.Stash.OK || !c.Plex.OK
}

// MayWant reports whether a run that nobody asked for makes sense. What is retried later is
// counted with the rest; a scheduled run would only repeat what waits to be written.
func (a *Auditor) MayWant(now time.Time, c Conditions) bool {
	if !c.MayWork || c.Writing || c.Scanning {
		return false
	}
	if !a.Counting() {
		return c.Up && c.Settled
	}
	at, err := c.NextJob()
	return err == nil && (at.IsZero() || at.After(now))
}
