package scene

// SubjectKind is what a collection is about.
type SubjectKind string

// The kinds of subjects.
const (
	StudioSubject SubjectKind = "studio"
	GroupSubject  SubjectKind = "group"
)

// Subject is a studio or a group of Stash, as far as a collection can show it.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	Named
	Details string `json:"details,omitempty"` // of a studio
	// Picture tells one version of its picture from another; empty: it has none.
	Picture string `json:"picture,omitempty"`
}

// Collection is one collection of a Plex library as a list shows it.
type Collection struct {
	RatingKey string
	Section   string // library section id
	Title     string
	// Smart tells that its members follow from a filter.
	Smart bool
}
