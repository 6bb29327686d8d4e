package engine

import (
	"strings"

	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// decision is one line about a field: what would happen and why.
func decision(d plan.Decision) string {
	line := string(d.Field) + ": "
	switch {
	case d.Changes() && d.Field.Kind() == scene.List:
		line += listed(d)
	case d.Changes() && d.Field.Kind() == scene.Image:
		line += "the cover of Stash is put in"
	case d.Action == plan.Clear:
		line += "cleared, was " + quote(d.Old)
	case d.Changes():
		line += quote(d.Old) + " → " + quote(d.New)
	case d.Code != "":
		return line + reasonOf(d)
	default:
		line += "same"
	}
	if d.Why != "" {
		line += " (" + d.Why + ")"
	}
	if d.Code != "" {
		line += "; " + reasonOf(d)
	}
	return line
}

// listed is the change of a list by its elements.
func listed(d plan.Decision) string {
	var parts []string
	for _, n := range d.Added {
		parts = append(parts, "+ "+n)
	}
	for _, n := range d.Removed {
		parts = append(parts, "− "+n)
	}
	return strings.Join(parts, ", ")
}

// reasonOf is the reason of a field with its details and advice.
func reasonOf(d plan.Decision) string {
	r := skip.Of(d.Code)
	out := r.Words
	if d.Why != "" {
		out += " (" + d.Why + ")"
	}
	if r.Advice != "" {
		out += "; " + r.Advice
	}
	return out
}

// longest is how much of a value a line shows.
const longest = 80

func quote(s string) string {
	if s == "" {
		return "empty"
	}
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return "“" + s + "”"
}
