package scene

import "lockstep/sync/message"

var said = map[Field]message.Code{
	FieldTitle:       message.FieldTitle,
	FieldStudio:      message.FieldStudio,
	FieldSummary:     message.FieldSummary,
	FieldDate:        message.FieldDate,
	FieldPerformers:  message.FieldPerformers,
	FieldTags:        message.FieldTags,
	FieldCollections: message.FieldCollections,
	FieldRating:      message.FieldRating,
	FieldPoster:      message.FieldPoster,
	FieldBackground:  message.FieldBackground,
}

// Message is the name of the field.
func (f Field) Message() message.Message {
	if code, ok := said[f]; ok {
		return message.New(code)
	}
	return message.New(message.PlainWord, message.Word(f))
}
