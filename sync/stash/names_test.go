package stash_test

import (
	"errors"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

func TestAListThatFailsTakesNoOtherNamesWithIt(t *testing.T) {
	t.Parallel()
	for _, parts := range []scene.Parts{0, config.Defaults().Parts(), scene.PartGroups | scene.PartAliases | scene.PartPerformerTags | scene.PartParents} {
		for _, list := range []string{"findTags", "findPerformers", "findStudios", "findGroups"} {
			w, c := world(t, sim.Options{Seed: 9, Scenes: 20})
			w.Stash.GroupID("Series")
			w.Stash.SetBroken(list, errors.New("database is locked"))
			n, err := c.Names(t.Context(), parts)
			if list == "findGroups" && !parts.Has(scene.PartGroups) {
				if err != nil {
					t.Errorf("%s, which was not asked for: %v", list, err)
				}
				continue
			}
			if !fault.Is(err, fault.Busy) {
				t.Errorf("%s: %v", list, err)
			}
			for name, got := range map[string][]scene.Named{"findTags": n.Tags, "findPerformers": n.Performers, "findStudios": n.Studios, "findGroups": n.Groups} {
				asked := name != "findGroups" || parts.Has(scene.PartGroups)
				if given := got != nil; given != (asked && name != list) {
					t.Errorf("%s fails: %s given %v", list, name, given)
				}
			}
			if total := w.Stash.Total(); total > 3 { // the version may have been asked for
				t.Errorf("%s: %d requests", list, total)
			}
		}
	}
}

func TestWhenMostListsFailNoneIsTaken(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 9, Scenes: 20})
	breakAll(w.Stash)
	n, err := c.Names(t.Context(), scene.PartGroups)
	if !fault.Is(err, fault.Temporary) || n.Tags != nil || n.Studios != nil {
		t.Errorf("got %v, %v", n, err)
	}
}
