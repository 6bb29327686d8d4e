package plan

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/scene"
)

func TestPerformersAreLeftOutOfATitle(t *testing.T) {
	t.Parallel()
	for title, c := range map[string]struct {
		names string // separated by semicolons
		want  string
	}{
		"Ada Lovelace - The Engine":                 {"Ada Lovelace", "The Engine"},
		"ADA LOVELACE: The Engine":                  {"Ada Lovelace", "The Engine"},
		"The Engine – Ada Lovelace":                 {"Ada Lovelace", "The Engine"},
		"The Engine with Ada Lovelace":              {"Ada Lovelace", "The Engine"},
		"The Engine feat. Ada Lovelace & Ben Hale":  {"Ada Lovelace;Ben Hale", "The Engine"},
		"The Engine (Ada Lovelace, Ben Hale)":       {"Ada Lovelace;Ben Hale", "The Engine"},
		"[Ada Lovelace] The Engine":                 {"Ada Lovelace", "The Engine"},
		"Ada Lovelace, Ben Hale and Cleo in London": {"Ada Lovelace;Ben Hale;Cleo", "in London"},
		"Ada Lovelace and the Engine":               {"Ada Lovelace", "the Engine"},
		"The Engine with Ada Lovelace in London":    {"Ada Lovelace", "The Engine in London"},
		"Ben with Ada Lovelace and dogs":            {"Ada Lovelace", "Ben and dogs"},
		"One - Ada Lovelace - Two":                  {"Ada Lovelace", "One - Two"},
		"One: Ada Lovelace in Two":                  {"Ada Lovelace", "One: in Two"},
		"Ada Lovelace. The Engine!":                 {"Ada Lovelace", "The Engine!"},
		"Ada Lovelace":                              {"Ada Lovelace", ""},
		"Ada Lovelace & Ben Hale":                   {"Ada Lovelace;Ben Hale", ""},
		"Ada":                                       {"Ada", ""},
		"The Engine with'Ada":                       {"'", "The Engine withAda"}, // a name of marks alone puts nothing in
		"Ada - The Engine":                          {"Ada", "The Engine"},
		"The Engine (Ada)":                          {"Ada", "The Engine"},
		"Ada, Ben and Cleo - The Engine":            {"Ada;Ben;Cleo", "The Engine"},
		"Nothing of them":                           {"Ada Lovelace;Ben", "Nothing of them"},
		"No performers":                             {"", "No performers"},
		"":                                          {"Ada", ""},
		// One word may mean something else.
		"Angel of the Sea":        {"Angel", "Angel of the Sea"},
		"Anniversary - Part Two":  {"Ann", "Anniversary - Part Two"},
		"Ada's Engine - Part One": {"Ada", "Ada's Engine - Part One"},
		"Mary-Ada - Part One":     {"Ada", "Mary-Ada - Part One"},
		"O'Ada - Part One":        {"Ada", "O'Ada - Part One"},
		// The longer name first, whatever their order.
		"Ann Lee Brown - The Boat":           {"Ann Lee;Ann Lee Brown", "The Boat"},
		"Ann Lee - Ann Lee Brown - The Boat": {"Ann Lee;Ann Lee Brown", "The Boat"},
		// Odd names.
		"Ke$ha - Live":                       {"Ke$ha", "Live"},
		"*NSYNC - Live":                      {"*NSYNC", "Live"},
		"$$$ - Live":                         {"$$$", "Live"},
		"J.R. O'Neil (Sr.) - Live":           {"J.R. O'Neil (Sr.)", "Live"},
		".* [a-z]+ - Live":                   {".*;[a-z]+", "Live"},
		"🌸 Hana 🌸 - Live":                    {"🌸 Hana 🌸", "Live"},
		"Zo\u00eb Br\u00fbl\u00e9 - Live":    {"Zoe\u0308 Bru\u0302le\u0301", "Live"},
		"Zoe\u0308 Bru\u0302le\u0301 - Live": {"ZO\u00cb BR\u00dbL\u00c9", "Live"},
		"花子 - 冒険":                            {"花子", "冒険"},
		"花子の冒険":                              {"花子", "花子の冒険"},
		"נועה כהן - הספינה":                  {"נועה כהן", "הספינה"},
		"And and And":                        {"And", ""},
		"With - With":                        {"With", ""},
		"Mr. 100 % - Live":                   {"Mr. 100 %", "Live"},
	} {
		var names []string
		if c.names != "" {
			names = strings.Split(c.names, ";")
		}
		if got := nameless(title, names); got != c.want {
			t.Errorf("%q without %q is %q, want %q", title, c.names, got, c.want)
		}
	}
}

// Whatever is taken out, nothing is put in, no name of several words stays as whole words, and a second time nothing more is taken.
func TestNothingIsPutIntoATitleWithoutPerformers(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"Ada", "Lovelace", "Ben Hale", "with", "and", "(", ")", "-", " - ", ",", "'", " ", "花", "é", "e\u0301", "🌸", "100 %", "x"})
	rapid.Check(t, func(t *rapid.T) {
		title := line(strings.Join(rapid.SliceOf(piece).Draw(t, "title"), rapid.SampledFrom([]string{"", " "}).Draw(t, "joined")))
		names := []string{}
		for _, n := range rapid.SliceOfN(rapid.SliceOfN(piece, 1, 3), 0, 4).Draw(t, "names") {
			names = append(names, line(strings.Join(n, " ")))
		}
		got := nameless(title, names)
		left := []rune(scene.Fold(title))
		for _, r := range scene.Fold(got) {
			for len(left) > 0 && left[0] != r {
				left = left[1:]
			}
			if len(left) == 0 {
				t.Fatalf("%q without %q is %q", title, names, got)
			}
			left = left[1:]
		}
		if len(names) == 0 && got != title || strings.Contains(got, taken) || got != line(got) {
			t.Fatalf("%q without %q is %q", title, names, got)
		}
	})
}

func TestATitleIsMadeWithoutPerformers(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	set.Sources = map[scene.Field][]string{scene.FieldTitle: {"{performers}[ - {title:without performers}]"}}
	s := scene.Scene{Title: "Ada Lovelace and Ben Hale - The Engine", Performers: []scene.Performer{
		{Named: scene.Named{ID: "1", Name: "Ada Lovelace"}}, {Named: scene.Named{ID: "2", Name: "Ben Hale"}}, {Named: scene.Named{ID: "3", Name: "Ben Hale"}, Disambiguation: "actor"},
	}}
	if got := Want(s, set).Scalars[scene.FieldTitle]; got != "Ada Lovelace, Ben Hale, Ben Hale (actor) - The Engine" {
		t.Errorf("the title is %q", got)
	}
	s.Title = "Ada Lovelace"
	if got := Want(s, set).Scalars[scene.FieldTitle]; got != "Ada Lovelace, Ben Hale, Ben Hale (actor)" {
		t.Errorf("a title of a name alone is %q", got)
	}
}
