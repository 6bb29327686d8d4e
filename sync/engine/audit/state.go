package audit

import (
	"context"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/engine/host"
	"lockstep/sync/store"
)

// Auditor is what is known of reconciliations. Make it with New.
type Auditor struct {
	host host.Host

	last     *store.Report // the newest finished one that was no preview
	needsYou int           // rows of it a person must act on
	run      *run          // nil while none is wanted
	listing  bool          // the run lists Plex

	schedule schedule
	brake    brake.State
}

// run is one run from the request to the stored result.
type run struct {
	report  store.Report
	yes     bool
	counts  bool // for the brake
	servers int
	stop    context.CancelCauseFunc // nil until it has begun
	checked int
	total   int
}

// schedule is when runs are due that nobody asks for. Its stamps are of the wall clock, so
// that sleep and restarts count.
type schedule struct {
	done    time.Time // when the last complete run that counts for the schedule ended
	retryAt time.Time // a scheduled run failed: not before
	fails   int       // how many scheduled runs failed since one succeeded
	stale   bool      // the last one was over an hour old when the process started
}

// brakeValue names the stored state of the brake.
const brakeValue = "brake"

const (
	// reconciledValue names the stored stamp of the last complete reconciliation.
	reconciledValue = "reconciled"
	// startAge is how old the last one must be for another at the start.
	startAge = time.Hour
)

func (c *schedule) load(tx store.Tx, now time.Time) error {
	_, err := tx.Value(reconciledValue, &c.done)
	age := now.Sub(c.done)
	c.stale = c.done.IsZero() || age > startAge || age < 0
	return err
}
