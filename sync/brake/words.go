package brake

import (
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// nouns are the fields in the plural.
var nouns = map[scene.Field]message.Code{
	scene.FieldTitle:             message.SeveralTitle,
	scene.FieldSortTitle:         message.SeveralSortTitle,
	scene.FieldOriginalTitle:     message.SeveralOriginalTitle,
	scene.FieldTagline:           message.SeveralTagline,
	scene.FieldEdition:           message.SeveralEdition,
	scene.FieldStudio:            message.SeveralStudio,
	scene.FieldSummary:           message.SeveralSummary,
	scene.FieldDate:              message.SeveralDate,
	scene.FieldContentRating:     message.SeveralContentRating,
	scene.FieldPerformers:        message.SeveralPerformers,
	scene.FieldRoles:             message.SeveralRoles,
	scene.FieldPerformerPictures: message.SeveralPerformerPictures,
	scene.FieldDirectors:         message.SeveralDirectors,
	scene.FieldWriters:           message.SeveralWriters,
	scene.FieldProducers:         message.SeveralProducers,
	scene.FieldCountries:         message.SeveralCountries,
	scene.FieldTags:              message.SeveralTags,
	scene.FieldCollections:       message.SeveralCollections,
	scene.FieldLabels:            message.SeveralLabels,
	scene.FieldRating:            message.SeveralRating,
	scene.FieldPoster:            message.SeveralPoster,
	scene.FieldBackground:        message.SeveralBackground,
}

// Words says what is held back, one sentence per field.
func Words(trips []Trip) message.Message {
	out := make([]message.Message, len(trips))
	for i, t := range trips {
		out[i] = t.words()
	}
	return message.Sentences(out...)
}

func (t Trip) words() message.Message {
	code := message.BrakeBoth
	switch {
	case t.Cleared == 0:
		code = message.BrakeOverwrite
	case t.Foreign == 0:
		code = message.BrakeClear
	}
	return message.New(code, message.Count(t.Foreign+t.Cleared), message.Count(t.Of), message.Of(message.New(nouns[t.Field])))
}

// Counting is why a scene waits before a complete scan has counted.
func Counting(fields Fields) message.Message {
	var out []message.Arg
	for _, f := range scene.Fields() {
		if fields.Has(f) {
			out = append(out, message.Of(message.New(nouns[f])))
		}
	}
	return message.New(message.BrakeCounting, message.List(out...))
}
