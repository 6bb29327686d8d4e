// Package brake decides how many values Lockstep may take away without asking: those it
// did not write (foreign ones), and clears of its own. It is the one rule for jobs and
// reconciliations alike, without clock, lock or storage.
//
// What may be taken away is a share of what all items in scope hold. Only a complete
// comparison knows that, so until one has counted only the minimum passes; what exceeds
// it is held, a comparison counts, and then either the rest passes or a person is asked.
// The question stays until it is answered or a new count finds its cause gone.
package brake

import (
	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// Load is what would be, or was, taken away in one field, in items.
type Load struct {
	Foreign int `json:"foreign,omitempty"` // values Lockstep did not write
	Cleared int `json:"cleared,omitempty"` // its own, cleared
}

func (l Load) plus(o Load) Load { return Load{l.Foreign + o.Foreign, l.Cleared + o.Cleared} }

func (l Load) any() bool { return l.Foreign+l.Cleared > 0 }

// Loads are loads by field.
type Loads map[scene.Field]Load

// LoadOf is what a plan would take away.
func LoadOf(p plan.Plan) Loads {
	out := Loads{}
	out.Add(p)
	return out
}

// Add adds what a plan would take away.
func (l Loads) Add(p plan.Plan) {
	for _, d := range p.Decisions {
		switch {
		case d.Foreign:
			l[d.Field] = l[d.Field].plus(Load{Foreign: 1})
		case d.Action == plan.Clear:
			l[d.Field] = l[d.Field].plus(Load{Cleared: 1})
		}
	}
}

// Fields is the set of fields with a load.
func (l Loads) Fields() Fields {
	var out Fields
	for f, n := range l {
		if n.any() {
			out |= bit(f)
		}
	}
	return out
}

// Total is how many items hold a value of one field, and a foreign one.
type Total struct {
	Held    int `json:"held,omitempty"`
	Foreign int `json:"foreign,omitempty"`
}

func (t Total) atLeast(o Total) Total { return Total{max(t.Held, o.Held), max(t.Foreign, o.Foreign)} }

// Tally counts what a comparison found: what would be taken away, of how much.
type Tally struct {
	loads  Loads
	totals map[scene.Field]Total
}

// NewTally is a tally that counted nothing yet.
func NewTally() *Tally { return &Tally{loads: Loads{}, totals: map[scene.Field]Total{}} }

// Plan counts the plan of one item, and returns the fields in which it takes something away.
func (t *Tally) Plan(p plan.Plan) Fields {
	for _, d := range p.Decisions {
		n := t.totals[d.Field]
		if d.Old != "" || len(d.OldList) > 0 || d.Foreign {
			n.Held++
			if d.Foreign || d.Action == plan.Keep || d.Action == plan.Adopt {
				n.Foreign++
			}
		}
		t.totals[d.Field] = n
	}
	t.loads.Add(p)
	return LoadOf(p).Fields()
}

// Fields is the set of fields that would lose something.
func (t *Tally) Fields() Fields { return t.loads.Fields() }

// InStep counts an item that was not read because nothing about it changed.
func (t *Tally) InStep(m plan.Memory) {
	for f := range m.Fields {
		if m.Holds(f) {
			n := t.totals[f]
			n.Held++
			t.totals[f] = n
		}
	}
}

// Limits are the settings: what may be taken away unasked.
type Limits struct {
	Percent int // share, in percent
	Minimum int // below so many items nothing is asked
}

// LimitsOf reads the limits from the settings.
func LimitsOf(s config.Settings) Limits { return Limits{s.BrakePercent, s.BrakeMinimum} }

// exceeded reports whether a load is too much. The denominator of foreign values is
// foreign values alone: what Lockstep wrote itself must not make room for overwriting
// more of what it did not write.
func (l Limits) exceeded(n Load, of Total) bool {
	return l.over(n.Foreign, of.Foreign) || l.over(n.Foreign+n.Cleared, of.Held)
}

func (l Limits) over(n, of int) bool { return n >= l.Minimum && 100*n > l.Percent*of }

// Trip is a field of which too much would be taken away.
type Trip struct {
	Field scene.Field `json:"field"`
	Load
	// Of is what the load is a share of: foreign values, or all once some are cleared.
	Of int `json:"of"`
}

// FieldsOf is the set of tripped fields.
func FieldsOf(trips []Trip) Fields {
	var out Fields
	for _, t := range trips {
		out |= bit(t.Field)
	}
	return out
}
