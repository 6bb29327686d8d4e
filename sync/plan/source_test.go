package plan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// sourced are settings with all fields on and this source for one of them.
func sourced(f scene.Field, templates ...string) config.Settings {
	set := allFields(config.Merge)
	set.Sources = map[scene.Field][]string{f: templates}
	return set
}

func TestATitleIsMadeOfItsSource(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"{studio} - {title}[ ({year})]":   "North Quay - Harbour Lights (2020)",
		"{filename} in {folder}":          "Harbour.Lights.2020 in films",
		"{date} {id} {rating} {stars}":    "2020-05-17 7 8.5 4",
		"{performers}: {title}":           "Ada Keel, Ben Mast: Harbour Lights",
		"{tag}":                           "Night, Ships",
		"{title}[ {organized:checked}]":   "Harbour Lights",
		"{title}  \t{tag:NIGHT}{tag:2}\n": "Harbour Lights NightShips",
		"{details}":                       "Ships at night. A second line.",
	} {
		if got := plan.Want(harbour(), sourced(scene.FieldTitle, source)).Scalars[scene.FieldTitle]; got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

func TestATitleWhoseSourceGivesNothingIsLeftAlone(t *testing.T) {
	t.Parallel()
	if got, wished := plan.Want(harbour(), sourced(scene.FieldTitle, "{organized:checked}")).Scalars[scene.FieldTitle]; wished {
		t.Errorf("%q is wanted", got)
	}
	if got, wished := plan.Want(harbour(), sourced(scene.FieldStudio, "{organized:checked}")).Scalars[scene.FieldStudio]; !wished || got != "" {
		t.Errorf("studio %q, wished %v", got, wished)
	}
}

func TestCollectionsAreMadeOfAnySource(t *testing.T) {
	t.Parallel()
	s := harbour()
	s.Organized = true
	w := plan.Want(s, sourced(scene.FieldCollections,
		"Site: {studio}", "Actor: {performer}", "{tag:Ships}", "{tag:Fog}", "{tag}", "{organized:Checked}", "{stars} stars", "Lockstep", "CHECKED"))
	want := []string{"Site: North Quay", "Actor: Ada Keel", "Actor: Ben Mast", "Ships", "Night", "Checked", "4 stars", "Lockstep"}
	if got := w.Lists[scene.FieldCollections]; !slices.Equal(got, want) || len(w.Notes) != 0 {
		t.Errorf("got %q, want %q; notes %v", got, want, w.Notes)
	}
}

func TestPlaceholdersAtTheirEdges(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*scene.Scene)
		source string
		want   string
	}{
		"no file":                      {func(s *scene.Scene) { s.Files = nil }, "x{filename}{folder}", ""},
		"a file at the root":           {func(s *scene.Scene) { s.Files[0].Path = "/a.mkv" }, "{filename}[ in {folder}]", "a"},
		"Windows":                      {func(s *scene.Scene) { s.Files[0].Path = `D:\Films\A.b.mkv` }, "{folder}/{filename}", "Films/A.b"},
		"a name with a backslash":      {func(s *scene.Scene) { s.Files[0].Path = `/films/a\b.mkv` }, "{filename}", `a\b`},
		"a month":                      {func(s *scene.Scene) { s.Date = "2019-07" }, "{date} {year}", "2019-07 2019"},
		"no date":                      {func(s *scene.Scene) { s.Date = "" }, "{year}", ""},
		"no date at all":               {func(s *scene.Scene) { s.Date = "soon" }, "[{year} ]{date}", "soon"},
		"lowest rating":                {func(s *scene.Scene) { s.Rating = 1 }, "{stars} {rating}", "1 0.1"},
		"highest rating":               {func(s *scene.Scene) { s.Rating = 100 }, "{stars} {rating}", "5 10"},
		"no rating":                    {func(s *scene.Scene) { s.Rating = 0 }, "{stars}{rating}", ""},
		"no studio":                    {func(s *scene.Scene) { s.Studio = nil }, "by {studio}", ""},
		"a tag whose name is a number": {func(s *scene.Scene) { s.Tags = named("Fog", "Night", "2") }, "{tag:2}", "2"},
		"one name twice": {func(s *scene.Scene) {
			s.Performers = performers("Ada", "ada")
			s.Performers[1].Disambiguation = "II"
		}, "{performers}", "Ada, ada (II)"},
	} {
		s := harbour()
		tt.change(&s)
		if got := plan.Want(s, sourced(scene.FieldStudio, tt.source)).Scalars[scene.FieldStudio]; got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

// pieces are what sources in these tests are put together from.
var pieces = []string{"{title}", "{details}", "{year}", "{studio}", "{performers}", "{tag:Night}", "{organized:ok}", "{stars}", "[ ({date})]", "[{filename}: ]", " & ", "50%, ", "夜", "{{", "]]"}

func drawSource(t *rapid.T, list bool) string {
	s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 4).Draw(t, "pieces"), "")
	if list {
		s += rapid.SampledFrom([]string{"", "{performer}", "{tag}", "[{tag}, {studio}]"}).Draw(t, "list")
	}
	return s
}

var hostile = []string{"", "Night", "night", "a, b", "100 %", "%2C", "🚢 夜", "\u202eright to left", "tab\t\u0000bell\a", "e\u0301", strings.Repeat("long ", 20_000), "{title}"}

func drawScene(t *rapid.T) scene.Scene {
	word := rapid.SampledFrom(hostile)
	s := harbour()
	s.Title, s.Details, s.Organized = word.Draw(t, "title"), word.Draw(t, "details"), rapid.Bool().Draw(t, "organized")
	s.Date, s.Rating = rapid.SampledFrom([]string{"", "2020", "2020-05-17"}).Draw(t, "date"), rapid.IntRange(0, 100).Draw(t, "rating")
	s.Studio.Name = word.Draw(t, "studio")
	s.Tags = named(rapid.SliceOfN(word, 0, 8).Draw(t, "tags")...)
	s.Performers = performers(rapid.SliceOfN(word, 0, 5).Draw(t, "performers")...)
	return s
}

func TestWhatASourceGivesIsWrittenOnceAndCanBeUndone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		set, s := allFields(config.Mirror), drawScene(t)
		set.Sources = map[scene.Field][]string{}
		for _, f := range config.SourceFields() {
			set.Sources[f] = []string{drawSource(t, f.Kind() == scene.List)}
		}
		if err := set.Validate(); err != nil {
			t.Fatal(err)
		}
		w := plan.Want(s, set)
		w.Images = nil
		shelf := newShelf(scene.Item{Title: "agent", Studio: "agent", Tags: []string{"agent"}})
		before := faceOf(shelf)
		written, mem := shelf.sync(w, plan.Memory{}, set)
		for _, f := range config.SourceFields() {
			if f.Kind() == scene.List && !sameNames(shelf.item.List(f), w.Lists[f]) {
				t.Fatalf("%s is %q, want %q", f, shelf.item.List(f), w.Lists[f])
			}
			if want, wished := w.Scalars[f]; wished && shelf.item.Scalar(f) != want {
				t.Fatalf("%s is %q, want %q", f, shelf.item.Scalar(f), want)
			}
		}
		if p, _ := shelf.sync(w, mem, set); p.Changed {
			t.Fatalf("the second time %+v", p.Edit)
		}
		if _, _, missing := shelf.undo(written.Former, mem); len(missing) > 0 || !before.equal(faceOf(shelf)) {
			t.Fatalf("before %+v\nundone %+v\nmissing %+v", before, faceOf(shelf), missing)
		}
	})
}

func sameNames(a, b []string) bool {
	set := func(list []string) map[string]bool {
		out := map[string]bool{}
		for _, n := range list {
			out[scene.Fold(n)] = true
		}
		return out
	}
	return maps.Equal(set(a), set(b))
}

func TestOnlyChosenTagsBecomeGenres(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		only, omit []string
		source     string
		want       []string
	}{
		"all":             {nil, nil, "{tag}", []string{"Night", "Ships"}},
		"without one":     {nil, []string{" SHIPS", "Fog"}, "{tag}", []string{"Night"}},
		"only one":        {[]string{"ships"}, nil, "{tag}", []string{"Ships"}},
		"none of them":    {[]string{"Fog"}, nil, "{tag}", nil},
		"omitted wins":    {[]string{"Ships", "Night"}, []string{"Ships"}, "{tag}", []string{"Night"}},
		"not by the text": {nil, []string{"Ships"}, "Tag {tag}", []string{"Tag Night"}},
		"not others":      {[]string{"Fog"}, []string{"North Quay"}, "{studio}", []string{"North Quay"}},
	} {
		set := sourced(scene.FieldTags, tt.source)
		set.OnlyTags, set.OmitTags = tt.only, tt.omit
		w := plan.Want(harbour(), set)
		if got := w.Lists[scene.FieldTags]; !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
