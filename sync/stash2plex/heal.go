package stash2plex

import (
	"encoding/json"
	"slices"
	"time"

	"lockstep/sync/decode"
	"lockstep/sync/message"
	"lockstep/sync/outage"
)

// Healed are the plugin's outages as they can have been.
type Healed struct {
	// Records are in the order of their start and do not touch each other. All have an end.
	Records []outage.Record
	// Read is how many records the file held, Dropped how many of them were unusable.
	Read, Dropped int
	// Joined is how many were another record's outage, Ended how many outages never got an end, Cut
	// how many lasted on although Plex had answered.
	Joined, Ended, Cut int
}

const (
	// mostOutages bounds the file; the plugin keeps 30.
	mostOutages = 1000
	// trialGap is how far two failed trials of one outage may lie apart. The plugin tries each
	// minute while a process of it runs; over a longer silence nobody looked, and no downtime is
	// invented for it.
	trialGap = time.Hour
	// sameMoment is how long before the recorded end the answer that ended an outage may have come.
	sameMoment = time.Minute
)

// stay is one time Plex was away, while it is put together.
type stay struct {
	start, last time.Time // last: when it was last seen to be away
	end         time.Time // zero: not recorded
	held, parts int
	endless     bool // a record had no end, or one that cannot be
	cut         bool
}

func (p *parser) outages(text []byte) error {
	var list []json.RawMessage
	if err := decode.List(text, mostOutages, &list); err != nil || list == nil {
		return errShape
	}
	if err := decode.JSON(text, mostObjects, &list); err != nil {
		return err
	}
	var stays []stay
	for _, raw := range list {
		if s, ok := p.stay(raw); ok {
			stays = append(stays, s)
		}
	}
	slices.SortFunc(p.proofs, time.Time.Compare)
	h := heal(stays, p.proofs)
	h.Read, h.Dropped = len(list), len(list)-len(stays)
	p.out.Outages = h
	return nil
}

// stay reads one record; false if it has no start that can be.
func (p *parser) stay(raw json.RawMessage) (stay, bool) {
	var r struct {
		Start json.RawMessage `json:"started_at"`
		End   json.RawMessage `json:"ended_at"`
		Held  json.RawMessage `json:"jobs_affected"`
	}
	if object(raw, &r) != nil {
		return stay{}, false
	}
	start, ok := p.moment(r.Start)
	if !ok {
		return stay{}, false
	}
	s := stay{start: start, last: start, held: count(r.Held), parts: 1}
	if end, ok := p.moment(r.End); ok && !end.Before(start) {
		s.end = end
	} else {
		s.endless = true
	}
	return s, true
}

// heal joins what was one outage and gives an end to what has none. proofs are in order.
func heal(stays []stay, proofs []time.Time) Healed {
	var h Healed
	stays = slices.Clone(stays)
	for i := range stays {
		if stays[i].cutShort(proofs) {
			h.Cut++
		}
	}
	slices.SortStableFunc(stays, func(a, b stay) int { return a.start.Compare(b.start) })
	var joined []stay
	for _, s := range stays {
		if n := len(joined); n > 0 && joined[n-1].continues(s, proofs) {
			joined[n-1].join(s)
			h.Joined++
			continue
		}
		joined = append(joined, s)
	}
	for i, s := range joined {
		if s.end.IsZero() {
			s.end = s.seenEnd(proofs)
			h.Ended++
		}
		h.Records = append(h.Records, s.record(uint64(i+1)))
	}
	return h
}

// cutShort ends an outage where Plex is known to have answered in the middle of it.
func (s *stay) cutShort(proofs []time.Time) bool {
	if s.end.IsZero() {
		return false
	}
	at, ok := firstAfter(proofs, s.start)
	if !ok || !at.Before(s.end.Add(-sameMoment)) {
		return false
	}
	s.end, s.cut = at, true
	return true
}

// continues reports whether a later record is of the same outage: it began within this one, or this
// one has no end and it is the next failed trial.
func (s stay) continues(next stay, proofs []time.Time) bool {
	if !s.end.IsZero() {
		return !next.start.After(s.end)
	}
	if next.start.Sub(s.last) > trialGap {
		return false
	}
	at, ok := firstAfter(proofs, s.last)
	return !ok || !at.Before(next.start)
}

func (s *stay) join(next stay) {
	s.parts += next.parts
	s.held = max(s.held, next.held)
	s.cut = s.cut || next.cut
	if next.start.After(s.last) {
		s.last = next.start
	}
	if next.end.After(s.end) {
		s.end = next.end
	}
}

// seenEnd is when an outage without an end was over: when Plex next answered, if that was soon enough to
// be its end, else when it was last seen to be away.
func (s stay) seenEnd(proofs []time.Time) time.Time {
	if at, ok := firstAfter(proofs, s.last); ok && at.Sub(s.last) <= trialGap {
		return at
	}
	return s.last
}

func (s stay) record(id uint64) outage.Record {
	r := outage.Record{ID: id, Started: s.start, Ended: s.end, JobsHeld: s.held, Imported: true}.Annotate(message.OutageImported)
	for _, n := range []struct {
		holds bool
		note  message.Code
	}{{s.parts > 1, message.OutageJoined}, {s.endless, message.OutageNoEnd}, {s.cut, message.OutageAnswered}} {
		if !n.holds {
			continue
		}
		if !r.Repaired {
			r = r.Annotate(message.OutageImportedRepaired)
		}
		r.Repaired = true
		r = r.Annotate(n.note)
	}
	return r
}

// firstAfter is the first time after another; times are in order.
func firstAfter(times []time.Time, after time.Time) (time.Time, bool) {
	i, _ := slices.BinarySearchFunc(times, after, func(t, after time.Time) int {
		if t.After(after) {
			return 1
		}
		return -1
	})
	if i == len(times) {
		return time.Time{}, false
	}
	return times[i], true
}
