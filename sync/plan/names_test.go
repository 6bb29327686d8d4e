package plan_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

func performer(id, name, disambiguation string) scene.Performer {
	return scene.Performer{Named: scene.Named{ID: id, Name: name}, Disambiguation: disambiguation}
}

func TestPerformersOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   []scene.Performer
		want []string
		note string
	}{
		"alone, without its disambiguation": {[]scene.Performer{performer("1", "Ada", "the elder"), performer("2", "Ben", "")}, []string{"Ada", "Ben"}, ""},
		"one has none":                      {[]scene.Performer{performer("1", "Ada", ""), performer("2", "Ada", "the elder")}, []string{"Ada", "Ada (the elder)"}, "same name in Stash, told apart: “Ada”, “Ada (the elder)”"},
		"both have one":                     {[]scene.Performer{performer("1", "Ada", "I"), performer("2", "Ada", "II")}, []string{"Ada (I)", "Ada (II)"}, "told apart: “Ada (I)”, “Ada (II)”"},
		"in another case":                   {[]scene.Performer{performer("1", "ADA", ""), performer("2", "Ada", "I")}, []string{"ADA", "Ada (I)"}, "told apart: “ADA”, “Ada (I)”"},
		"nothing tells them apart":          {[]scene.Performer{performer("1", "Ada", ""), performer("2", "ada", "")}, []string{"Ada"}, "the same name in Plex, kept once: “Ada”, “ada”"},
		"a name like a label":               {[]scene.Performer{performer("1", "Ada (I)", ""), performer("2", "Ada", "I"), performer("3", "Ada", "")}, []string{"Ada (I)", "Ada"}, "kept once: “Ada (I)”, “Ada (I)”"},
		"the same one twice":                {[]scene.Performer{performer("1", "Ada", ""), performer("1", "Ada", "")}, []string{"Ada"}, ""},
		"unclean":                           {[]scene.Performer{performer("1", " Ada\u200b", ""), performer("2", "Ada", " the\nelder ")}, []string{"Ada", "Ada (the elder)"}, "told apart"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := plan.Want(scene.Scene{ID: 7, Performers: c.in}, config.Defaults())
			if got := w.Lists[scene.FieldPerformers]; !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			item := newShelf(scene.Item{Title: "x"}).read()
			d := fieldOf(t, plan.Make(item, w, plan.Memory{}, config.Defaults()), scene.FieldPerformers)
			if !strings.Contains(d.Said().String(), c.note) || c.note == "" && !d.Said().IsZero() {
				t.Errorf("note %q, want %q", d.Said(), c.note)
			}
		})
	}
}

func TestTagsThatAreOneInPlexAreNoted(t *testing.T) {
	t.Parallel()
	s := scene.Scene{ID: 7, Tags: named("Night", "night", "Fog", "E\u0301lan", "élan", "NIGHT")}
	w := plan.Want(s, config.Defaults())
	if got := w.Lists[scene.FieldTags]; !slices.Equal(got, []string{"Night", "Fog", "Élan"}) {
		t.Errorf("tags %q", got)
	}
	d := fieldOf(t, plan.Make(newShelf(scene.Item{Title: "x"}).read(), w, plan.Memory{}, config.Defaults()), scene.FieldTags)
	for _, note := range []string{"kept once: “Night”, “night”, “NIGHT”", "kept once: “Élan”, “élan”"} {
		if !strings.Contains(d.Said().String(), note) {
			t.Errorf("%q lacks %q", d.Said(), note)
		}
	}
}

// TestNothingDistinctIsFoldedSilently: every tag and performer has its own name in the
// wish, or stands in a note.
func TestNothingDistinctIsFoldedSilently(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := scene.Scene{ID: 7}
		for i := range rapid.IntRange(0, 6).Draw(t, "n") {
			name := rapid.SampledFrom([]string{"Ada", "ada", "Ada (I)", "Ben", "E\u0301lan", "Élan"}).Draw(t, "name")
			s.Performers = append(s.Performers, performer(string(rune('1'+i)), name, rapid.SampledFrom([]string{"", "I", "II"}).Draw(t, "disambiguation")))
			s.Tags = append(s.Tags, named(name)...)
			s.Tags[i].ID = string(rune('1' + i))
		}
		w := plan.Want(s, config.Defaults())
		for f, things := range map[scene.Field]int{scene.FieldPerformers: len(s.Performers), scene.FieldTags: len(s.Tags)} {
			noted := 0
			for _, n := range w.Notes {
				if n.Field == f && strings.Contains(n.Said().String(), "kept once") {
					noted += strings.Count(n.Said().String(), "“") - 1
				}
			}
			if names := len(w.Lists[f]); names+noted != things {
				t.Fatalf("%s: %d of %d have a name, %d stand in notes: %q %+v", f, names, things, noted, w.Lists[f], w.Notes)
			}
		}
	})
}
