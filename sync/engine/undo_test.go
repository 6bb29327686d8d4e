package engine_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// shown is what a person sees of an item: managed values, locks and poster.
type shown struct {
	fields map[string]string
	tags   map[string][]string
	locked map[string]bool
	poster string
}

func (r *rig) shown(key string) shown {
	r.t.Helper()
	it, ok := r.world.Plex.Item(key)
	if !ok {
		r.t.Fatalf("no item %s", key)
	}
	s := shown{fields: map[string]string{}, tags: map[string][]string{}, locked: map[string]bool{}}
	if strings.HasPrefix(it.Poster, "upload:") { // which of Plex's own pictures it is means nothing
		s.poster = it.Poster
	}
	for _, f := range []string{"title", "studio", "summary", "originallyAvailableAt"} {
		s.fields[f] = it.Fields[f]
	}
	for _, k := range []string{"genre", "actor"} {
		s.tags[k] = slices.Sorted(slices.Values(it.Tags[k]))
	}
	for f, on := range it.Locked {
		if on {
			s.locked[f] = true
		}
	}
	return s
}

func (s shown) equal(o shown) bool {
	return maps.Equal(s.fields, o.fields) && maps.Equal(s.locked, o.locked) && s.poster == o.poster &&
		slices.Equal(s.tags["genre"], o.tags["genre"]) && slices.Equal(s.tags["actor"], o.tags["actor"])
}

func TestUndoOfARunGivesEverythingBackButWhatPeopleChangedSince(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 70, Scenes: 6})
	plex, stash := r.world.Plex, r.world.Stash
	key := func(id int) string { return r.world.TargetKeys(id)[0] }
	must(t, plex.PersonTags(key(2), "genre", "Favourites"))
	must(t, plex.PersonEdit(key(6), "studio", "A studio of my own"))
	before := map[int]shown{}
	for _, id := range stash.SceneIDs() {
		before[id] = r.shown(key(id))
	}
	l := r.start()
	l.settled()
	if r.shown(key(1)).equal(before[1]) {
		t.Fatal("nothing was written")
	}
	must(t, plex.PersonEdit(key(3), "title", "A title of my own"))
	must(t, plex.PersonTags(key(4), "genre", append(r.shown(key(4)).tags["genre"], "Watch again")...))
	runs, err := l.Runs(context.Background(), 1)
	must(t, err)
	res, err := l.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID})
	if err != nil || res.Enqueued != 6 {
		t.Fatalf("%+v %v, want 6 scenes", res, err)
	}
	l.settled()
	for _, id := range []int{1, 2, 5, 6} {
		if got := r.shown(key(id)); !got.equal(before[id]) {
			t.Errorf("scene %d after the undo:\n%+v, want\n%+v", id, got, before[id])
		}
	}
	if got := r.shown(key(3)); got.fields["title"] != "A title of my own" || got.fields["studio"] != before[3].fields["studio"] {
		t.Errorf("scene 3: %+v, want the person's title kept and the rest given back", got)
	}
	if got := r.shown(key(4)).tags["genre"]; !slices.Contains(got, "Watch again") {
		t.Errorf("scene 4: %v, want the person's tag kept", got)
	}
	r.staysUndone(l, key)
}

// staysUndone syncs everything again: nothing comes back until Stash changes.
func (r *rig) staysUndone(l *life, key func(int) string) {
	r.t.Helper()
	after := map[int]shown{}
	for _, id := range r.world.Stash.SceneIDs() {
		after[id] = r.shown(key(id))
	}
	r.world.ResetCounts()
	if _, err := l.SyncNow(context.Background(), api.SyncRequest{All: true}); err != nil {
		r.t.Fatal(err)
	}
	l.settled()
	for id, want := range after {
		if got := r.shown(key(id)); !got.equal(want) {
			r.t.Errorf("scene %d came back:\n%+v, want\n%+v", id, got, want)
		}
	}
	if n := r.world.Plex.Mutations(); n != 0 {
		r.t.Errorf("%d writes after the undo, want none", n)
	}
	if err := r.world.Stash.Edit(1, func(s *sim.Scene) { s.Title = "Quite another title" }); err != nil {
		r.t.Fatal(err)
	}
	l.scan()
	if got := r.shown(key(1)); got.fields["title"] != "Quite another title" || got.fields["studio"] != after[1].fields["studio"] {
		r.t.Errorf("scene 1 after an edit: %+v, want the new title and the rest still undone", got)
	}
}

func TestUndoOfTheRunInHandDoesNotUndoItself(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 71, Scenes: 4}))
	stuck := r.world.TargetKeys(4)[0]
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(sim.Writes(), sim.ForItem(stuck))})
	before := r.shown(r.world.TargetKeys(1)[0])
	l := r.start()
	l.until("three done, one retrying", func(s api.Snapshot) bool { return s.Queue.Done == 3 && s.Queue.Retrying == 1 && !s.Active })
	runs, err := l.Runs(context.Background(), 1)
	must(t, err)
	r.world.ResetCounts()
	_, err = l.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID, Scene: 1})
	must(t, err)
	l.until("the undo", func(s api.Snapshot) bool { return s.Queue.Done == 3 && !s.Active })
	clear()
	_, err = l.Retry(context.Background(), api.Selection{Scenes: []scene.ID{4}})
	must(t, err)
	l.settled()
	if got := r.shown(r.world.TargetKeys(1)[0]); !got.equal(before) {
		t.Errorf("after the undo %+v, want %+v", got, before)
	}
	if n := r.world.Plex.Writes()[r.world.TargetKeys(1)[0]]; n > 2 { // an emptied date travels alone
		t.Errorf("%d writes for one undo, want at most 2", n)
	}
}

func TestAnEditNobodyHasSeenSurvivesAnUndo(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 72, Scenes: 2}))
	l := r.start()
	l.settled()
	must(t, r.world.Stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited just before" }))
	_, err := l.Undo(context.Background(), api.UndoRequest{Scene: 1})
	must(t, err)
	l.settled()
	l.scan()
	if got := r.shown(r.world.TargetKeys(1)[0]); got.fields["title"] != "Edited just before" {
		t.Errorf("title %q: the edit was lost with the undo", got.fields["title"])
	}
}

// TestAValuePlexRefusesStopsNoUndo: an emptied date that is refused on every item of a
// run is named on each, everything else of it is given back, and Plex is not blamed.
func TestAValuePlexRefusesStopsNoUndo(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 73, Scenes: 20}))
	r.world.Plex.SetQuirks(func(q *sim.Quirks) { q.RejectEmptyDate = true })
	before := r.undoTargets()
	l := r.start()
	l.settled()
	runs, err := l.Runs(context.Background(), 1)
	must(t, err)
	dated := 0
	for _, id := range r.world.Stash.SceneIDs() {
		if r.shown(r.world.TargetKeys(id)[0]).fields["originallyAvailableAt"] != "" {
			dated++
		}
	}
	if dated < 8 {
		t.Fatalf("only %d scenes have a date", dated)
	}
	_, err = l.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID})
	must(t, err)
	s := l.settled()
	if s.Queue.Dead != 0 || s.Queue.Done != 20 || len(s.Attention) != 0 || s.Verdict != health.Up {
		t.Errorf("queue %+v, attention %+v, verdict %v", s.Queue, s.Attention, s.Verdict)
	}
	for key, want := range before {
		got := r.shown(key)
		got.fields["originallyAvailableAt"] = want.fields["originallyAvailableAt"]
		if !got.equal(want) {
			t.Errorf("item %s: %+v, want %+v", key, got, want)
		}
	}
	named := 0
	for _, j := range l.jobs(storeQuery(queue.Done)).Jobs {
		if strings.Contains(j.Message.String(), "Plex does not let the date be cleared") {
			named++
		}
	}
	if named != dated {
		t.Errorf("%d scenes say why their date is still there, want %d", named, dated)
	}
	l.until("the run to count as undone", func(api.Snapshot) bool {
		runs, err := l.Runs(context.Background(), 2)
		return err == nil && slices.ContainsFunc(runs, func(run store.Run) bool { return run.Undone })
	})
}

// TestATagPlexRefusesIsNamedAndHoldsUpNothing: the rest of the scene is written, the
// scenes behind it too, and the tag is named.
func TestATagPlexRefusesIsNamedAndHoldsUpNothing(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 74, Scenes: 20}))
	for id := 1; id <= 8; id++ {
		must(t, r.world.Stash.Edit(id, func(s *sim.Scene) { s.TagIDs = []int{1, 2} }))
	}
	must(t, r.world.Stash.RenameTag(2, "A bad tag"))
	r.world.Plex.SetQuirks(func(q *sim.Quirks) {
		q.Refuses, q.RefuseStatus = func(_, value string) bool { return value == "A bad tag" }, 400
	})
	l := r.start()
	l.settled()
	for _, j := range l.jobs(storeQuery(queue.Dead)).Jobs {
		if !strings.Contains(j.Message.String(), "Plex did not accept “A bad tag” (tags)") {
			t.Errorf("scene %d: %q", j.Scene, j.Message)
		}
	}
	s := l.settled()
	if s.Queue.Dead < 8 || s.Queue.Dead+s.Queue.Done != 20 || s.Verdict != health.Up || slices.ContainsFunc(s.Attention, func(a api.Attention) bool { return a.Kind == api.FixPlex }) {
		t.Errorf("queue %+v, verdict %v, attention %+v", s.Queue, s.Verdict, s.Attention)
	}
	if r.shown(r.world.TargetKeys(1)[0]).fields["title"] == "" || len(r.shown(r.world.TargetKeys(1)[0]).tags["genre"]) != 1 {
		t.Errorf("scene 1: %+v", r.shown(r.world.TargetKeys(1)[0]))
	}
	r.inStep(sim.DiffOptions{Skip: []string{"genre"}, Locks: true})
}
