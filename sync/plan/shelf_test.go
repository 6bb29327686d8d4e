package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// shelf is an ideal Plex with one item: it does what an edit says, appends tags and
// gives an image a new path with every selection.
type shelf struct {
	item     scene.Item
	selected map[scene.Field]string // SHA1 of the selected upload
	clock    int
	writes   int
	// resets takes unlocked fields away which an edit of lists does not carry.
	resets bool
}

func newShelf(item scene.Item) *shelf {
	item.RatingKey, item.Section, item.Detailed = "55", "1", true
	if item.Locked == nil {
		item.Locked = map[string]bool{}
	}
	if item.Files == nil {
		item.Files = []string{"/plex/films/Harbour.Lights.2020.mkv"}
	}
	return &shelf{item: item, selected: map[scene.Field]string{}}
}

func (s *shelf) read() scene.Item {
	it := s.item
	it.Locked, it.Roles, it.Thumbs = maps.Clone(s.item.Locked), maps.Clone(s.item.Roles), maps.Clone(s.item.Thumbs)
	for _, list := range []*[]string{
		&it.Performers, &it.Tags, &it.Collections, &it.Labels, &it.Directors, &it.Writers, &it.Producers, &it.Countries,
	} {
		*list = slices.Clone(*list)
	}
	return it
}

func (s *shelf) selectImage(f scene.Field, sha string) {
	s.clock++
	path := fmt.Sprintf("/library/metadata/55/%s/%d", f.Wire(), s.clock)
	s.selected[f] = sha
	s.setThumb(f, path)
}

func (s *shelf) setThumb(f scene.Field, path string) {
	if f == scene.FieldBackground {
		s.item.Art = path
		return
	}
	s.item.Thumb = path
}

// apply carries a plan out.
func (s *shelf) apply(p plan.Plan) {
	if !p.Changed {
		return
	}
	s.writes++
	s.item.UpdatedAt++
	for _, u := range p.Uploads {
		s.selectImage(u.Field, u.SHA1)
	}
	for _, r := range p.Restores {
		switch {
		case s.selected[r.Field] != r.SHA1:
		case r.HadImage:
			s.selectImage(r.Field, r.Former)
		default:
			s.selected[r.Field] = ""
			s.setThumb(r.Field, "")
		}
	}
	if s.resets && len(p.Edit.Lists) > 0 {
		s.resetUncarried(p.Edit)
	}
	for name, v := range p.Edit.Scalars {
		*s.scalar(name) = v
	}
	for name, l := range p.Edit.Lists {
		list := s.list(name)
		*list = edited(*list, l)
		given(&s.item.Roles, l.Roles)
		given(&s.item.Thumbs, l.Thumbs)
	}
	maps.Copy(s.item.Locked, p.Edit.Locks)
}

// given adds what the actors get.
func given(to *map[string]string, more map[string]string) {
	if *to == nil && len(more) > 0 {
		*to = map[string]string{}
	}
	maps.Copy(*to, more)
}

func (s *shelf) resetUncarried(e plan.Edit) {
	stays := func(name string, carried bool) bool { return carried || s.item.Locked[name] || e.Locks[name] }
	for _, name := range []string{"title", "studio", "summary", "originallyAvailableAt", "tagline", "contentRating", "originalTitle"} {
		if _, carried := e.Scalars[name]; !stays(name, carried) {
			*s.scalar(name) = ""
		}
	}
	for _, name := range []string{"actor", "genre", "collection", "director", "writer", "producer", "country"} {
		if _, carried := e.Lists[name]; !stays(name, carried) {
			*s.list(name) = nil
		}
	}
}

func edited(list []string, e plan.ListEdit) []string {
	out := slices.DeleteFunc(slices.Clone(list), func(n string) bool { return containsName(e.Remove, n) })
	for _, n := range e.Want {
		if !containsName(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func containsName(list []string, name string) bool {
	return slices.ContainsFunc(list, func(n string) bool { return scene.Fold(n) == scene.Fold(name) })
}

func (s *shelf) scalar(wire string) *string {
	return map[string]*string{
		"title": &s.item.Title, "studio": &s.item.Studio, "summary": &s.item.Summary, "originallyAvailableAt": &s.item.Date,
		"userRating": &s.item.Rating, "originalTitle": &s.item.OriginalTitle, "tagline": &s.item.Tagline,
		"contentRating": &s.item.ContentRating, "titleSort": &s.item.TitleSort, "editionTitle": &s.item.Edition,
	}[wire]
}

func (s *shelf) list(wire string) *[]string {
	return map[string]*[]string{
		"actor": &s.item.Performers, "genre": &s.item.Tags, "collection": &s.item.Collections, "label": &s.item.Labels,
		"director": &s.item.Directors, "writer": &s.item.Writers, "producer": &s.item.Producers, "country": &s.item.Countries,
	}[wire]
}

// plan looks at the item's pictures where it must, and makes a plan.
func (s *shelf) plan(want plan.Wanted, mem plan.Memory, set config.Settings) plan.Plan {
	for _, f := range plan.PicturesToRead(s.read(), want, mem, set) {
		img := want.Images[f]
		img.Listed, img.Selected = true, s.selected[f]
		want.Images = maps.Clone(want.Images)
		want.Images[f] = img
	}
	return plan.Make(s.read(), want, mem, set)
}

// sync makes a plan, carries it out and verifies, as the worker does.
func (s *shelf) sync(want plan.Wanted, mem plan.Memory, set config.Settings) (plan.Plan, plan.Memory) {
	p := s.plan(want, mem, set)
	if !p.Changed {
		return p, p.Adopted(mem)
	}
	mem = p.Intent(mem, noon)
	s.apply(p)
	mem, _ = p.Verify(s.read(), mem, noon)
	return p, mem
}

func allFields(p config.Policy) config.Settings {
	set := config.Defaults()
	for _, f := range scene.Fields() {
		set.Fields[f] = p
	}
	return set
}

func named(names ...string) []scene.Tag {
	var out []scene.Tag
	for i, n := range names {
		out = append(out, scene.Tag{Named: scene.Named{ID: fmt.Sprint(i + 1), Name: n}})
	}
	return out
}

func performers(names ...string) []scene.Performer {
	var out []scene.Performer
	for _, n := range named(names...) {
		out = append(out, scene.Performer{Named: n.Named})
	}
	return out
}

func harbour() scene.Scene {
	return scene.Scene{
		ID: 7, Title: "Harbour Lights", Details: "Ships at night.\nA second line.", Date: "2020-05-17", Rating: 85,
		Studio:     &scene.Studio{Named: scene.Named{ID: "1", Name: "North Quay"}},
		Performers: performers("Ada Keel", "Ben Mast"), Tags: named("Night", "Ships"),
		Files: []scene.File{{ID: "1", Path: "/stash/films/Harbour.Lights.2020.mkv"}},
	}
}

func wantHarbour(set config.Settings) plan.Wanted {
	w := plan.Want(harbour(), set)
	for f := range w.Images {
		w.Images[f] = plan.Image{SHA1: "aa" + f.Wire()}
	}
	return w
}

func fieldOf(t *testing.T, p plan.Plan, f scene.Field) plan.Decision {
	t.Helper()
	d, ok := p.Decision(f)
	if !ok {
		t.Fatalf("no decision about %s", f)
	}
	return d
}
