package plan

import (
	"strconv"
	"time"
	"unicode/utf8"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Wanted is what a scene should look like in Plex, cleaned and capped. A field that is
// missing is not wished for: it is off, or Stash has nothing that could be written. A
// field with an empty value is empty in Stash.
type Wanted struct {
	Scalars map[scene.Field]string
	Lists   map[scene.Field][]string
	// Images has an entry for each image field that is not off, Unknown until the
	// caller fills it in.
	Images map[scene.Field]Image
	// Notes say what of the scene is not wanted as it is, and why: a partial date, a
	// list beyond its limit.
	Notes []Decision
}

// Image is a wanted picture.
type Image struct {
	// SHA1 is that of the bytes, lower-case hexadecimal; empty when Stash has none.
	SHA1 string
	// Unknown leaves the field alone: nobody looked at the picture.
	Unknown bool
	// Listed tells that Plex's list of pictures was read, and Selected is the SHA1 of
	// the selected one if that is an upload, else empty. See Look.
	Listed   bool
	Selected string
}

// Want reduces a scene to what may be written under the settings. It is deterministic:
// capped lists keep the first names in Stash's order.
func Want(s scene.Scene, set config.Settings) Wanted {
	b := builder{set, Wanted{
		Scalars: map[scene.Field]string{}, Lists: map[scene.Field][]string{}, Images: map[scene.Field]Image{},
	}}
	from := valuesOf(s)
	if title := line(b.made(scene.FieldTitle, from)); title != "" {
		b.scalar(scene.FieldTitle, title)
	}
	for _, f := range lines {
		b.scalar(f, line(b.made(f, from)))
	}
	b.summary(b.made(scene.FieldSummary, from))
	b.date(line(b.made(scene.FieldDate, from)))
	b.rating(line(b.made(scene.FieldRating, from)))
	b.performers(s, from)
	b.roles(from)
	b.pictures(from)
	b.list(scene.FieldTags, b.things(scene.FieldTags, from), set.MaxTags)
	for _, f := range lists {
		b.list(f, b.things(f, from), 0)
	}
	for _, f := range []scene.Field{scene.FieldPoster, scene.FieldBackground} {
		if b.on(f) {
			b.out.Images[f] = Image{Unknown: true}
		}
	}
	return b.out
}

// lines are the fields of one line that take any text, lists those that take any names.
var (
	lines = []scene.Field{
		scene.FieldSortTitle, scene.FieldOriginalTitle, scene.FieldTagline, scene.FieldEdition, scene.FieldStudio, scene.FieldContentRating,
	}
	lists = []scene.Field{
		scene.FieldDirectors, scene.FieldWriters, scene.FieldProducers, scene.FieldCountries, scene.FieldCollections, scene.FieldLabels,
	}
)

type builder struct {
	set config.Settings
	out Wanted
}

// on reports a field that something is wanted of: it is not off, and made of something.
func (b *builder) on(f scene.Field) bool {
	made := f.Kind() == scene.Image || f == scene.FieldPerformerPictures || len(b.set.Source(f)) > 0
	return b.set.Policy(f) != config.Off && made
}

func (b *builder) scalar(f scene.Field, v string) {
	if b.on(f) {
		b.out.Scalars[f] = v
	}
}

func (b *builder) note(d Decision) {
	if b.on(d.Field) {
		d.Action = Skip
		b.out.Notes = append(b.out.Notes, d)
	}
}

func (b *builder) summary(details string) {
	out, short := text(details)
	b.scalar(scene.FieldSummary, out)
	if short {
		b.note(Decision{Field: scene.FieldSummary, Why: message.New(message.PlanShortened, message.Count(utf8.RuneCountInString(out)))})
	}
}

// date wants full days only: Plex has no other.
func (b *builder) date(date string) {
	if date == "" {
		b.scalar(scene.FieldDate, "")
		return
	}
	if _, err := time.Parse(time.DateOnly, date); err == nil {
		b.scalar(scene.FieldDate, date)
		return
	}
	b.note(Decision{Field: scene.FieldDate, New: date, Code: skip.PartialDate, Why: message.New(message.PlanPartialDate)})
}

// rating wants what Plex takes: a number from 0 to 10, none for 0.
func (b *builder) rating(text string) {
	if n, err := strconv.ParseFloat(text, 64); text != "" && (err != nil || !(0 <= n && n <= 10)) {
		b.note(Decision{Field: scene.FieldRating, Why: message.New(message.PlanNotARating)})
		return
	}
	b.scalar(scene.FieldRating, text)
}

// list drops empty names and those that are the same name to Plex, which it notes when
// they are different things in Stash, and keeps the first limit.
func (b *builder) list(f scene.Field, things []thing, limit int) {
	if !b.on(f) {
		return
	}
	out := []string{}
	var groups []group
	for _, t := range things {
		if t.name == "" {
			continue
		}
		n := len(groups)
		if groups = gather(groups, key(t.name), t); len(groups) > n {
			out = append(out, t.name)
		}
	}
	for _, g := range severalOf(groups) {
		b.note(Decision{Field: f, Why: g.folded()})
	}
	if limit > 0 && len(out) > limit {
		b.note(Decision{Field: f, Kept: out[limit:], Why: message.New(message.PlanBeyondLimit, message.Count(len(out)-limit), message.Count(limit))})
		out = out[:limit]
	}
	b.out.Lists[f] = out
}

// rating turns Stash's 1 to 100 into Plex's 0.1 to 10; zero means none.
func rating(r int) string {
	if r <= 0 {
		return ""
	}
	return strconv.FormatFloat(float64(min(r, 100))/10, 'f', -1, 64)
}
