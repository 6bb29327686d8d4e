// Package explain answers why a scene is not in step, and how the path rules fit. It only
// reads, beside the loop: it asks the loop for how things are at one moment and both servers
// for the rest.
package explain

import (
	"context"
	"sync"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/compare"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Stash is what is asked of Stash.
type Stash interface {
	compare.Stash
	// Find lists the scenes with this id, path or title.
	Find(ctx context.Context, text string) ([]scene.Scene, error)
	// SweepFiles calls fn with the files of all scenes, page by page.
	SweepFiles(ctx context.Context, parts scene.Parts, fn func([]scene.FileStamp) error) error
}

// Situation is how things are at one moment.
type Situation struct {
	Stash                 Stash // nil until both servers are configured
	Plex                  library.Plex
	StashState, PlexState api.Connection
	Machine               string // of the Plex server, once it has answered
	Sections              []scene.Section
	Run                   reconcile.Run // which examines one scene
	// Paused, PlexDown and SignIn say what holds writes back: a person's pause, an outage,
	// and a token or key that is refused.
	Paused, PlexDown, SignIn bool
}

// Loop is what the engine's loop tells, and is told.
type Loop interface {
	Situation(ctx context.Context) (Situation, error)
	// Changed wakes whoever waits for another situation, until stop.
	Changed() (wake <-chan struct{}, stop func())
	// Appeared takes in the paths that a listing found for the first time.
	Appeared(paths []string)
}

// Explainer answers questions of people. It is safe for concurrent use.
type Explainer struct {
	host host.Host
	loop Loop
	kept examples
}

// examples keeps the scenes that were read for the last question.
type examples struct {
	mu     sync.Mutex
	at     time.Time
	parts  scene.Parts
	scenes []scene.Scene
	// galleries are nil until they were asked for.
	galleries map[scene.ID]scene.GalleryPicture
}

// New makes an Explainer that asks that loop.
func New(h host.Host, l Loop) *Explainer { return &Explainer{host: h, loop: l} }

// explanation is made of one scene, beside the loop.
type explanation struct {
	Situation
	store    store.Store
	unlisted *fault.Error // why the libraries of Plex are not known yet
}
