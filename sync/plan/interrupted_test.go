package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// steps are the single changes a plan makes, in the order Plex sees them when every
// value travels alone.
func (s *shelf) steps(p plan.Plan) []func() {
	var out []func()
	part := func(e plan.Edit) { out = append(out, func() { s.apply(plan.Plan{Changed: true, Edit: e}) }) }
	for _, u := range p.Uploads {
		out = append(out, func() { s.apply(plan.Plan{Changed: true, Uploads: []plan.Upload{u}}) })
	}
	for _, r := range p.Restores {
		out = append(out, func() { s.apply(plan.Plan{Changed: true, Restores: []plan.Restore{r}}) })
	}
	for _, name := range slices.Sorted(maps.Keys(p.Edit.Locks)) {
		e := plan.Edit{Locks: map[string]bool{name: p.Edit.Locks[name]}}
		value, isScalar := p.Edit.Scalars[name]
		list, isList := p.Edit.Lists[name]
		switch {
		case isScalar:
			e.Scalars = map[string]string{name: value}
			part(e)
		case isList:
			for _, n := range list.Want {
				part(plan.Edit{Locks: e.Locks, Lists: map[string]plan.ListEdit{name: {Want: []string{n}}}})
			}
			for _, n := range list.Remove {
				part(plan.Edit{Locks: e.Locks, Lists: map[string]plan.ListEdit{name: {Remove: []string{n}}}})
			}
		default:
			part(e)
		}
	}
	return out
}

// TestAnUndoInterruptedAnywhereEndsLikeOneThatWasNot: the process dies after any of the
// single changes, as often as it likes, and the undo begins again.
func TestAnUndoInterruptedAnywhereEndsLikeOneThatWasNot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Policies()...)
		for range rapid.IntRange(0, 5).Draw(t, "steps") {
			w.step()
		}
		before := faceOf(w.shelf)
		p, mem := w.sync(w.want, w.mem, w.set)
		former := onDisk(t, p.Former)
		smooth := &shelf{item: w.read(), selected: maps.Clone(w.selected), clock: w.clock}
		_, wanted, _ := smooth.undo(former, mem)

		for range rapid.IntRange(1, 3).Draw(t, "deaths") {
			mem = w.undoPartly(former, mem, rapid.IntRange(0, 25).Draw(t, "after"))
		}
		_, mem, missing := w.undo(former, mem)
		if after := faceOf(w.shelf); !before.equal(after) || len(missing) > 0 {
			t.Fatalf("before %+v\nafter  %+v\nmissing %+v", before, after, missing)
		}
		if !mem.Equal(wanted) {
			t.Fatalf("remembered %+v\nwanted     %+v", mem, wanted)
		}
	})
}

// undoPartly dies after some of the changes; what is remembered is what was stored
// before the first.
func (w *world) undoPartly(f plan.Former, mem plan.Memory, after int) plan.Memory {
	f.Selected = w.lookedAt(f, mem)
	u := plan.Undo(f, w.read(), mem)
	if !u.Changed {
		return mem
	}
	for i, step := range w.steps(u) {
		if i == after {
			break
		}
		step()
	}
	return stored(w.t, u.Intent(mem, noon))
}

// TestASyncThatDiedOnTheWayIsUndone: whatever part of a write arrived, its undo takes
// it back.
func TestASyncThatDiedOnTheWayIsUndone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Merge, config.Mirror)
		before := faceOf(w.shelf)
		p := w.plan(w.want, w.mem, w.set)
		mem := stored(t, p.Intent(w.mem, noon))
		after := rapid.IntRange(0, 25).Draw(t, "after")
		for i, step := range w.steps(p) {
			if i == after {
				break
			}
			step()
		}
		w.undo(onDisk(t, p.Former), mem)
		if face := faceOf(w.shelf); !before.equal(face) {
			t.Fatalf("before %+v\nafter  %+v", before, face)
		}
	})
}

// TestAPersonsListIsLeftAloneByUndo: elements are neither put back nor taken away once
// somebody had a hand in the list.
func TestAPersonsListIsLeftAloneByUndo(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func([]string) []string{
		"added to":       func(l []string) []string { return append(l, "own") },
		"taken from":     func(l []string) []string { return l[:1] },
		"emptied":        func([]string) []string { return nil },
		"made their own": func([]string) []string { return []string{"own"} },
	} {
		for _, lost := range []bool{false, true} {
			for _, again := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, memory lost %v, synced again %v", name, lost, again), func(t *testing.T) {
					t.Parallel()
					set := allFields(config.Merge)
					s := newShelf(scene.Item{Title: "Harbour Lights 2020", Tags: []string{"old"}})
					want := wantHarbour(set)
					p, mem := s.sync(want, plan.Memory{}, set)
					s.item.Tags = edit(slices.Clone(s.item.Tags))
					if again {
						want.Lists[scene.FieldTags] = []string{"Night", "Ships", "Fog"}
						_, mem = s.sync(want, mem, set)
					}
					if lost {
						mem = plan.Memory{}
					}
					theirs := slices.Clone(s.item.Tags)
					u, _, missing := s.undo(p.Former, mem)
					if !slices.Equal(s.item.Tags, theirs) || !s.item.Locked["genre"] || len(missing) > 0 {
						t.Errorf("%q became %q, locked %v, missing %+v", theirs, s.item.Tags, s.item.Locked["genre"], missing)
					}
					if s.item.Title != "Harbour Lights 2020" || fieldOf(t, u, scene.FieldTags).Action != plan.Keep {
						t.Errorf("title %q, %+v", s.item.Title, fieldOf(t, u, scene.FieldTags))
					}
				})
			}
		}
	}
}

// lookedAt is what the worker would find selected where the plan has to know.
func (s *shelf) lookedAt(f plan.Former, mem plan.Memory) map[scene.Field]string {
	out := map[scene.Field]string{}
	for _, field := range plan.UndoPicturesToRead(f, s.read(), mem) {
		out[field] = s.selected[field]
	}
	return out
}
