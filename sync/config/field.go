package config

import (
	"slices"

	"lockstep/sync/scene"
)

// FieldInfo is one row of the table of fields: what the command line, the settings and the
// documentation say of a field and of its source, and what both are as long as nobody chose.
type FieldInfo struct {
	Field scene.Field
	// Title and Words are those of the policy, as in Option.
	Title, Words string
	Policy       Policy
	// Made and MadeWords are those of the source; both are empty if it cannot be chosen.
	Made, MadeWords string
	// Source is what the field is made of; none if a person has to say.
	Source []string
}

// Chosen reports that the source can be chosen.
func (i FieldInfo) Chosen() bool { return i.Made != "" }

// fieldTable has every field in display order.
var fieldTable = []FieldInfo{
	{scene.FieldTitle, "Title", "The scene's title. It is never cleared.", Merge,
		"Title made of", "What the title is made of.", []string{"{title}"}},
	{scene.FieldStudio, "Studio", "The scene's studio.", Merge,
		"Studio made of", "What the studio is made of.", []string{"{studio}"}},
	{scene.FieldSummary, "Summary", "The scene's details.", Merge,
		"Summary made of", "What the summary is made of.", []string{"{details}"}},
	{scene.FieldDate, "Date", "The release date; only full dates are written.", Merge, "", "", nil},
	{scene.FieldPerformers, "Performers", "Performers become actors.", Merge,
		"Performers made of", "What the actors are made of.", []string{"{performer}"}},
	{scene.FieldTags, "Tags", "Tags become genres.", Merge,
		"Tags made of", "What the genres are made of.", []string{"{tag}"}},
	{scene.FieldCollections, "Collections", "Collections, by default one for the studio.", Off,
		"Collections made of", "What the collections are made of.", []string{"{studio}"}},
	{scene.FieldRating, "Rating", "The rating becomes your own star rating in Plex.", Off, "", "", nil},
	{scene.FieldPoster, "Poster", "The scene's cover becomes the poster.", Merge, "", "", nil},
	{scene.FieldBackground, "Background", "The scene's cover becomes the background too.", Off, "", "", nil},
}

// Fields is the table of fields, in display order. The slice is the caller's own.
func Fields() []FieldInfo { return slices.Clone(fieldTable) }

// Field is the row of a field; false: there is none.
func Field(f scene.Field) (FieldInfo, bool) {
	i := slices.IndexFunc(fieldTable, func(r FieldInfo) bool { return r.Field == f })
	if i < 0 {
		return FieldInfo{}, false
	}
	return fieldTable[i], true
}

// usualPolicies are the policies of a fresh installation.
func usualPolicies() map[scene.Field]Policy {
	out := make(map[scene.Field]Policy, len(fieldTable))
	for _, r := range fieldTable {
		out[r.Field] = r.Policy
	}
	return out
}

// fieldOptions are the settings of all fields: the policy of each, and its source if that can
// be chosen.
func fieldOptions() (out []Option) {
	for _, r := range fieldTable {
		out = append(out, policy(r.Field, r.Title, r.Words))
		if r.Chosen() {
			out = append(out, source(r.Field, r.Made, r.MadeWords))
		}
	}
	return out
}
