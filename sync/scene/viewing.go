package scene

import "time"

// Viewing is what Plex keeps of an item for the account whose token asks. None of it moves
// the item's UpdatedAt.
type Viewing struct {
	Views  int           // how often it was watched to the end
	Offset time.Duration // where it was left, zero when it was not begun or was finished
	Length time.Duration // of the whole film, zero when not known
}

// View is one entry of Plex's play history: somebody watched an item to the end, or marked
// it as watched.
type View struct {
	RatingKey string // empty when Plex no longer has the item
	Section   string // library section id, empty with the rating key
	Title     string
	Type      string // movie, episode, track …
	Account   int64
	At        time.Time // whole seconds, UTC
}

// Account is somebody who watches on a Plex server.
type Account struct {
	ID   int64
	Name string
}

// OwnerAccount is the account of whom the server belongs to, on every Plex server.
const OwnerAccount int64 = 1

// Played is what Stash keeps about a scene being watched, with the scene itself.
type Played struct {
	Scene
	Plays   []time.Time   // UTC, the latest first
	Resume  time.Duration // where it was left
	Watched time.Duration // all plays together
}
