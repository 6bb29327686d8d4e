package plan_test

import (
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

func TestAListThatIsClearedIsLocked(t *testing.T) {
	t.Parallel()
	set := allFields(config.Off)
	set.Fields[scene.FieldTags] = config.Mirror
	s := newShelf(scene.Item{Title: "x", Tags: []string{"agent's"}})
	p, mem := s.sync(tags(nil, set), plan.Memory{}, set)
	if len(s.item.Tags) != 0 || !s.item.Locked["genre"] {
		t.Errorf("tags %v, locks %v: an agent would fill an unlocked list again", s.item.Tags, s.item.Locked)
	}
	if !p.Changed || mem.Holds(scene.FieldTags) {
		t.Errorf("a cleared list counts as one that holds something: %+v", mem)
	}
}

func TestALockedTitleIsAPersonsEvenIfItIsTheFileName(t *testing.T) {
	t.Parallel()
	set := allFields(config.Fill)
	s := newShelf(scene.Item{Title: "Harbour Lights 2020", Locked: map[string]bool{"title": true}})
	if d := fieldOf(t, s.plan(wantHarbour(set), plan.Memory{}, set), scene.FieldTitle); d.Code != skip.PolicyFill {
		t.Errorf("%+v", d)
	}
}

// differs has a studio come back different from Plex so often.
func differs(t *testing.T, s *shelf, mem plan.Memory, set config.Settings, want string, times int) plan.Memory {
	t.Helper()
	for range times {
		s.item.Studio = "before"
		p := plan.Make(s.read(), studio(want, set), mem, set)
		if !p.Changed {
			t.Fatalf("nothing is written: %+v", fieldOf(t, p, scene.FieldStudio))
		}
		s.item.Studio = "stored otherwise"
		mem, _ = p.Verify(s.read(), p.Intent(mem, noon), noon)
	}
	return mem
}

func TestWhatPlexStoresDifferentlyIsWrittenAgainOnceItIsChanged(t *testing.T) {
	t.Parallel()
	set := allFields(config.Off)
	set.Fields[scene.FieldStudio] = config.Mirror
	s := newShelf(scene.Item{Title: "x"})
	mem := differs(t, s, plan.Memory{}, set, "Quay", 2)
	if d := fieldOf(t, plan.Make(s.read(), studio("Quay", set), mem, set), scene.FieldStudio); d.Code != skip.StoredOtherwise {
		t.Fatalf("%+v", d)
	}
	s.item.Studio = "somebody's"
	if d := fieldOf(t, plan.Make(s.read(), studio("Quay", set), mem, set), scene.FieldStudio); d.Action != plan.Write {
		t.Errorf("changed since: %+v", d)
	}
}

func TestEachValueHasTriesOfItsOwn(t *testing.T) {
	t.Parallel()
	set := allFields(config.Off)
	set.Fields[scene.FieldStudio] = config.Mirror
	s := newShelf(scene.Item{Title: "x"})
	mem := differs(t, s, differs(t, s, plan.Memory{}, set, "Quay", 1), set, "Pier", 1)
	if d := fieldOf(t, plan.Make(s.read(), studio("Pier", set), mem, set), scene.FieldStudio); d.Action != plan.Write {
		t.Errorf("given up after one try: %+v", d)
	}
}

func TestAnUndoneValueThatStashWantsAnewIsWritten(t *testing.T) {
	t.Parallel()
	set := allFields(config.Off)
	set.Fields[scene.FieldStudio] = config.Merge
	s := newShelf(scene.Item{Title: "x", Studio: "agent's"})
	p, mem := s.sync(studio("Quay", set), plan.Memory{}, set)
	_, mem, _ = s.undo(p.Former, mem)
	if p, _ := s.sync(studio("Quay", set), mem, set); p.Changed {
		t.Fatal("an undone value was written again")
	}
	_, mem = s.sync(studio("Pier", set), mem, set)
	if p, _ := s.sync(studio("Quay", set), mem, set); !p.Changed || s.item.Studio != "Quay" {
		t.Errorf("Stash wants it anew, Plex has %q: %+v", s.item.Studio, fieldOf(t, p, scene.FieldStudio))
	}
}

func TestUndoNeverClearsATitle(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{})
	p, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	if s.undo(p.Former, mem); s.item.Title != "Harbour Lights" {
		t.Errorf("the title is %q", s.item.Title)
	}
}

func TestALineIsAsLongAsPlexHasRoomFor(t *testing.T) {
	t.Parallel()
	w := plan.Want(scene.Scene{Title: strings.Repeat("a", 300)}, allFields(config.Merge))
	if n := len(w.Scalars[scene.FieldTitle]); n != 255 {
		t.Errorf("a title of %d characters", n)
	}
}

func TestAPlanWithoutItsPictureStillKnowsThatItWasChangedBack(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{Title: "x"})
	_, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	s.item.Studio, s.item.Locked["studio"] = "another tool's", false
	s.selectImage(scene.FieldPoster, "other")
	s.item.Locked["thumb"] = false
	p := s.plan(wantHarbour(set), mem, set)
	if !p.Reverted || !p.Without(scene.FieldPoster, message.Foreign("not sent")).Reverted {
		t.Errorf("changed back: %v, without its picture: %v", p.Reverted, p.Without(scene.FieldPoster, message.Foreign("not sent")).Reverted)
	}
}
