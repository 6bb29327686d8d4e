package plan_test

import (
	"testing"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

func TestSomethingThatKeepsChangingTheItemBackIsContested(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights 2020", Studio: "agent", Tags: []string{"agent"}})
	_, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	for i := range 3 {
		if mem.Contested(noon) {
			t.Fatalf("contested after %d", i)
		}
		s.item.Studio, s.item.Locked["studio"] = "agent", false
		s.item.Tags, s.item.Locked["genre"] = []string{"agent"}, false
		p, after := s.sync(wantHarbour(set), mem, set)
		if !p.Reverted {
			t.Fatalf("round %d: %+v", i, p.Decisions)
		}
		mem = after.NoteRevert(noon.Add(time.Duration(i) * time.Hour))
	}
	if now := noon.Add(3 * time.Hour); !mem.Contested(now) || mem.Retried().Contested(now) {
		t.Error("three times are contested until a person asks")
	}
	if mem.Contested(noon.Add(24*time.Hour)) || mem.Contested(noon.Add(-48*time.Hour)) {
		t.Error("contested for ever")
	}
	if got := mem.NoteRevert(noon.Add(30 * time.Hour)); len(got.Reverts) != 3 || got.Equal(mem) {
		t.Errorf("reverts %v", got.Reverts)
	}
	w := wantHarbour(set)
	w.Scalars[scene.FieldStudio], w.Lists[scene.FieldTags] = "South Quay", []string{"Fog"}
	if p := plan.Make(s.read(), w, mem, set); p.Reverted {
		t.Error("an edit in Stash is no revert")
	}
}
