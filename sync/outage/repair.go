package outage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/zone"
)

// dawn is older than any stamp this program can have written; nulls and epoch zeros lie before it.
var dawn = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Fix is the outcome of Repair.
type Fix struct {
	// Records are all records that remain, by id.
	Records []Record
	// Changed are those of them that differ from what was stored.
	Changed []Record
	// Dropped are records that cannot be kept: without an id, or with the id of another one.
	Dropped []Record
	// Words say what was done, for the log.
	Words []string
}

// Repair puts stored records right, each by itself and together: afterwards no stamp is missing or later
// than now, none ends before it starts, and only the newest may be ongoing. An older one without an end
// ends at lastContact, the last time Plex was proven to answer, but never outside the time between its own
// start and that of its successor. Every changed record is marked Repaired.
func Repair(records []Record, lastContact, now time.Time) Fix {
	now = zone.Stamp(now)
	fix := unique(records)
	for i, r := range fix.Records {
		r, wrong := r.sane(now)
		if r.Ongoing() && i+1 < len(fix.Records) {
			limit := zone.Stamp(fix.Records[i+1].Started)
			if limit.Before(r.Started) || limit.After(now) {
				limit = now
			}
			r = r.End(earliest(zone.Stamp(lastContact), limit))
			wrong = append(wrong, message.OutageNoEnd)
		}
		if len(wrong) > 0 {
			r = r.repaired(wrong)
			fix.Changed = append(fix.Changed, r)
			fix.Words = append(fix.Words, fmt.Sprintf("outage %d: %s", r.ID, clauses(wrong)))
		}
		fix.Records[i] = r
	}
	return fix
}

// unique drops what cannot be told apart, and ids so large that no successor would fit behind them.
func unique(records []Record) Fix {
	var fix Fix
	ordered := slices.Clone(records)
	slices.SortStableFunc(ordered, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	var last uint64
	for _, r := range ordered {
		if r.ID == last || r.ID > math.MaxInt64 {
			fix.Dropped = append(fix.Dropped, r)
			fix.Words = append(fix.Words, fmt.Sprintf("outage %d: no id of its own, dropped", r.ID))
			continue
		}
		last = r.ID
		fix.Records = append(fix.Records, r)
	}
	return fix
}

// sane puts the record's own values right and says what was wrong. An unknown length becomes none: a repair
// never invents downtime.
func (r Record) sane(now time.Time) (Record, []message.Code) {
	var wrong []message.Code
	r.Started, r.Ended = zone.Stamp(r.Started), zone.Stamp(r.Ended)
	if !r.Ended.IsZero() && r.Ended.Before(dawn) {
		r.Ended = time.Time{}
		wrong = append(wrong, message.OutageEndGarbage)
	}
	if r.Ended.After(now) {
		r.Ended = now
		wrong = append(wrong, message.OutageFutureEnd)
	}
	switch {
	case r.Started.Before(dawn) && r.Ongoing():
		r.Started = now
		wrong = append(wrong, message.OutageNoStart)
	case r.Started.Before(dawn):
		r.Started = r.Ended
		wrong = append(wrong, message.OutageNoStart)
	case r.Started.After(now):
		r.Started = now
		wrong = append(wrong, message.OutageFutureStart)
	}
	if !r.Ongoing() && r.Ended.Before(r.Started) {
		r.Ended = r.Started
		wrong = append(wrong, message.OutageEndFirst)
	}
	if min(r.JobsHeld, r.FailedProbes, r.Requeued) < 0 {
		r.JobsHeld, r.FailedProbes, r.Requeued = max(0, r.JobsHeld), max(0, r.FailedProbes), max(0, r.Requeued)
		wrong = append(wrong, message.OutageNegative)
	}
	return r, wrong
}

// clauses says all that was wrong.
func clauses(wrong []message.Code) message.Message {
	var all []message.Message
	for _, w := range wrong {
		all = append(all, message.New(w))
	}
	return message.Clauses(all...)
}

func (r Record) repaired(wrong []message.Code) Record {
	r.Repaired = true
	for _, w := range wrong {
		r = r.Annotate(w)
	}
	return r
}
