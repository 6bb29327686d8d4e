package scene

import "strings"

// Stamp is one scene in a lean listing of Stash: enough to see that it is new, was
// edited or has vanished.
type Stamp struct {
	ID        ID
	UpdatedAt string // Stash's own text, for equality only
	CreatedAt string // likewise
}

// FileStamp is one scene with its files, enough to see that a file was moved.
type FileStamp struct {
	ID        ID
	UpdatedAt string
	Files     []File
}

// Newest is the cheapest look at Stash: how many scenes there are and which was
// touched last.
type Newest struct {
	Count     int
	ID        ID
	UpdatedAt string
}

// Names are all names that can change without a scene being touched, with facts that can
// likewise, see WithFacts. Those of performers are their labels. Groups are there only if they
// were asked for, and so are galleries, whose names are when they were changed.
type Names struct {
	Tags       []Named
	Performers []Named
	Studios    []Named
	Groups     []Named
	Galleries  []Named
}

// factMark stands between a name and each fact.
const factMark = "\x00"

// WithFacts adds to a name what else of it matters to a scene, such as a studio's parent: when
// a fact changes, so does the name. Without any fact the name stays as it is.
func WithFacts(n Named, facts ...string) Named {
	if text := strings.Join(facts, factMark); strings.Trim(text, factMark) != "" {
		n.Name += factMark + text
	}
	return n
}

// WithoutFacts is the name alone.
func WithoutFacts(name string) string {
	name, _, _ = strings.Cut(name, factMark)
	return name
}

// Node is a tag or studio with its place in the tree of its kind.
type Node struct {
	Named
	Aliases []string
	Parents []string // ids of those directly above it; a studio has one at most
}

// Tree is all tags or all studios of Stash, or both, as they stand below one another.
type Tree struct{ Tags, Studios []Node }

// Cover is a scene's cover image. None means Stash has no cover for it, NotModified
// that it still is the one the caller knows by ETag; both come without bytes.
type Cover struct {
	Bytes       []byte
	Type        string // image/jpeg …
	ETag        string
	SHA1        string // of Bytes, lower-case hexadecimal
	None        bool
	NotModified bool
}

// GalleryPicture is the picture of a scene's galleries that may become its background: the
// first one by path that is wider than high.
type GalleryPicture struct {
	ID string // of the image in Stash
	// Version is another one when the picture has other content.
	Version       string
	Name          string // of its file, without the folder
	Width, Height int    // in pixels
}

// Section is a Plex library section.
type Section struct {
	ID         string
	Title      string
	Type       string // movie, show …
	Agent      string
	Scanner    string
	Refreshing bool
	Locations  []string // its folders as Plex names them
}

// Picture is one poster or background Plex offers for an item.
type Picture struct {
	Key      string // what selects it
	SHA1     string // of an uploaded one, else empty
	Selected bool
}

// ItemPage is one page of a section listing.
type ItemPage struct {
	Items  []Item
	Total  int // items in the section
	Offset int
}

// Identity is what a Plex server says of itself.
type Identity struct {
	Machine    string
	Version    string
	StartState string // empty when ready
	Claimed    bool
}

// Listing says how a section is listed.
type Listing struct {
	NewestFirst bool // by updatedAt, the newest first; else Plex's own order
	PageSize    int  // zero: 500, the size that is fast and safe
	Lean        bool // leave out what the path index does not need
	Bare        bool // leave out the files as well: the items come without any
}
