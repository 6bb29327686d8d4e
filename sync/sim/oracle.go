package sim

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// DiffOptions say how strictly Diff judges. The zero value compares title, studio, summary, date, actors and genres.
type DiffOptions struct {
	Skip      []string // names of fields not to compare: title, studio, summary, originallyAvailableAt, actor, genre
	Posters   bool     // the selected poster is the scene's cover
	Locks     bool     // every compared field that Stash has a value for is locked
	Mirror    bool     // what a person edited in Plex is overwritten; otherwise it must be left alone
	MaxTags   int      // a longer list needs only hold the first ones; 0 = 100
	MaxActors int      // 0 = 50
	MaxText   int      // a longer summary needs only start alike; 0 = 9000 characters
}

// wanted is what an item of a scene should hold, judged from Stash alone.
type wanted struct {
	fields map[string]string
	tags   map[string][]string
	cover  []byte
	vague  bool // the date is only a year or a month
}

// want is deliberately simple: the oracle must not share an idea with the code it judges.
func (s *Stash) want(sc *Scene) wanted {
	v := wanted{fields: map[string]string{"title": plain(sc.Title), "summary": plain(sc.Details)}, tags: map[string][]string{}}
	if sc.StudioID != 0 {
		v.fields["studio"] = plain(s.studios[sc.StudioID].Name)
	}
	if len(sc.Date) == len("2006-01-02") {
		v.fields["originallyAvailableAt"] = sc.Date
	}
	v.vague = sc.Date != "" && len(sc.Date) < len("2006-01-02")
	v.tags["actor"] = s.actors(sc)
	v.tags["genre"] = s.names("tag", s.tagsOf(sc))
	return v
}

// actors names the performers of a scene; only where two share a name the disambiguation is shown.
func (s *Stash) actors(sc *Scene) []string {
	ids := s.performersOf(sc)
	out := s.names("performer", ids)
	bare := slices.Clone(out)
	for i, id := range ids {
		other := func(j int) bool { return j != i && strings.EqualFold(plain(bare[i]), plain(bare[j])) }
		if text := s.performers[id].Disambiguation; text != "" && slices.ContainsFunc(indexes(bare), other) {
			out[i] = bare[i] + " (" + text + ")"
		}
	}
	return out
}

func indexes(list []string) []int {
	out := make([]int, len(list))
	for i := range out {
		out[i] = i
	}
	return out
}

// plain drops what no reader sees, so that texts can be compared without judging how they were cleaned.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// Diff compares every scene that should be in step with all its Plex items and describes each difference in words, in
// order of scenes. An empty result means that nothing was lost.
func (w *World) Diff(opt DiffOptions) []string {
	j, unlock := w.judge()
	defer unlock()
	var out []string
	for _, id := range w.Stash.order {
		sc := w.Stash.scenes[id]
		if j.why(sc) != "" {
			continue
		}
		v := w.Stash.want(sc)
		if opt.Posters {
			v.cover = sc.cover.bytes()
		}
		for _, it := range j.targets(sc) {
			for _, what := range opt.compare(v, it) {
				out = append(out, fmt.Sprintf("scene %d, item %s: %s", id, it.id(), what))
			}
		}
	}
	return out
}

// compare lists the differences between one scene and one item.
func (o DiffOptions) compare(v wanted, it *item) (out []string) {
	for _, field := range []string{"title", "studio", "summary", "originallyAvailableAt"} {
		if !slices.Contains(o.Skip, field) && (o.Mirror || !it.persons(field)) {
			out = append(out, o.compareText(field, v, it)...)
		}
	}
	for _, kind := range []string{"actor", "genre"} {
		if !slices.Contains(o.Skip, kind) {
			out = append(out, o.compareTags(kind, v.tags[kind], it)...)
		}
	}
	if v.cover != nil && (o.Mirror || !it.persons("thumb")) {
		if want := "upload://posters/" + sha1Hex(v.cover); it.poster.selected != want {
			out = append(out, fmt.Sprintf("poster is %q, want %q", it.poster.selected, want))
		}
		out = append(out, o.unlocked(it, "thumb")...)
	}
	return out
}

// compareText: nothing in Stash means nothing in Plex, except that a title is never cleared; a date that is only a year
// or a month cannot be written and says nothing.
func (o DiffOptions) compareText(field string, v wanted, it *item) (out []string) {
	want, have := v.fields[field], it.get(field)
	switch {
	case want == "" && (field == "title" || v.vague && field == "originallyAvailableAt"):
		return nil
	case want == "" && have != "":
		return []string{fmt.Sprintf("%s is %q, want none", field, have)}
	case want == "":
		return nil
	case !o.sameText(want, plain(have)):
		out = append(out, fmt.Sprintf("%s is %q, want %q", field, have, want))
	}
	return append(out, o.unlocked(it, field)...)
}

// compareTags ignores letter case, order and repetition: names are the identity of tags in Plex. A list that a person
// made has to gain what Stash has, and keeps the rest.
func (o DiffOptions) compareTags(kind string, want []string, it *item) (out []string) {
	have, most := it.tagNames(kind), orInt(o.MaxTags, 100)
	if kind == "actor" {
		most = orInt(o.MaxActors, 50)
	}
	for i, name := range want {
		if i < most && !holdsName(have, name) {
			out = append(out, fmt.Sprintf("%s lacks %q", kind, name))
		}
	}
	for _, name := range have {
		if !holdsName(want, name) && (o.Mirror || !it.persons(kind)) {
			out = append(out, fmt.Sprintf("%s has %q, which Stash does not", kind, name))
		}
	}
	if len(want) > 0 {
		out = append(out, o.unlocked(it, kind)...)
	}
	return out
}

func holdsName(list []string, name string) bool {
	return slices.ContainsFunc(list, func(v string) bool { return strings.EqualFold(plain(v), plain(name)) })
}

func (o DiffOptions) unlocked(it *item, field string) []string {
	if o.Locks && !it.locked[field] {
		return []string{field + " is not locked"}
	}
	return nil
}

func (o DiffOptions) sameText(want, have string) bool {
	if most := orInt(o.MaxText, 9000); len([]rune(want)) > most {
		return strings.HasPrefix(have, string([]rune(want)[:most]))
	}
	return want == have
}

func orInt(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

func (it *item) tagNames(kind string) []string {
	var out []string
	for _, l := range it.tags[kind] {
		out = append(out, l.row.name)
	}
	return out
}
