// Package template reads and fills in sources: short texts that say what a field of Plex is
// made of, such as "{title}[ ({year})]". It knows which placeholders there are, not where
// their values come from, and does no input or output.
package template

import (
	"slices"
	"strings"
)

// Template is a source that was read without an error. The zero value gives nothing.
type Template struct {
	parts []part
	each  part // the placeholder that a list has one value for each of; no name: none
}

// part is a text as it stands, a placeholder, or an optional group of both.
type part struct {
	text  string
	name  string // of a placeholder
	arg   string
	many  bool // it can have several values
	group []part
}

func (x part) same(y part) bool { return x.name == y.name && x.arg == y.arg }

// written is a placeholder as it stands in a source.
func (x part) written() string {
	switch {
	case x.arg == "":
		return "{" + x.name + "}"
	case strings.HasSuffix(x.name, below):
		return "{" + x.name + x.arg + "}"
	}
	return "{" + x.name + ":" + x.arg + "}"
}

// Entry is one value of a placeholder. Of tells what in Stash it belongs to, in any form that
// is the same for all that belongs to it; empty if it belongs to the scene alone.
type Entry struct {
	Text string
	Of   string
}

// Values gives the values of a placeholder. Several are possible only where the placeholder
// is one of Many; empty ones count as missing.
type Values func(name, arg string) []Entry

// Value is one value that a template gives.
type Value struct {
	Text string
	// Many is the placeholder of several values this one was made with, and Of what the value
	// of that one belongs to. Both are empty if the template has none.
	Many, Of string
}

// separator stands between several values where only one text is wanted.
const separator = ", "

// Text fills in the template where one text is wanted. It is empty if the template has
// placeholders and all of them are empty.
func (t Template) Text(values Values) string {
	out, _ := fill(t.parts, func(x part) string { return joined(values(x.name, x.arg)) })
	return out
}

// List fills in the template where several values are wanted: one for each value of its
// placeholder of several values, in their order, otherwise at most one.
func (t Template) List(values Values) []Value {
	if t.each.name == "" {
		if out := t.Text(values); out != "" {
			return []Value{{Text: out}}
		}
		return nil
	}
	var out []Value
	for _, v := range values(t.each.name, t.each.arg) {
		if v.Text == "" {
			continue
		}
		text, _ := fill(t.parts, func(x part) string {
			switch {
			case x.same(t.each):
				return v.Text
			case known[x.name].Along == t.each.name:
				return joined(of(v.Of, values(x.name, x.arg)))
			}
			return joined(values(x.name, x.arg))
		})
		if text != "" {
			out = append(out, Value{text, t.each.name, v.Of})
		}
	}
	return out
}

// of keeps the values that belong to something.
func of(what string, list []Entry) []Entry {
	return slices.DeleteFunc(slices.Clone(list), func(v Entry) bool { return v.Of != what })
}

func joined(list []Entry) string {
	var out []string
	for _, v := range list {
		if v.Text != "" {
			out = append(out, v.Text)
		}
	}
	return strings.Join(out, separator)
}

// Use is a placeholder as a template has it, with the text that follows its name.
type Use struct{ Name, Arg string }

// Uses lists the placeholders of the template as they stand, with those that occur twice.
func (t Template) Uses() []Use {
	var out []Use
	for _, p := range t.placeholders() {
		out = append(out, Use{p.name, p.arg})
	}
	return out
}

// Has reports whether the template has this placeholder.
func (t Template) Has(name string) bool {
	return slices.ContainsFunc(t.placeholders(), func(p part) bool { return p.name == name })
}

func (t Template) placeholders() (out []part) {
	for _, p := range t.parts {
		for _, x := range append([]part{p}, p.group...) {
			if x.name != "" {
				out = append(out, x)
			}
		}
	}
	return out
}

// fill puts the values in; whole tells that none was missing. If there are placeholders and
// all are empty there is no text either.
func fill(parts []part, value func(part) string) (out string, whole bool) {
	var b strings.Builder
	asked, filled := false, false
	whole = true
	for _, p := range parts {
		switch {
		case p.group != nil:
			text, all := fill(p.group, value)
			asked, filled = true, filled || someFilled(p.group, value)
			if all {
				b.WriteString(text)
			}
		case p.name != "":
			v := value(p)
			asked, filled, whole = true, filled || v != "", whole && v != ""
			b.WriteString(v)
		default:
			b.WriteString(p.text)
		}
	}
	if asked && !filled {
		return "", whole
	}
	return b.String(), whole
}

func someFilled(group []part, value func(part) string) bool {
	return slices.ContainsFunc(group, func(p part) bool { return p.name != "" && value(p) != "" })
}

// Names are the placeholders of the template, each once, in the order of their first place.
func (t Template) Names() []string {
	var out []string
	for _, p := range t.placeholders() {
		if !slices.Contains(out, p.name) {
			out = append(out, p.name)
		}
	}
	return out
}
