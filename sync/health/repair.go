package health

import (
	"fmt"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/zone"
)

// Stored is what was found on disk, with values of any quality. What is missing is zero.
type Stored struct {
	Breaker breaker.Breaker
	// Records holds at least the newest record and every one without an end; usually all.
	Records     []outage.Record
	LastContact time.Time
}

// Repair is a state fit for use and what has to be written, in one transaction, to make the disk say the
// same. Nothing of it may be announced.
type Repair struct {
	// State is never disputed nor unknown.
	State State
	// Breaker reports whether State.Breaker has to be written.
	Breaker bool
	// Contact reports whether State.LastContact has to be written.
	Contact bool
	// Records are the outage records to write, each marked repaired.
	Records []outage.Record
	// Dropped are the stored records to remove: without an id, or with the id of another one that stays.
	Dropped []outage.Record
	// Words say what was repaired, for the log. Empty if the disk was sound, even where Breaker is true
	// because a probe was under way at the end.
	Words []string
}

// Load turns what is stored into a state to start from: every value is made sound by itself, then breaker
// and records are made to agree.
func Load(d Stored, s breaker.Settings, now time.Time) Repair {
	now = zone.Stamp(now)
	b, words := breaker.Load(d.Breaker, s, now)
	contact := zone.Stamp(d.LastContact)
	if contact.After(now) {
		contact = now
		words = append(words, "last contact was in the future, taken as now")
	}
	fix := outage.Repair(d.Records, contact, now)
	words = append(words, fix.Words...)
	healed := Heal(State{Breaker: b, Newest: outage.Newest(fix.Records), LastContact: contact}, s, now)
	records := fix.Changed
	for _, r := range healed.Records {
		records = write(records, r)
	}
	return Repair{
		State:   healed.State,
		Breaker: healed.State.Breaker != d.Breaker,
		Contact: !contact.Equal(d.LastContact),
		Records: records,
		Dropped: fix.Dropped,
		Words:   append(words, healed.Words...),
	}
}

// Heal makes breaker and record agree in one step. The breaker decides: a record that lasts beside a closed
// breaker ends at the last proven contact, never before its start nor after now; beside a tripped one
// without a record, a record begins when the breaker opened, yet not inside the outage before. Only a
// breaker that is garbage is changed. Both kinds of record are marked repaired.
func Heal(st State, s breaker.Settings, now time.Time) Repair {
	now = zone.Stamp(now)
	rep := Repair{State: st}
	if !st.Breaker.State.Valid() {
		rep.State.Breaker, rep.Words = breaker.Load(st.Breaker, s, now)
		rep.Breaker = true
	}
	if rep.State.Verdict() != Disputed {
		return rep
	}
	var words string
	if rep.State.Breaker.Tripped() {
		rep.State.Newest, words = rep.State.missing(now)
	} else {
		rep.State.Newest, words = rep.State.endless(now)
	}
	rep.Records = []outage.Record{rep.State.Newest}
	rep.Words = append(rep.Words, words)
	return rep
}

func (st State) endless(now time.Time) (outage.Record, string) {
	end := zone.Stamp(st.LastContact)
	if end.After(now) {
		end = now
	}
	r := st.Newest
	if r.Started.IsZero() || r.Started.After(now) {
		r.Started = now
	}
	r = r.End(end).Annotate(message.OutageNoEnd)
	r.Repaired = true
	return r, fmt.Sprintf("outage %d: had no end while the breaker was closed; ended at the last contact, %s",
		r.ID, r.Ended.Format(time.RFC3339))
}

func (st State) missing(now time.Time) (outage.Record, string) {
	start := st.Breaker.OpenedAt
	if start.Before(st.Newest.Ended) {
		start = st.Newest.Ended
	}
	if start.IsZero() || start.After(now) {
		start = now
	}
	r := outage.Record{
		ID:           st.Newest.ID + 1,
		Started:      zone.Stamp(start),
		Cause:        st.Breaker.Cause,
		Repaired:     true,
		Note:         message.New(message.OutageMissing),
		FailedProbes: st.Breaker.Probes,
	}
	return r, fmt.Sprintf("outage %d: the breaker was open without a record; begun at %s",
		r.ID, r.Started.Format(time.RFC3339))
}
