// Package queue owns jobs and the rules by which they move: one job per scene, the
// states, the retry schedule, what happens when a scene changes again while its job
// runs, and the one count everybody shows. It has no clock and no storage.
//
//	waiting ──claim──▶ running ──▶ done
//	   ▲                 │ ├─────▶ skipped (reason)
//	   │◀──again/returned┘ ├─────▶ parked  (no item in Plex yet) ──woken──▶ waiting
//	   │◀──────due─────────┼─────▶ retrying (due)
//	   └◀──────retry───────┴─────▶ dead    (reason)
package queue

import (
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// State is where a job stands. The texts are stored and never renamed.
type State string

// The states. There is no zero state: a job always has one.
const (
	Waiting  State = "waiting"
	Running  State = "running"
	Retrying State = "retrying"
	Parked   State = "parked"
	Dead     State = "dead"
	Done     State = "done"
	Skipped  State = "skipped"
)

// States lists all states in display order.
func States() []State {
	return []State{Running, Waiting, Retrying, Parked, Dead, Skipped, Done}
}

// Live reports a state that still leads somewhere without a person: the scene is
// not finished with.
func (s State) Live() bool {
	return s == Waiting || s == Running || s == Retrying || s == Parked
}

// Job is the wish to bring one scene in step. It never holds the scene's values: they
// are read when the job is worked on, so an edit made meanwhile is never lost.
type Job struct {
	Scene scene.ID `json:"scene"`
	// Name is what to call the scene in front of people, as last seen.
	Name  string `json:"name,omitempty"`
	State State  `json:"state"`
	// Generation grows with every wish for this scene. A result is about the
	// generation that was claimed.
	Generation uint64 `json:"generation"`
	// Again is set when the scene was wished for while its job ran.
	Again bool `json:"again,omitempty"`
	// Cause says in a word why the job exists: new, edited, renamed, moved, drifted…
	Cause Cause `json:"cause,omitempty"`
	// Due is when a waiting or retrying job may be handed out, or when a parked one
	// gives up; for finished jobs it is when they finished.
	Due      time.Time `json:"due"`
	Enqueued time.Time `json:"enqueued"`
	// Attempts counts results that were the item's own fault.
	Attempts int `json:"attempts,omitempty"`
	// Interrupted counts claims ended by a dying process; three make the job run alone.
	Interrupted int `json:"interrupted,omitempty"`
	// Code and Message say why the job is where it is: skip reason or fault in words. While it
	// is tried again they are those of the attempt before.
	Code    skip.Code       `json:"code,omitempty"`
	Message message.Message `json:"words,omitzero"`
	// Hint says what a person can do about a fault, empty when nothing more is known.
	Hint  message.Message `json:"hint,omitzero"`
	Class fault.Class     `json:"class,omitempty"`
	// Picture tells of a failed job that only a picture is missing: everything else is in step.
	Picture bool `json:"picture,omitempty"`
	// Outage is the outage during which the job died, zero otherwise.
	Outage uint64 `json:"outage,omitempty"`
	// Awaits are the Plex paths a parked job waits for.
	Awaits []string `json:"awaits,omitempty"`
	// Forced jobs ignore what was refused before: Retry was pressed.
	Forced bool `json:"forced,omitempty"`
	// Confirmed jobs were seen by a person who wants this very scene written: the
	// mass-change brake lets them pass, until they are done.
	Confirmed bool `json:"confirmed,omitempty"`
	// Undo names the run whose journal entries are to be restored, zero for a sync.
	Undo uint64 `json:"undo,omitempty"`
	// Then is the run to undo after the work in hand: somebody asked while it ran.
	Then uint64 `json:"then,omitempty"`
	// Sync is set when the scene was wished for while an undo was open: it is synced
	// after the undo.
	Sync bool `json:"sync,omitempty"`
}

// Counts is the one count of jobs. Everything that shows or decides by numbers of
// jobs uses it, so that "pending" can never forget the job in progress.
type Counts struct {
	Waiting  int `json:"waiting"`
	Running  int `json:"running"`
	Retrying int `json:"retrying"`
	Parked   int `json:"parked"`
	Dead     int `json:"dead"`
	Done     int `json:"done"`
	Skipped  int `json:"skipped"`
}

// Empty reports that no work is left: nothing waits, runs or will be retried.
func (c Counts) Empty() bool { return c.Pending() == 0 }

// Pending is the work that is left: waiting, running and retrying.
func (c Counts) Pending() int { return c.Waiting + c.Running + c.Retrying }

// Of is the count of one state.
func (c Counts) Of(s State) int {
	if p := c.at(s); p != nil {
		return *p
	}
	return 0
}

// Add changes the count of one state; an unknown state is ignored.
func (c *Counts) Add(s State, n int) {
	if p := c.at(s); p != nil {
		*p += n
	}
}

func (c *Counts) at(s State) *int {
	switch s {
	case Waiting:
		return &c.Waiting
	case Running:
		return &c.Running
	case Retrying:
		return &c.Retrying
	case Parked:
		return &c.Parked
	case Dead:
		return &c.Dead
	case Done:
		return &c.Done
	case Skipped:
		return &c.Skipped
	}
	return nil
}
