package plan_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

var scalarNames = []scene.Field{scene.FieldTitle, scene.FieldStudio, scene.FieldSummary, scene.FieldRating}

// world is Stash, Plex and Lockstep's memory under random edits. Values of Stash, of
// people and of agents are told apart by their names.
type world struct {
	*shelf
	t    *rapid.T
	set  config.Settings
	mem  plan.Memory
	want plan.Wanted
	// refused are elements people removed since Stash gained them.
	refused map[scene.Field][]string
}

func newWorld(t *rapid.T, policies ...config.Policy) *world {
	w := &world{t: t, set: config.Defaults(), refused: map[scene.Field][]string{}}
	for _, f := range scene.Fields() {
		w.set.Fields[f] = rapid.SampledFrom(policies).Draw(t, "policy")
	}
	w.shelf = newShelf(scene.Item{
		Title: rapid.SampledFrom([]string{"Harbour Lights 2020", "agent title"}).Draw(t, "title"), Tagline: "a tagline",
		Studio: agentWord(t), Summary: agentWord(t), Tags: agentWords(t), Performers: agentWords(t),
	})
	for _, name := range []string{"studio", "summary", "tagline", "titleSort", "genre", "actor"} {
		w.item.Locked[name] = rapid.Bool().Draw(t, "locked")
	}
	if w.item.Locked["titleSort"] {
		w.item.TitleSort = "a sort title"
	}
	w.editStash()
	return w
}

func agentWord(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "agent one", "agent two"}).Draw(t, "agent")
}

func agentWords(t *rapid.T) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"agent a", "agent b", "Élan"}), 0, 3, rapid.ID).Draw(t, "agents")
}

// stashNames has case and Unicode variants of the same names on purpose.
var stashNames = []string{"Night", "night", "NIGHT", "Ships", "Élan", "E\u0301lan", "élan", "Fog"}

func (w *world) editStash() {
	t := w.t
	s := scene.Scene{ID: 7, Rating: rapid.SampledFrom([]int{0, 1, 50, 85}).Draw(t, "rating")}
	s.Title = rapid.SampledFrom([]string{"", "stash one", "stash two", "E\u0301toile"}).Draw(t, "title")
	s.Details = rapid.SampledFrom([]string{"", "stash text", "stash\r\ntext \u202e"}).Draw(t, "details")
	s.Date = rapid.SampledFrom([]string{"", "2020-05-17", "2020-05", "2020"}).Draw(t, "date")
	if rapid.Bool().Draw(t, "studio") {
		s.Studio = &scene.Studio{Named: scene.Named{ID: "1", Name: rapid.SampledFrom([]string{"North Quay", "South Quay"}).Draw(t, "name")}}
	}
	draw := func() []string { return rapid.SliceOfN(rapid.SampledFrom(stashNames), 0, 4).Draw(t, "names") }
	s.Tags, s.Performers = named(draw()...), performers(draw()...)
	w.want = plan.Want(s, w.set)
	for _, f := range slices.Sorted(maps.Keys(w.want.Images)) {
		w.want.Images[f] = plan.Image{SHA1: rapid.SampledFrom([]string{"", "aa11", "bb22"}).Draw(t, "sha")}
	}
	for f, list := range w.refused {
		w.refused[f] = slices.DeleteFunc(list, func(n string) bool { return !containsName(w.want.Lists[f], n) })
	}
}

// editPlex is a person at work: what they touch gets locked, as in Plex's own editor.
func (w *world) editPlex() {
	switch rapid.IntRange(0, 3).Draw(w.t, "edit") {
	case 0:
		f := rapid.SampledFrom(scalarNames).Draw(w.t, "field")
		value := fmt.Sprintf("person %d", w.bump())
		if f == scene.FieldRating {
			value = fmt.Sprintf("0.0%d", w.bump())
		}
		*w.scalar(f.Wire()) = value
		w.item.Locked[f.Wire()] = f != scene.FieldRating
	case 1:
		f := w.drawList()
		list := w.list(f.Wire())
		*list = append(*list, fmt.Sprintf("person %d", w.bump()))
		w.item.Locked[f.Wire()] = true
	case 2:
		w.removeElement()
	case 3:
		f := rapid.SampledFrom([]scene.Field{scene.FieldPoster, scene.FieldBackground}).Draw(w.t, "image")
		w.selectImage(f, fmt.Sprintf("person %d", w.bump()))
		w.item.Locked[f.Wire()] = true
	}
}

func (w *world) bump() int { w.clock++; return w.clock }

func (w *world) drawList() scene.Field {
	return rapid.SampledFrom([]scene.Field{scene.FieldTags, scene.FieldPerformers, scene.FieldCollections}).Draw(w.t, "list")
}

func (w *world) removeElement() {
	f := w.drawList()
	list := w.list(f.Wire())
	if len(*list) == 0 {
		return
	}
	i := rapid.IntRange(0, len(*list)-1).Draw(w.t, "element")
	gone := (*list)[i]
	*list = slices.Delete(slices.Clone(*list), i, i+1)
	w.item.Locked[f.Wire()] = true
	if containsName(w.want.Lists[f], gone) {
		w.refused[f] = append(w.refused[f], gone)
	}
}

// syncOnce syncs; now and then the process dies on the way.
func (w *world) syncOnce() plan.Plan {
	death := rapid.IntRange(0, 4).Draw(w.t, "death")
	if death > 1 {
		p, mem := w.sync(w.want, w.mem, w.set)
		w.mem = stored(w.t, mem)
		return p
	}
	p := w.plan(w.want, w.mem, w.set)
	if p.Changed {
		w.mem = stored(w.t, p.Intent(w.mem, noon))
	}
	if death == 1 {
		w.apply(p)
	}
	return p
}

// stored is the memory after a trip to the disk.
func stored(t *rapid.T, mem plan.Memory) plan.Memory {
	b, err := json.Marshal(mem)
	if err != nil {
		t.Fatal(err)
	}
	var out plan.Memory
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	if !out.Equal(mem) {
		t.Fatalf("memory changed on disk:\n%+v\n%+v", mem, out)
	}
	return out
}

func (w *world) step() {
	switch rapid.IntRange(0, 3).Draw(w.t, "step") {
	case 0:
		w.editStash()
	case 1:
		w.editPlex()
	case 2:
		w.syncOnce()
	case 3:
		if rapid.IntRange(0, 4).Draw(w.t, "unlock") == 0 {
			delete(w.item.Locked, rapid.SampledFrom([]string{"studio", "summary", "genre", "actor"}).Draw(w.t, "which"))
		}
	}
}

func TestASecondSyncWritesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Policies()...)
		for range rapid.IntRange(0, 8).Draw(t, "steps") {
			w.step()
		}
		p, mem := w.sync(w.want, w.mem, w.set)
		again, after := w.sync(w.want, mem, w.set)
		if again.Changed {
			t.Fatalf("first %+v\nsecond %+v", p.Edit, again)
		}
		if third := w.plan(w.want, after, w.set); third.Changed || !third.Adopted(after).Equal(after) {
			t.Fatalf("memory does not settle: %+v then %+v", after, third.Adopted(after))
		}
	})
}

func TestALostMemoryAdoptsWhatItsFirstLifeWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Merge, config.Mirror, config.Fill)
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			w.editStash()
			_, w.mem = w.sync(w.want, w.mem, w.set)
		}
		if again, _ := w.sync(w.want, plan.Memory{}, w.set); again.Changed {
			t.Fatalf("second life writes %+v", again)
		}
	})
}

func TestMergeNeverTakesWhatPeoplePutThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Merge)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			before := w.read()
			images := maps.Clone(w.selected)
			if rapid.Bool().Draw(t, "edit") {
				w.step()
				continue
			}
			w.syncOnce()
			w.mustKeep(before, images)
		}
	})
}

func (w *world) mustKeep(before scene.Item, images map[scene.Field]string) {
	for _, f := range scalarNames {
		old, now := before.Scalar(f), w.item.Scalar(f)
		protected := before.IsLocked(f) || f == scene.FieldRating
		if isPersons(old) && protected && now != old {
			w.t.Fatalf("%s: %q became %q", f, old, now)
		}
	}
	for f, sha := range images {
		if isPersons(sha) && before.IsLocked(f) && w.selected[f] != sha {
			w.t.Fatalf("%s: %q became %q", f, sha, w.selected[f])
		}
	}
}

func isPersons(v string) bool {
	return len(v) > 6 && v[:6] == "person" || len(v) > 3 && v[:3] == "0.0"
}

func TestMergeLeavesPersonsElementsAndRemovalsAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Merge)
		_, w.mem = w.sync(w.want, w.mem, w.set)
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "who") {
				w.editPlex()
			} else {
				w.editStash()
			}
			before := w.read()
			_, w.mem = w.sync(w.want, w.mem, w.set)
			for _, f := range []scene.Field{scene.FieldTags, scene.FieldPerformers, scene.FieldCollections} {
				for _, n := range before.List(f) {
					if isPersons(n) && before.IsLocked(f) && !containsName(w.item.List(f), n) {
						t.Fatalf("%s lost %q", f, n)
					}
				}
				for _, n := range w.refused[f] {
					if !containsName(before.List(f), n) && containsName(w.item.List(f), n) {
						t.Fatalf("%s: %q was removed by a person and came back", f, n)
					}
				}
			}
		}
	})
}

func TestPreviewIsTheWrite(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, config.Policies()...)
		w.step()
		preview := plan.Make(w.read(), w.want, w.mem, w.set)
		write := plan.Make(w.read(), w.want, w.mem, w.set)
		if !reflect.DeepEqual(preview, write) {
			t.Fatalf("%+v\n%+v", preview, write)
		}
		was := w.read()
		w.apply(write)
		for _, d := range preview.Decisions {
			if d.Field.Kind() == scene.Scalar && w.item.Scalar(d.Field) != was.Scalar(d.Field) && !d.Changes() {
				t.Fatalf("%s changed without a decision: %+v", d.Field, d)
			}
		}
	})
}
