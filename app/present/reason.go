package present

import (
	"strings"

	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Reason is a skip reason with its advice: "No metadata yet — add a studio …".
func Reason(c skip.Code) string { return reasonAnd(c, message.None) }

// reasonAnd puts what is particular to a row between the reason and its advice.
func reasonAnd(c skip.Code, particular message.Message) string {
	if c == "" {
		return Say(particular)
	}
	words := reasonWith(c, particular)
	if r := skip.Of(c); !r.Advice.IsZero() {
		words += " — " + Say(r.Advice)
	}
	return words
}

// reasonWith is a reason with what is particular to a row, and without advice.
func reasonWith(c skip.Code, particular message.Message) string {
	out, more := skip.Of(c).With(particular)
	words := SayHeading(out)
	if !more.IsZero() {
		words += ": " + SayClause(more)
	}
	return words
}

// ReasonName is a reason on a filter button, without advice.
func ReasonName(c skip.Code) string { return Say(skip.Of(c).Message) }

// FieldName is a field in front of people.
func FieldName(f scene.Field) string { return upper(T(string(f))) }

// Nothing stands for an empty value in a table of changes.
const Nothing = "(empty)"

// Value is a field's value in a table of changes: one line, never blank.
func Value(v string) string {
	v = strings.Join(strings.Fields(v), " ")
	if v == "" {
		return T(Nothing)
	}
	return v
}

// OldValue is what a field holds before a change. Of a picture only a name is known, which
// says nothing to people.
func OldValue(c store.Change) string {
	if c.Field.Kind() == scene.Image && (c.Old != "" || c.Shown != "") {
		return T("a picture")
	}
	return Value(c.Old)
}

// NewValue is what a field holds after a change.
func NewValue(c store.Change) string {
	switch {
	case c.Field == scene.FieldBackground && c.New != "": // the cover, or a picture of a gallery
		return T("a picture from Stash")
	case c.Field.Kind() == scene.Image && c.New != "":
		return T("the cover from Stash")
	}
	return Value(c.New)
}

// ChangeInFull is a line of the preview, uncut: what changes or stays, and why.
func ChangeInFull(c store.Change, kept bool, m Moment) string {
	words := Change(c)
	if kept {
		words = FieldName(c.Field) + ": " + OldValue(c)
	}
	if !c.Why.IsZero() {
		words += " — " + m.Say(c.Why)
	}
	return words
}

// Change is one field as it changed: "Date: (empty) → 2019-05-02".
func Change(c store.Change) string {
	return FieldName(c.Field) + ": " + OldValue(c) + " → " + NewValue(c)
}
