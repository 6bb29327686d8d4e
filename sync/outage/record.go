// Package outage owns what is known about the times Plex was not reachable: the records, the times
// nobody watched, and the numbers and the chart made of both. It reads no clock and never decides
// whether Plex is down; that is the health package's.
//
// One rule decides every overlap: a time when nobody watched Plex (a Gap) is unknown, neither up
// nor down, also inside an outage. Otherwise a time inside any record is down, and the rest is up.
package outage

import (
	"slices"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/zone"
)

// Record is one outage. Intervals are half-open: Started belongs to it, Ended does not.
type Record struct {
	// ID grows with every outage and is never used twice; zero means "no record".
	ID uint64 `json:"id"`
	// Started is the first of the failures that opened the breaker, UTC.
	Started time.Time `json:"started"`
	// Ended is when it closed again, UTC; zero while the outage lasts.
	Ended time.Time `json:"ended,omitzero"`
	// Cause is the failure that opened the breaker, in words; it holds no secrets.
	Cause message.Message `json:"cause,omitzero"`
	// JobsHeld is the largest number of jobs that waited for the end of it.
	JobsHeld int `json:"jobs_held"`
	// Repaired means a stamp or the record itself was put right at load instead of being observed; such
	// an outage is never announced.
	Repaired bool `json:"repaired,omitempty"`
	// Imported means that another program observed the outage before Lockstep did. Such records are kept
	// apart: no verdict, announcement or number is made of them, and their ids are their own.
	Imported bool `json:"imported,omitempty"`
	// Note says what was repaired or changed, each in a clause of its own.
	Note message.Message `json:"note,omitzero"`
	// FailedProbes counts the probes that failed while it lasted.
	FailedProbes int `json:"failed_probes"`
	// Requeued counts the jobs given another life after it.
	Requeued int `json:"requeued"`
}

// Ongoing reports whether the record exists and has no end yet.
func (r Record) Ongoing() bool { return r.ID != 0 && r.Ended.IsZero() }

// Length is the time from start to end, or to now while it lasts; never negative. It includes times when
// Lockstep did not run, which Metrics leaves out.
func (r Record) Length(now time.Time) time.Duration {
	if r.Ongoing() {
		return max(0, now.Sub(r.Started))
	}
	return max(0, r.Ended.Sub(r.Started))
}

// End returns the record ended at the given time, or at its start if that is later.
func (r Record) End(at time.Time) Record {
	r.Ended = latest(zone.Stamp(at), r.Started)
	return r
}

// Held returns the record with n jobs waiting, if that is more than before.
func (r Record) Held(n int) Record {
	r.JobsHeld = max(r.JobsHeld, n)
	return r
}

// Annotate returns the record with something added to its note; the same is not added twice.
func (r Record) Annotate(what message.Code) Record {
	notes := message.Parts(r.Note)
	if n := message.New(what); !slices.Contains(notes, n) {
		r.Note = message.Clauses(append(notes, n)...)
	}
	return r
}

// Newest gives the record with the highest id; the zero Record if there is none.
func Newest(records []Record) Record {
	var newest Record
	for _, r := range records {
		if r.ID > newest.ID {
			newest = r
		}
	}
	return newest
}

// Gap is a time nobody watched: Lockstep was not running, the machine slept or no Plex
// was set up. From is inclusive, To is
// not; a zero From means since ever, which is how the time before the first start is told. A gap whose
// To is not after its From is none.
type Gap struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to"`
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
