package config_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/scene"
)

func TestEveryPresetCanBeTakenAndIsKnownAgain(t *testing.T) {
	t.Parallel()
	seen := map[scene.Hash]string{}
	for _, p := range config.Presets() {
		for _, from := range config.Presets() {
			s := from.Apply(config.Defaults())
			s.Filter.Organized, s.MaxTags, s.StashURL = config.Required, 7, "http://stash.test"
			changes := p.Changes(s)
			if (len(changes) == 0) != (p.Name == from.Name) {
				t.Errorf("from %s to %s: %d changes", from.Name, p.Name, len(changes))
			}
			next := p.Apply(s)
			for _, c := range changes {
				if c.Option.Get(s) != c.From || c.Option.Get(next) != c.To || c.From == c.To || c.Option.Group != config.FieldsGroup {
					t.Errorf("%s: %+v", p.Name, c)
				}
			}
			if got, ok := config.PresetOf(next); !ok || got.Name != p.Name || next.Validate() != nil {
				t.Errorf("%s is known again as %q", p.Name, got.Name)
			}
			if !reflect.DeepEqual(next.Filter, s.Filter) || next.MaxTags != 7 || next.StashURL != s.StashURL {
				t.Errorf("%s changes what is no field", p.Name)
			}
		}
		if hash := p.Apply(config.Defaults()).WantedHash(); seen[hash] != "" {
			t.Errorf("%s is the same as %s", p.Name, seen[hash])
		} else {
			seen[hash] = p.Name
		}
	}
}

func TestTheDefaultsAreAPreset(t *testing.T) {
	t.Parallel()
	if p, ok := config.PresetOf(config.Defaults()); !ok || p.Name != config.Presets()[0].Name {
		t.Errorf("the defaults are %q", p.Name)
	}
	s := config.Defaults()
	if err := option(t, "field-title").Set(&s, "off"); err != nil {
		t.Fatal(err)
	}
	if p, ok := config.PresetOf(s); ok {
		t.Errorf("a choice of one's own is %q", p.Name)
	}
	changes := config.Presets()[0].Changes(s)
	if len(changes) != 1 || changes[0].Option.Name != "field-title" || changes[0].From != "off" || changes[0].To != "merge" {
		t.Errorf("back to the defaults: %+v", changes)
	}
}

func TestAPresetIsFoundByName(t *testing.T) {
	t.Parallel()
	var names []string
	for _, p := range config.Presets() {
		names = append(names, p.Name)
		if got, ok := config.FindPreset(p.Name); !ok || got.Title != p.Title || !strings.HasSuffix(p.Words, ".") {
			t.Errorf("%s: %+v", p.Name, got)
		}
	}
	if _, ok := config.FindPreset("kometa"); ok || !slices.Equal(names, []string{"lockstep", "stash2plex", "plex-agent"}) {
		t.Errorf("%q", names)
	}
}

// The switches of the legacy Plex agent that are about fields, as they were when it was installed, and what of
// the preset stands for each.
func TestThePresetOfThePlexAgentIsWhatItWasWhenInstalled(t *testing.T) {
	t.Parallel()
	p, _ := config.FindPreset("plex-agent")
	s := p.Apply(config.Defaults())
	collections := strings.Join(s.Source(scene.FieldCollections), "; ")
	for name, c := range map[string]struct{ installed, here bool }{
		"UseFormattedTitle":             {false, !slices.Equal(s.Source(scene.FieldTitle), []string{"{title}"})},
		"IncludeGalleryImages":          {false, s.Policy(scene.FieldBackground) != config.Off},
		"AppendPerformerTags":           {false, !slices.Equal(s.Source(scene.FieldTags), []string{"{tag}"})},
		"CreateTagCollectionTags":       {false, strings.Contains(collections, "{tag")},
		"CreateAllTagCollectionTags":    {false, strings.Contains(collections, "{tag}")},
		"AddOrganizedCollectionTag":     {false, strings.Contains(collections, "{organized")},
		"CreateSiteCollectionTags":      {true, strings.Contains(collections, "{studio}")},
		"CustomSiteCollectionPrefix":    {true, strings.Contains(collections, "Site: {studio}")},
		"CreateStudioCollectionTags":    {true, strings.Contains(collections, "{parent_studio}")},
		"UseSiteForStudioCollections":   {false, strings.Contains(collections, "{network}")},
		"CustomStudioCollectionPrefix":  {true, strings.Contains(collections, "Studio: {parent_studio}")},
		"CreateMovieCollectionTags":     {false, strings.Contains(collections, "{group}")},
		"CreatePerformerCollectionTags": {false, strings.Contains(collections, "{performer}")},
		"CreateRatingTags":              {false, strings.Contains(collections, "{stars}")},
		"SaveUserRatings":               {false, s.Policy(scene.FieldRating) != config.Off},
		"content rating, always XXX":    {true, s.Policy(scene.FieldContentRating) != config.Off && slices.Equal(s.Source(scene.FieldContentRating), []string{"XXX"})},
	} {
		if c.installed != c.here {
			t.Errorf("%s was %v, and is %v here", name, c.installed, c.here)
		}
	}
	if s.Policy(scene.FieldCollections) != config.Merge || s.Policy(scene.FieldPerformerPictures) != config.Off {
		t.Error("collections are not merged, or Stash's address is put into Plex unasked")
	}
}
