package playback

import (
	"context"
	"time"

	"lockstep/sync/scene"
)

// Stash is what is asked of Stash, and all that Lockstep ever changes there.
type Stash interface {
	// Played reads scenes with their plays; nil stands for one that is deleted, and one that
	// could not be read is missing.
	Played(ctx context.Context, ids []scene.ID) (map[scene.ID]*scene.Played, error)
	// AddPlays adds a play for each time, whether there is one already or not.
	AddPlays(ctx context.Context, id scene.ID, at []time.Time) ([]time.Time, error)
	// DeletePlays takes back one play for each time.
	DeletePlays(ctx context.Context, id scene.ID, at []time.Time) ([]time.Time, error)
	// SaveActivity sets the resume point, unless nil, and adds to the time watched.
	SaveActivity(ctx context.Context, id scene.ID, resume *time.Duration, watched time.Duration) error
	// Rate sets the rating, 1 to 100; zero takes it away.
	Rate(ctx context.Context, id scene.ID, rating int) error
}

// Plex is what is asked of Plex.
type Plex interface {
	// History gives what was watched since a moment, the newest first, until page says enough.
	History(ctx context.Context, since time.Time, page func([]scene.View) (more bool, err error)) error
	Accounts(ctx context.Context) ([]scene.Account, error)
	// List reads a library page by page.
	List(ctx context.Context, section string, o scene.Listing, page func(scene.ItemPage) (more bool, err error)) error
}
