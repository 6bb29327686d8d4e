package plan_test

import (
	"slices"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

func TestAFieldWithoutASourceIsLeftAlone(t *testing.T) {
	t.Parallel()
	set := allFields(config.Mirror)
	w := wantHarbour(set)
	s := newShelf(scene.Item{Title: "agent", OriginalTitle: "Hafenlichter", Tagline: "A tagline", Edition: "Cut", Writers: []string{"W"}, Producers: []string{"P"}})
	p, mem := s.sync(w, plan.Memory{}, set)
	for _, f := range []scene.Field{scene.FieldOriginalTitle, scene.FieldTagline, scene.FieldEdition, scene.FieldWriters, scene.FieldProducers} {
		if d := fieldOf(t, p, f); d.Changes() {
			t.Errorf("%s: %+v", f, d)
		}
	}
	if s.item.Tagline != "A tagline" || !slices.Equal(s.item.Writers, []string{"W"}) {
		t.Errorf("%+v", s.item)
	}
	set.Sources = map[scene.Field][]string{scene.FieldTagline: {"{code}"}}
	if s.sync(plan.Want(harbour(), set), mem, set); s.item.Tagline != "" {
		t.Errorf("a source that gives nothing leaves %q", s.item.Tagline)
	}
}

func TestOnlyANumberIsARating(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{"{rating}": "8.5", "{stars}": "4", "10": "10", "0": "0", "{code}": ""} {
		if got, wished := plan.Want(harbour(), sourced(scene.FieldRating, source)).Scalars[scene.FieldRating]; !wished || got != want {
			t.Errorf("%s: %q, %v", source, got, wished)
		}
	}
	for _, source := range []string{"{title}", "{stars} stars", "11", "-1", "NaN", "{rating} {stars}"} {
		w := plan.Want(harbour(), sourced(scene.FieldRating, source))
		if got, wished := w.Scalars[scene.FieldRating]; wished || len(w.Notes) != 1 || !w.Notes[0].Why.Is(message.PlanNotARating) {
			t.Errorf("%s: %q, %v, %v", source, got, wished, w.Notes)
		}
	}
}

func TestOnlyAFullDateIsWritten(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{"{date}": "2020-05-17", "{year}-01-01": "2020-01-01"} {
		if got := plan.Want(harbour(), sourced(scene.FieldDate, source)).Scalars[scene.FieldDate]; got != want {
			t.Errorf("%s: %q", source, got)
		}
	}
	w := plan.Want(harbour(), sourced(scene.FieldDate, "{year}"))
	if _, wished := w.Scalars[scene.FieldDate]; wished || len(w.Notes) != 1 || w.Notes[0].Code != skip.PartialDate {
		t.Errorf("a year: %v, %v", wished, w.Notes)
	}
}

// TestASortTitleIsGivenBackToPlex: without a value, and after an undo, Plex makes it of the title.
func TestASortTitleIsGivenBackToPlex(t *testing.T) {
	t.Parallel()
	set := sourced(scene.FieldSortTitle, "{code}")
	set.Fields[scene.FieldSortTitle] = config.Mirror
	coded := harbour()
	coded.Code = "HL-1"
	for name, back := range map[string]func(s *shelf, p plan.Plan, mem plan.Memory){
		"cleared": func(s *shelf, _ plan.Plan, mem plan.Memory) {
			if p, _ := s.sync(withoutImages(plan.Want(harbour(), set)), mem, set); fieldOf(t, p, scene.FieldSortTitle).Action != plan.Clear {
				t.Errorf("%+v", fieldOf(t, p, scene.FieldSortTitle))
			}
		},
		"undone": func(s *shelf, p plan.Plan, mem plan.Memory) {
			if _, _, missing := s.undo(p.Former, mem); len(missing) > 0 {
				t.Errorf("%+v", missing)
			}
		},
	} {
		s := newShelf(scene.Item{Title: "agent"})
		p, mem := s.sync(withoutImages(plan.Want(coded, set)), plan.Memory{}, set)
		if s.item.TitleSort != "HL-1" || !s.item.Locked["titleSort"] {
			t.Fatalf("%q, locks %v", s.item.TitleSort, s.item.Locked)
		}
		if again, _ := s.sync(withoutImages(plan.Want(coded, set)), mem, set); again.Changed {
			t.Fatalf("again: %+v", again.Edit)
		}
		back(s, p, mem)
		if s.item.TitleSort != "" || s.item.Locked["titleSort"] {
			t.Errorf("%s: %q, locks %v", name, s.item.TitleSort, s.item.Locked)
		}
	}
}

func withoutImages(w plan.Wanted) plan.Wanted {
	w.Images = nil
	return w
}

// TestLabelsOfPeopleStay: nobody but Lockstep and people makes labels and collections, so each is
// taken away only by whoever made it.
func TestLabelsOfPeopleStay(t *testing.T) {
	t.Parallel()
	for _, f := range []scene.Field{scene.FieldLabels, scene.FieldCollections} {
		set := sourced(f, "Site: {studio}", "Lockstep")
		s := newShelf(scene.Item{Title: "agent"})
		*s.list(f.Wire()) = []string{"My own", "site: north quay"}
		_, mem := s.sync(withoutImages(plan.Want(harbour(), set)), plan.Memory{}, set)
		if got, want := s.item.List(f), []string{"My own", "site: north quay", "Lockstep"}; !slices.Equal(got, want) {
			t.Fatalf("%s: %q, want %q", f, got, want)
		}
		renamed := harbour()
		renamed.Studio.Name = "South Quay"
		if _, mem = s.sync(withoutImages(plan.Want(renamed, set)), mem, set); !slices.Equal(s.item.List(f), []string{"My own", "Lockstep", "Site: South Quay"}) &&
			!slices.Equal(s.item.List(f), []string{"My own", "site: north quay", "Lockstep", "Site: South Quay"}) {
			t.Errorf("%s after the studio was renamed: %q", f, s.item.List(f))
		}
		set.Sources[f] = []string{"Lockstep"}
		if s.sync(withoutImages(plan.Want(renamed, set)), mem, set); slices.Contains(s.item.List(f), "Site: South Quay") || !slices.Contains(s.item.List(f), "My own") {
			t.Errorf("%s after the source was changed: %q", f, s.item.List(f))
		}
	}
}
