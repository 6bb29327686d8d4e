package link

import (
	"context"

	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/collection"
	"lockstep/sync/compare"
	"lockstep/sync/library"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/stash2plex"
	"lockstep/sync/worker"
)

// Stash is all the engine needs of the Stash adapter.
type Stash interface {
	change.Stash
	playback.Stash
	collection.Stash
	// Status answers when Stash can work: its version and number of scenes.
	Status(ctx context.Context) (version string, scenes int, err error)
	// Probe gives the scenes edited last and signs of what touches no scene; known are those
	// it gave before.
	Probe(ctx context.Context, known scene.Signs) (scene.Probe, error)
	Find(ctx context.Context, text string) ([]scene.Scene, error)
	// Thumbnail is the cover of a scene, for somebody who looks at it.
	Thumbnail(ctx context.Context, id scene.ID, etag string) (scene.Cover, error)
	// Stash2Plex is what Stash knows of that plugin.
	Stash2Plex(ctx context.Context) (stash2plex.Plugin, error)
	// WatchJobs calls finished after each job Stash ends, until ctx or connection ends.
	WatchJobs(ctx context.Context, finished func()) error
	// Knock reports nil when somebody listens at the address; it sends nothing.
	Knock(ctx context.Context) error
	// Close gives up idle connections; the adapter may still be used afterwards.
	Close()
}

// Plex is all the engine needs of the Plex adapter.
type Plex interface {
	library.Plex
	compare.Plex
	worker.Plex
	playback.Plex
	collection.Plex
	// Ready answers when Plex can work.
	Ready(ctx context.Context) (scene.Identity, []scene.Section, error)
	// MayEdit tells whether the token may change the server; after an error it is not known.
	MayEdit(ctx context.Context) (bool, error)
	// Thumbnail is the picture at a path that Plex gave for an item's poster or background.
	Thumbnail(ctx context.Context, path string) ([]byte, error)
	// Probe is one cheap request against the library with the token.
	Probe(ctx context.Context) error
	// Expect has nothing be believed from, or sent to, another machine, however often the
	// connection is made anew; otherwise is the error then.
	Expect(machine string, otherwise error)
	// Watch reports what Plex announces until ctx or connection ends.
	Watch(ctx context.Context, connected func(), on func(PlexEvent)) error
	// Knock reports nil when somebody listens at the address; it sends nothing.
	Knock(ctx context.Context) error
	// Close gives up idle connections; the adapter may still be used afterwards.
	Close()
}

// PlexEvent is what a notification of Plex means to us.
type PlexEvent struct {
	Appeared bool   // an item appeared or was processed
	Scanned  bool   // a library scan ended
	Item     string // rating key, if any
}

// Dial makes the adapters for a pair of addresses and secrets.
type Dial func(d Address) (Stash, Plex)

// Address is everything an adapter needs to reach its server.
type Address struct {
	StashURL, PlexURL string
	// StashProven and PlexProven say that a server answered well at its address before.
	StashProven, PlexProven bool
	// StashCertificate and PlexCertificate are those of config.Settings.
	StashCertificate, PlexCertificate string
	APIKey, Token                     func() string
	// StashLogin and PlexLogin give user:password for proxies in front of the servers.
	StashLogin, PlexLogin func() string
	ClientID              string // persistent identifier of this installation towards Plex
	// StashBudget and PlexBudget hold back what fails; nil, as for a test of a connection,
	// holds back nothing.
	StashBudget, PlexBudget *budget.Budget
}
