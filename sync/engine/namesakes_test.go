package engine_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/sync/sim"
)

func TestPerformersOfOneNameAreToldApartAndExplained(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 85, Scenes: 3}))
	stash := r.world.Stash
	elder, younger := stash.PerformerID("Ada Keel", ""), stash.PerformerID("Ada Keel", "the younger")
	must(t, stash.Edit(1, func(s *sim.Scene) { s.PerformerIDs = []int{elder, younger} }))
	must(t, stash.Edit(2, func(s *sim.Scene) { s.PerformerIDs = []int{younger} }))
	must(t, stash.Edit(3, func(s *sim.Scene) { s.PerformerIDs = []int{stash.PerformerID("Ben Mast", "")} }))
	l := r.start()
	l.settled()
	if got := r.shown(r.world.TargetKeys(1)[0]).tags["actor"]; !slices.Equal(got, []string{"Ada Keel", "Ada Keel (the younger)"}) {
		t.Errorf("actors %q", got)
	}
	r.inStep(sim.DiffOptions{Locks: true})
	if _, text := l.told("1"); !strings.Contains(text, "told apart: “Ada Keel”, “Ada Keel (the younger)”") {
		t.Errorf("scene 1: %s", text)
	}
	if _, text := l.told("2"); !strings.Contains(text, "performers: 1 more in Stash share the name “Ada Keel”") {
		t.Errorf("scene 2: %s", text)
	}
	if _, text := l.told("3"); strings.Contains(text, "share the name") {
		t.Errorf("scene 3: %s", text)
	}
	must(t, stash.Edit(2, func(s *sim.Scene) { s.PerformerIDs = []int{elder, younger} }))
	l.scan()
	r.inStep(sim.DiffOptions{Locks: true})
}
