package present

import (
	"cmp"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/template"
)

// PresetChange is one line of what a preset changes.
func PresetChange(c config.Change) string {
	shown := func(v string) string {
		if c.Option.Choices != nil {
			return Choice(v)
		}
		return cmp.Or(v, T("nothing"))
	}
	return T("%s: %s → %s", T(c.Option.Title), shown(c.From), shown(c.To))
}

// ExampleScenes names the scenes that examples are of, "" when there are none.
func ExampleScenes(x api.Examples) string {
	if len(x.Scenes) == 0 {
		return ""
	}
	var titles []string
	for _, s := range x.Scenes {
		titles = append(titles, exampleName(s))
	}
	return T("Examples from %s", strings.Join(titles, " · "))
}

func exampleName(x api.Example) string { return cmp.Or(x.Title, T("scene %s", x.Scene)) }

// ExampleValues is what a field of these scenes would be.
func ExampleValues(x api.Examples, f scene.Field) string {
	var out []string
	for _, s := range x.Scenes {
		v := strings.Join(strings.Fields(strings.Join(s.Values[f], ", ")), " ")
		out = append(out, cmp.Or(v, "–"))
	}
	return strings.Join(out, "  ·  ")
}

// ExampleBackgrounds is what the background of these scenes would be made of, "" where it is the cover
// of each.
func ExampleBackgrounds(x api.Examples, from config.PictureSource) string {
	if from != config.FromGallery && from != config.GalleryOrCover {
		return ""
	}
	var out []string
	for _, s := range x.Scenes {
		none := "–"
		if from == config.GalleryOrCover {
			none = T("the cover")
		}
		out = append(out, cmp.Or(strings.Join(s.Values[scene.FieldBackground], ", "), none))
	}
	return strings.Join(out, "  ·  ")
}

// FilterExamples says of each of these scenes whether the filter wants it, and of the filter
// what is wrong with it.
func FilterExamples(x api.Examples) []Line {
	var out []Line
	for _, m := range x.Unknown {
		out = append(out, Line{SaySentence(m), Warn})
	}
	for _, s := range x.Scenes {
		l := Line{T("%s: kept in step", exampleName(s)), Good}
		if !s.Skipped.IsZero() {
			l = Line{T("%s: %s", exampleName(s), Say(s.Skipped)), Muted}
		}
		out = append(out, l)
	}
	return out
}

// placeholders are what placeholders are called in a menu; those that are missing are called
// by their names.
var placeholders = map[string]string{
	"title": "Title", "details": "Details", "date": "Date", "year": "Year", "code": "Studio code", "director": "Director", "id": "Number in Stash",
	"filename": "File name", "folder": "Folder name", "studio": "Studio", "parent_studio": "Parent studio", "network": "Topmost studio",
	"performer": "Each performer", "performers": "All performers", "performer_country": "Country of each performer", "performer_tag": "Tags of performers",
	"tag": "Each tag", "tag<": "Each tag below another", "group": "Each group", "group_number": "Number in the group", "rating": "Rating", "stars": "Stars",
	"organized": "A word if organized", "url": "URL", "stash_id": "Stash ID", "resolution": "Resolution", "duration": "Duration",
}

// Insertion is a placeholder to choose: what it is called, and its text.
type Insertion struct{ Name, Text string }

// Insertions lists the placeholders of a source.
func Insertions() []Insertion {
	var out []Insertion
	for _, p := range template.Placeholders() {
		out = append(out, Insertion{T(cmp.Or(placeholders[p.Name], p.Name)), strings.Replace(p.Form(), "…", T("Name"), 1)})
		if p.Name == "title" {
			out = append(out, Insertion{T("Title without performers"), "{title:without performers}"})
		}
	}
	return out
}

// ReadySources lists whole sources to choose for a field, in the language of the windows; none for
// most fields. What Lockstep finds in Plex later is made of the text, not of its name.
func ReadySources(f scene.Field) []Insertion {
	if f != scene.FieldCollections {
		return nil
	}
	return []Insertion{
		{T("Studio"), "Studio: {studio}"},
		{T("Parent studio"), "Studio: {parent_studio}"},
		{T("Topmost studio"), "Network: {network}"},
		{T("Group"), "{group}"},
		{T("Each performer"), T("Performer") + ": {performer}"},
		{T("Each tag below another"), "{tag<" + T("Name") + "}"},
		{T("A word if organized"), "{organized:" + T("Organized") + "}"},
		{T("Stars"), T("Stars") + ": {stars}"},
	}
}
