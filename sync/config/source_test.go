package config_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/scene"
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
	for _, usual := range []string{"", " ; ", "{studio}"} {
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
