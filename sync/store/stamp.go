package store

import (
	"time"

	"lockstep/sync/scene"
)

// settledAfter is how old a stamp of Stash must be before no further edit can carry it
// too: stamps have whole seconds, and the clocks of two machines rarely differ by more.
const settledAfter = time.Minute

// Stamp is how a stamp of Stash is remembered. One that is only moments old is marked,
// so that it differs from Stash's own text and the scene is looked at once more: another
// edit within the same second would carry the same stamp.
func Stamp(updatedAt string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, updatedAt)
	if err != nil || now.Sub(t) >= settledAfter {
		return updatedAt
	}
	return "~" + updatedAt
}

// StampOf is how the stamp of a scene is remembered. That of a scene without files is
// forgotten: a Stash that is just starting was seen to say so of all, and nothing moves the
// stamp when they are back.
func StampOf(s scene.Scene, now time.Time) string {
	if len(s.Files) == 0 {
		return ""
	}
	return Stamp(s.UpdatedAt, now)
}
