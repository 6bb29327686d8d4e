package plan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

var listFields = []scene.Field{scene.FieldTags, scene.FieldPerformers, scene.FieldCollections}

func TestAListStashHasNothingForIsNeitherLockedNorOwned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		locked, unlockedLater bool
		later                 []string
	}{
		"unlocked: the agent's, and becomes Stash's later": {later: []string{"Night"}},
		"locked: a person's, and only gains":               {locked: true, later: []string{"old", "older", "Night"}},
		"unlocked by its owner later":                      {locked: true, unlockedLater: true, later: []string{"Night"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := allFields(config.Merge)
			s := newShelf(scene.Item{Title: "agent title", Tags: []string{"old", "older"}, Locked: map[string]bool{"genre": c.locked}})
			want := wantHarbour(set)
			want.Lists[scene.FieldTags] = nil
			p, mem := s.sync(want, plan.Memory{}, set)
			if !p.Changed || s.item.Locked["genre"] != c.locked || mem.Known(scene.FieldTags) || mem.Holds(scene.FieldTags) {
				t.Fatalf("changed %v, locked %v, memory %+v", p.Changed, s.item.Locked["genre"], mem.Fields[scene.FieldTags])
			}
			if d := fieldOf(t, p, scene.FieldTags); d.Action != plan.Keep || !slices.Equal(d.Kept, []string{"old", "older"}) {
				t.Errorf("decision %+v", d)
			}
			if c.unlockedLater {
				delete(s.item.Locked, "genre")
			}
			want.Lists[scene.FieldTags] = []string{"Night"}
			s.sync(want, mem, set)
			if !slices.Equal(s.item.Tags, c.later) || !s.item.Locked["genre"] {
				t.Errorf("tags %q, want %q, locked %v", s.item.Tags, c.later, s.item.Locked["genre"])
			}
		})
	}
}

func TestWhatIsLeftOfAnUnlockedListIsNotLocked(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{Title: "agent title"})
	want := wantHarbour(set)
	_, mem := s.sync(want, plan.Memory{}, set)
	// A refresh after somebody unlocked the list.
	s.item.Tags, s.item.Locked["genre"] = []string{"Night", "agent's"}, false
	want.Lists[scene.FieldTags] = nil
	if _, mem = s.sync(want, mem, set); !slices.Equal(s.item.Tags, []string{"agent's"}) || s.item.Locked["genre"] {
		t.Errorf("tags %q, locked %v", s.item.Tags, s.item.Locked["genre"])
	}
	want.Lists[scene.FieldTags] = []string{"Fog"}
	if s.sync(want, mem, set); !slices.Equal(s.item.Tags, []string{"Fog"}) {
		t.Errorf("tags %q", s.item.Tags)
	}
}

func TestALongTextGuardedByALockDoesNotBecomeAPersons(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{Title: "agent title", Summary: strings.Repeat("agent ", 2000)})
	want := wantHarbour(set)
	want.Scalars[scene.FieldSummary] = ""
	p, mem := s.sync(want, plan.Memory{}, set)
	if !s.item.Locked["summary"] || mem.Known(scene.FieldSummary) {
		t.Fatalf("locked %v, memory %+v", s.item.Locked["summary"], mem.Fields[scene.FieldSummary])
	}
	again := newShelf(s.read())
	again.undo(p.Former, mem)
	if again.item.Locked["summary"] {
		t.Error("undo leaves the guard's lock")
	}
	want.Scalars[scene.FieldSummary] = "stash text"
	if s.sync(want, mem, set); s.item.Summary != "stash text" {
		t.Errorf("summary %.30q", s.item.Summary)
	}
}

func TestAPersonsLongTextIsAPersons(t *testing.T) {
	t.Parallel()
	set := allFields(config.Merge)
	s := newShelf(scene.Item{Title: "agent title", Summary: strings.Repeat("agent ", 2000)})
	want := wantHarbour(set)
	want.Scalars[scene.FieldSummary] = ""
	_, mem := s.sync(want, plan.Memory{}, set)
	s.item.Summary = strings.Repeat("person ", 2000)
	want.Scalars[scene.FieldSummary] = "stash text"
	if s.sync(want, mem, set); !strings.HasPrefix(s.item.Summary, "person") {
		t.Errorf("summary %.30q", s.item.Summary)
	}
}

// TestALockIsSetOnlyOnWhatIsAsStashWantsIt: nothing else is Lockstep's to lock.
func TestALockIsSetOnlyOnWhatIsAsStashWantsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Merge, config.Mirror, config.Fill)
		w.resets = rapid.Bool().Draw(t, "resets")
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "edit") {
				w.step()
				continue
			}
			before := w.read()
			w.syncOnce()
			for _, f := range scene.Fields() {
				if !before.IsLocked(f) && w.item.IsLocked(f) && !w.holdsWish(f) {
					t.Fatalf("%s is locked now, holds %q %q, wanted %q %q", f, w.item.Scalar(f), w.item.List(f), w.want.Scalars[f], w.want.Lists[f])
				}
			}
		}
	})
}

// holdsWish reports whether something of the field is as Stash wants it.
func (w *world) holdsWish(f scene.Field) bool {
	switch f.Kind() {
	case scene.List:
		if len(w.item.List(f)) == 0 {
			return len(w.want.Lists[f]) == 0
		}
		return slices.ContainsFunc(w.item.List(f), func(n string) bool { return containsName(w.want.Lists[f], n) })
	case scene.Image:
		return w.selected[f] == w.want.Images[f].SHA1
	}
	return w.item.Scalar(f) == w.want.Scalars[f]
}

// TestTimesWithoutAWishLeaveNoTrace: as long as Stash had nothing for a list, it stays
// whoever's it was, whatever else was written.
func TestTimesWithoutAWishLeaveNoTrace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Merge)
		start := w.read()
		images := maps.Clone(w.selected)
		for range rapid.IntRange(1, 3).Draw(t, "syncs") {
			w.editStash()
			for _, f := range listFields {
				w.want.Lists[f] = nil
			}
			_, w.mem = w.sync(w.want, w.mem, w.set)
		}
		w.editStash()
		w.sync(w.want, w.mem, w.set)

		direct := newShelf(start)
		direct.selected = images
		direct.sync(w.want, plan.Memory{}, w.set)
		for _, f := range listFields {
			if !slices.Equal(w.item.List(f), direct.item.List(f)) {
				t.Fatalf("%s: %q, directly %q", f, w.item.List(f), direct.item.List(f))
			}
		}
	})
}

// TestAServerThatResetsWhatAnEditDoesNotCarryLosesNothing: what no decision changes is
// the same afterwards, and as locked or unlocked.
func TestAServerThatResetsWhatAnEditDoesNotCarryLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Policies()...)
		w.resets = true
		for range rapid.IntRange(0, 4).Draw(t, "steps") {
			w.step()
		}
		before := w.read()
		p, mem := w.sync(w.want, w.mem, w.set)
		w.mustStand(t, p, before)
		if p.Changed && rapid.Bool().Draw(t, "undo") {
			before = w.read()
			u, _, _ := w.undo(onDisk(t, p.Former), mem)
			w.mustStand(t, u, before)
		}
	})
}

func (w *world) mustStand(t *rapid.T, p plan.Plan, before scene.Item) {
	for _, d := range p.Decisions {
		same := before.Scalar(d.Field) == w.item.Scalar(d.Field) && slices.Equal(before.List(d.Field), w.item.List(d.Field))
		if !d.Changes() && !same {
			t.Fatalf("%s: %q %q became %q %q by %+v", d.Field, before.Scalar(d.Field), before.List(d.Field), w.item.Scalar(d.Field), w.item.List(d.Field), p.Edit)
		}
	}
	if w.item.Tagline != before.Tagline || w.item.Locked["tagline"] != before.Locked["tagline"] {
		t.Fatalf("tagline %q became %q", before.Tagline, w.item.Tagline)
	}
}
