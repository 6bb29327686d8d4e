package shelves

import (
	"maps"
	"strings"
	"time"

	"lockstep/sync/collection"
	"lockstep/sync/engine/host"
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
type rests map[string]host.Rest

func (r rests) left(key string, now time.Time) time.Duration {
	until := r[key].Until(now)
	if until.IsZero() {
		return 0
	}
	return until.Sub(now)
}

func (r rests) failed(key string, now time.Time) {
	had, known := r[key]
	if !known {
		had = host.Rest{First: firstRest, Longest: lastRest}
	}
	had.End(true, now)
	r[key] = had
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
		maps.DeleteFunc(r, func(key string, _ host.Rest) bool { return strings.HasPrefix(key, unread) })
	}
	return again
}
