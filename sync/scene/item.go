package scene

import (
	"cmp"
	"strings"
)

// ItemKey identifies a Plex item across servers: the machine identifier of the
// server and the item's rating key there.
type ItemKey struct {
	Machine   string `json:"machine"`
	RatingKey string `json:"ratingKey"`
}

// String is "machine/ratingKey", the form used as a storage key.
func (k ItemKey) String() string { return k.Machine + "/" + k.RatingKey }

// ParseItemKey reverses ItemKey.String. A text without slash yields a key with an
// empty machine.
func ParseItemKey(s string) ItemKey {
	m, r, ok := strings.Cut(s, "/")
	if !ok {
		return ItemKey{RatingKey: s}
	}
	return ItemKey{Machine: m, RatingKey: r}
}

// Item is one Plex library item. From a listing only the identity, the scalars, the
// files and UpdatedAt can be trusted: tag lists are truncated and locks are missing,
// which Detailed tells.
type Item struct {
	RatingKey string
	Section   string // library section id
	GUID      string

	Title         string
	TitleSort     string
	OriginalTitle string
	Studio        string
	Summary       string
	Tagline       string
	Edition       string
	ContentRating string
	Date          string // originallyAvailableAt, YYYY-MM-DD
	Year          int
	Rating        string // userRating as Plex prints it, "" when none

	Performers  []string          // actors, in Plex's order
	Roles       map[string]string // what Plex shows beside an actor, by name
	Thumbs      map[string]string // addresses of the pictures of actors, by name; one for all items
	Tags        []string          // genres
	Collections []string
	Labels      []string
	Directors   []string
	Writers     []string
	Producers   []string
	Countries   []string

	// Locked holds the wire names of locked fields ("title", "genre", "thumb" …).
	Locked map[string]bool

	// Files are the parts of every version. A version in Plex's trash does not count unless
	// the whole item is there, which Trashed tells: at its last scan Plex found none of its
	// files, and nobody has emptied the trash since.
	Files   []string
	Trashed bool
	Thumb   string // path of the selected poster, changes with every selection
	Art     string

	UpdatedAt int64 // unix seconds by Plex's clock
	AddedAt   int64
	Viewing
	Detailed bool // read one by one or in a batch: lists and locks are complete
}

// Scalar is the present value of a scalar field. A sort title that is not locked is none: Plex
// makes it of the title. It leaves out one that is the title.
func (it Item) Scalar(f Field) string {
	switch f {
	case FieldTitle:
		return it.Title
	case FieldStudio:
		return it.Studio
	case FieldSummary:
		return it.Summary
	case FieldDate:
		return it.Date
	case FieldRating:
		return it.Rating
	case FieldSortTitle:
		if it.IsLocked(f) {
			return cmp.Or(it.TitleSort, it.Title)
		}
		return ""
	case FieldOriginalTitle:
		return it.OriginalTitle
	case FieldTagline:
		return it.Tagline
	case FieldEdition:
		return it.Edition
	case FieldContentRating:
		return it.ContentRating
	}
	return ""
}

// List is the present value of a list field.
func (it Item) List(f Field) []string {
	switch f {
	case FieldPerformers:
		return it.Performers
	case FieldRoles:
		return it.ofActors(it.Roles)
	case FieldPerformerPictures:
		return it.ofActors(it.Thumbs)
	case FieldTags:
		return it.Tags
	case FieldCollections:
		return it.Collections
	case FieldLabels:
		return it.Labels
	case FieldDirectors:
		return it.Directors
	case FieldWriters:
		return it.Writers
	case FieldProducers:
		return it.Producers
	case FieldCountries:
		return it.Countries
	}
	return nil
}

// IsLocked reports whether a field is locked in Plex.
func (it Item) IsLocked(f Field) bool { return it.Locked[f.Wire()] }
