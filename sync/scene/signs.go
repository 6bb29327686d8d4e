package scene

import "maps"

// Probe is the cheapest look at Stash: what was edited last, and signs of what can change
// without any scene being touched.
type Probe struct {
	Newest Newest
	// Latest are the scenes edited last, the newest first.
	Latest []Stamp
	// Touched are the scenes whose files were moved or replaced lately, among others.
	Touched []FileStamp
	// Signs are those Stash gave: one it failed to give is missing.
	Signs Signs
}

// ListKind is one of the lists of names of Stash, or its files.
type ListKind string

// The lists.
const (
	TagList       ListKind = "tags"
	PerformerList ListKind = "performers"
	StudioList    ListKind = "studios"
	GroupList     ListKind = "groups"
	FileList      ListKind = "files"
)

// Sign stands for a list: whatever is renamed, merged or removed in it changes its sign, and
// whatever file is moved. The zero Sign stands for no list.
type Sign struct {
	// Count is how many names the list has: all that changes when one is merged or removed.
	Count int
	// Digest is of the names that were changed last.
	Digest string
	// Whole says that these may not show the next change, because Stash orders them by texts
	// that begin with the time of a place: the next probe has to read the whole list.
	Whole bool
	// Since is from when on the next probe asks for files, as Stash stamps them.
	Since string
}

// same reports that nothing in the list changed.
func (s Sign) same(o Sign) bool { return s.Count == o.Count && s.Digest == o.Digest }

// Signs are those of several lists. Nil is none.
type Signs map[ListKind]Sign

// Moved reports that a list of names is another one now; lists without a sign now tell nothing.
func (s Signs) Moved(now Signs) bool {
	for list := range now {
		if list != FileList && s.moved(now, list) {
			return true
		}
	}
	return false
}

// FilesMoved reports that other files were touched lately than before.
func (s Signs) FilesMoved(now Signs) bool { return s.moved(now, FileList) }

func (s Signs) moved(now Signs, list ListKind) bool {
	n, given := now[list]
	was, known := s[list]
	return given && (!known || !was.same(n))
}

// Without are the signs but that of one list.
func (s Signs) Without(list ListKind) Signs {
	out := s.With(nil)
	delete(out, list)
	return out
}

// With are the signs with newer ones in the place of older ones.
func (s Signs) With(now Signs) Signs {
	out := make(Signs, len(s)+len(now))
	for _, from := range []Signs{s, now} {
		maps.Copy(out, from)
	}
	return out
}
