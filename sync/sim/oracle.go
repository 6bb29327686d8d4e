package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Why a scene must not be written.
const (
	WhyRaw       = "raw"
	WhyNoFile    = "nofile"
	WhyOutside   = "outside"
	WhyMissing   = "missing"
	WhyAmbiguous = "ambiguous"
)

// DiffOptions say how strictly Diff judges. The zero value compares title, studio, summary, date, actors and genres.
type DiffOptions struct {
	Skip       []string // names of fields not to compare: title, studio, summary, originallyAvailableAt, actor, genre
	Posters    bool     // the selected poster is the scene's cover
	Locks      bool     // every compared field that Stash has a value for is locked
	MaxTags    int      // a longer list needs only hold the first ones; 0 = 100
	MaxActors  int      // 0 = 50
	MaxText    int      // a longer summary needs only start alike; 0 = 9000 characters
	KeepLocked []string // rating keys whose locked fields belong to a person
}

// wanted is what an item of a scene should hold, judged from Stash alone.
type wanted struct {
	fields map[string]string
	tags   map[string][]string
	cover  []byte
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
	v.tags["actor"] = s.names("performer", sc.PerformerIDs)
	v.tags["genre"] = s.names("tag", sc.TagIDs)
	return v
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

// judge looks at both sides at one moment; it holds both locks for reading.
type judge struct {
	w      *World
	index  map[string][]*item
	owners map[*item][]int
}

// judge indexes Plex's files by comparable path and tells which scenes own each item.
func (w *World) judge() (j *judge, unlock func()) {
	w.Stash.mu.RLock()
	w.Plex.mu.RLock()
	j = &judge{w: w, index: map[string][]*item{}, owners: map[*item][]int{}}
	for path, items := range w.Plex.files {
		key := w.comparable(path)
		j.index[key] = append(j.index[key], items...)
	}
	for _, id := range w.Stash.order {
		for _, it := range j.targets(w.Stash.scenes[id]) {
			j.owners[it] = append(j.owners[it], id)
		}
	}
	return j, func() {
		w.Plex.mu.RUnlock()
		w.Stash.mu.RUnlock()
	}
}

// comparable is a path without what two systems may disagree on: Unicode form, and letter case on Windows.
func (w *World) comparable(path string) string {
	path = norm.NFC.String(path)
	if w.opt.WindowsPlex {
		return strings.ToLower(path)
	}
	return path
}

// targets are the items that hold one of the scene's files, by rating key.
func (j *judge) targets(sc *Scene) []*item {
	var out []*item
	for _, f := range sc.Files {
		path, ok := j.w.PlexPath(f.Path)
		if !ok {
			continue
		}
		for _, it := range j.index[j.w.comparable(path)] {
			if !slices.Contains(out, it) {
				out = append(out, it)
			}
		}
	}
	slices.SortFunc(out, func(a, b *item) int { return a.key - b.key })
	return out
}

func (j *judge) why(sc *Scene) string {
	raw := sc.StudioID == 0 && len(sc.PerformerIDs) == 0 && len(sc.TagIDs) == 0 && sc.Details == "" && sc.Date == ""
	inside := slices.ContainsFunc(sc.Files, func(f *File) bool { _, ok := j.w.PlexPath(f.Path); return ok })
	targets := j.targets(sc)
	shared := slices.ContainsFunc(targets, func(it *item) bool { return len(j.owners[it]) > 1 })
	switch {
	case raw:
		return WhyRaw
	case len(sc.Files) == 0:
		return WhyNoFile
	case !inside:
		return WhyOutside
	case len(targets) == 0:
		return WhyMissing
	case shared:
		return WhyAmbiguous
	}
	return ""
}

// Expect returns for every scene that must not be written the reason, by scene id. All others must be in step.
func (w *World) Expect() map[int]string {
	j, unlock := w.judge()
	defer unlock()
	out := map[int]string{}
	for id, sc := range w.Stash.scenes {
		if why := j.why(sc); why != "" {
			out[id] = why
		}
	}
	return out
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
	person := slices.Contains(o.KeepLocked, it.id())
	for _, field := range []string{"title", "studio", "summary", "originallyAvailableAt"} {
		want := v.fields[field]
		if slices.Contains(o.Skip, field) || want == "" || (person && it.locked[field]) {
			continue
		}
		if have := it.get(field); !o.sameText(want, plain(have)) {
			out = append(out, fmt.Sprintf("%s is %q, want %q", field, have, want))
		}
		out = o.unlocked(out, it, field)
	}
	for kind, most := range map[string]int{"actor": orInt(o.MaxActors, 50), "genre": orInt(o.MaxTags, 100)} {
		if slices.Contains(o.Skip, kind) || (person && it.locked[kind]) {
			continue
		}
		out = append(out, compareTags(kind, v.tags[kind], it.tagNames(kind), most)...)
		if len(v.tags[kind]) > 0 {
			out = o.unlocked(out, it, kind)
		}
	}
	if v.cover != nil && !(person && it.locked["thumb"]) {
		if want := "upload://posters/" + sha1Hex(v.cover); it.poster.selected != want {
			out = append(out, fmt.Sprintf("poster is %q, want %q", it.poster.selected, want))
		}
		out = o.unlocked(out, it, "thumb")
	}
	return out
}

func (o DiffOptions) unlocked(out []string, it *item, field string) []string {
	if o.Locks && !it.locked[field] {
		return append(out, field+" is not locked")
	}
	return out
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

// compareTags ignores letter case, order and repetition: names are the identity of tags in Plex.
func compareTags(kind string, want, have []string, most int) (out []string) {
	has := func(list []string, name string) bool {
		return slices.ContainsFunc(list, func(v string) bool { return strings.EqualFold(plain(v), plain(name)) })
	}
	for i, name := range want {
		if i < most && !has(have, name) {
			out = append(out, fmt.Sprintf("%s lacks %q", kind, name))
		}
	}
	for _, name := range have {
		if !has(want, name) {
			out = append(out, fmt.Sprintf("%s has %q, which Stash does not", kind, name))
		}
	}
	return out
}

// fill makes an item hold what its scene says, locked, as if it had been synced before.
func (w *World) fill(it *item, sc *Scene) {
	v := w.Stash.want(sc)
	v.fields["title"], v.fields["summary"] = sc.Title, sc.Details
	for field, value := range v.fields {
		if value != "" {
			it.set(field, value)
			it.lock(field)
		}
	}
	for kind, names := range v.tags {
		for _, name := range names {
			w.Plex.addTag(it, kind, name, "")
		}
		if len(names) > 0 {
			it.lock(kind)
		}
	}
	if image := sc.cover.bytes(); image != nil && w.opt.SyncedCovers {
		key := "upload://posters/" + sha1Hex(image)
		it.poster = picture{uploads: []upload{{key, image}}, selected: key, stamp: it.added + 1}
		it.lock("thumb")
	}
}

// TargetKeys returns the rating keys of all items that hold one of the scene's files.
func (w *World) TargetKeys(sceneID int) []string {
	j, unlock := w.judge()
	defer unlock()
	sc, ok := w.Stash.scenes[sceneID]
	if !ok {
		return nil
	}
	var out []string
	for _, it := range j.targets(sc) {
		out = append(out, strconv.Itoa(it.key))
	}
	return out
}
