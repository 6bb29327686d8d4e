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
}

// part is a text as it stands, a placeholder, or an optional group of both.
type part struct {
	text  string
	name  string // of a placeholder
	arg   string
	many  bool // one value of the template for each of its values
	group []part
}

// Values gives the values of a placeholder. Several are possible only where the placeholder
// is one of Many; empty ones count as missing.
type Values func(name, arg string) []string

// Value is one value that a template gives.
type Value struct {
	Text string
	// Many is the placeholder of several values this one was made with, and Index says with
	// which of them. Empty if the template has none.
	Many  string
	Index int
}

// separator stands between several values where only one text is wanted.
const separator = ", "

// Text fills in the template where one text is wanted. It is empty if the template has
// placeholders and all of them are empty.
func (t Template) Text(values Values) string {
	out, _ := fill(t.parts, func(name, arg string) string {
		return strings.Join(present(values(name, arg)), separator)
	})
	return out
}

// List fills in the template where several values are wanted: one for each value of its
// placeholder of several values, in their order, otherwise at most one.
func (t Template) List(values Values) []Value {
	name := t.many()
	if name == "" {
		if out := t.Text(values); out != "" {
			return []Value{{Text: out}}
		}
		return nil
	}
	var out []Value
	for i, v := range values(name, "") {
		if v == "" {
			continue
		}
		text, _ := fill(t.parts, func(n, arg string) string {
			if n == name && arg == "" {
				return v
			}
			return strings.Join(present(values(n, arg)), separator)
		})
		if text != "" {
			out = append(out, Value{text, name, i})
		}
	}
	return out
}

// Uses reports whether the template has this placeholder.
func (t Template) Uses(name string) bool {
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

// many is the placeholder of several values; a template has one at most.
func (t Template) many() string {
	for _, p := range t.placeholders() {
		if p.many {
			return p.name
		}
	}
	return ""
}

// fill puts the values in; whole tells that none was missing. If there are placeholders and
// all are empty there is no text either.
func fill(parts []part, value func(name, arg string) string) (out string, whole bool) {
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
			v := value(p.name, p.arg)
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

func someFilled(group []part, value func(name, arg string) string) bool {
	return slices.ContainsFunc(group, func(p part) bool { return p.name != "" && value(p.name, p.arg) != "" })
}

func present(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return v == "" })
}
