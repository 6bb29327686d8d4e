package plan_test

import (
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// BenchmarkInStep is the cost of looking at an item that needs nothing: what a full
// reconciliation pays per scene.
func BenchmarkInStep(b *testing.B) {
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020"})
	_, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	item := s.read()
	for b.Loop() {
		want := plan.Want(harbour(), set)
		if p := plan.Make(item, want, mem, set); p.Changed || !p.Adopted(mem).Equal(mem) {
			b.Fatal("not in step")
		}
	}
}
