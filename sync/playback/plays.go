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

// Known gives the times at which Stash has plays that are known, in the order given: those
// Lockstep sent there, and those it took for one of Stash's. The zero time stands for one that
// Stash has not. Each play of Stash stands for one at most, however near they lie to each
// other; of two that might be the same one the first gets it, so those that are certain come
// first.
func Known(known, stash []time.Time) []time.Time {
	at, _ := pair(known, stash, 0, exactly)
	return at
}

// Found gives the times at which Stash has plays of Plex that are not known yet, in the order
// given; the zero time stands for one that Stash lacks. What is known has its own first, to
// the second; of the rest each stands for one within a minute.
func Found(plex, known, stash []time.Time) []time.Time {
	_, left := pair(known, stash, 0, exactly)
	at, _ := pair(plex, left, 0, exactly, about)
	return at
}

// pair gives each play one of the others, first to those that lie nearest, and returns what is
// left. In order of time and each with the earliest that is near enough, as many as can be have
// one, and they have the same again when those that had none are there too.
func pair(plays, others []time.Time, within ...time.Duration) (own, left []time.Time) {
	own, left = make([]time.Time, len(plays)), slices.SortedFunc(slices.Values(others), time.Time.Compare)
	order := make([]int, len(plays))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return plays[a].Compare(plays[b]) })
	for _, gap := range within {
		for _, i := range order {
			if !own[i].IsZero() {
				continue
			}
			if n := slices.IndexFunc(left, func(t time.Time) bool { return t.Sub(plays[i]).Abs() <= gap }); n >= 0 {
				own[i] = left[n]
				left = slices.Delete(left, n, n+1)
			}
		}
	}
	return own, left
}
