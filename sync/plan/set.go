package plan

import "slices"

// set is a list of names in order, with the keys of its elements.
type set struct {
	names []string
	keys  []string
	has   map[string]bool
}

// setOf drops names that are the same name, keeping the first.
func setOf(names []string) set {
	s := set{has: make(map[string]bool, len(names))}
	for _, n := range names {
		s.add(n, key(n))
	}
	return s
}

func (s *set) add(name, k string) {
	if s.has[k] {
		return
	}
	s.has[k] = true
	s.names, s.keys = append(s.names, name), append(s.keys, k)
}

// filter returns the elements for which keep is true.
func (s set) filter(keep func(key string) bool) set {
	out := set{has: map[string]bool{}}
	for i, k := range s.keys {
		if keep(k) {
			out.add(s.names[i], k)
		}
	}
	return out
}

// minus returns the elements of s that o lacks.
func (s set) minus(o set) set { return s.filter(func(k string) bool { return !o.has[k] }) }

// plus returns s with the elements of o it lacks appended.
func (s set) plus(o set) set {
	out := s.filter(func(string) bool { return true })
	for i, k := range o.keys {
		out.add(o.names[i], k)
	}
	return out
}

// equal compares elements, not order or case.
func (s set) equal(o set) bool { return len(s.has) == len(o.has) && len(s.minus(o).keys) == 0 }

// meets reports whether the two share an element.
func (s set) meets(o set) bool { return len(s.minus(o).keys) < len(s.keys) }

func keySet(lists ...[]string) map[string]bool {
	out := map[string]bool{}
	for _, l := range lists {
		for _, k := range l {
			out[k] = true
		}
	}
	return out
}

// sortedTrue lists the keys that are true, in a stable order; nil when there are none.
func sortedTrue(m map[string]bool) []string {
	var out []string
	for k, in := range m {
		if in {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}
