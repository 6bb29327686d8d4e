package playback

import (
	"slices"
	"time"
)

const (
	// exactly: Plex and Stash keep whole seconds, and rounding may differ by one.
	exactly = time.Second
	// about is how far a play may lie from one that another program, or Stash itself, noted of
	// the same viewing.
	about = time.Minute
)

// Has reports whether one of the plays of Stash is the very one that was written with this
// time.
func Has(stash []time.Time, at time.Time) bool {
	return slices.ContainsFunc(stash, func(t time.Time) bool { return t.Sub(at).Abs() <= exactly })
}

// Missing tells which plays of Plex a scene of Stash lacks, in the order given. written are
// the plays Lockstep wrote to it, found those it took for one of Stash's. Each play of Stash
// stands for one of Plex at most: first for those written, to the second, then for the
// nearest within a minute.
func Missing(plex, written, found, stash []time.Time) []bool {
	left := slices.Clone(stash)
	for _, at := range written {
		left, _ = take(left, at, exactly)
	}
	for _, at := range found {
		left, _ = take(left, at, about)
	}
	missing := make([]bool, len(plex))
	for i := range missing {
		missing[i] = true
	}
	for _, within := range []time.Duration{0, exactly, about} {
		for i, at := range plex {
			if missing[i] {
				var had bool
				left, had = take(left, at, within)
				missing[i] = !had
			}
		}
	}
	return missing
}

// take removes the play that lies nearest, if one lies near enough.
func take(list []time.Time, at time.Time, within time.Duration) ([]time.Time, bool) {
	best := -1
	for i, t := range list {
		if gap := t.Sub(at).Abs(); gap <= within && (best < 0 || gap < list[best].Sub(at).Abs()) {
			best = i
		}
	}
	if best < 0 {
		return list, false
	}
	return slices.Delete(list, best, best+1), true
}
