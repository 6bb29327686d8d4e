package explain

import (
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// decision is one line about a field: what would happen, and after semicolons why.
func decision(d plan.Decision) message.Message {
	head, why := effect(d), d.Said()
	switch {
	case d.Code != "" && d.Changes():
		why = reasonOf(d)
	case d.Code != "":
		head, why = reasonOf(d), message.None
	}
	return message.Clauses(message.New(message.Headed, message.Of(d.Field.Message()), message.Of(head)), why)
}

// worthALine leaves out the fields that are off and that Plex has nothing in either: most are.
func worthALine(d plan.Decision) bool {
	return d.Code != skip.PolicyOff || d.Field.Kind() == scene.Image || d.Old != "" || len(d.OldList) > 0
}

func effect(d plan.Decision) message.Message {
	switch {
	case d.Changes() && d.Field.Kind() == scene.List:
		return listed(d)
	case d.Changes() && d.Field == scene.FieldBackground: // of the cover or of a gallery
		return message.New(message.ExplainPictureSet)
	case d.Changes() && d.Field.Kind() == scene.Image:
		return message.New(message.ExplainCover)
	case d.Action == plan.Clear:
		return message.New(message.ExplainCleared, message.Of(quote(d.Old)))
	case d.Changes():
		return message.New(message.ExplainChange, message.Of(quote(d.Old)), message.Of(quote(d.New)))
	}
	return message.New(message.ExplainSame)
}

// listed is the change of a list by its elements.
func listed(d plan.Decision) message.Message {
	var parts []message.Arg
	for _, n := range d.Added {
		parts = append(parts, message.Of(message.New(message.ExplainAdded, message.Title(n))))
	}
	for _, n := range d.Removed {
		parts = append(parts, message.Of(message.New(message.ExplainRemoved, message.Title(n))))
	}
	return message.New(message.ExplainListed, message.List(parts...))
}

// reasonOf is the reason of a field with its details and advice. What the decision says
// of itself tells more than the reason only where a person's edit was kept; its notes are
// about something else.
func reasonOf(d plan.Decision) message.Message {
	r := skip.Of(d.Code)
	all := []message.Message{r.Message}
	if d.Code == skip.PlexEditKept {
		all = append(all, d.Why)
	}
	return message.Clauses(append(append(all, d.Notes...), r.Advice)...)
}

// longest is how much of a value a line shows.
const longest = 80

func quote(s string) message.Message {
	if s == "" {
		return message.New(message.ExplainEmpty)
	}
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return message.New(message.QuotedTitle, message.Title(s))
}
