package link

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// Links are the connections. Their methods are for the loop alone.
type Links struct {
	host   host.Host
	dial   Dial
	jitter func() float64

	chosen Chosen
	proven proven
	// logged is what fails as the log has it.
	logged map[failure]bool
	// server holds what is known of the servers behind the present adapters.
	server
	epoch int // grows with new adapters: answers of older ones are ignored
}

// Chosen is what a person chose of Plex.
type Chosen struct {
	Libraries []string // by name; empty means all
	// FixedLibraries says that a flag or variable names them, so they are called what it says.
	FixedLibraries bool
	StashURL       string
	PlexURL        string
}

// server is what is forgotten when the adapters are others.
type server struct {
	stash Stash // nil until both servers are configured
	plex  Plex

	stashState, plexState api.Connection
	stashCheck, plexCheck check
	stashKnock, plexKnock knocking
	machine               string // of the Plex server, once it has answered
	sections              []scene.Section
	lost                  []lostLibrary // chosen, and not there

	stashBudget, plexBudget *budget.Budget
	// stopStash and stopPlex end the listener of a server; nil while there is none.
	stopStash, stopPlex context.CancelFunc
}

// lostLibrary is a library the settings name and Plex has not, and since when.
type lostLibrary struct {
	library.Lost
	since time.Time
}

// knocking tries whether anything listens where a server is away. It costs the server
// nothing, so it may be done more often than a request.
type knocking struct {
	at      time.Time
	running bool
	missed  bool // nobody listened the last time
}

// failure tells one failing kind from another, for the log.
type failure struct {
	server fault.Server
	kind   string
	words  message.Message
}

// machineValue names the stored identifier of the Plex server last accepted.
const machineValue = "plex.machine"

// boundServer is the Plex server this database belongs to.
type boundServer struct {
	Machine string `json:"machine"`
	URL     string `json:"url"`
}

// ErrOtherPlex is the fault of a server that is not the one this database belongs to.
var ErrOtherPlex = fault.New(fault.Config, fault.Plex, message.New(message.OtherPlex), message.New(message.AdviceOtherPlex), nil)

// proven are the addresses where the servers answered well the last time. A proxy shows
// pages of its own while both start with the machine.
type proven struct {
	Stash string `json:"stash"`
	Plex  string `json:"plex"`
}

// provenValue names the stored addresses.
const provenValue = "links.proven"
