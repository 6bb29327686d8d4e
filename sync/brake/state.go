package brake

import (
	"maps"
	"time"

	"lockstep/sync/scene"
)

// Span is the time over which what was taken away unasked is added up: many small
// batches, runs or restarts do not get around the limit. A day is what a person can look
// through and undo.
const Span = 24 * time.Hour

// State is what was taken away unasked, what is held back and what is asked. It is stored
// as JSON, in the transaction that lets something pass. The zero value holds nothing
// back. Methods return a changed copy.
type State struct {
	Began time.Time `json:"began,omitzero"` // of the span
	Spent Loads     `json:"spent,omitempty"`
	// Known is what a complete comparison found all items to hold; nil: none has yet.
	Known map[scene.Field]Total `json:"known,omitempty"`
	// Open are the scenes that were let pass and are not through: they are in Spent.
	Open map[scene.ID]Fields `json:"open,omitempty"`
	// Held are the fields of which nothing more is taken away unasked.
	Held Fields `json:"held,omitempty"`
	// Question is what a person is asked; nil while nothing is held or it is being counted.
	Question *Question `json:"question,omitempty"`
	// Picked are the fields of which a person confirmed single scenes: the rest of them is
	// asked about again, however little it is.
	Picked Fields     `json:"picked,omitempty"`
	Basis  scene.Hash `json:"basis,omitempty"` // of the settings all this was counted under
}

// Question is what a complete comparison found to be too much.
type Question struct {
	Trips  []Trip    `json:"trips"`
	Report uint64    `json:"report"` // the preview of everything an answer covers
	Since  time.Time `json:"since"`
}

// Uncounted reports that something is held which no complete comparison has counted.
func (s State) Uncounted() bool { return s.Held != 0 && s.Question == nil }

// Asks is a scene about to be written unasked, with what that takes away.
type Asks struct {
	Scene scene.ID
	Loads Loads
}

// Admit lets a batch pass or holds scenes back: it returns for each of those the held
// fields that would lose something. The new state must be stored before anything is
// written.
func (s State) Admit(batch []Asks, lim Limits, now time.Time) (State, map[scene.ID]Fields) {
	s = s.clone().roll(now)
	sums := Loads{}
	for _, a := range batch {
		for f, n := range s.fresh(a) {
			sums[f] = sums[f].plus(n)
		}
	}
	for f, n := range sums {
		if lim.exceeded(s.Spent[f].plus(n), s.Known[f]) {
			s = s.hold(bit(f))
		}
	}
	held := map[scene.ID]Fields{}
	for _, a := range batch {
		if f := a.Loads.Fields() & s.Held; f != 0 {
			held[a.Scene] = f
			continue
		}
		s.spend(a)
	}
	return s, held
}

// fresh is the load of a scene that was not counted yet.
func (s State) fresh(a Asks) Loads {
	out := Loads{}
	for f, n := range a.Loads {
		if n.any() && !s.Open[a.Scene].Has(f) {
			out[f] = n
		}
	}
	return out
}

func (s State) spend(a Asks) {
	for f, n := range s.fresh(a) {
		s.Spent[f] = s.Spent[f].plus(n)
		s.Open[a.Scene] |= bit(f)
	}
}

// roll begins a new span when the old one is over, or lies in the future of a clock that
// was set back.
func (s State) roll(now time.Time) State {
	if age := now.Sub(s.Began); s.Began.IsZero() || age >= Span || age < -Span {
		s.Began, s.Spent, s.Known, s.Open = now, Loads{}, nil, map[scene.ID]Fields{}
	}
	return s
}

// Through forgets scenes that are done with: what they lose next counts anew.
func (s State) Through(ids ...scene.ID) State {
	s = s.clone()
	for _, id := range ids {
		delete(s.Open, id)
	}
	return s
}

// Over is the fields of which a comparison must not write: those held, and those of which
// it found too much. It says nothing about what the whole library holds.
func (s State) Over(t *Tally, lim Limits, now time.Time) Fields {
	return s.roll(now).Held | FieldsOf(s.roll(now).trips(t, lim))
}

// Hold holds fields back. A question about others is asked anew about all.
func (s State) Hold(f Fields) State { return s.clone().hold(f) }

func (s State) hold(f Fields) State {
	if f&^s.Held != 0 {
		s.Held, s.Question = s.Held|f, nil
	}
	return s
}

// Recount drops a question whose cause may be gone; what is held stays held until a
// complete comparison has counted again.
func (s State) Recount() State {
	s.Question = nil
	return s
}

// Counted takes in a complete comparison of everything in scope, queued scenes included,
// with the report that shows it. Without a question in the result nothing is held any
// more.
func (s State) Counted(t *Tally, lim Limits, report uint64, now time.Time) State {
	s = s.clone().roll(now)
	known := map[scene.Field]Total{}
	for _, f := range scene.Fields() {
		known[f] = s.of(f, t)
	}
	trips := s.trips(t, lim)
	s.Known, s.Held, s.Question = known, FieldsOf(trips), nil
	s.Picked &= s.Held
	if len(trips) > 0 {
		s.Question = &Question{Trips: trips, Report: report, Since: now}
	}
	return s
}

// of is what all items of a comparison hold of a field. What was overwritten within the
// span was foreign before.
func (s State) of(f scene.Field, t *Tally) Total {
	n, spent := t.totals[f], s.Spent[f]
	n.Foreign += spent.Foreign
	n.Held += spent.Cleared
	return n.atLeast(s.Known[f])
}

// trips lists the fields over the limit, in display order.
func (s State) trips(t *Tally, lim Limits) []Trip {
	var out []Trip
	for _, f := range scene.Fields() {
		n, of := t.loads[f], s.of(f, t)
		if !n.any() || !s.Picked.Has(f) && !lim.exceeded(s.Spent[f].plus(n), of) {
			continue
		}
		share := t.totals[f].Foreign
		if n.Cleared > 0 {
			share = t.totals[f].Held
		}
		out = append(out, Trip{Field: f, Load: n, Of: share})
	}
	return out
}

// Answered takes in a yes to everything a question covers: what is confirmed does not
// count, and a new span begins.
func (s State) Answered(now time.Time) State {
	return State{Began: now, Basis: s.Basis}
}

// AnsweredInPart takes in a yes to some of it. The rest stays held and is asked about anew.
func (s State) AnsweredInPart() State {
	s.Picked |= s.Held
	return s.Recount()
}

// Under goes on under other settings: what was asked under others is counted anew.
func (s State) Under(basis scene.Hash) State {
	if s.Basis != basis {
		s.Basis, s.Question, s.Known = basis, nil, nil
	}
	return s
}

func (s State) clone() State {
	s.Spent, s.Open, s.Known = maps.Clone(s.Spent), maps.Clone(s.Open), maps.Clone(s.Known)
	if s.Spent == nil {
		s.Spent = Loads{}
	}
	if s.Open == nil {
		s.Open = map[scene.ID]Fields{}
	}
	return s
}

// Same reports whether two states say the same, so that storing one can be saved.
func (s State) Same(o State) bool {
	return s.Began.Equal(o.Began) && maps.Equal(s.Spent, o.Spent) && maps.Equal(s.Known, o.Known) && maps.Equal(s.Open, o.Open) &&
		s.Held == o.Held && s.Picked == o.Picked && s.Question == o.Question && s.Basis == o.Basis
}
