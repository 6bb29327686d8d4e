package explain

import (
	"slices"
	"strings"

	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// decision is one line about a field: what would happen, and after semicolons why.
func decision(d plan.Decision) string {
	parts := []string{string(d.Field) + ": " + effect(d)}
	switch {
	case d.Code != "" && d.Changes():
		parts = append(parts, reasonOf(d))
	case d.Code != "":
		parts[0] = string(d.Field) + ": " + reasonOf(d)
	default:
		parts = append(parts, d.Why)
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "; ")
}

func effect(d plan.Decision) string {
	switch {
	case d.Changes() && d.Field.Kind() == scene.List:
		return listed(d)
	case d.Changes() && d.Field.Kind() == scene.Image:
		return "the cover of Stash is put in"
	case d.Action == plan.Clear:
		return "cleared, was " + quote(d.Old)
	case d.Changes():
		return quote(d.Old) + " → " + quote(d.New)
	}
	return "same"
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

// reasonOf is the reason of a field with its details and advice. What the decision says
// of itself tells more than the reason only where a person's edit was kept; what follows
// it is about something else.
func reasonOf(d plan.Decision) string {
	r := skip.Of(d.Code)
	out := r.Words
	why := strings.Split(d.Why, "; ")
	if d.Code != skip.PlexEditKept {
		why = why[1:]
	}
	for _, w := range append(why, r.Advice) {
		if w != "" {
			out += "; " + w
		}
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
