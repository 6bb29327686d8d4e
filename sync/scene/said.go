package scene

import "lockstep/sync/message"

var said = map[Field]message.Code{
	FieldTitle:             message.FieldTitle,
	FieldSortTitle:         message.FieldSortTitle,
	FieldOriginalTitle:     message.FieldOriginalTitle,
	FieldTagline:           message.FieldTagline,
	FieldEdition:           message.FieldEdition,
	FieldStudio:            message.FieldStudio,
	FieldSummary:           message.FieldSummary,
	FieldDate:              message.FieldDate,
	FieldContentRating:     message.FieldContentRating,
	FieldPerformers:        message.FieldPerformers,
	FieldRoles:             message.FieldRoles,
	FieldPerformerPictures: message.FieldPerformerPictures,
	FieldDirectors:         message.FieldDirectors,
	FieldWriters:           message.FieldWriters,
	FieldProducers:         message.FieldProducers,
	FieldCountries:         message.FieldCountries,
	FieldTags:              message.FieldTags,
	FieldCollections:       message.FieldCollections,
	FieldLabels:            message.FieldLabels,
	FieldRating:            message.FieldRating,
	FieldPoster:            message.FieldPoster,
	FieldBackground:        message.FieldBackground,
}

// Message is the name of the field.
func (f Field) Message() message.Message {
	if code, ok := said[f]; ok {
		return message.New(code)
	}
	return message.New(message.PlainWord, message.Word(f))
}
