// Package activity tells Stash what was watched and rated in Plex. A Recorder owns when Plex
// is asked, what a person allowed, and what the brake holds back; a Look, which runs beside
// the loop, reads both servers and writes. Every play has a record of its own that stays:
// the intent is stored before it is sent, and Stash is read before it is sent again, so
// that it arrives once. Nothing is written before a person saw how much it would be.
package activity

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// The names of stored values.
const (
	permitValue = "activity.permit"
	marksValue  = "activity.marks"
)

// Recorder decides when Plex is asked what was watched, and what of it goes to Stash. Make
// it with New.
type Recorder struct {
	host     host.Host
	settings func() config.Settings // those in force
	permit   permit
	marks    marks

	look     *Look // under way; nil when none is
	next     time.Time
	soon     bool // something was asked for that the present look does not know of
	wanted   bool // a person wants Plex asked now
	preview  bool // and nothing written
	under    scene.Hash
	failed   int          // looks in a row that met a fault
	fault    *fault.Error // that the last one met
	waiters  []chan error // of those who wait for a look that begins from now on
	running  []chan error // of those who wait for the present one
	accounts accounts
	counts   []api.ActivityKind // how much there is of everything
}

// permit is what a person decided, and what was written since without asking. It is stored.
type permit struct {
	Allowed map[playback.Kind]time.Time `json:"allowed,omitempty"`
	Spent   playback.Spent              `json:"spent"`
	// Asked is what the present question counts, by kind, and Since when it was first asked.
	Asked map[playback.Kind]int `json:"asked,omitempty"`
	Since time.Time             `json:"since,omitzero"`
}

// marks is how far Plex was read. It is stored.
type marks struct {
	// Newest is the time of the newest play that was read, Basis what decides which plays are.
	Newest time.Time  `json:"newest,omitzero"`
	Basis  scene.Hash `json:"basis,omitempty"`
	// Listed is when the libraries were last listed for resume points and ratings.
	Listed time.Time `json:"listed,omitzero"`
	Looked time.Time `json:"looked,omitzero"`
}

// accounts are those of the server, which change rarely.
type accounts struct {
	list []scene.Account
	at   time.Time
}

// Conditions are how things are when a look may begin.
type Conditions struct {
	Stash    playback.Stash
	Plex     playback.Plex
	Settings config.Settings
	Machine  string
	Sections []scene.Section
	// Answers: both servers do. Known: every scene was seen and every item listed. Writes: no
	// pause forbids to write.
	Answers, Known, Writes bool
	// Worked tells the budget of Stash that a request of a kind arrived, whatever its answer was.
	Worked func(budget.Kind)
}

// Look reads from Plex what was watched and rated, compares it with Stash, and writes what
// may be written. It is made by Due.
type Look struct {
	Conditions

	host     host.Host
	kinds    []playback.Kind
	permit   permit
	marks    marks
	accounts accounts
	now      time.Time // when it began, as it is stored

	open   []*store.Playback              // what is left to be done
	known  map[scene.ID][]*store.Playback // plays that Stash has, or may have; some are open too
	has    map[*store.Playback]time.Time  // when Stash has those
	scenes map[scene.ID]*scene.Played     // as Stash has them now
	held   map[playback.Kind]int          // what waits for a person's decision
	run    store.Run                      // what this look writes; no id before it writes
	fault  *fault.Error                   // the first one that a server met
	rested bool                           // something that was begun is not to be touched yet
	again  time.Time                      // when something is due before the next look
	err    error                          // of our own
}

// certain reports a state in which Stash has a value, unless somebody took it away.
func certain(s store.PlaybackState) bool {
	return s == store.PlaybackWritten || s == store.PlaybackPresent
}

// begun reports a state in which Stash may have a value: it is on its way there, or back.
func begun(s store.PlaybackState) bool {
	return s == store.PlaybackIntent || s == store.PlaybackUndo
}
