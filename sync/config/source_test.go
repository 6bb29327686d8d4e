package config_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/template"
)

func TestASourceIsChosenAndTakenBack(t *testing.T) {
	t.Parallel()
	s := config.Defaults()
	o := option(t, "field-collections-source")
	if err := o.Set(&s, " Studio: {studio}; a;;b {performer} "); err != nil {
		t.Fatal(err)
	}
	if got, want := s.Source(scene.FieldCollections), []string{"Studio: {studio}", "a;b {performer}"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	var back config.Settings
	if data, err := json.Marshal(s); err != nil || json.Unmarshal(data, &back) != nil || !slices.Equal(back.Source(scene.FieldCollections), s.Source(scene.FieldCollections)) {
		t.Errorf("stored as %q, %v", back.Sources, err)
	}
	for _, usual := range []string{"", " ; ", "Studio: {studio}"} {
		c := s.Clone()
		if err := o.Set(&c, usual); err != nil || c.Sources != nil {
			t.Errorf("%q: %v, %v", usual, c.Sources, err)
		}
	}
	if s.Sources == nil {
		t.Error("changing a copy changed the settings")
	}
}

func TestASourceOfATextMayHaveSemicolons(t *testing.T) {
	t.Parallel()
	s := config.Defaults()
	o := option(t, "field-title-source")
	if err := o.Set(&s, "{title}; {studio}"); err != nil || o.Get(s) != "{title}; {studio}" {
		t.Errorf("%q, %v", o.Get(s), err)
	}
}

func TestAWrongSourceIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	for _, f := range config.SourceFields() {
		s := config.Defaults()
		err := option(t, "field-"+string(f)+"-source").Set(&s, "{title}{studoi}")
		if err == nil || !strings.Contains(err.Error(), "“{studio}”") || s.Sources != nil {
			t.Errorf("%s: %v, %v", f, err, s.Sources)
		}
	}
}

func TestChosenTagsLookAtEverySceneAgainButNotTheirOrderOrCase(t *testing.T) {
	t.Parallel()
	hash := func(only, omit []string) scene.Hash {
		s := config.Defaults()
		s.OnlyTags, s.OmitTags = only, omit
		return s.WantedHash()
	}
	if hash([]string{"a", "B"}, nil) != hash([]string{"b", "A"}, nil) {
		t.Error("order or case counts")
	}
	if hash([]string{"a"}, nil) == hash(nil, []string{"a"}) || hash(nil, nil) == hash([]string{"a"}, nil) {
		t.Error("the lists do not count")
	}
}

func TestANewSourceLooksAtEverySceneAgain(t *testing.T) {
	t.Parallel()
	seen := map[scene.Hash]string{config.Defaults().WantedHash(): "the usual"}
	for _, f := range config.SourceFields() {
		s := config.Defaults()
		if err := option(t, "field-"+string(f)+"-source").Set(&s, "{id}"); err != nil {
			t.Fatal(err)
		}
		if other := seen[s.WantedHash()]; other != "" {
			t.Errorf("%s has the hash of %s", f, other)
		}
		seen[s.WantedHash()] = string(f)
	}
}

func TestOnlyWhatSourcesUseIsRead(t *testing.T) {
	t.Parallel()
	if got := config.Defaults().Parts(); got != 0 {
		t.Errorf("the usual settings read %b", got)
	}
	for source, want := range map[string]scene.Parts{
		"{title} {studio} {date} {tag} {rating}": 0,
		"{parent_studio}":                        scene.PartParents,
		"{network} {code}":                       scene.PartParents | scene.PartCode,
		"{director} {url} {stash_id}":            scene.PartDirector | scene.PartURLs | scene.PartStashIDs,
		"{performer:female}":                     scene.PartGender,
		"{performer_country}":                    scene.PartCountry,
		"{performer_tag}":                        scene.PartPerformerTags,
		"{tag:Night}":                            scene.PartAliases,
		"{tag<Time}":                             scene.PartAliases | scene.PartTagTree,
		"[{group} {group_number}]":               scene.PartGroups,
		"{resolution}[ {duration}]":              scene.PartVideo,
	} {
		s := config.Defaults()
		if err := option(t, "field-collections-source").Set(&s, source); err != nil {
			t.Fatal(err)
		}
		if got := s.Parts(); got != 0 {
			t.Errorf("%s: an unused source reads %b", source, got)
		}
		s.Fields[scene.FieldCollections] = config.Fill
		if got := s.Parts(); got != want {
			t.Errorf("%s: reads %b, want %b", source, got, want)
		}
	}
	s := config.Defaults()
	if s.OmitTags = []string{"Fog"}; s.Parts() != scene.PartAliases {
		t.Errorf("tags to omit read %b", s.Parts())
	}
	if s.Fields[scene.FieldTags] = config.Off; s.Parts() != 0 {
		t.Errorf("tags to omit of no field read %b", s.Parts())
	}
}

// TestEveryPlaceholderIsRead: what is not read with every scene has a part.
func TestEveryPlaceholderIsRead(t *testing.T) {
	t.Parallel()
	always := []string{
		"title", "details", "date", "year", "id", "filename", "folder", "studio", "performer", "performers", "tag", "rating", "stars", "organized",
	}
	for _, p := range template.Placeholders() {
		s := config.Defaults()
		s.Fields[scene.FieldCollections] = config.Merge
		s.Sources = map[scene.Field][]string{scene.FieldCollections: {strings.Replace(p.Form(), "…", "x", 1)}}
		if read, known := s.Parts() != 0, slices.Contains(always, p.Name); read == known {
			t.Errorf("%s: a part %v, read with every scene %v", p.Name, read, known)
		}
	}
}

func TestTheTableHasEveryFieldOnce(t *testing.T) {
	t.Parallel()
	var rows []scene.Field
	for _, r := range config.Fields() {
		rows = append(rows, r.Field)
		if r.Chosen() != slices.Contains(config.SourceFields(), r.Field) || r.Title == "" || r.Words == "" {
			t.Errorf("%s: %+v", r.Field, r)
		}
	}
	if !slices.Equal(rows, scene.Fields()) {
		t.Errorf("the table has %v, there are %v", rows, scene.Fields())
	}
}

func TestAddressesOfPicturesAreLookedAtAgainWhenStashMoves(t *testing.T) {
	t.Parallel()
	hash := func(policy config.Policy, url string) scene.Hash {
		s := config.Defaults()
		s.Fields[scene.FieldPerformerPictures], s.StashURL = policy, url
		return s.WantedHash()
	}
	if hash(config.Merge, "http://a") == hash(config.Merge, "http://b") {
		t.Error("the address of Stash does not count")
	}
	if hash(config.Off, "http://a") != hash(config.Off, "http://b") {
		t.Error("the address counts although no picture is given")
	}
	s := config.Defaults()
	if s.Fields[scene.FieldPerformerPictures] = config.Merge; s.Parts() != scene.PartPictures {
		t.Errorf("reads %b", s.Parts())
	}
}
