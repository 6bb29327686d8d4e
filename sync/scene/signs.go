package scene

// Probe is the cheapest look at Stash: what was edited last, and signs of what can change
// without any scene being touched.
type Probe struct {
	Newest Newest
	// Latest are the scenes edited last, the newest first.
	Latest []Stamp
	// Signs are those Stash gave: one it failed to give is missing.
	Signs Signs
}

// ListKind is one of the lists of names of Stash.
type ListKind string

// The lists.
const (
	TagList       ListKind = "tags"
	PerformerList ListKind = "performers"
	StudioList    ListKind = "studios"
	GroupList     ListKind = "groups"
)

// Sign stands for a list of names: whatever is renamed, merged or removed in it changes its
// sign. The zero Sign stands for no list.
type Sign struct {
	// Count is how many names the list has: all that changes when one is merged or removed.
	Count int
	// Digest is of the names that were changed last.
	Digest string
	// Whole says that these may not show the next change, because Stash orders them by texts
	// that begin with the time of a place: the next probe has to read the whole list.
	Whole bool
}

// same reports that nothing in the list changed.
func (s Sign) same(o Sign) bool { return s.Count == o.Count && s.Digest == o.Digest }

// Signs are those of several lists. Nil is none.
type Signs map[ListKind]Sign

// Moved reports that a list is another one now; lists without a sign now tell nothing.
func (s Signs) Moved(now Signs) bool {
	for list, n := range now {
		if was, known := s[list]; !known || !was.same(n) {
			return true
		}
	}
	return false
}

// With are the signs with newer ones in the place of older ones.
func (s Signs) With(now Signs) Signs {
	out := make(Signs, len(s)+len(now))
	for _, from := range []Signs{s, now} {
		for list, sign := range from {
			out[list] = sign
		}
	}
	return out
}
