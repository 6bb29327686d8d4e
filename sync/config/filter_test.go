package config_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/scene"
)

func TestAFilterOfFoldersWantsWholePaths(t *testing.T) {
	t.Parallel()
	for value, words := range map[string]string{
		"films":                "“films” is not a full path",
		"/data; films/old":     "“films/old” is not a full path",
		"smb://nas/films":      "is not a full path",
		"~/films":              "is not a full path",
		"//nas/films":          "is not a full path",
		`C:films`:              "is not a full path",
		"/data/a; ; %HOME%\\x": "is not a full path",
	} {
		s := config.Defaults()
		if err := option(t, "filter-paths-never").Set(&s, value); err == nil || !strings.Contains(err.Error(), words) || s.Filter.Paths.Any() {
			t.Errorf("%q: %v", value, err)
		}
	}
	s := config.Defaults()
	if err := option(t, "filter-paths-only").Set(&s, `/data/films/;\\nas\films; D:\a;;b`); err != nil || !slices.Equal(s.Filter.Paths.Only, []string{"/data/films/", `\\nas\films`, `D:\a;b`}) {
		t.Errorf("%q, %v", s.Filter.Paths.Only, err)
	}
}

func TestOrderAndCaseOfAFilterChangeNothing(t *testing.T) {
	t.Parallel()
	hash := func(f config.Filter) scene.Hash {
		s := config.Defaults()
		s.Filter = f
		return s.WantedHash()
	}
	tags := func(only, never []string) config.Filter {
		return config.Filter{Tags: config.Choice{Only: only, Never: never}}
	}
	if hash(tags([]string{"a", "B"}, nil)) != hash(tags([]string{"b", "A"}, nil)) || hash(config.Filter{Organized: config.Any}) != hash(config.Filter{}) {
		t.Error("what makes no difference counts")
	}
	seen := map[scene.Hash]int{}
	for i, f := range []config.Filter{
		{}, tags([]string{"a"}, nil), tags(nil, []string{"a"}), {Studios: config.Choice{Only: []string{"a"}}}, {Studios: config.Choice{Never: []string{"a"}}},
		{Paths: config.Choice{Only: []string{"/a"}}}, {Paths: config.Choice{Only: []string{"/A"}}}, {Organized: config.Required}, {Organized: config.Without}, {URL: config.Required}, {StashID: config.Required},
	} {
		if j, twice := seen[hash(f)]; twice {
			t.Errorf("filters %d and %d have one hash", i, j)
		}
		seen[hash(f)] = i
	}
}

func TestOnlyWhatIsWantedIsAskedFor(t *testing.T) {
	t.Parallel()
	s := config.Defaults()
	if s.Parts() != 0 {
		t.Errorf("the defaults ask for %b", s.Parts())
	}
	s.Filter.URL, s.Filter.StashID = config.Without, config.Any
	if s.Parts() != scene.PartURLs {
		t.Errorf("a filter for URLs asks for %b", s.Parts())
	}
	s.Filter.StashID = config.Required
	if s.Parts() != scene.PartURLs|scene.PartStashIDs {
		t.Errorf("both filters ask for %b", s.Parts())
	}
}
