package store

import (
	"strings"

	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// ChangeOf is a decision as old and new text. A decision that changes nothing has the
// same text twice.
func ChangeOf(d plan.Decision) Change {
	c := Change{Field: d.Field, Old: d.Old, New: d.New, Shown: d.Shown, Why: d.Said()}
	if d.Field.Kind() == scene.List {
		c.Old, c.New = strings.Join(d.OldList, ", "), strings.Join(d.NewList, ", ")
	}
	if !d.Changes() {
		c.New = c.Old
	}
	return c
}

// ChangesOf lists what a plan writes as old and new texts.
func ChangesOf(p plan.Plan) []Change {
	var out []Change
	for _, d := range p.Decisions {
		if d.Changes() {
			out = append(out, ChangeOf(d))
		}
	}
	return out
}
