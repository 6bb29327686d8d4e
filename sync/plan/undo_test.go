package plan_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// face is what undo has to restore, in a comparable form.
type face struct {
	scalars  map[scene.Field]string
	lists    map[scene.Field]string
	locks    map[string]bool
	pictures map[scene.Field]bool
}

func faceOf(s *shelf) face {
	f := face{map[scene.Field]string{}, map[scene.Field]string{}, map[string]bool{}, map[scene.Field]bool{}}
	for _, field := range scene.Fields() {
		switch field.Kind() {
		case scene.Scalar:
			f.scalars[field] = s.item.Scalar(field)
		case scene.List:
			names := slices.Sorted(slices.Values(s.item.List(field)))
			b, _ := json.Marshal(names)
			f.lists[field] = string(b)
		}
	}
	f.scalars["tagline"] = s.item.Tagline
	for name, locked := range s.item.Locked {
		if locked {
			f.locks[name] = true
		}
	}
	f.pictures[scene.FieldPoster], f.pictures[scene.FieldBackground] = s.item.Thumb != "", s.item.Art != ""
	return f
}

func (f face) equal(o face) bool {
	return maps.Equal(f.scalars, o.scalars) && maps.Equal(f.lists, o.lists) && maps.Equal(f.locks, o.locks) && maps.Equal(f.pictures, o.pictures)
}

// onDisk is a journal entry after a trip to the disk.
func onDisk(t *rapid.T, f plan.Former) plan.Former {
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var out plan.Former
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *shelf) undo(f plan.Former, mem plan.Memory) (plan.Plan, plan.Memory, []plan.Decision) {
	f.Selected = s.lookedAt(f, mem)
	u := plan.Undo(f, s.read(), mem)
	mem = u.Intent(mem, noon)
	s.apply(u)
	mem, missing := u.Verify(s.read(), mem, noon)
	return u, mem, missing
}

func TestUndoAfterSyncIsIdentity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Policies()...)
		for range rapid.IntRange(0, 5).Draw(t, "steps") {
			w.step()
		}
		before := faceOf(w.shelf)
		p, mem := w.sync(w.want, w.mem, w.set)
		former := onDisk(t, p.Former)
		if former.Empty() == p.Changed {
			t.Fatalf("changed %v, journal %+v", p.Changed, former)
		}
		lost := rapid.Bool().Draw(t, "memory lost")
		if lost {
			mem = plan.Memory{}
		}
		_, mem, missing := w.undo(former, mem)
		if after := faceOf(w.shelf); !before.equal(after) || len(missing) > 0 {
			t.Fatalf("before %+v\nafter  %+v\nplan %+v\nmissing %+v", before, after, p.Edit, missing)
		}
		if again := w.plan(w.want, mem, w.set); again.Changed && !lost {
			t.Fatalf("undone values are written again: %+v", again.Decisions)
		}
	})
}

func TestUndoOfSeveralSyncsNewestFirstIsIdentity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Merge, config.Mirror)
		before := faceOf(w.shelf)
		var journal []plan.Former
		for range rapid.IntRange(1, 4).Draw(t, "syncs") {
			var p plan.Plan
			p, w.mem = w.sync(w.want, w.mem, w.set)
			if p.Changed {
				journal = append(journal, onDisk(t, p.Former))
			}
			w.editStash()
		}
		for _, f := range slices.Backward(journal) {
			_, w.mem, _ = w.undo(f, w.mem)
		}
		if after := faceOf(w.shelf); !before.equal(after) {
			t.Fatalf("before %+v\nafter  %+v", before, after)
		}
	})
}

func TestForeignEditsSurviveUndo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Merge, config.Mirror)
		p, mem := w.sync(w.want, w.mem, w.set)
		for range rapid.IntRange(1, 5).Draw(t, "edits") {
			w.editPlex()
		}
		edited := w.read()
		images := maps.Clone(w.selected)
		if rapid.Bool().Draw(t, "memory lost") {
			mem = plan.Memory{}
		}
		u, _, _ := w.undo(onDisk(t, p.Former), mem)
		for _, f := range scalarNames {
			if isPersons(edited.Scalar(f)) && (w.item.Scalar(f) != edited.Scalar(f) || edited.IsLocked(f) && !w.item.IsLocked(f)) {
				t.Fatalf("%s: %q became %q", f, edited.Scalar(f), w.item.Scalar(f))
			}
		}
		for _, f := range []scene.Field{scene.FieldTags, scene.FieldPerformers, scene.FieldCollections} {
			if !slices.ContainsFunc(edited.List(f), isPersons) {
				continue
			}
			if !slices.Equal(w.item.List(f), edited.List(f)) || !w.item.IsLocked(f) {
				t.Fatalf("%s: %q became %q, or lost its lock: %+v", f, edited.List(f), w.item.List(f), u.Decisions)
			}
		}
		for f, sha := range images {
			if isPersons(sha) && (w.selected[f] != sha || !w.item.IsLocked(f)) {
				t.Fatalf("%s: %q became %q", f, sha, w.selected[f])
			}
		}
	})
}

func TestUndoSelectsThePictureAPersonHadChosen(t *testing.T) {
	t.Parallel()
	set := posterOnly(config.Mirror)
	s := newShelf(scene.Item{Title: "x", Locked: map[string]bool{"thumb": true}})
	s.selectImage(scene.FieldPoster, "person's")
	p, mem := s.sync(poster("aa"), plan.Memory{}, set)
	if s.selected[scene.FieldPoster] != "aa" {
		t.Fatalf("mirrored to %q", s.selected[scene.FieldPoster])
	}
	if _, _, missing := s.undo(p.Former, mem); len(missing) > 0 || s.selected[scene.FieldPoster] != "person's" || !s.item.Locked["thumb"] {
		t.Errorf("selected %q, locked %v, missing %+v", s.selected[scene.FieldPoster], s.item.Locked, missing)
	}
}

func TestUndoListsWhatWasChangedSince(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{Title: "Harbour Lights 2020", Studio: "agent", Tags: []string{"old"}})
	p, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	s.item.Studio = "a person's"
	s.item.Tags = append(s.item.Tags, "own")
	s.selectImage(scene.FieldPoster, "person")

	u, _, missing := s.undo(p.Former, mem)
	if len(missing) > 0 {
		t.Fatalf("missing %+v", missing)
	}
	for _, f := range []scene.Field{scene.FieldStudio, scene.FieldPoster} {
		if d := fieldOf(t, u, f); d.Action != plan.Keep || d.Code != skip.PlexEditKept {
			t.Errorf("%s: %+v", f, d)
		}
	}
	if d := fieldOf(t, u, scene.FieldTags); d.Action != plan.Keep || d.Code != skip.PlexEditKept {
		t.Errorf("tags: %+v", d)
	}
	if s.item.Title != "Harbour Lights 2020" || s.item.Studio != "a person's" || !slices.Equal(s.item.Tags, []string{"Night", "Ships", "own"}) {
		t.Errorf("item %+v", s.item)
	}
	if s.item.Locked["title"] || !s.item.Locked["studio"] || !s.item.Locked["genre"] || !s.item.Locked["thumb"] || s.item.Locked["art"] {
		t.Errorf("locks %v", s.item.Locked)
	}
}

func TestAnUndoneValueComesBackWhenStashWantsSomethingElseOrAPersonAsks(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{Title: "Harbour Lights 2020", Studio: "agent"})
	want := wantHarbour(set)
	p, mem := s.sync(want, plan.Memory{}, set)
	_, mem, _ = s.undo(p.Former, mem)

	held := plan.Make(s.read(), want, mem, set)
	if d := fieldOf(t, held, scene.FieldStudio); held.Changed || d.Action != plan.Keep || d.Code != skip.PlexEditKept {
		t.Fatalf("undone studio: %+v", d)
	}
	if p := plan.Make(s.read(), want, mem.Retried(), set); len(p.Uploads) != 2 || fieldOf(t, p, scene.FieldStudio).Action != plan.Write {
		t.Errorf("retried: %+v", p)
	}
	want.Scalars[scene.FieldStudio] = "South Quay"
	if d := fieldOf(t, plan.Make(s.read(), want, mem, set), scene.FieldStudio); d.Action != plan.Write {
		t.Errorf("new studio in Stash: %+v", d)
	}
}

func TestUndoOfAListingItemDecidesNothing(t *testing.T) {
	t.Parallel()
	if u := plan.Undo(plan.Former{}, scene.Item{RatingKey: "55"}, plan.Memory{}); !u.Blind || u.Changed {
		t.Errorf("%+v", u)
	}
}

func TestAnUndoThatDidNotArriveIsReported(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{Title: "Harbour Lights 2020", Studio: "North Quay"})
	p, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	u := plan.Undo(p.Former, s.read(), mem)
	mem = u.Intent(mem, noon)
	after, missing := u.Verify(s.read(), mem, noon)
	if !after.Equal(mem) {
		t.Errorf("memory moved: %+v to %+v", mem, after)
	}
	// Everything but nothing for the collection, which did not exist before, counts.
	if len(missing) != len(p.Former.Fields) {
		t.Errorf("%d missing of %d: %+v", len(missing), len(p.Former.Fields), missing)
	}
}

func TestAPictureNobodyReadIsNotUndone(t *testing.T) {
	t.Parallel()
	set := posterOnly(config.Merge)
	s := newShelf(scene.Item{Title: "x", Thumb: "/generated/1"})
	p, mem := s.sync(poster("aa"), plan.Memory{}, set)
	if u := plan.Undo(p.Former, s.read(), plan.Memory{}); u.Changed || fieldOf(t, u, scene.FieldPoster).Code != skip.PlexEditKept {
		t.Errorf("without memory: %+v", u)
	}
	if got := plan.UndoPicturesToRead(p.Former, s.read(), mem); len(got) != 0 {
		t.Errorf("looks at %v though memory vouches for it", got)
	}
	want := []plan.Restore{{Field: scene.FieldPoster, SHA1: "aa", HadImage: true}}
	if u := plan.Undo(p.Former, s.read(), mem); !slices.Equal(u.Restores, want) || len(u.Uploads) != 0 {
		t.Errorf("got %+v, want %+v", u.Restores, want)
	}
}
