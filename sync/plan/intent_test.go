package plan_test

import (
	"strings"
	"testing"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

func TestAnIntentIsNoWrite(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{Title: "agent title", Studio: "agent", Tags: []string{"old"}, Rating: ""})
	want := wantHarbour(set)
	first := s.plan(want, plan.Memory{}, set)
	refused := first.Intent(plan.Memory{}, noon)
	if first.Arrived(plan.Memory{}) {
		t.Error("a first plan counts as arrived")
	}
	again := s.plan(want, refused, set)
	for _, d := range again.Decisions {
		if strings.Contains(d.Why.String(), "written by Lockstep") || refused.Fields[d.Field].At != 0 {
			t.Errorf("%s: %q, at %d", d.Field, d.Why, refused.Fields[d.Field].At)
		}
	}
	if d := fieldOf(t, again, scene.FieldRating); d.Action != plan.Write {
		t.Errorf("a rating that was refused is not tried again: %+v", d)
	}
	if again.Arrived(refused) {
		t.Error("a refused intent counts as arrived")
	}
	// Read back unchanged: Plex said yes and did nothing.
	mem, missing := first.Verify(s.read(), refused, noon)
	if len(missing) == 0 || mem.Fields[scene.FieldTitle].At != 0 || mem.Fields[scene.FieldTags].At != 0 {
		t.Errorf("missing %d, memory %+v", len(missing), mem)
	}
	s.item.Studio = "a person's"
	s.item.Locked["studio"] = true
	if d := fieldOf(t, s.plan(want, refused, set), scene.FieldStudio); d.Code != skip.LockedInPlex || strings.Contains(d.Why.String(), "after") {
		t.Errorf("locked by a person: %+v", d)
	}
}

func TestAnIntentThatArrivedUnseenIsAWriteOfItsDay(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{Title: "agent title", Studio: "agent"})
	want := wantHarbour(set)
	p := s.plan(want, plan.Memory{}, set)
	mem := p.Intent(plan.Memory{}, noon)
	s.apply(p) // and dies
	next := s.plan(want, mem, set)
	if next.Changed || !next.Arrived(mem) {
		t.Fatalf("changed %v, arrived %v", next.Changed, next.Arrived(mem))
	}
	mem = next.Adopted(mem)
	for _, f := range []scene.Field{scene.FieldTitle, scene.FieldTags, scene.FieldPoster} {
		if at := mem.Fields[f].At; at != noon.Unix() {
			t.Errorf("%s was written at %s", f, time.Unix(at, 0))
		}
	}
	if s.plan(want, mem, set).Arrived(mem) {
		t.Error("it arrives again")
	}
}
