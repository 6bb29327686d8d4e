package match

import (
	"slices"

	"lockstep/sync/config"
)

// Mapper translates paths between Stash and Plex. The zero value maps every path to
// itself. It is immutable and safe for concurrent use.
type Mapper struct {
	rules   []rule
	anyCase bool
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

// Of is the Mapper of settings.
func Of(s config.Settings) Mapper { return NewMapper(s.PathMap).InAnyCase(s.AnyPathCase) }

// InAnyCase is the mapper for which paths that differ only in upper and lower case may be the same
// file: what is found so is taken where it leaves no doubt. Otherwise only Windows paths are.
func (m Mapper) InAnyCase(yes bool) Mapper {
	m.anyCase = yes
	return m
}

// same is Same, or in any case.
func (m Mapper) same(a, b string) bool { return Same(a, b) || m.anyCase && Key(a) == Key(b) }

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
	at := split(path)
	at.windows = at.windows || m.anyCase
	for _, r := range m.rules {
		rest, ok := at.below(r.plex)
		if !ok {
			continue
		}
		candidate := r.stash.under(rest).String()
		leads := slices.ContainsFunc(m.Map(candidate), func(p string) bool { return m.same(p, path) })
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
		rest := at.segments[len(from.segments):]
		out = addPath(out, to.under(rest).String())
	}
	return out
}

// best returns the rules with the longest root above at. Roots of equal length above
// the same path are the same folder. Where any case will do, it does only if no rule fits as it
// is written.
func (m Mapper) best(at location, root func(rule) location) []rule {
	out := m.longestAbove(at, root)
	if len(out) == 0 && m.anyCase {
		at.windows = true
		out = m.longestAbove(at, root)
	}
	return out
}

func (m Mapper) longestAbove(at location, root func(rule) location) []rule {
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
