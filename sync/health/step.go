package health

import (
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/zone"
)

// State is everything durable that the verdict rests on. The zero value is a first start: up, no outage
// ever. It is comparable with ==.
type State struct {
	// Breaker is the breaker.
	Breaker breaker.Breaker
	// Newest is the outage record with the highest id, ongoing or not; the zero Record if there is none.
	Newest outage.Record
	// LastContact is when Plex last proved that it answers; zero if never.
	LastContact time.Time
}

// Verdict judges the state.
func (st State) Verdict() Verdict { return Judge(&st.Breaker, &st.Newest) }

// Change tells what a step did.
type Change struct {
	// Transition is the breaker's move.
	Transition breaker.Transition
	// Records are the outage records to write, in the same transaction as the breaker. The last one, if
	// any, is State.Newest.
	Records []outage.Record
	// Breaker reports whether the breaker differs from before and has to be written.
	Breaker bool
	// Contact reports whether LastContact moved. It may be written with the next transaction.
	Contact bool
}

// Step applies one event to breaker and record together. The caller writes what Change names in one
// transaction and only then shows the new state. The new state is never disputed: a disagreement found on
// the way in is healed first, as Heal does.
func Step(st State, s breaker.Settings, e breaker.Event, now time.Time) (State, Change) {
	now = zone.Stamp(now)
	healed := Heal(st, s, now)
	next := healed.State.drawnBack(now)
	before := next
	var ch Change
	next.Breaker, ch.Transition = before.Breaker.Apply(s, e, now)
	switch ch.Transition {
	case breaker.Opened:
		next.Newest = begun(before, next.Breaker.Cause, now)
	case breaker.Reopened:
		next.Newest.FailedProbes++
	case breaker.Recovered:
		next.Newest = next.Newest.End(now)
	default:
	}
	if answered(before.Breaker, e, ch.Transition) {
		next.LastContact = now
	}
	ch.Breaker = next.Breaker != st.Breaker
	ch.Contact = !next.LastContact.Equal(st.LastContact)
	ch.Records = recordsToWrite(healed.Records, healed.State.Newest, next.Newest)
	return next, ch
}

// Hold notes how many jobs wait for the end of the outage; without one it changes nothing.
func Hold(st State, waiting int) (State, Change) {
	before := st.Newest
	if before.Ongoing() {
		st.Newest = before.Held(waiting)
	}
	return st, Change{Records: recordsToWrite(nil, before, st.Newest)}
}

// begun is the outage that the failures counted in st turn out to be. It began with the
// first of them, yet neither before Plex last answered nor inside the outage before.
func begun(st State, cause message.Message, now time.Time) outage.Record {
	start := now
	if since := zone.Stamp(st.Breaker.FailingSince); !since.IsZero() {
		start = latest(since, latest(st.LastContact, st.Newest.Ended))
	}
	if start.After(now) {
		start = now
	}
	return outage.Record{ID: st.Newest.ID + 1, Started: start, Cause: cause}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// answered reports whether the event proves that Plex answered just now: a result begun before the present
// generation may have been answered before the outage.
func answered(b breaker.Breaker, e breaker.Event, t breaker.Transition) bool {
	return t == breaker.Recovered ||
		e.Kind == breaker.Success && e.Generation == b.Generation && b.Allows()
}

// drawnBack keeps the record that lasts and the last contact out of the future after the clock was set
// back. Records already ended stay as they were seen.
func (st State) drawnBack(now time.Time) State {
	if st.LastContact.After(now) {
		st.LastContact = now
	}
	if st.Newest.Ongoing() && st.Newest.Started.After(now) {
		st.Newest.Started = now
		st.Newest = st.Newest.Annotate(message.OutageClockBack)
	}
	return st
}

// recordsToWrite adds the newest record to those the healing wrote, replacing its former version.
func recordsToWrite(healed []outage.Record, before, after outage.Record) []outage.Record {
	if before == after {
		return healed
	}
	return write(healed, after)
}

func write(records []outage.Record, r outage.Record) []outage.Record {
	for i := range records {
		if records[i].ID == r.ID {
			records[i] = r
			return records
		}
	}
	return append(records, r)
}

// stamp drops the monotonic reading and the zone, so that stored and fresh values compare with ==.
