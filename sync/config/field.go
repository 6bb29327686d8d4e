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
	{scene.FieldSortTitle, "Sort title", "What Plex sorts by in place of the title.", Off,
		"Sort title made of", "What the sort title is made of.", []string{"{studio} {date} {title}"}},
	{scene.FieldOriginalTitle, "Original title", "A second title, which Plex shows below the first.", Off,
		"Original title made of", "What the original title is made of; nothing until you say.", nil},
	{scene.FieldTagline, "Tagline", "A line that Plex shows above the summary.", Off,
		"Tagline made of", "What the tagline is made of; nothing until you say.", nil},
	{scene.FieldEdition, "Edition", "Which edition it is; Plex keeps it for owners of a Plex Pass only.", Off,
		"Edition made of", "What the edition is made of; nothing until you say.", nil},
	{scene.FieldStudio, "Studio", "The scene's studio.", Merge,
		"Studio made of", "What the studio is made of.", []string{"{studio}"}},
	{scene.FieldSummary, "Summary", "The scene's details.", Merge,
		"Summary made of", "What the summary is made of.", []string{"{details}"}},
	{scene.FieldDate, "Date", "The release date; only full dates are written.", Merge,
		"Date made of", "What the date is made of; only a full date is written.", []string{"{date}"}},
	{scene.FieldContentRating, "Content rating", "Who may watch it, as Plex restricts accounts by it.", Off,
		"Content rating made of", "What the content rating is made of.", []string{"XXX"}},
	{scene.FieldPerformers, "Performers", "Performers become actors.", Merge,
		"Performers made of", "What the actors are made of.", []string{"{performer}"}},
	{scene.FieldRoles, "Roles", "What Plex shows beside each actor as the part played.", Off,
		"Roles made of", "What stands beside each actor; nothing until you say.", nil},
	{scene.FieldPerformerPictures, "Pictures of performers", "Plex is given the address of your Stash to load them from, without a key: Plex and its apps must reach it, without signing in.", Off, "", "", nil},
	{scene.FieldDirectors, "Directors", "The directors in Plex.", Off,
		"Directors made of", "What the directors are made of.", []string{"{director}"}},
	{scene.FieldWriters, "Writers", "The writers in Plex.", Off,
		"Writers made of", "What the writers are made of; nothing until you say.", nil},
	{scene.FieldProducers, "Producers", "The producers in Plex.", Off,
		"Producers made of", "What the producers are made of; nothing until you say.", nil},
	{scene.FieldCountries, "Countries", "The countries in Plex.", Off,
		"Countries made of", "What the countries are made of.", []string{"{performer_country}"}},
	{scene.FieldTags, "Tags", "Tags become genres.", Merge,
		"Tags made of", "What the genres are made of.", []string{"{tag}"}},
	{scene.FieldCollections, "Collections", "Collections, by default one for the studio.", Off,
		"Collections made of", "What the collections are made of.", []string{"Studio: {studio}"}},
	{scene.FieldLabels, "Labels", "Labels, which Plex can restrict accounts and filter by.", Off,
		"Labels made of", "What the labels are made of.", []string{"Lockstep"}},
	{scene.FieldRating, "Rating", "The rating becomes your own star rating in Plex.", Off,
		"Rating made of", "What the rating is made of; only a number from 0 to 10 is written.", []string{"{rating}"}},
	{scene.FieldPoster, "Poster", "The scene's cover becomes the poster.", Merge, "", "", nil},
	{scene.FieldBackground, "Background", "A picture of the scene becomes the background: the cover, or one of its galleries.", Off, "", "", nil},
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
		if r.Field == scene.FieldBackground {
			out = append(out, choice("field-background-source", FieldsGroup, "Background made of", "What the background is made of: the cover, or the first picture by path in the scene's galleries that is wider than high.",
				[]PictureSource{FromCover, FromGallery, GalleryOrCover}, func(s *Settings) *PictureSource { return &s.Background }))
		}
	}
	return out
}
