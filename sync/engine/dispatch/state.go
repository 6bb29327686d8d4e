package dispatch

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/eta"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// Dispatcher is the batch in hand and the run it belongs to. Make it with New.
type Dispatcher struct {
	host   host.Host
	jitter func() float64

	batch     *batchState            // nil while none is in hand
	claimed   map[scene.ID]queue.Job // as they were when they were handed out; no result is on disk yet
	holdUntil time.Time
	refused   *api.Attention // what a person is asked while Plex does not accept writes; nil while it does
	streak    worker.Streak
	ramp      *ramp
	run       run
	standing  standing

	book    statistics.Book
	sofar   func() (plex, stash int) // requests since the process began; nil counts none
	counted requests                 // that are in the book
	kept    time.Time                // when the book was last stored
}

// Budget says what may be asked of a server, and what fails there.
type Budget interface {
	Next(k budget.Kind) time.Time
	Fails(k budget.Kind) bool
}

// Budgets hold back what failed a moment ago, one for each server.
type Budgets struct{ Stash, Plex Budget }

// batchState is how the batch in hand stands; the Batch itself is carried out beside the loop.
type batchState struct {
	end        context.CancelFunc // after the step in hand
	generation uint64
	inHand     []api.InHand
	position   int // jobs of the batch that are being or were written
	toWrite    int // jobs of the batch that are to be written, once that is known
}

// run is the present stretch of work, from an idle queue to the next.
type run struct {
	store.Run
	active bool
	eta    eta.Run
	// began and before are when the batch in progress began, and how many scenes the run had
	// finished by then.
	began  time.Time
	before int
	// touched are the scenes the run wrote to and is not through with: they failed half-way,
	// or were edited meanwhile.
	touched map[scene.ID]bool
	undid   map[uint64]bool // runs of which this one undid something
}

// standing is how the scenes stand, counted anew only when the jobs have changed: it
// takes a walk over all that were skipped.
type standing struct {
	value   api.Standing
	reasons []api.Reason
	counts  queue.Counts
	counted bool
}

// requests is how many requests the servers got since the process began.
type requests struct{ plex, stash int }
