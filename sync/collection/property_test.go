package collection_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/collection"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

// household draws studios and groups of Stash with collections of them and of others in two
// libraries, some of which somebody had a hand in.
func household(rt *rapid.T, d *desk) {
	n := rapid.IntRange(1, 6).Draw(rt, "studios")
	for i := 1; i <= n; i++ {
		drawSubject(rt, d, i)
	}
	for i := range rapid.IntRange(1, 9).Draw(rt, "collections") {
		key := fmt.Sprint(10 + i)
		title := rapid.SampledFrom([]string{"Studio 1", "Studio 2", "studio 3", "Group: Group 4", "Group: Group 5", "Studio 6", "Mine"}).Draw(rt, "title")
		d.has(key, rapid.SampledFrom([]string{"1", "2"}).Draw(rt, "library"), title)
		it := d.plex.Has[key]
		it.Summary = rapid.SampledFrom([]string{"", "", "Mine", "About 1"}).Draw(rt, "summary")
		if rapid.IntRange(0, 3).Draw(rt, "pictured") == 0 {
			it.Thumb = "/t/" + key
			d.plex.Offers[testkit.Slot(key, scene.FieldPoster)] = []scene.Picture{{Key: "theirs", SHA1: rapid.SampledFrom([]string{"", testkit.SHA(testkit.Logo(200)), testkit.SHA(testkit.Logo(1))}).Draw(rt, "sha"), Selected: true}}
		}
		for _, name := range []string{"summary", "thumb"} {
			if rapid.IntRange(0, 3).Draw(rt, "locked") == 0 {
				it.Locked[name] = true
			}
		}
		d.plex.Has[key] = it
		d.plex.smart[key] = rapid.IntRange(0, 9).Draw(rt, "smart") == 0
	}
}

// drawSubject has Stash have a studio, or a group from the fourth on, as drawn.
func drawSubject(rt *rapid.T, d *desk, i int) {
	var picture []byte
	if rapid.Bool().Draw(rt, "has a picture") {
		picture = testkit.Logo(uint8(rapid.IntRange(1, 3).Draw(rt, "picture")))
	}
	if i == 4 || i == 5 {
		d.group(i, fmt.Sprint("Group ", i), picture)
		return
	}
	d.studio(i, fmt.Sprint("Studio ", i), rapid.SampledFrom([]string{"", "About 1", "About it"}).Draw(rt, "details"), picture)
}

// spoil has single requests fail as drawn. A picture that cannot be sent is not among them: it stays
// so until there is another one.
func spoil(rt *rapid.T, d *desk) {
	for _, key := range slices.Sorted(maps.Keys(d.plex.Has)) {
		for _, kind := range []string{"items", "edit", "upload", "pictures"} {
			if rapid.IntRange(0, 9).Draw(rt, kind+" of "+key) == 0 {
				d.plex.Spoil(trouble(rapid.SampledFrom([]fault.Class{fault.Temporary, fault.Rejected}).Draw(rt, "class")), kind, key)
			}
		}
	}
	for i := 1; i <= 6; i++ {
		if rapid.IntRange(0, 9).Draw(rt, "picture fails") == 0 {
			kind := scene.StudioSubject
			if i == 4 || i == 5 {
				kind = scene.GroupSubject
			}
			d.stash.bad[fmt.Sprint(kind, "/", i)] = testkit.Trouble(rapid.SampledFrom([]fault.Class{fault.Temporary, fault.NotFound}).Draw(rt, "class"), fault.Stash)
		}
	}
}

// look is what a person sees of a collection.
type look struct {
	summary, picture              string
	summaryLocked, picturesLocked bool
}

func (d *desk) looks() map[string]look {
	out := map[string]look{}
	for key, it := range d.plex.Has {
		l := look{it.Summary, "", it.Locked["summary"], it.Locked["thumb"]}
		if it.Thumb != "" {
			l.picture = "chosen by Plex"
			for _, p := range d.plex.Offers[testkit.Slot(key, scene.FieldPoster)] {
				if p.Selected {
					l.picture = p.Key + p.SHA1
				}
			}
		}
		out[key] = l
	}
	return out
}

// Whatever the household and whatever single things fail: each collection is counted once; what
// somebody else set, smart collections and those of nobody stay as they are; what a comparison shows
// is what is then written; once nothing fails any more a pass writes what was missing, and another
// one nothing at all; and undoing all runs, the newest first, brings everything back, which then
// stays.
func TestWhateverFailsNothingOfAnybodyElseIsLost(t *testing.T) {
	t.Parallel()
	d := newDesk(t) // its database is shared: keys of collections are those of another world each time
	world := 0
	rapid.Check(t, func(rt *rapid.T) {
		world++
		d.plex.Mend()
		d.plex.Has, d.plex.Offers, d.plex.smart = map[string]scene.Item{}, map[string][]scene.Picture{}, map[string]bool{}
		d.stash.subjects, d.stash.pictures, d.stash.bad = nil, map[string]scene.Cover{}, map[string]error{}
		d.Settings.CollectionLook = rapid.SampledFrom([]config.Policy{config.Fill, config.Merge}).Draw(rt, "policy")
		d.Clock.Pass(time.Hour)
		household(rt, d)
		shift(d, world)
		before := d.looks()
		spoil(rt, d)
		first := d.run + 1
		d.checked(rt, before)
		d.plex.Mend()
		d.stash.bad = map[string]error{}
		d.checked(rt, before)
		settled := d.looks()
		if out := d.checked(rt, before); out.Written != 0 || out.Failed != 0 || !maps.Equal(settled, d.looks()) {
			rt.Fatalf("another pass wrote something: %+v", out)
		}
		for run := d.run; run >= first; run-- {
			if out := d.undo(run); out.Failed != 0 || d.undoable(run) != 0 {
				rt.Fatalf("undo of run %d: %+v", run, out)
			}
		}
		if now := d.looks(); !maps.Equal(now, before) {
			rt.Fatalf("undone %+v, was %+v", now, before)
		}
		if out := d.checked(rt, before); out.Written != 0 || !maps.Equal(d.looks(), before) {
			rt.Fatalf("what was undone is written again: %+v", out)
		}
	})
}

// shift gives the collections rating keys nobody had before.
func shift(d *desk, world int) {
	next := map[string]scene.Item{}
	for key, it := range d.plex.Has {
		it.RatingKey = fmt.Sprint(world, key)
		next[it.RatingKey] = it
		if smart := d.plex.smart[key]; smart {
			d.plex.smart[it.RatingKey] = true
		}
		if offers, ok := d.plex.Offers[testkit.Slot(key, scene.FieldPoster)]; ok {
			d.plex.Offers[testkit.Slot(it.RatingKey, scene.FieldPoster)] = offers
		}
	}
	d.plex.Has = next
}

// checked is a pass of which everything that must hold is checked. before is what the household had
// been before Lockstep.
func (d *desk) checked(rt *rapid.T, before map[string]look) collection.Outcome {
	list, err := d.deps().Compare(context.Background())
	if err != nil {
		rt.Fatal(err)
	}
	shown, planned := d.looks(), map[string]plan.Plan{}
	for _, c := range list {
		planned[c.RatingKey] = c.Plan
		if c.Changes() && (c.Smart || c.Plan.Blind) {
			rt.Fatalf("%s is to be changed", c.Title)
		}
	}
	edits := len(d.plex.Edits)
	d.run++
	out, err := d.writer().Write(context.Background(), list)
	if err != nil {
		rt.Fatal(err)
	}
	if n := out.Written + out.InStep + out.Left + out.Held + out.Failed; n != len(list) {
		rt.Fatalf("%d counted of %d: %+v", n, len(list), out)
	}
	for key, now := range d.looks() {
		p, compared := planned[key]
		if now != shown[key] && (!compared || !p.Changed) {
			rt.Fatalf("%s was changed and no plan says so: %+v, was %+v", key, now, shown[key])
		}
		d.theirs(rt, key, before[key], now)
	}
	for _, e := range d.plex.Edits[edits:] {
		if p := planned[e.RatingKey]; !p.Changed || len(e.Lists) > 0 || slices.ContainsFunc(slices.Collect(maps.Keys(e.Scalars)), func(f string) bool { return f != "summary" }) {
			rt.Fatalf("an edit that no plan has: %+v", e)
		}
	}
	return out
}

// theirs checks that what somebody else had set in the beginning still is as it was. What equals
// what Stash has by chance counts as Lockstep's.
func (d *desk) theirs(rt *rapid.T, key string, before, now look) {
	for _, s := range d.stash.subjects {
		if titles := plan.CollectionTitles(d.Settings, s); !slices.ContainsFunc(titles, func(title string) bool { return plan.SameTitle(title, d.plex.Has[key].Title) }) {
			continue
		}
		details, picture := s.Details, d.stash.pictures[string(s.Kind)+"/"+s.ID].SHA1
		if before.summary != "" && before.summary != details && now.summary != before.summary {
			rt.Fatalf("%s: somebody's summary %q became %q", key, before.summary, now.summary)
		}
		if before.picture != "" && now.picture != before.picture && before.picture != "theirs"+picture {
			rt.Fatalf("%s: somebody's picture %q became %q", key, before.picture, now.picture)
		}
	}
}
