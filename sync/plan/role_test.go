package plan_test

import (
	"maps"
	"slices"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

func roles(templates ...string) config.Settings {
	set := sourced(scene.FieldRoles, templates...)
	for f := range set.Fields {
		if f != scene.FieldPerformers && f != scene.FieldRoles {
			set.Fields[f] = config.Off
		}
	}
	return set
}

// played is a scene whose performers come from somewhere.
func played(countries ...string) scene.Scene {
	s := harbour()
	for i, c := range countries {
		s.Performers[i].Country = c
	}
	return s
}

func TestEachActorHasARoleOfTheirOwn(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][]string{
		"from {performer_country}": {scene.OfActor("Ada Keel", "from NO")},
		"{performer}[, {year}]":    {scene.OfActor("Ada Keel", "Ada Keel, 2020"), scene.OfActor("Ben Mast", "Ben Mast, 2020")},
		"{performers} in {title}":  {scene.OfActor("Ada Keel", "Ada Keel in Harbour Lights"), scene.OfActor("Ben Mast", "Ben Mast in Harbour Lights")},
		"{organized:yes}":          {},
	} {
		w := plan.Want(played("NO"), roles(source))
		if got := w.Lists[scene.FieldRoles]; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

func TestRolesAreWrittenWithTheirActorsAndUndone(t *testing.T) {
	t.Parallel()
	set := roles("from {performer_country}")
	s := newShelf(scene.Item{Title: "agent"})
	p, mem := s.sync(plan.Want(played("NO", "SE"), set), plan.Memory{}, set)
	if want := map[string]string{"Ada Keel": "from NO", "Ben Mast": "from SE"}; !maps.Equal(s.item.Roles, want) || !s.item.Locked["actor"] {
		t.Fatalf("%q, locks %v", s.item.Roles, s.item.Locked)
	}
	if again, _ := s.sync(plan.Want(played("NO", "SE"), set), mem, set); again.Changed {
		t.Fatalf("again: %+v", again.Edit)
	}
	next, after := s.sync(plan.Want(played("NO"), set), mem, set)
	if got := s.item.List(scene.FieldRoles); !slices.Equal(got, []string{scene.OfActor("Ada Keel", "from NO")}) || len(s.item.Performers) != 2 {
		t.Fatalf("one country is gone: %q of %q", got, s.item.Performers)
	}
	if e := next.Edit.Lists["actor"]; len(e.Want) != 2 || len(e.Remove) != 0 || e.Roles["Ada Keel"] != "from NO" || e.Roles["Ben Mast"] != "" {
		t.Errorf("%+v", e)
	}
	_, after, _ = s.undo(next.Former, after)
	if got := s.item.Roles["Ben Mast"]; got != "from SE" {
		t.Errorf("undone: %q", got)
	}
	if _, _, missing := s.undo(p.Former, after); len(missing) != 0 || len(s.item.Performers) != 0 || s.item.Locked["actor"] {
		t.Errorf("all undone: %q, locks %v, missing %+v", s.item.Performers, s.item.Locked, missing)
	}
}

// TestRolesOfOthersStay: those a person wrote into Plex, and whoever is not among the actors.
func TestRolesOfOthersStay(t *testing.T) {
	t.Parallel()
	set := roles("from {performer_country}")
	s := newShelf(scene.Item{
		Title: "agent", Performers: []string{"Ada Keel", "Somebody"}, Roles: map[string]string{"Somebody": "the cook"}, Locked: map[string]bool{"actor": true},
	})
	set.Fields[scene.FieldPerformers] = config.Off
	_, mem := s.sync(plan.Want(played("NO", "SE"), set), plan.Memory{}, set)
	if want := map[string]string{"Ada Keel": "from NO", "Somebody": "the cook"}; !maps.Equal(s.item.Roles, want) || !slices.Equal(s.item.Performers, []string{"Ada Keel", "Somebody"}) {
		t.Fatalf("%q of %q", s.item.Roles, s.item.Performers)
	}
	if again, _ := s.sync(plan.Want(played("NO", "SE"), set), mem, set); again.Changed {
		t.Errorf("again: %+v", again.Edit)
	}
}

func TestPicturesOfPerformersAreAddressesOfStashByConsent(t *testing.T) {
	t.Parallel()
	s := harbour()
	s.Performers[0].Picture = true
	set := config.Defaults()
	set.StashURL = "https://stash.example/media"
	if _, wished := plan.Want(s, set).Lists[scene.FieldPerformerPictures]; wished {
		t.Error("the address is given away unasked")
	}
	set.Fields[scene.FieldPerformerPictures] = config.Merge
	address := "https://stash.example/media/performer/1/image"
	if got := plan.Want(s, set).Lists[scene.FieldPerformerPictures]; !slices.Equal(got, []string{scene.OfActor("Ada Keel", address)}) {
		t.Fatalf("%q", got)
	}
	shelf := newShelf(scene.Item{Title: "agent"})
	p, mem := shelf.sync(withoutImages(plan.Want(s, set)), plan.Memory{}, set)
	if !maps.Equal(shelf.item.Thumbs, map[string]string{"Ada Keel": address}) {
		t.Fatalf("%q", shelf.item.Thumbs)
	}
	if again, _ := shelf.sync(withoutImages(plan.Want(s, set)), mem, set); again.Changed {
		t.Errorf("again: %+v", again.Edit)
	}
	if shelf.undo(p.Former, mem); len(shelf.item.List(scene.FieldPerformerPictures)) != 0 {
		t.Errorf("undone: %q", shelf.item.Thumbs)
	}
}

// TestAPictureFromElsewhereStays: it is the actor's in every item, whoever gave it.
func TestAPictureFromElsewhereStays(t *testing.T) {
	t.Parallel()
	s := harbour()
	s.Performers[0].Picture = true
	set := config.Defaults()
	set.StashURL = "http://stash.example:9999"
	for _, policy := range []config.Policy{config.Merge, config.Mirror, config.Fill} {
		set.Fields[scene.FieldPerformerPictures] = policy
		theirs := map[string]string{"Ada Keel": "https://elsewhere.example/ada.jpg"}
		shelf := newShelf(scene.Item{Title: "agent", Performers: []string{"Ada Keel"}, Thumbs: maps.Clone(theirs)})
		_, mem := shelf.sync(withoutImages(plan.Want(s, set)), plan.Memory{}, set)
		if again, _ := shelf.sync(withoutImages(plan.Want(s, set)), mem, set); again.Changed {
			t.Errorf("%s, again: %+v", policy, again.Edit)
		}
		if !maps.Equal(shelf.item.Thumbs, theirs) {
			t.Errorf("%s: %q", policy, shelf.item.Thumbs)
		}
	}
}

// TestAPictureOfANamesakeIsNoFailure: another item's performer of the same name came in between, and Plex has one picture
// for both.
func TestAPictureOfANamesakeIsNoFailure(t *testing.T) {
	t.Parallel()
	s := harbour()
	s.Performers[0].Picture = true
	set := config.Defaults()
	set.StashURL = "http://stash.example:9999"
	set.Fields[scene.FieldPerformerPictures] = config.Merge
	shelf := newShelf(scene.Item{Title: "agent"})
	w := withoutImages(plan.Want(s, set))
	p := plan.Make(shelf.read(), w, plan.Memory{}, set)
	mem := p.Intent(plan.Memory{}, noon)
	shelf.apply(p)
	namesake := map[string]string{"Ada Keel": "http://stash.example:9999/performer/77/image"}
	shelf.item.Thumbs = maps.Clone(namesake)
	mem, missing := p.Verify(shelf.read(), mem, noon)
	if len(missing) > 0 {
		t.Errorf("not as planned: %+v", missing)
	}
	if again, _ := shelf.sync(w, mem, set); again.Changed || !maps.Equal(shelf.item.Thumbs, namesake) {
		t.Errorf("again: %+v, %q", again.Edit, shelf.item.Thumbs)
	}
	shelf.item.Thumbs = map[string]string{} // but one that is simply missing is
	if _, missing = p.Verify(shelf.read(), p.Intent(plan.Memory{}, noon), noon); len(missing) != 1 {
		t.Errorf("a picture that never came: %+v", missing)
	}
}
