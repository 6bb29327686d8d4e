package scene

// Field names one thing Lockstep can keep in step. The text is stored and shown in
// machine output and is never renamed.
type Field string

// The fields, in the order they are shown.
const (
	FieldTitle             Field = "title"
	FieldSortTitle         Field = "sort-title"
	FieldOriginalTitle     Field = "original-title"
	FieldTagline           Field = "tagline"
	FieldEdition           Field = "edition"
	FieldStudio            Field = "studio"
	FieldSummary           Field = "summary"
	FieldDate              Field = "date"
	FieldContentRating     Field = "content-rating"
	FieldPerformers        Field = "performers"
	FieldRoles             Field = "roles"
	FieldPerformerPictures Field = "performer-pictures"
	FieldDirectors         Field = "directors"
	FieldWriters           Field = "writers"
	FieldProducers         Field = "producers"
	FieldCountries         Field = "countries"
	FieldTags              Field = "tags"
	FieldCollections       Field = "collections"
	FieldLabels            Field = "labels"
	FieldRating            Field = "rating"
	FieldPoster            Field = "poster"
	FieldBackground        Field = "background"
)

// Fields lists every field in display order.
func Fields() []Field {
	return []Field{
		FieldTitle, FieldSortTitle, FieldOriginalTitle, FieldTagline, FieldEdition, FieldStudio, FieldSummary, FieldDate, FieldContentRating,
		FieldPerformers, FieldRoles, FieldPerformerPictures, FieldDirectors, FieldWriters, FieldProducers, FieldCountries, FieldTags,
		FieldCollections, FieldLabels, FieldRating,
		FieldPoster, FieldBackground,
	}
}

// Kind tells how a field's values behave.
type Kind int

// The kinds of field.
const (
	// Scalar is a single text value.
	Scalar Kind = iota
	// List is an unordered set of names.
	List
	// Image is a picture, compared by the SHA-1 of its bytes.
	Image
)

// Kind tells whether f is a scalar, a list or an image.
func (f Field) Kind() Kind {
	switch f {
	case FieldPerformers, FieldRoles, FieldPerformerPictures, FieldDirectors, FieldWriters, FieldProducers, FieldCountries, FieldTags, FieldCollections, FieldLabels:
		return List
	case FieldPoster, FieldBackground:
		return Image
	}
	return Scalar
}

// wire maps a field to the name Plex uses in edits and locks.
var wire = map[Field]string{
	FieldTitle:             "title",
	FieldSortTitle:         "titleSort",
	FieldOriginalTitle:     "originalTitle",
	FieldTagline:           "tagline",
	FieldEdition:           "editionTitle",
	FieldStudio:            "studio",
	FieldSummary:           "summary",
	FieldDate:              "originallyAvailableAt",
	FieldContentRating:     "contentRating",
	FieldPerformers:        "actor",
	FieldRoles:             "actor",
	FieldPerformerPictures: "actor",
	FieldDirectors:         "director",
	FieldWriters:           "writer",
	FieldProducers:         "producer",
	FieldCountries:         "country",
	FieldTags:              "genre",
	FieldCollections:       "collection",
	FieldLabels:            "label",
	FieldRating:            "userRating",
	FieldPoster:            "thumb",
	FieldBackground:        "art",
}

// Wire is the name Plex uses for the field, that of the actors for what belongs to them, in edit parameters and in its list of
// locked fields.
func (f Field) Wire() string { return wire[f] }

// OfActors reports a field that Plex keeps with the actors and that shares their lock.
func (f Field) OfActors() bool { return f == FieldRoles || f == FieldPerformerPictures }
