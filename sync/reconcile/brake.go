package reconcile

import (
	"fmt"
	"strconv"
	"strings"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// Fields is a set of fields.
type Fields uint16

func bit(f scene.Field) Fields {
	for i, g := range scene.Fields() {
		if f == g {
			return 1 << i
		}
	}
	return 0
}

// Brake counts per field what a sweep would overwrite that Lockstep did not write, and
// what it would clear, against the items that hold the field. It trips when more than
// Percent of them and at least Minimum items are concerned.
type Brake struct {
	Percent, Minimum int
	// Library is the least number of items clears are measured against; zero: those
	// counted.
	Library int
	load    map[scene.Field]load
}

// load is what a sweep does to one field.
type load struct{ held, foreign, cleared int }

// NewBrake is a brake by the settings.
func NewBrake(s config.Settings) *Brake {
	return &Brake{Percent: s.BrakePercent, Minimum: s.BrakeMinimum, load: map[scene.Field]load{}}
}

// Touches is the fields of a plan that count: what is not Lockstep's, and clears.
func Touches(p plan.Plan) Fields {
	var out Fields
	for _, d := range p.Decisions {
		if d.Foreign || d.Action == plan.Clear {
			out |= bit(d.Field)
		}
	}
	return out
}

// Plan counts the plan of one item, and returns the fields in which it counts.
func (b *Brake) Plan(p plan.Plan) Fields {
	for _, d := range p.Decisions {
		l := b.load[d.Field]
		if d.Old != "" || len(d.OldList) > 0 || d.Foreign {
			l.held++
		}
		switch {
		case d.Foreign:
			l.foreign++
		case d.Action == plan.Clear:
			l.cleared++
		}
		b.load[d.Field] = l
	}
	return Touches(p)
}

// InStep counts an item that was not read because nothing about it changed.
func (b *Brake) InStep(m plan.Memory) {
	for f := range m.Fields {
		if m.Holds(f) {
			l := b.load[f]
			l.held++
			b.load[f] = l
		}
	}
}

// Trip is a field too much of which would change.
type Trip struct {
	Field                  scene.Field
	Held, Foreign, Cleared int
}

// Tripped lists the fields over the threshold, in display order.
func (b *Brake) Tripped() []Trip {
	var out []Trip
	for _, f := range scene.Fields() {
		l := b.load[f]
		if b.over(l.foreign, l.held) || b.over(l.foreign+l.cleared, max(l.held, b.Library)) {
			out = append(out, Trip{f, l.held, l.foreign, l.cleared})
		}
	}
	return out
}

func (b *Brake) over(n, of int) bool { return n >= b.Minimum && 100*n > b.Percent*of }

// FieldsOf is the set of tripped fields.
func FieldsOf(trips []Trip) Fields {
	var out Fields
	for _, t := range trips {
		out |= bit(t.Field)
	}
	return out
}

// nouns are the fields in the plural.
var nouns = map[scene.Field]string{
	scene.FieldTitle: "titles", scene.FieldStudio: "studios", scene.FieldSummary: "summaries", scene.FieldDate: "dates",
	scene.FieldPerformers: "lists of performers", scene.FieldTags: "lists of tags", scene.FieldCollections: "lists of collections",
	scene.FieldRating: "ratings", scene.FieldPoster: "posters", scene.FieldBackground: "backgrounds",
}

// BrakeWords says what the brake holds, one sentence per field.
func BrakeWords(trips []Trip) string {
	out := make([]string, len(trips))
	for i, t := range trips {
		out[i] = t.words()
	}
	return strings.Join(out, " ")
}

func (t Trip) words() string {
	of := fmt.Sprintf("%s of %s %s", number(t.Foreign+t.Cleared), number(t.Held), nouns[t.Field])
	switch {
	case t.Cleared == 0:
		return "This would overwrite " + of + " that Lockstep did not write."
	case t.Foreign == 0:
		return "This would clear " + of + "."
	}
	return "This would clear or overwrite " + of + "."
}

// number writes thousands apart by a narrow no-break space.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
