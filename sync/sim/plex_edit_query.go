package sim

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tagEdit is one indexed tag of a request.
type tagEdit struct {
	name, role, thumb string
	saysRole          bool
	saysThumb         bool
}

// edit is a parsed edit request.
type edit struct {
	kind    string
	ids     []string
	values  map[string]string
	locks   map[string]bool
	add     map[string]map[int]*tagEdit
	remove  map[string][]string
	clear   map[string]bool
	unknown []string
	bad     string // a value the server cannot take: 500
}

// editedTags tells whether the request touches tag links.
func (e *edit) editedTags() bool { return len(e.add)+len(e.remove)+len(e.clear) > 0 }

// refused tells whether the request carries a value the server does not take.
func (e *edit) refused(refuses func(field, value string) bool) bool {
	if refuses == nil {
		return false
	}
	for field, value := range e.values {
		if refuses(field, value) {
			return true
		}
	}
	for kind, list := range e.add {
		for _, t := range list {
			if refuses(kind, t.name) {
				return true
			}
		}
	}
	return false
}

var lockOnly = []string{"thumb", "art", "addedAt"}

func isTagKind(name string) bool {
	for _, t := range tagElements {
		if t.kind == name {
			return true
		}
	}
	return false
}

func isScalar(name string) bool { return slices.Contains(scalarFields, name) || name == "addedAt" }

// parseEdit reads the query in the order it was sent.
func parseEdit(rawQuery string, q Quirks) *edit {
	e := &edit{values: map[string]string{}, locks: map[string]bool{}, add: map[string]map[int]*tagEdit{},
		remove: map[string][]string{}, clear: map[string]bool{}}
	for pair := range strings.SplitSeq(rawQuery, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err1 := decode(rawName, q)
		value, err2 := decode(rawValue, q)
		if err1 != nil || err2 != nil {
			e.unknown = append(e.unknown, pair)
			continue
		}
		e.param(name, value, q)
	}
	return e
}

func decode(text string, q Quirks) (string, error) {
	if q.PlusIsPlus {
		return url.PathUnescape(text)
	}
	return url.QueryUnescape(text)
}

func (e *edit) param(name, value string, q Quirks) {
	field, suffix, _ := strings.Cut(name, ".")
	switch {
	case name == "type":
		e.kind = value
	case name == "id":
		e.ids = commas(value)
	case strings.HasPrefix(name, "X-Plex-"), name == "includeExternalMedia":
	case suffix == "locked" && (isScalar(field) || isTagKind(field) || slices.Contains(lockOnly, field)):
		e.lock(field, value)
	case suffix == "value" && isScalar(field):
		e.value(field, value, q)
	case strings.Contains(field, "["):
		e.tagParam(name, value, q)
	default:
		e.unknown = append(e.unknown, name)
	}
}

func (e *edit) lock(field, value string) {
	on, err := strconv.ParseBool(value)
	if err != nil {
		e.unknown = append(e.unknown, field+".locked")
		return
	}
	e.locks[field] = on
}

var plexDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

func (e *edit) value(field, value string, q Quirks) {
	switch field {
	case "originallyAvailableAt":
		if (value == "" && q.RejectEmptyDate) || (value != "" && !plexDate.MatchString(value)) {
			e.bad = field
		}
	case "year", "rating", "userRating", "audienceRating", "addedAt":
		if _, err := strconv.ParseFloat(value, 64); value != "" && err != nil {
			e.bad = field
		}
	}
	e.values[field] = value
}

var tagParam = regexp.MustCompile(`^([a-z]+)\[(\d*)\]\.(tag\.tag|tag\.tag-|tagging\.text|tag\.thumb|tag)$`)

func (e *edit) tagParam(name, value string, q Quirks) {
	m := tagParam.FindStringSubmatch(name)
	if m == nil || !isTagKind(m[1]) {
		e.unknown = append(e.unknown, name)
		return
	}
	kind, what := m[1], m[3]
	switch {
	case what == "tag.tag-":
		for name := range strings.SplitSeq(value, ",") {
			e.remove[kind] = append(e.remove[kind], secondDecode(name, q))
		}
	case what == "tag":
		e.clear[kind] = true
	case m[2] == "" || (what == "tag.tag" && value == ""):
		e.unknown = append(e.unknown, name)
	default:
		e.indexed(kind, m[2], what, value)
	}
}

// secondDecode undoes the second layer of encoding; a name that has none, and is no valid one, stays as it is.
func secondDecode(name string, q Quirks) string {
	if q.SingleDecode {
		return name
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

func (e *edit) indexed(kind, index, what, value string) {
	n, _ := strconv.Atoi(index)
	if e.add[kind] == nil {
		e.add[kind] = map[int]*tagEdit{}
	}
	t := e.add[kind][n]
	if t == nil {
		t = &tagEdit{}
		e.add[kind][n] = t
	}
	switch what {
	case "tag.tag":
		t.name = value
	case "tagging.text":
		t.role, t.saysRole = value, true
	case "tag.thumb":
		t.thumb, t.saysThumb = value, true
	}
}
