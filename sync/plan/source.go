package plan

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/sync/scene"
	"lockstep/sync/template"
)

// values are what the placeholders of a source stand for in one scene.
type values struct {
	scene            scene.Scene
	performers, tags []thing
}

func valuesOf(s scene.Scene) values {
	return values{s, performersOf(s.Performers), tagsOf(s.Tags)}
}

// of gives the values of a placeholder, several only for performers and tags.
func (v values) of(name, arg string) []string {
	switch name {
	case "performer":
		return namesOf(v.performers)
	case "tag":
		if arg == "" {
			return namesOf(v.tags)
		}
		return v.tagged(arg)
	}
	return []string{v.one(name, arg)}
}

// one is the value of a placeholder that has one.
func (v values) one(name, arg string) string {
	s := v.scene
	switch name {
	case "title":
		return line(s.Title)
	case "details":
		return s.Details
	case "date":
		return line(s.Date)
	case "year":
		return year(s.Date)
	case "id":
		return s.ID.String()
	case "filename", "folder":
		return line(ofFile(s.Path(), name))
	case "studio":
		if s.Studio != nil {
			return line(s.Studio.Name)
		}
	case "performers":
		return strings.Join(namesOf(v.performers), ", ")
	case "rating":
		return rating(s.Rating)
	case "stars":
		return stars(s.Rating)
	case "organized":
		if s.Organized {
			return arg
		}
	}
	return ""
}

// tagged is the tag of this name or id, if the scene has it. A name goes before an id.
func (v values) tagged(arg string) []string {
	for _, same := range []func(thing) bool{
		func(t thing) bool { return key(t.name) == key(line(arg)) },
		func(t thing) bool { return t.id == arg },
	} {
		if i := slices.IndexFunc(v.tags, same); i >= 0 {
			return []string{v.tags[i].name}
		}
	}
	return nil
}

func namesOf(list []thing) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.name
	}
	return out
}

// year is that of a date, which may be partial.
func year(date string) string {
	y, _, _ := strings.Cut(date, "-")
	if _, err := time.Parse("2006", y); err != nil {
		return ""
	}
	return y
}

// ofFile is the name of a file without its extension, or that of the folder it is in. Only a
// path without slashes is one of Windows: elsewhere a backslash is a character of a name.
func ofFile(file, what string) string {
	if !strings.Contains(file, "/") {
		file = strings.ReplaceAll(file, `\`, "/")
	}
	name := path.Base(file)
	if what == "folder" {
		name = path.Base(path.Dir(file))
	} else {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	if name == "." || name == "/" {
		return ""
	}
	return name
}

// stars turns Stash's 1 to 100 into whole stars, 1 to 5, rounded; zero means none.
func stars(r int) string {
	if r <= 0 {
		return ""
	}
	return strconv.Itoa(max(1, (min(r, 100)+10)/20))
}

// templates are those of a field. One that cannot be read never gets into the settings.
func (b *builder) templates(f scene.Field) (out []template.Template) {
	for _, text := range b.set.Source(f) {
		if t, err := template.Parse(text); err == nil {
			out = append(out, t)
		}
	}
	return out
}

// made is the text a scalar field is made of.
func (b *builder) made(f scene.Field, from values) string {
	if !b.on(f) {
		return ""
	}
	for _, t := range b.templates(f) {
		return t.Text(from.of)
	}
	return ""
}

// things are the values a list field is made of. Those of one performer or tag of Stash are
// known by it: two that become the same name are worth a note. What an earlier template gave
// already is not given again.
func (b *builder) things(f scene.Field, from values) (out []thing) {
	if !b.on(f) {
		return nil
	}
	for _, t := range b.templates(f) {
		before := setOf(namesOf(out))
		for _, v := range t.List(from.of) {
			if name := line(v.Text); !before.has[key(name)] && (f != scene.FieldTags || b.chosen(v, from)) {
				out = append(out, thing{from.id(v), name})
			}
		}
	}
	return out
}

// chosen reports whether a value may be among the tags of Plex: those not made of a tag of
// Stash always may.
func (b *builder) chosen(v template.Value, from values) bool {
	if v.Many != "tag" {
		return true
	}
	tag := key(from.tags[v.Index].name)
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool { return key(line(name)) == tag })
	}
	return !has(b.set.OmitTags) && (len(b.set.OnlyTags) == 0 || has(b.set.OnlyTags))
}

// id is that of the performer or tag a value was made of, else the value itself.
func (v values) id(made template.Value) string {
	switch made.Many {
	case "performer":
		return "performer/" + v.performers[made.Index].id
	case "tag":
		return "tag/" + v.tags[made.Index].id
	}
	return made.Text
}

// performers wants the actors, and notes who is told apart by the disambiguation alone.
func (b *builder) performers(s scene.Scene, from values) {
	b.list(scene.FieldPerformers, b.things(scene.FieldPerformers, from), b.set.MaxPerformers)
	if !b.uses(scene.FieldPerformers, "performer") {
		return
	}
	for _, g := range toldApart(s.Performers, from.performers) {
		b.note(Decision{Field: scene.FieldPerformers, Why: g.apart()})
	}
}

func (b *builder) uses(f scene.Field, name string) bool {
	return slices.ContainsFunc(b.templates(f), func(t template.Template) bool { return t.Uses(name) })
}
