package match

import (
	"slices"

	"lockstep/sync/config"
)

// Mapper translates paths between Stash and Plex. The zero value maps every path to
// itself. It is immutable and safe for concurrent use.
type Mapper struct {
	rules []rule
}

type rule struct {
	stash, plex location
	text        config.Rule
}

// NewMapper compiles path rules. Without rules both servers are taken to name files
// alike. Rules with an empty side are ignored.
func NewMapper(rules []config.Rule) Mapper {
	var m Mapper
	for _, r := range rules {
		c := rule{split(r.Stash), split(r.Plex), r}
		if len(c.stash.segments) > 0 && len(c.plex.segments) > 0 {
			m.rules = append(m.rules, c)
		}
	}
	return m
}

// Map returns how Plex may name the file Stash calls path: nothing when no rule covers
// it, one path as a rule, and several when equally long rules disagree. Rules match
// whole folders, the longest one wins, and the result has the separators of the Plex
// side.
func (m Mapper) Map(path string) []string {
	if len(m.rules) == 0 {
		return []string{split(path).String()}
	}
	return m.longest(split(path), func(r rule) (location, location) { return r.stash, r.plex })
}

// Reverse returns how Stash may name the file Plex calls path: every path that Map
// leads to it.
func (m Mapper) Reverse(path string) []string {
	if len(m.rules) == 0 {
		return []string{split(path).String()}
	}
	var out []string
	for _, r := range m.rules {
		rest, ok := split(path).below(r.plex)
		if !ok {
			continue
		}
		candidate := r.stash.under(rest).String()
		leads := slices.ContainsFunc(m.Map(candidate), func(p string) bool { return Same(p, path) })
		if leads {
			out = addPath(out, candidate)
		}
	}
	return out
}

// Rules returns the rules that decide about path: those Map uses.
func (m Mapper) Rules(path string) []config.Rule {
	var out []config.Rule
	at := split(path)
	for _, r := range m.best(at, func(r rule) location { return r.stash }) {
		out = append(out, r.text)
	}
	return out
}

// butForCase returns a rule whose folder the path lies in when case does not count.
func (m Mapper) butForCase(path string) (config.Rule, bool) {
	at := split(path)
	at.windows = true
	for _, r := range m.rules {
		if _, ok := at.below(r.stash); ok {
			return r.text, true
		}
	}
	return config.Rule{}, false
}

func (m Mapper) longest(at location, sides func(rule) (from, to location)) []string {
	var out []string
	for _, r := range m.best(at, func(r rule) location { from, _ := sides(r); return from }) {
		from, to := sides(r)
		rest, _ := at.below(from)
		out = addPath(out, to.under(rest).String())
	}
	return out
}

// best returns the rules with the longest root above at. Roots of equal length above
// the same path are the same folder.
func (m Mapper) best(at location, root func(rule) location) []rule {
	var out []rule
	longest := 0
	for _, r := range m.rules {
		from := root(r)
		if _, ok := at.below(from); !ok || len(from.segments) < longest {
			continue
		}
		if len(from.segments) > longest {
			longest, out = len(from.segments), nil
		}
		out = append(out, r)
	}
	return out
}

func addPath(list []string, path string) []string {
	if slices.ContainsFunc(list, func(p string) bool { return Same(p, path) }) {
		return list
	}
	return append(list, path)
}
