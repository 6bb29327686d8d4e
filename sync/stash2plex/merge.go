package stash2plex

import (
	"slices"
	"time"

	"lockstep/sync/outage"
)

// FirstID is above the id of any outage Lockstep observes itself, and a whole number in every program
// that reads JSON.
const FirstID = 1 << 52

// mostKept bounds how many outages are kept, whatever was imported from where.
const mostKept = 1000

// Merged is what outages taken over before and healed ones make together.
type Merged struct {
	// Records are all to keep, in the order of their start.
	Records []outage.Record
	// Added are those of them that are new, or last longer than was known.
	Added []outage.Record
	// Known is how many healed ones were left out: they touch one that was taken over before or that
	// Lockstep observed itself. Old is how many ended before the time for which outages are kept.
	Known, Old int
}

// Merge adds healed outages to those taken over before. Taking over the same again adds nothing.
func Merge(before, own []outage.Record, healed []outage.Record, oldest, now time.Time) Merged {
	m := Merged{Records: slices.Clone(before)}
	next := uint64(FirstID)
	for _, r := range before {
		next = max(next, r.ID+1)
	}
	for _, r := range healed {
		switch at := slices.IndexFunc(m.Records, func(b outage.Record) bool { return b.Started.Equal(r.Started) }); {
		case r.Ended.Before(oldest):
			m.Old++
			continue
		case at >= 0 && r.Ended.After(m.Records[at].Ended) && !meets(r, slices.Delete(slices.Clone(m.Records), at, at+1), now) && !meets(r, own, now):
			r.ID = m.Records[at].ID
			m.Records[at] = r // it had not ended when it was taken over
		case meets(r, m.Records, now) || meets(r, own, now):
			m.Known++
			continue
		default:
			r.ID = next
			next++
			m.Records = append(m.Records, r)
		}
		m.Added = append(m.Added, r)
	}
	slices.SortFunc(m.Records, func(a, b outage.Record) int { return a.Started.Compare(b.Started) })
	m.Records = m.Records[max(0, len(m.Records)-mostKept):]
	return m
}

// meets reports whether a record touches one of the others.
func meets(r outage.Record, others []outage.Record, now time.Time) bool {
	return slices.ContainsFunc(others, func(o outage.Record) bool {
		end := o.Ended
		if o.Ongoing() {
			end = now
		}
		return !r.Started.After(end) && !o.Started.After(r.Ended)
	})
}

// Since leaves out what ended before the time for which outages are kept.
func Since(records []outage.Record, oldest time.Time) []outage.Record {
	return slices.DeleteFunc(slices.Clone(records), func(r outage.Record) bool { return r.Ended.Before(oldest) })
}
