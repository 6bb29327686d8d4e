package settings_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/engine/settings"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// older is a database as a release left it that made collections of {studio} by default: with these
// stored settings, unless they are empty, and the hash of those that were in force.
func older(r *rig, stored string, inForce func(*config.Settings)) {
	r.t.Helper()
	s := config.Defaults()
	inForce(&s)
	if len(s.Sources[scene.FieldCollections]) == 0 {
		s = s.MadeAsOlder()
	}
	r.must(r.shelf.DB.Update(func(tx store.Tx) error {
		if stored != "" {
			if err := tx.PutValue("settings", map[string]any{"fields": map[string]string{"collections": stored}}); err != nil {
				return err
			}
		}
		return tx.PutValue("settings.wanted", s.WantedHash())
	}))
}

func collectionsOn(s *config.Settings) { s.Fields[scene.FieldCollections] = config.Merge }
func asTheyAre(*config.Settings)       {}

// Whoever already runs keeps the collections there are, and nothing is compared anew because the
// default is another one. A fresh installation has the new default.
func TestWhoeverAlreadyRunsKeepsTheCollectionsThereAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stored  string // the policy of collections
		inForce func(*config.Settings)
		flags   map[string]string
		want    string
		pinned  bool // on disk
	}{
		"with collections":           {"merge", collectionsOn, nil, "{studio}", true},
		"with collections by a flag": {"", collectionsOn, map[string]string{"field-collections": "merge"}, "{studio}", true},
		"switched off by a flag":     {"merge", asTheyAre, map[string]string{"field-collections": "off"}, "{studio}", true},
		"without collections":        {"off", asTheyAre, nil, "Studio: {studio}", false},
		"without anything stored":    {"", asTheyAre, nil, "Studio: {studio}", false},
		"with a source by a flag":    {"off", func(s *config.Settings) { s.Sources = map[scene.Field][]string{scene.FieldCollections: {"{group}"}} }, map[string]string{"field-collections-source": "{group}"}, "{group}", false},
		"with the new one by a flag": {"off", func(s *config.Settings) {
			s.Sources = map[scene.Field][]string{scene.FieldCollections: {"Studio: {studio}"}}
		}, map[string]string{"field-collections-source": "Studio: {studio}"}, "Studio: {studio}", false},
		"with an older one by a flag": {"off", asTheyAre, map[string]string{"field-collections-source": "{studio}"}, "{studio}", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			older(r, c.stored, c.inForce)
			r.fix(c.flags)
			for range 2 { // and stays so
				r.restart()
				if got := r.Current().Source(scene.FieldCollections); !slices.Equal(got, []string{c.want}) {
					t.Fatalf("made of %q, want %q", got, c.want)
				}
				if owed, err := r.OwesRecheck(); owed || err != nil {
					t.Errorf("every scene is compared anew: %v, %v", owed, err)
				}
			}
			r.fix(nil)
			r.restart()
			pinned := slices.Equal(r.Current().Source(scene.FieldCollections), []string{"{studio}"})
			if pinned != c.pinned || strings.Contains(r.log.String(), "default before") != c.pinned {
				t.Errorf("kept on disk: %v, want %v; %s", pinned, c.pinned, r.log.String())
			}
			var read config.Settings
			r.shelf.View(t, func(tx store.Tx) (err error) { read, err = settings.ReadStored(tx); return err })
			if !slices.Equal(read.Source(scene.FieldCollections), r.Current().Source(scene.FieldCollections)) {
				t.Errorf("read without an engine: %q", read.Source(scene.FieldCollections))
			}
		})
	}
}

func TestAFreshInstallationHasTheNewDefault(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.save(collectionsOn)
	if _, err := r.OwesRecheck(); err != nil {
		t.Fatal(err)
	}
	r.restart()
	if got := r.Current().Source(scene.FieldCollections); !slices.Equal(got, []string{"Studio: {studio}"}) {
		t.Errorf("made of %q", got)
	}
}

// What was changed while no Lockstep ran, as by another variable, is still owed a comparison.
func TestOtherWishesThanBeforeAreStillOwedARecheck(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	older(r, "merge", func(s *config.Settings) { collectionsOn(s); s.MaxTags = 7 })
	r.restart()
	if owed, err := r.OwesRecheck(); !owed || err != nil {
		t.Errorf("%v, %v", owed, err)
	}
	if got := r.Current().Source(scene.FieldCollections); !slices.Equal(got, []string{"{studio}"}) {
		t.Errorf("made of %q", got)
	}
}

// A process that writes nothing sees the collections as they are made, and leaves it to another
// one to store that: it may have other flags.
func TestAProcessThatWritesNothingStoresNothingOfIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	older(r, "", collectionsOn)
	r.options.Hold = true
	r.restart()
	if got := r.Current().Source(scene.FieldCollections); !slices.Equal(got, []string{"Studio: {studio}"}) {
		t.Errorf("without the flag: made of %q", got)
	}
	r.options.Hold = false
	r.fix(map[string]string{"field-collections": "merge"})
	r.restart()
	if got := r.Current().Source(scene.FieldCollections); !slices.Equal(got, []string{"{studio}"}) {
		t.Errorf("with it: made of %q", got)
	}
}

// A person who then takes the usual source gets the new one.
func TestTheNewDefaultCanBeChosenAfterwards(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	older(r, "merge", collectionsOn)
	r.restart()
	o, _ := config.Lookup("field-collections-source")
	r.save(func(s *config.Settings) { r.must(o.Set(s, "")) })
	r.restart()
	if got := r.Current().Source(scene.FieldCollections); !slices.Equal(got, []string{"Studio: {studio}"}) {
		t.Errorf("made of %q", got)
	}
	if owed, err := r.OwesRecheck(); !owed || err != nil {
		t.Errorf("nothing is compared for it: %v, %v", owed, err)
	}
}
