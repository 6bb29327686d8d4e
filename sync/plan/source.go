package plan

import (
	"cmp"
	"fmt"
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

// of gives the values of a placeholder, several only for those of performers, tags and groups.
func (v values) of(name, arg string) []template.Entry {
	switch name {
	case "performer":
		return v.entries(v.performers, func(i int) bool { return arg == "" || strings.EqualFold(v.scene.Performers[i].Gender, arg) })
	case "performer_country":
		return v.countries()
	case "performer_tag":
		return v.performerTags()
	case "tag":
		if arg != "" {
			return v.tagged(arg)
		}
		return v.entries(v.tags, func(int) bool { return true })
	case "tag<":
		return v.entries(v.tags, func(i int) bool { return v.below(i, arg) })
	case "group", "group_number":
		return v.groups(name)
	}
	return []template.Entry{{Text: v.one(name, arg)}}
}

// namesInTitles are the names by which the performers may stand in a title: as they are called in
// Stash and in Plex.
func (v values) namesInTitles() []string {
	names := namesOf(v.performers)
	for _, p := range v.scene.Performers {
		names = append(names, line(p.Name))
	}
	return names
}

// entries are those of the things that a test lets pass.
func (v values) entries(list []thing, pass func(i int) bool) (out []template.Entry) {
	for i, t := range list {
		if pass(i) {
			out = append(out, template.Entry{Text: t.name, Of: t.id})
		}
	}
	return out
}

func (v values) countries() (out []template.Entry) {
	for i, p := range v.scene.Performers {
		out = append(out, template.Entry{Text: line(p.Country), Of: v.performers[i].id})
	}
	return out
}

// performerTags are the tags of all performers, each once.
func (v values) performerTags() (out []template.Entry) {
	for _, p := range v.scene.Performers {
		for _, t := range p.Tags {
			if e := (template.Entry{Text: line(t.Name), Of: tagID(t)}); !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out
}

// groups are their names, or the scene's numbers in them.
func (v values) groups(name string) (out []template.Entry) {
	for _, g := range v.scene.Groups {
		e := template.Entry{Text: line(g.Name), Of: "group/" + g.ID}
		if name == "group_number" {
			e.Text = ""
			if g.Number != 0 {
				e.Text = strconv.Itoa(g.Number)
			}
		}
		out = append(out, e)
	}
	return out
}

// one is the value of a placeholder that has one.
func (v values) one(name, arg string) string {
	s := v.scene
	switch name {
	case "title":
		if arg != "" { // there is one only
			return nameless(line(s.Title), v.namesInTitles())
		}
		return line(s.Title)
	case "details":
		return s.Details
	case "date":
		return line(s.Date)
	case "year":
		return year(s.Date)
	case "code":
		return line(s.Code)
	case "director":
		return line(s.Director)
	case "id":
		return s.ID.String()
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
		return ""
	case "url":
		if len(s.URLs) > 0 {
			return line(s.URLs[0])
		}
		return ""
	case "stash_id":
		if len(s.StashIDs) > 0 {
			return line(s.StashIDs[0].ID)
		}
		return ""
	}
	return v.ofStudioOrFile(name)
}

func (v values) ofStudioOrFile(name string) string {
	s := v.scene
	switch name {
	case "studio", "parent_studio", "network":
		if s.Studio != nil {
			return line(ofStudio(*s.Studio, name))
		}
	case "filename", "folder":
		return line(ofFile(s.Path(), name))
	case "resolution", "duration":
		if len(s.Files) > 0 {
			return ofVideo(s.Files[0], name)
		}
	}
	return ""
}

// ofStudio is the name of the studio, of the one it belongs to, or of the topmost, which is the
// studio itself if it belongs to none.
func ofStudio(s scene.Studio, which string) string {
	switch {
	case which == "studio", which == "network" && len(s.Above) == 0:
		return s.Name
	case which == "network":
		return s.Above[len(s.Above)-1].Name
	case len(s.Above) > 0:
		return s.Above[0].Name
	}
	return ""
}

// resolutions are the names Stash has for the shorter side of a picture, from so many pixels on.
var resolutions = []struct {
	from int
	name string
}{
	{6144, "HUGE"}, {3840, "8K"}, {3584, "7K"}, {3000, "6K"}, {2560, "5K"}, {1920, "4K"}, {1440, "1440p"}, {1080, "1080p"}, {720, "720p"},
	{540, "540p"}, {480, "480p"}, {360, "360p"}, {240, "240p"}, {1, "144p"},
}

// ofVideo is how large the picture is, as Stash calls it, or how long the file runs.
func ofVideo(f scene.File, what string) string {
	if what == "duration" {
		return clock(f.Duration)
	}
	for _, r := range resolutions {
		if min(f.Width, f.Height) >= r.from {
			return r.name
		}
	}
	return ""
}

// clock writes seconds as 1:02:03, or 2:03 below an hour.
func clock(seconds float64) string {
	s := int(min(max(seconds, 0), 1e9))
	switch {
	case s == 0:
		return ""
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// tagged is the tag of this name, other name or id, if the scene has it. A name goes before
// another name, and that before an id.
func (v values) tagged(arg string) []template.Entry {
	for _, same := range []func(i int) bool{
		func(i int) bool { return sameName(v.tags[i].name, arg) },
		func(i int) bool { return calls(v.scene.Tags[i].Aliases, arg) },
		func(i int) bool { return v.scene.Tags[i].ID == arg },
	} {
		if found := v.entries(v.tags, same); len(found) > 0 {
			return found[:1]
		}
	}
	return nil
}

// below reports that a tag lies below the one of this name or id.
func (v values) below(i int, arg string) bool {
	return slices.ContainsFunc(v.scene.Tags[i].Above, func(t scene.Named) bool { return sameName(t.Name, arg) || t.ID == arg })
}

func sameName(a, b string) bool { return key(line(a)) == key(line(b)) }

// calls reports that one of the names is this one.
func calls(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return sameName(n, name) })
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

// things are the values a list field is made of. Those of one performer, tag or group of Stash
// are known by it: two that become the same name are worth a note. What an earlier template gave
// already is not given again.
func (b *builder) things(f scene.Field, from values) (out []thing) {
	if !b.on(f) {
		return nil
	}
	return b.everyThing(f, from)
}

// everyThing is things whether or not the field is off.
func (b *builder) everyThing(f scene.Field, from values) (out []thing) {
	for _, t := range b.templates(f) {
		before := setOf(namesOf(out))
		for _, v := range t.List(from.of) {
			if name := line(v.Text); !before.has[key(name)] && (f != scene.FieldTags || b.chosen(v, from)) {
				out = append(out, thing{cmp.Or(v.Of, v.Text), name})
			}
		}
	}
	return out
}

// chosen reports whether a value may be among the tags of Plex: those not made of a tag of
// Stash always may.
func (b *builder) chosen(v template.Value, from values) bool {
	names := from.callTag(v.Of)
	if names == nil {
		return true
	}
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool { return calls(names, name) })
	}
	return !has(b.set.OmitTags) && (len(b.set.OnlyTags) == 0 || has(b.set.OnlyTags))
}

// callTag is how a tag of the scene or of a performer is called, nil if it is no tag.
func (v values) callTag(id string) []string {
	for _, t := range v.scene.Tags {
		if tagID(t.Named) == id {
			return append([]string{t.Name}, t.Aliases...)
		}
	}
	for _, p := range v.scene.Performers {
		for _, t := range p.Tags {
			if tagID(t) == id {
				return []string{t.Name}
			}
		}
	}
	return nil
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
	return slices.ContainsFunc(b.templates(f), func(t template.Template) bool { return t.Has(name) })
}
