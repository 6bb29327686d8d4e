package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

func TestASceneBecomesWantedValues(t *testing.T) {
	t.Parallel()
	w := plan.Want(harbour(), allFields(config.Merge))
	scalars := map[scene.Field]string{
		scene.FieldTitle: "Harbour Lights", scene.FieldStudio: "North Quay", scene.FieldDate: "2020-05-17",
		scene.FieldSummary: "Ships at night.\nA second line.", scene.FieldRating: "8.5",
		scene.FieldSortTitle: "North Quay 2020-05-17 Harbour Lights", scene.FieldContentRating: "XXX",
	}
	if !maps.Equal(w.Scalars, scalars) {
		t.Errorf("scalars %v, want %v", w.Scalars, scalars)
	}
	lists := map[scene.Field][]string{
		scene.FieldPerformers: {"Ada Keel", "Ben Mast"}, scene.FieldTags: {"Night", "Ships"}, scene.FieldCollections: {"Studio: North Quay"},
		scene.FieldDirectors: {}, scene.FieldCountries: {}, scene.FieldLabels: {"Lockstep"}, scene.FieldPerformerPictures: {},
	}
	if !maps.EqualFunc(w.Lists, lists, slices.Equal) {
		t.Errorf("lists %v, want %v", w.Lists, lists)
	}
	if !w.Images[scene.FieldPoster].Unknown || !w.Images[scene.FieldBackground].Unknown || len(w.Notes) != 0 {
		t.Errorf("images %v, notes %v", w.Images, w.Notes)
	}
}

func TestAnEmptySceneWantsEmptyFieldsButNoTitle(t *testing.T) {
	t.Parallel()
	w := plan.Want(scene.Scene{}, allFields(config.Merge))
	if _, wished := w.Scalars[scene.FieldTitle]; wished {
		t.Error("an empty title is wanted")
	}
	for _, f := range []scene.Field{scene.FieldStudio, scene.FieldSummary, scene.FieldDate, scene.FieldRating} {
		if v, wished := w.Scalars[f]; v != "" || !wished {
			t.Errorf("%s: %q, wished %v", f, v, wished)
		}
	}
	if len(w.Lists[scene.FieldCollections]) != 0 {
		t.Errorf("collections %q", w.Lists[scene.FieldCollections])
	}
}

func TestSwitchedOffFieldsAreNotWanted(t *testing.T) {
	t.Parallel()
	s := harbour()
	s.Date = "2020"
	w := plan.Want(s, allFields(config.Off))
	if len(w.Scalars)+len(w.Lists)+len(w.Images)+len(w.Notes) != 0 {
		t.Errorf("%+v", w)
	}
}

func TestNamesAreMergedAndCapped(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	set.MaxTags, set.MaxPerformers = 3, 2
	s := harbour()
	s.Performers = performers("Ada Keel", "ada keel", "Ben Mast", "Cy Oar")
	s.Tags = named("Night", " ", "NIGHT", "E\u0301lan", "élan", "Kelvin", "\u212aelvin", "Fog")
	w := plan.Want(s, set)
	if got := w.Lists[scene.FieldPerformers]; !slices.Equal(got, []string{"Ada Keel", "Ben Mast"}) {
		t.Errorf("performers %q", got)
	}
	if got := w.Lists[scene.FieldTags]; !slices.Equal(got, []string{"Night", "Élan", "Kelvin"}) {
		t.Errorf("tags %q", got)
	}
	p := plan.Make(newShelf(scene.Item{Title: "x"}).read(), w, plan.Memory{}, set)
	for f, why := range map[scene.Field]string{
		scene.FieldPerformers: "1 over the limit of 2 are skipped", scene.FieldTags: "1 over the limit of 3 are skipped",
	} {
		if d := fieldOf(t, p, f); !strings.Contains(d.Said().String(), why) {
			t.Errorf("%s: %q", f, d.Said())
		}
	}
}

func TestOnlyFullDatesAreWritten(t *testing.T) {
	t.Parallel()
	set := allFields(config.Mirror)
	for _, date := range []string{"2020", "2020-05", "2020-13-40", "soon"} {
		s := harbour()
		s.Date = date
		p := plan.Make(newShelf(scene.Item{Title: "x", Date: "2019-01-01"}).read(), plan.Want(s, set), plan.Memory{}, set)
		d := fieldOf(t, p, scene.FieldDate)
		if d.Action != plan.Skip || d.Code != skip.PartialDate || d.New != date || p.Edit.Scalars["originallyAvailableAt"] != "2019-01-01" {
			t.Errorf("%s: %+v, edit %v", date, d, p.Edit.Scalars)
		}
		if !slices.Contains(p.Codes(), skip.PartialDate) {
			t.Errorf("%s: codes %v", date, p.Codes())
		}
	}
}

func TestALongSummaryIsNotedAndWrittenOnce(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := harbour()
	s.Details = strings.Repeat("\u6e2f\u5e02 ", 5000)
	w := plan.Want(s, set)
	shelf := newShelf(scene.Item{Title: "x"})
	p, mem := shelf.sync(w, plan.Memory{}, set)
	if d := fieldOf(t, p, scene.FieldSummary); !strings.Contains(d.Said().String(), "shortened") {
		t.Errorf("%+v", d)
	}
	if again, _ := shelf.sync(w, mem, set); again.Changed {
		t.Errorf("written again: %+v", again.Edit)
	}
}

func TestRatingsAreScaled(t *testing.T) {
	t.Parallel()
	for in, want := range map[int]string{-1: "", 0: "", 1: "0.1", 80: "8", 85: "8.5", 100: "10", 300: "10"} {
		w := plan.Want(scene.Scene{Rating: in}, allFields(config.Merge))
		if got := w.Scalars[scene.FieldRating]; got != want {
			t.Errorf("%d: got %q, want %q", in, got, want)
		}
	}
	set := allFields(config.Merge)
	item := newShelf(scene.Item{Title: "x", Rating: "8.0"}).read()
	d := fieldOf(t, plan.Make(item, plan.Want(scene.Scene{Rating: 80}, set), plan.Memory{}, set), scene.FieldRating)
	if d.Action != plan.Adopt {
		t.Errorf("8.0 and 8: %s", fmt.Sprint(d))
	}
}
