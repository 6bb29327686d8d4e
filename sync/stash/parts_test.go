package stash_test

import (
	"reflect"
	"strings"
	"testing"

	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

const everyPart = scene.PartCode | scene.PartDirector | scene.PartURLs | scene.PartStashIDs | scene.PartVideo | scene.PartParents |
	scene.PartAliases | scene.PartTagTree | scene.PartGender | scene.PartCountry | scene.PartPerformerTags | scene.PartGroups | scene.PartPictures

// related is a world whose first scene has everything a part can be about.
func related(w *sim.World) error {
	s := w.Stash
	night, dark, thing, keeper := s.TagID("Night"), s.TagID("Dark"), s.TagID("Thing"), s.TagID("Keeper")
	who, branch := s.PerformerID("Ada Gull", ""), s.StudioID("Branch")
	steps := []func() error{
		func() error { return s.SetTagParents(night, dark, thing) },
		func() error { return s.SetTagParents(dark, thing) },
		func() error { return s.SetTagAliases(night, "Nacht", "Nuit") },
		func() error { return s.SetParentStudio(branch, s.StudioID("House")) },
		func() error { return s.SetParentStudio(s.StudioID("House"), s.StudioID("World")) },
		func() error {
			return s.EditPerformer(who, func(p *sim.Performer) { p.Gender, p.Country, p.TagIDs, p.Picture = "FEMALE", "NO", []int{keeper}, true })
		},
		func() error { return s.ReplaceVideo(1, 1280, 720, 61) },
		func() error {
			return s.Edit(1, func(sc *sim.Scene) {
				sc.Code, sc.Director, sc.URLs = "N-1", "Dee Rector", []string{"https://example.org/1"}
				sc.StashIDs = []sim.StashID{{Endpoint: "https://example.org/graphql", ID: "0f6f"}}
				sc.TagIDs, sc.PerformerIDs, sc.StudioID = []int{night}, []int{who}, branch
				sc.Groups = []sim.GroupLink{{Name: "Coasts", Index: 3}, {Name: "Ports"}}
			})
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func TestEveryPartOfASceneIsReadAndNoneUnasked(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Scenes: 1})
	if err := related(w); err != nil {
		t.Fatal(err)
	}
	list, err := c.Scenes(t.Context(), []scene.ID{1}, everyPart)
	if err != nil {
		t.Fatal(err)
	}
	s := list[1]
	names := func(list []scene.Named) string {
		var out []string
		for _, n := range list {
			out = append(out, n.Name)
		}
		return strings.Join(out, ", ")
	}
	p, tag := s.Performers[0], s.Tags[0]
	for what, got := range map[string][2]any{
		"code": {s.Code, "N-1"}, "director": {s.Director, "Dee Rector"}, "addresses": {s.URLs, []string{"https://example.org/1"}},
		"stash ids":  {s.StashIDs, []scene.StashID{{Endpoint: "https://example.org/graphql", ID: "0f6f"}}},
		"video":      {[]any{s.Files[0].Width, s.Files[0].Height, s.Files[0].Duration}, []any{1280, 720, 61.0}},
		"studios":    {names(s.Studio.Above), "House, World"},
		"tags above": {names(tag.Above), "Dark, Thing"}, "aliases": {tag.Aliases, []string{"Nacht", "Nuit"}},
		"performer": {[]any{p.Gender, p.Country, names(p.Tags), p.Picture}, []any{"FEMALE", "NO", "Keeper", true}},
		"groups":    {[]any{s.Groups[0].Name, s.Groups[0].Number, s.Groups[1].Name, s.Groups[1].Number}, []any{"Coasts", 3, "Ports", 0}},
	} {
		if !reflect.DeepEqual(got[0], got[1]) {
			t.Errorf("%s: %v, want %v", what, got[0], got[1])
		}
	}
	if list, err = c.Scenes(t.Context(), []scene.ID{1}, 0); err != nil {
		t.Fatal(err)
	}
	bare := *list[1]
	s.Code, s.Director, s.URLs, s.StashIDs, s.Groups, s.Studio.Above = "", "", nil, nil, nil, nil
	s.Tags[0].Aliases, s.Tags[0].Above = nil, nil
	s.Performers[0].Gender, s.Performers[0].Country, s.Performers[0].Tags, s.Performers[0].Picture = "", "", nil, false
	s.Files[0].Width, s.Files[0].Height, s.Files[0].Duration = 0, 0, 0
	if !reflect.DeepEqual(bare, *s) {
		t.Errorf("without parts: %+v, want %+v", bare, *s)
	}
}

func TestNamesComeWithWhatElseOfThemIsUsed(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Scenes: 1})
	if err := related(w); err != nil {
		t.Fatal(err)
	}
	bare, err := c.Names(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	full, err := c.Names(t.Context(), everyPart)
	if err != nil {
		t.Fatal(err)
	}
	if len(bare.Groups) != 0 || len(full.Groups) != 2 {
		t.Errorf("groups %v without, %v with", bare.Groups, full.Groups)
	}
	for kind, lists := range map[string][2][]scene.Named{
		"tags": {bare.Tags, full.Tags}, "performers": {bare.Performers, full.Performers}, "studios": {bare.Studios, full.Studios},
	} {
		more := 0
		for i, n := range lists[1] {
			if n.Name != lists[0][i].Name {
				more++
			}
			if scene.WithoutFacts(n.Name) != lists[0][i].Name {
				t.Errorf("%s: %q is %q without facts", kind, lists[0][i].Name, scene.WithoutFacts(n.Name))
			}
		}
		if more == 0 {
			t.Errorf("%s: no facts", kind)
		}
	}
}

// TestAnOldStashIsAskedForMovies: groups have that name since Stash 0.27, and a question for a
// field that a server does not know fails as a whole.
func TestAnOldStashIsAskedForMovies(t *testing.T) {
	t.Parallel()
	for version, movies := range map[string]bool{"v0.25.1": true, "v0.26.0": true, "v0.27.0": false, "v0.30.1-19-gcf3489efd": false, "dev": false} {
		f := serve(t, func(a asked) answer {
			switch a.name {
			case "Version":
				return ok(`{"data":{"version":{"version":"` + version + `"}}}`)
			case "Names":
				return ok(`{"data":{"findTags":{"tags":[]},"findPerformers":{"performers":[]},"findStudios":{"studios":[]},"findGroups":{"groups":[{"id":"1","name":"Coasts"}]}}}`)
			}
			return library(map[string]string{"3": `{"id":"3","files":[],"groups":[{"scene_index":3,"group":{"id":"1","name":"Coasts"}},{"scene_index":null,"group":{"id":"2","name":"Ports"}}]}`}, nil)(a)
		})
		c := client(f.URL, "")
		list, err := c.Scenes(t.Context(), []scene.ID{3}, scene.PartGroups)
		if err != nil || len(list[3].Groups) != 2 || list[3].Groups[0].Number != 3 || list[3].Groups[1].Name != "Ports" {
			t.Errorf("%q: %+v, %v", version, list[3], err)
		}
		names, err := c.Names(t.Context(), scene.PartGroups)
		if err != nil || len(names.Groups) != 1 {
			t.Errorf("%q: %+v, %v", version, names.Groups, err)
		}
		if _, err := c.Names(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		asked := append(f.seen("Scenes"), f.seen("Names")...)
		for i, a := range asked[:2] {
			if got := strings.Contains(a.query, "movies"); got != movies {
				t.Errorf("%q: question %d asks for movies: %v", version, i, got)
			}
		}
		if n := len(f.seen("Version")); n != 1 || strings.Contains(strings.ToLower(asked[2].query), "groups") {
			t.Errorf("%q: the version was asked for %d times; without groups: %s", version, n, asked[2].query)
		}
	}
}

// TestMoviesAreGroups: the simulated server has both names for them, as a real one has.
func TestMoviesAreGroups(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Scenes: 1})
	if err := related(w); err != nil {
		t.Fatal(err)
	}
	w.Stash.SetVersion("v0.26.2")
	list, err := c.Scenes(t.Context(), []scene.ID{1}, scene.PartGroups)
	if err != nil || len(list[1].Groups) != 2 || list[1].Groups[0] != (scene.Group{Named: list[1].Groups[0].Named, Number: 3}) {
		t.Errorf("%+v, %v", list[1], err)
	}
	names, err := c.Names(t.Context(), scene.PartGroups)
	if err != nil || len(names.Groups) != 2 {
		t.Errorf("%+v, %v", names.Groups, err)
	}
}

// TestTheUsualQuestionsAskForNoParts: what nobody uses costs Stash nothing.
func TestTheUsualQuestionsAskForNoParts(t *testing.T) {
	t.Parallel()
	f := serve(t, func(a asked) answer {
		if a.name == "Names" {
			return ok(`{"data":{"findTags":{"tags":[]},"findPerformers":{"performers":[]},"findStudios":{"studios":[]}}}`)
		}
		return library(recorded(t), nil)(a)
	})
	c := client(f.URL, "")
	if _, err := c.Scenes(t.Context(), []scene.ID{3}, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Names(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	for _, a := range append(f.seen("Scenes"), f.seen("Names")...) {
		for _, word := range []string{"parent", "aliases", "gender", "country", "image_path", "groups", "movies", "urls", "code", "director", "stash_ids", "width", "Version"} {
			if strings.Contains(a.query, word) {
				t.Errorf("%s asks for %s:\n%s", a.name, word, a.query)
			}
		}
		if n := strings.Count(a.query, "fragment "); n > 1 {
			t.Errorf("%s has %d fragments", a.name, n)
		}
	}
	if n := len(f.seen("Version")); n != 0 {
		t.Errorf("the version was asked for %d times", n)
	}
}
