package shelves

import (
	"maps"
	"strings"
	"time"

	"lockstep/sync/collection"
)

const (
	// firstRest and lastRest bound how long a picture or description rests that was refused, or a
	// collection that could not be read.
	firstRest = 5 * time.Minute
	lastRest  = 6 * time.Hour
	// triedAtOnce is how many of the collections that could not be read are tried again in one
	// pass: a few tell whether what they have in common is over.
	triedAtOnce = 3
)

// unread stands before the key of a collection that rests because it could not be read.
const unread = "unread/"

// rests are the pictures, descriptions and collections that are left alone for a while.
type rests map[string]rest

// rest is for how long, and after how many tries.
type rest struct {
	tries int
	until time.Time
}

func (r rests) left(key string, now time.Time) time.Duration { return r[key].until.Sub(now) }

func (r rests) failed(key string, now time.Time) {
	had := r[key]
	wait := lastRest
	if had.tries < 7 { // firstRest·2⁷ is more than lastRest
		wait = min(wait, firstRest<<had.tries)
	}
	r[key] = rest{had.tries + 1, now.Add(wait)}
}

// unreadFor is for how long a collection that could not be read is not asked for. tried counts
// those that a pass tries again.
func (r rests) unreadFor(key string, tried *int, now time.Time) time.Duration {
	if _, resting := r[unread+key]; !resting {
		return 0
	}
	left := r.left(unread+key, now)
	if left > 0 {
		return left
	}
	if *tried >= triedAtOnce {
		return firstRest
	}
	*tried++
	return 0
}

// read takes in which collections could be read, and reports whether one could again: then no
// other rests any more.
func (r rests) read(list []*collection.Comparison, now time.Time) (again bool) {
	for _, c := range list {
		_, before := r[unread+c.RatingKey]
		switch {
		case c.Rested:
		case c.Fault != nil:
			r.failed(unread+c.RatingKey, now)
		default:
			again = again || before
		}
	}
	if again {
		maps.DeleteFunc(r, func(key string, _ rest) bool { return strings.HasPrefix(key, unread) })
	}
	return again
}
