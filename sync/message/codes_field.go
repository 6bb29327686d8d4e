package message

// The fields of an item.
const (
	FieldTitle       Code = "field.title"
	FieldStudio      Code = "field.studio"
	FieldSummary     Code = "field.summary"
	FieldDate        Code = "field.date"
	FieldPerformers  Code = "field.performers"
	FieldTags        Code = "field.tags"
	FieldCollections Code = "field.collections"
	FieldRating      Code = "field.rating"
	FieldPoster      Code = "field.poster"
	FieldBackground  Code = "field.background"
)
