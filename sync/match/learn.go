package match

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"lockstep/sync/config"
	"lockstep/sync/scene"
)

// minEvidence is how many files must agree before a rule is proposed: one may carry the
// same name by chance.
const minEvidence = 2

// Suggestion is a path rule the files of both servers speak for.
type Suggestion struct {
	Rule config.Rule `json:"rule"`
	// Covered of the Total files below the rule's Stash folder are found in Plex by it.
	Covered int `json:"covered"`
	Total   int `json:"total"`
}

// Learn proposes path rules from the paths both servers know, the one with most evidence
// first. Files are paired by the shortest end of their paths that is unique on both
// sides; a rule is proposed only if at least two pairs speak for it and none against, and
// covers no more than the folder its evidence lies in. What is uncertain is left out.
func Learn(stashPaths, plexPaths []string) []Suggestion {
	l := learner{stash: splitAll(stashPaths), plex: splitAll(plexPaths), known: map[string][]location{}}
	for _, p := range l.plex {
		key := Key(p.String())
		l.known[key] = append(l.known[key], p)
	}
	l.pairs = pairs(l.stash, l.plex)
	for _, group := range groups(l.pairs) {
		l.propose(group)
	}
	slices.SortFunc(l.out, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(b.Covered, a.Covered), strings.Compare(a.Rule.Stash, b.Rule.Stash))
	})
	return l.out
}

type learner struct {
	stash, plex []location
	known       map[string][]location // Plex files by Key
	pairs       []pair
	out         []Suggestion
}

// pair is one file as both servers name it; the last tail segments agree.
type pair struct {
	stash, plex location
	tail        int
}

func splitAll(paths []string) []location {
	out := make([]location, 0, len(paths))
	for _, p := range paths {
		if l := split(p); len(l.segments) > 1 {
			out = append(out, l)
		}
	}
	return out
}

// pairs finds the files whose path ends are unique on both sides, one segment first,
// then two and so on.
func pairs(stash, plex []location) []pair {
	var out []pair
	for length := 1; len(stash) > 0 && len(plex) > 0; length++ {
		s, p := byTail(stash, length), byTail(plex, length)
		stash, plex = nil, nil
		for key, mine := range s {
			theirs := p[key]
			if len(mine) == 1 && len(theirs) == 1 {
				out = append(out, pairOf(mine[0], theirs[0]))
			} else if len(theirs) > 0 {
				stash, plex = append(stash, mine...), append(plex, theirs...)
			}
		}
	}
	return slices.DeleteFunc(out, func(p pair) bool { return p.tail == 0 })
}

// byTail groups paths by their last segments; shorter paths are left out.
func byTail(paths []location, length int) map[string][]location {
	out := map[string][]location{}
	for _, l := range paths {
		if n := len(l.segments); n > length {
			key := scene.Fold(strings.Join(l.segments[n-length:], "/"))
			out[key] = append(out[key], l)
		}
	}
	return out
}

// pairOf measures how far two paths agree from the end; each keeps at least its volume.
func pairOf(stash, plex location) pair {
	s, p := stash.segments, plex.segments
	n := 0
	for n < min(len(s), len(p))-1 && sameSegment(s[len(s)-1-n], p[len(p)-1-n], stash.windows || plex.windows) {
		n++
	}
	return pair{stash, plex, n}
}

// heads are the folders above the part of a pair that agrees.
func (p pair) heads() (stash, plex location) {
	return location{p.stash.segments[:len(p.stash.segments)-p.tail], p.stash.windows},
		location{p.plex.segments[:len(p.plex.segments)-p.tail], p.plex.windows}
}

// groups puts pairs with the same heads together, in a stable order.
func groups(all []pair) [][]pair {
	byHeads := map[string][]pair{}
	for _, p := range all {
		s, x := p.heads()
		key := norm.NFC.String(s.String() + "\n" + x.String())
		byHeads[key] = append(byHeads[key], p)
	}
	return sortedGroups(byHeads)
}

func sortedGroups(groups map[string][]pair) [][]pair {
	keys := make([]string, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([][]pair, 0, len(keys))
	for _, k := range keys {
		out = append(out, groups[k])
	}
	return out
}

// propose turns a group of pairs with the same heads into the tightest rule that covers
// them, or, when another pair speaks against it, tries the folders below.
func (l *learner) propose(group []pair) {
	if len(group) < minEvidence {
		return
	}
	shared := sharedFolders(group)
	r := ruleAt(group[0], shared)
	if l.contradicted(r) {
		below := map[string][]pair{}
		for _, p := range group {
			if p.tail > shared+1 {
				next := norm.NFC.String(p.stash.segments[len(p.stash.segments)-p.tail+shared])
				below[next] = append(below[next], p)
			}
		}
		for _, g := range sortedGroups(below) {
			l.propose(g)
		}
		return
	}
	s := l.measure(r)
	if deep := slices.ContainsFunc(group, func(p pair) bool { return p.tail > 1 }); deep || convincing(s) {
		l.out = append(l.out, s)
	}
}

// convincing judges rules for which only bare file names speak, no folder among them:
// without all files, or most of several, that may be chance.
func convincing(s Suggestion) bool {
	return s.Covered == s.Total || s.Covered > minEvidence && 2*s.Covered >= s.Total
}

// sharedFolders counts the folders below the heads that all pairs have in common.
func sharedFolders(group []pair) int {
	n := group[0].tail - 1
	first := group[0]
	for _, p := range group[1:] {
		n = min(n, p.tail-1)
		for i := range n {
			if !sameAt(first.stash, first.tail, p.stash, p.tail, i) || !sameAt(first.plex, first.tail, p.plex, p.tail, i) {
				n = i
				break
			}
		}
	}
	return n
}

func sameAt(a location, aTail int, b location, bTail, i int) bool {
	return sameSegment(a.segments[len(a.segments)-aTail+i], b.segments[len(b.segments)-bTail+i], a.windows)
}

// ruleAt is the rule from the heads of a pair with some folders more.
func ruleAt(p pair, more int) rule {
	stash := location{p.stash.segments[:len(p.stash.segments)-p.tail+more], p.stash.windows}
	plex := location{p.plex.segments[:len(p.plex.segments)-p.tail+more], p.plex.windows}
	return rule{stash, plex, config.Rule{Stash: norm.NFC.String(stash.String()), Plex: norm.NFC.String(plex.String())}}
}

func (l *learner) contradicted(r rule) bool {
	return slices.ContainsFunc(l.pairs, func(p pair) bool {
		rest, ok := p.stash.below(r.stash)
		return ok && !sameLocation(r.plex.under(rest), p.plex)
	})
}

func (l *learner) measure(r rule) Suggestion {
	s := Suggestion{Rule: r.text}
	for _, f := range l.stash {
		rest, ok := f.below(r.stash)
		if !ok {
			continue
		}
		s.Total++
		mapped := r.plex.under(rest)
		if slices.ContainsFunc(l.known[Key(mapped.String())], func(p location) bool { return sameLocation(mapped, p) }) {
			s.Covered++
		}
	}
	return s
}

func sameLocation(a, b location) bool {
	rest, ok := a.below(b)
	return ok && len(rest) == 0
}

// Coverage tells how many of Stash's files the rules find in Plex.
type Coverage struct {
	Total     int `json:"total"`
	Unmapped  int `json:"unmapped"`  // no rule covers them
	Ambiguous int `json:"ambiguous"` // rules disagree about them
	Found     int `json:"found"`     // Plex has them at the mapped path
}

// Percent is the share of files found, 100 when there are none to find.
func (c Coverage) Percent() float64 {
	if c.Total == 0 {
		return 100
	}
	return 100 * float64(c.Found) / float64(c.Total)
}

// Cover measures rules against the files of Stash; items is Index.Items.
func Cover(paths []string, m Mapper, items func(key string) ([]Candidate, error)) (Coverage, error) {
	c := Coverage{Total: len(paths)}
	for _, path := range paths {
		mapped := m.Map(path)
		switch len(mapped) {
		case 0:
			c.Unmapped++
			continue
		case 1:
		default:
			c.Ambiguous++
			continue
		}
		candidates, err := items(Key(mapped[0]))
		if err != nil {
			return Coverage{}, err
		}
		found := slices.ContainsFunc(candidates, func(i Candidate) bool {
			return slices.ContainsFunc(i.Files, func(f string) bool { return m.same(f, mapped[0]) })
		})
		if found {
			c.Found++
		}
	}
	return c, nil
}
