package plan_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// TestAValueStoredDifferentlyTwiceIsNoDriftAnyMore plays a Plex that shortens studios and
// renames tags.
func TestAValueStoredDifferentlyTwiceIsNoDriftAnyMore(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020"})
	w := wantHarbour(set)
	var mem plan.Memory
	for i := range 2 {
		p := plan.Make(s.read(), w, mem, set)
		if fieldOf(t, p, scene.FieldStudio).Action != plan.Write || fieldOf(t, p, scene.FieldTags).Action != plan.Write {
			t.Fatalf("try %d: %+v", i, p.Decisions)
		}
		mem = p.Intent(mem, noon)
		s.apply(p)
		s.item.Studio, s.item.Tags = "North", []string{"Night", "Boats"}
		var missing []plan.Decision
		mem, missing = p.Verify(s.read(), mem, noon)
		if len(missing) != 2 || missing[0].Old != "North" || !slices.Equal(missing[1].Added, []string{"Ships"}) {
			t.Fatalf("try %d: %+v", i, missing)
		}
		for _, d := range missing {
			if (d.Code == skip.StoredOtherwise) != (i == 1) {
				t.Errorf("try %d: %+v", i, d)
			}
		}
	}
	p := plan.Make(s.read(), w, mem, set)
	if p.Changed || !slices.Equal(p.Codes(), []skip.Code{skip.StoredOtherwise}) {
		t.Errorf("still drift: %+v", p)
	}
	if !plan.Make(s.read(), w, mem.Retried(), set).Changed {
		t.Error("a person asked for another try")
	}
	w.Scalars[scene.FieldStudio] = "South Quay"
	if p := plan.Make(s.read(), w, mem, set); fieldOf(t, p, scene.FieldStudio).Action != plan.Write {
		t.Errorf("a new value in Stash: %+v", p)
	}
}

func TestWhatArrivedUnseenIsOursEvenAfterFurtherIntents(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020"})
	w := wantHarbour(set)
	var mem plan.Memory

	p := plan.Make(s.read(), w, mem, set)
	mem = p.Intent(mem, noon)
	s.apply(p) // and the process dies

	w.Scalars[scene.FieldStudio], w.Lists[scene.FieldTags] = "South Quay", []string{"Fog"}
	mem = plan.Make(s.read(), w, mem, set).Intent(mem, noon) // and it dies again, before writing

	w.Scalars[scene.FieldStudio], w.Lists[scene.FieldTags] = "West Quay", []string{"Rain"}
	_, _ = s.sync(w, mem, set)
	if s.item.Studio != "West Quay" || !slices.Equal(s.item.Tags, []string{"Rain"}) {
		t.Errorf("studio %q, tags %q", s.item.Studio, s.item.Tags)
	}
}

func TestAnElementThatDidNotArriveIsSentAgain(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020"})
	w := wantHarbour(set)
	p := plan.Make(s.read(), w, plan.Memory{}, set)
	mem := p.Intent(plan.Memory{}, noon)
	s.apply(p)
	s.item.Tags = []string{"Night"} // Plex lost one
	mem, missing := p.Verify(s.read(), mem, noon)
	if len(missing) != 1 || missing[0].Field != scene.FieldTags {
		t.Fatalf("missing %+v", missing)
	}
	_, _ = s.sync(w, mem, set)
	if !slices.Equal(s.item.Tags, []string{"Night", "Ships"}) {
		t.Errorf("tags %q", s.item.Tags)
	}
}

func TestARemovalThatDidNotArriveIsRepeated(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020"})
	_, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	w := wantHarbour(set)
	w.Lists[scene.FieldTags] = []string{"Night"}
	p := plan.Make(s.read(), w, mem, set)
	mem, missing := p.Verify(s.read(), p.Intent(mem, noon), noon)
	if len(missing) != 1 || !slices.Equal(missing[0].Removed, []string{"Ships"}) {
		t.Fatalf("missing %+v", missing)
	}
	if p := plan.Make(s.read(), w, mem, set); !slices.Equal(fieldOf(t, p, scene.FieldTags).Removed, []string{"Ships"}) {
		t.Errorf("%+v", p)
	}
}

func TestKeptEditsSayWhenLockstepWrote(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020"})
	_, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	s.item.Studio = "a person's"
	if d := fieldOf(t, plan.Make(s.read(), wantHarbour(set), mem, set), scene.FieldStudio); !strings.Contains(d.Why.String(), "2026-11-03") {
		t.Errorf("%q", d.Why)
	}
}

func TestAnElementTheWriteLostIsSentAgain(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020"})
	_, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	w := wantHarbour(set)
	w.Lists[scene.FieldTags] = []string{"Night", "Ships", "Fog"}
	p := plan.Make(s.read(), w, mem, set)
	s.apply(p)
	s.item.Tags = []string{"Night", "Fog"}
	mem, _ = p.Verify(s.read(), p.Intent(mem, noon), noon)
	if p := plan.Make(s.read(), w, mem, set); !slices.Equal(fieldOf(t, p, scene.FieldTags).Added, []string{"Ships"}) {
		t.Errorf("%+v", p)
	}
}
