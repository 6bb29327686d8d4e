package store

import "time"

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
