package brake

import (
	"fmt"
	"strconv"
	"strings"

	"lockstep/sync/scene"
)

// nouns are the fields in the plural.
var nouns = map[scene.Field]string{
	scene.FieldTitle: "titles", scene.FieldStudio: "studios", scene.FieldSummary: "summaries", scene.FieldDate: "dates",
	scene.FieldPerformers: "lists of performers", scene.FieldTags: "lists of tags", scene.FieldCollections: "lists of collections",
	scene.FieldRating: "ratings", scene.FieldPoster: "posters", scene.FieldBackground: "backgrounds",
}

// Words says what is held back, one sentence per field.
func Words(trips []Trip) string {
	out := make([]string, len(trips))
	for i, t := range trips {
		out[i] = t.words()
	}
	return strings.Join(out, " ")
}

func (t Trip) words() string {
	of := fmt.Sprintf("%s of %s %s", number(t.Foreign+t.Cleared), number(t.Of), nouns[t.Field])
	switch {
	case t.Cleared == 0:
		return "This would overwrite " + of + " that Lockstep did not write."
	case t.Foreign == 0:
		return "This would clear " + of + "."
	}
	return "This would clear or overwrite " + of + "."
}

// Counting is why a scene waits before a complete look has counted.
func Counting(fields Fields) string {
	var out []string
	for _, f := range scene.Fields() {
		if fields.Has(f) {
			out = append(out, nouns[f])
		}
	}
	return "Counting how many values would be overwritten or cleared: " + strings.Join(out, ", ") + "."
}

// number writes thousands apart by a narrow no-break space.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
