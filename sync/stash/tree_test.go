package stash_test

import (
	"slices"
	"strconv"
	"testing"

	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

func TestTheTreeIsReadAsStashHasIt(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 5, Scenes: 4})
	ships, ferries := w.Stash.TagID("Ships"), w.Stash.TagID("Ferries")
	boats, north, quay := w.Stash.TagID("Boats"), w.Stash.StudioID("North"), w.Stash.StudioID("North Quay")
	for _, err := range []error{w.Stash.SetTagParents(ferries, ships), w.Stash.SetTagParents(boats, ships), w.Stash.SetParentStudio(quay, north), w.Stash.MergeTags(ferries, boats)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tree, err := c.Tree(t.Context(), true, true)
	if err != nil {
		t.Fatal(err)
	}
	find := func(list []scene.Node, name string) scene.Node {
		i := slices.IndexFunc(list, func(n scene.Node) bool { return n.Name == name })
		if i < 0 {
			return scene.Node{}
		}
		return list[i]
	}
	if n := find(tree.Tags, "Ferries"); !slices.Equal(n.Parents, []string{strconv.Itoa(ships)}) || !slices.Equal(n.Aliases, []string{"Boats"}) {
		t.Errorf("the tag below: %+v", n)
	}
	if n := find(tree.Tags, "Ships"); n.ID != strconv.Itoa(ships) || len(n.Parents)+len(n.Aliases) > 0 {
		t.Errorf("the tag above: %+v", n)
	}
	if n := find(tree.Studios, "North Quay"); !slices.Equal(n.Parents, []string{strconv.Itoa(north)}) {
		t.Errorf("the studio below: %+v", n)
	}
}

func TestOnlyTheTreesThatAreNeededAreAskedFor(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 5, Scenes: 4})
	for _, tt := range []struct {
		tags, studios bool
		asks          string
	}{{false, false, ""}, {true, false, "findTags"}, {false, true, "findStudios"}} {
		w.Stash.ResetCounts()
		tree, err := c.Tree(t.Context(), tt.tags, tt.studios)
		if err != nil || (len(tree.Tags) > 0) != tt.tags || (len(tree.Studios) > 0) != tt.studios {
			t.Errorf("tags %v, studios %v: %d and %d, %v", tt.tags, tt.studios, len(tree.Tags), len(tree.Studios), err)
		}
		if got := w.Stash.Counts(); w.Stash.Total() != min(1, len(tt.asks)) || tt.asks != "" && got[tt.asks] != 1 {
			t.Errorf("tags %v, studios %v: %v", tt.tags, tt.studios, got)
		}
	}
}
