package config_test

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/scene"
)

func TestCollectionsSayWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	want := []string{"Studio: {studio}"}
	if got := config.Defaults().Source(scene.FieldCollections); !slices.Equal(got, want) {
		t.Errorf("by default %q, want %q", got, want)
	}
	for preset, want := range map[string][]string{
		"lockstep": want, "stash2plex": {"{studio}"}, "plex-agent": {"Site: {studio}", "Studio: {parent_studio}"},
	} {
		p, _ := config.FindPreset(preset)
		if got := p.Apply(config.Defaults()).Source(scene.FieldCollections); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", preset, got, want)
		}
	}
}

// Settings of the time when collections were made of {studio} by default keep that where they have
// collections; what a person chose stays, whatever it is.
func TestOlderSettingsKeepTheirCollections(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"with collections":    {`{"fields":{"collections":"merge"}}`, "{studio}"},
		"filled only":         {`{"fields":{"collections":"fill"}}`, "{studio}"},
		"without collections": {`{"fields":{"collections":"off"}}`, "Studio: {studio}"},
		"of other fields":     {`{"fields":{"collections":"merge"},"sources":{"title":["{id}"]}}`, "{studio}"},
		"chosen":              {`{"fields":{"collections":"merge"},"sources":{"collections":["{group}"]}}`, "{group}"},
		"chosen as it is now": {`{"fields":{"collections":"merge"},"sources":{"collections":["Studio: {studio}"]}}`, "Studio: {studio}"},
		"no list at all":      {`{"fields":{"collections":"merge"},"sources":{"collections":[]}}`, "{studio}"},
		"nothing":             {`{}`, "Studio: {studio}"},
	} {
		s := config.Defaults()
		if err := json.Unmarshal([]byte(c.text), &s); err != nil {
			t.Fatal(err)
		}
		if got := s.AsOlder(); !slices.Equal(got.Source(scene.FieldCollections), []string{c.want}) || got.Validate() != nil {
			t.Errorf("%s: %q, want %q", name, got.Source(scene.FieldCollections), c.want)
		}
		if got := s.MadeAsOlder().Source(scene.FieldCollections); s.Sources == nil && !slices.Equal(got, []string{"{studio}"}) {
			t.Errorf("%s, even where they are off: %q", name, got)
		}
	}
}

// What is written out is never taken for older settings, and means the same.
func TestWhatIsWrittenOutIsReadAsItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := config.Defaults()
		s.Fields[scene.FieldCollections] = rapid.SampledFrom(config.Policies()).Draw(t, "policy")
		for _, f := range []scene.Field{scene.FieldCollections, scene.FieldTitle, scene.FieldLabels} {
			if text := rapid.SampledFrom([]string{"", "{studio}", "Studio: {studio}", "{group}", "Lockstep"}).Draw(t, string(f)); text != "" {
				o, _ := config.Lookup("field-" + string(f) + "-source")
				if err := o.Set(&s, text); err != nil {
					t.Fatal(err)
				}
			}
		}
		before := s.Clone()
		data, err := json.Marshal(s.WrittenOut())
		if err != nil {
			t.Fatal(err)
		}
		back := config.Defaults()
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if back = back.AsOlder(); back.WantedHash() != s.WantedHash() {
			t.Fatalf("%s is read as %v", data, back.Sources)
		}
		if s.WantedHash() != before.WantedHash() || len(s.Sources) != len(before.Sources) {
			t.Fatal("writing changed the settings")
		}
	})
}
