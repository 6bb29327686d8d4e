package plex

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lockstep/sync/plan"
)

// encode writes an edit as the query of a request, always in the same order: ids, scalars,
// lists, locks. Lists carry all wanted names and the names to take away, which is right
// whether Plex adds to a list or replaces it.
func encode(e plan.Edit) string {
	q := query{}
	q.add("type", strconv.Itoa(cmp.Or(e.Type, plan.ItemType)))
	q.add("id", e.RatingKey)
	for _, name := range keys(e.Scalars) {
		q.add(name+".value", e.Scalars[name])
		q.lock(name, locked(e, name))
	}
	for _, name := range keys(e.Lists) {
		q.list(name, tidy(e.Lists[name]))
		q.lock(name, locked(e, name))
	}
	for _, name := range keys(e.Locks) {
		_, isScalar := e.Scalars[name]
		if _, isList := e.Lists[name]; !isScalar && !isList {
			q.lock(name, e.Locks[name])
		}
	}
	return strings.Join(q, "&")
}

// query is a list of encoded pairs; url.Values would sort them.
type query []string

func (q *query) add(name, value string) { *q = append(*q, escape(name)+"="+escape(value)) }

func (q *query) lock(name string, on bool) {
	value := "0"
	if on {
		value = "1"
	}
	q.add(name+".locked", value)
}

// list adds the wanted names by index, which only links parameters, and the removals as
// one list separated by commas.
func (q *query) list(name string, l plan.ListEdit) {
	for i, tag := range l.Want {
		at := name + "[" + strconv.Itoa(i) + "]"
		q.add(at+".tag.tag", tag)
		if role, said := l.Roles[tag]; said {
			q.add(at+".tagging.text", role)
		}
		if address, said := l.Thumbs[tag]; said {
			q.add(at+".tag.thumb", address)
		}
	}
	if len(l.Remove) == 0 {
		return
	}
	once := make([]string, len(l.Remove))
	for i, tag := range l.Remove {
		once[i] = guard(tag)
	}
	q.add(name+"[].tag.tag-", strings.Join(once, ","))
}

// guard encodes a name inside a list of removals, which is encoded once more as a whole,
// so that a comma in it is told from one between names. Names that decoding does not
// change stay as they are: then it does not matter whether a server decodes once or twice.
func guard(name string) string {
	if strings.ContainsAny(name, "%,+") {
		return escape(name)
	}
	return name
}

// tidy takes out empty names, and removals of wanted names: Plex compares names without
// regard to case and would take the wanted one away.
func tidy(l plan.ListEdit) plan.ListEdit {
	empty := func(s string) bool { return s == "" }
	out := plan.ListEdit{Want: slices.DeleteFunc(slices.Clone(l.Want), empty), Remove: slices.DeleteFunc(slices.Clone(l.Remove), empty), Roles: l.Roles, Thumbs: l.Thumbs}
	out.Remove = slices.DeleteFunc(out.Remove, func(name string) bool {
		return slices.ContainsFunc(out.Want, func(w string) bool { return strings.EqualFold(w, name) })
	})
	return out
}

// escape percent-encodes everything outside letters, digits and -_.~ and writes a space as
// %20: whether Plex reads + as a space is not known.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
