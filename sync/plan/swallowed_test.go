package plan_test

import (
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// swallowed plans the wish again and again while nothing that is written arrives.
func swallowed(t *testing.T, s *shelf, w plan.Wanted, mem plan.Memory, set config.Settings, times int) plan.Memory {
	t.Helper()
	for i := range times {
		p := plan.Make(s.read(), w, mem, set)
		if !p.Changed {
			t.Fatalf("try %d: nothing is written: %+v", i, p.Decisions)
		}
		var missing []plan.Decision
		mem, missing = p.Verify(s.read(), p.Intent(mem, noon), noon)
		for _, d := range missing {
			if d.Code == skip.StoredOtherwise {
				t.Fatalf("try %d: an edit that did nothing says how Plex stores %s", i, d.Field)
			}
		}
	}
	return mem
}

func TestAnEditThatDidNothingSaysNothingAboutHowPlexStoresAValue(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	w := wantHarbour(set)
	tests := map[string]scene.Item{
		"a new item":                   {Title: "Harbour Lights 2020"},
		"an item with other values":    {Title: "Harbour Lights 2020", Studio: "North", Tags: []string{"Night"}},
		"an item in step until lately": {},
	}
	for name, item := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(item)
			var mem plan.Memory
			if name == "an item in step until lately" {
				first := wantHarbour(set)
				first.Scalars[scene.FieldStudio], first.Lists[scene.FieldTags] = "Before", []string{"Old"}
				p := plan.Make(s.read(), first, mem, set)
				mem = p.Intent(mem, noon)
				s.apply(p)
				mem, _ = p.Verify(s.read(), mem, noon)
			}
			mem = swallowed(t, s, w, mem, set, 5)
			p := plan.Make(s.read(), w, mem, set)
			mem = p.Intent(mem, noon)
			s.apply(p)
			mem, missing := p.Verify(s.read(), mem, noon)
			if len(missing) > 0 || plan.Make(s.read(), w, mem, set).Changed {
				t.Errorf("the edit that was carried out: %+v", missing)
			}
		})
	}
}

// What stood in Plex before an edit that did nothing does not become Lockstep's by it.
func TestAnEditThatDidNothingTakesNothingOver(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020", Studio: "Somebody's", Tags: []string{"Somebody's"}})
	w := wantHarbour(set)
	mem := swallowed(t, s, w, plan.Memory{}, set, 3)
	s.item.Locked = map[string]bool{scene.FieldStudio.Wire(): true, scene.FieldTags.Wire(): true}
	p := plan.Make(s.read(), w, mem, set)
	if d := fieldOf(t, p, scene.FieldStudio); d.Action != plan.Keep {
		t.Errorf("a person's studio, locked after the edit that did nothing: %+v", d)
	}
	if d := fieldOf(t, p, scene.FieldTags); len(d.Removed) > 0 {
		t.Errorf("a person's tag, locked after the edit that did nothing: %+v", d)
	}
}

// An upload moves the item's time, too: it does not vouch for the edit that follows it.
func TestAnUploadDoesNotVouchForTheEdit(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020"})
	w := wantHarbour(set)
	w.Images = map[scene.Field]plan.Image{scene.FieldPoster: {SHA1: "aa"}}
	var mem plan.Memory
	for i := range 3 {
		p := plan.Make(s.read(), w, mem, set)
		mem = p.Intent(mem, noon)
		for _, u := range p.Uploads {
			s.selectImage(u.Field, u.SHA1)
			s.item.UpdatedAt++
		}
		var missing []plan.Decision
		mem, missing = p.Verify(s.read(), mem, noon)
		for _, d := range missing {
			if d.Code != "" {
				t.Errorf("try %d: %+v", i, d)
			}
		}
	}
}

// Two writes are enough to see that a value is stored otherwise, also when both leave the item's time as it is: a rating
// moves none, and time counts in seconds.
func TestWhatIsStoredOtherwiseIsSeenAfterTwoWritesOfOneSecond(t *testing.T) {
	t.Parallel()
	for f, w := range map[scene.Field]plan.Wanted{
		scene.FieldRating: {Scalars: map[scene.Field]string{scene.FieldRating: "7.3"}},
		scene.FieldStudio: {Scalars: map[scene.Field]string{scene.FieldStudio: "Quay"}},
		scene.FieldTags:   {Lists: map[scene.Field][]string{scene.FieldTags: {"Ships"}}},
	} {
		set := allFields(config.Off)
		set.Fields[f] = config.Mirror
		s := newShelf(scene.Item{Title: "x"})
		var mem plan.Memory
		for i := range 2 {
			p := plan.Make(s.read(), w, mem, set)
			mem = p.Intent(mem, noon)
			s.item.Rating, s.item.Studio, s.item.Tags = "7", "stored otherwise", []string{"stored otherwise"}
			var missing []plan.Decision
			mem, missing = p.Verify(s.read(), mem, noon)
			if len(missing) != 1 || (missing[0].Code == skip.StoredOtherwise) != (i == 1) {
				t.Fatalf("%s, try %d: %+v", f, i, missing)
			}
		}
		if p := plan.Make(s.read(), w, mem, set); p.Changed {
			t.Errorf("%s is written a third time", f)
		}
	}
}

// What was seen to be stored otherwise says nothing about the next value of the field.
func TestANewValueIsJudgedByItsOwnWrites(t *testing.T) {
	t.Parallel()
	set := allFields(config.Off)
	set.Fields[scene.FieldStudio] = config.Mirror
	s := newShelf(scene.Item{Title: "x"})
	mem := differs(t, s, plan.Memory{}, set, "Quay", 2)
	swallowed(t, s, studio("South Quay", set), mem, set, 5)
}
