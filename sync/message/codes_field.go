package message

// The fields of an item.
const (
	FieldTitle             Code = "field.title"
	FieldSortTitle         Code = "field.sort-title"
	FieldOriginalTitle     Code = "field.original-title"
	FieldTagline           Code = "field.tagline"
	FieldEdition           Code = "field.edition"
	FieldStudio            Code = "field.studio"
	FieldSummary           Code = "field.summary"
	FieldDate              Code = "field.date"
	FieldContentRating     Code = "field.content-rating"
	FieldPerformers        Code = "field.performers"
	FieldRoles             Code = "field.roles"
	FieldPerformerPictures Code = "field.performer-pictures"
	FieldDirectors         Code = "field.directors"
	FieldWriters           Code = "field.writers"
	FieldProducers         Code = "field.producers"
	FieldCountries         Code = "field.countries"
	FieldTags              Code = "field.tags"
	FieldCollections       Code = "field.collections"
	FieldLabels            Code = "field.labels"
	FieldRating            Code = "field.rating"
	FieldPoster            Code = "field.poster"
	FieldBackground        Code = "field.background"
)
