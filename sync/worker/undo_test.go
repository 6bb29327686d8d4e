package worker_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// An item written more than once in a run is undone step by step: the newest entry that
// was not restored first.
func TestAnUndoGoesBackOneEntryAtATime(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	d.done(1)
	d.Edit(1, func(s *scene.Scene) { s.Title = "Second" })
	d.done(1)
	d.w.RunID = 2
	for i, want := range []string{"Film 1", "as the file", "as the file"} {
		results, err := d.work(d.undo(1, 1))
		r := results[1]
		if err != nil || r.Outcome != worker.Done || d.Plex.Has["101"].Title != want || r.Wrote != (i < 2) || len(r.Undone) != min(1, 2-i) && i < 2 {
			t.Fatalf("step %d: %v, title %q, %+v", i, err, d.Plex.Has["101"].Title, r)
		}
		if i < 2 && r.Undone[0] != []uint64{2, 1}[i] {
			t.Errorf("step %d restored entry %d", i, r.Undone[0])
		}
		if i == 2 && len(r.Undone) != 0 {
			t.Errorf("nothing is left, and %v was restored", r.Undone)
		}
	}
}

// Void and restored entries, those of other runs and of other items are passed over.
func TestAnUndoTakesOnlyWhatTheRunWroteToTheItem(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(store.Tx) error{
		"void":    func(tx store.Tx) error { return tx.MarkVoid(1, true) },
		"undone":  func(tx store.Tx) error { return tx.MarkUndone(1) },
		"another": nil,
	} {
		d := textOnly(t, 1)
		d.done(1)
		run := uint64(1)
		if set == nil {
			run = 5
		} else {
			d.Update(t, set)
		}
		results, err := d.work(d.undo(1, run))
		if r := results[1]; err != nil || r.Outcome != worker.Done || r.Wrote || len(r.Undone) != 0 || d.Plex.Has["101"].Title != "Film 1" {
			t.Errorf("%s: %v, %+v", name, err, r)
		}
	}
}

// A picture is given back: the former upload where Plex still offers it, else one that was
// not uploaded, and none where there was none.
func TestAnUndoGivesTheFormerPictureBack(t *testing.T) {
	t.Parallel()
	slot := testkit.Slot("101", scene.FieldPoster)
	agent := scene.Picture{Key: "agent://1"}
	theirs := scene.Picture{Key: "upload://theirs", SHA1: "theirs"}
	for name, tt := range map[string]struct {
		before   []scene.Picture // offered, the last one selected
		withdraw string          // key of one Plex offers no more at the undo
		selected string          // key afterwards
	}{
		"there was none":            {nil, "", ""},
		"the agent's":               {[]scene.Picture{agent}, "", "agent://1"},
		"the agent's of two":        {[]scene.Picture{theirs, agent}, "", "agent://1"},
		"an upload that is offered": {[]scene.Picture{agent, theirs}, "", "agent://1"}, // nothing tells that it was selected
		"the agent's is gone":       {[]scene.Picture{theirs, agent}, "agent://1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 1)
			if n := len(tt.before); n > 0 {
				d.Plex.Offers[slot] = slices.Clone(tt.before)
				_ = d.Plex.Select(t.Context(), "101", scene.FieldPoster, tt.before[n-1].Key)
				it := d.Plex.Has["101"]
				it.Locked = map[string]bool{}
				d.Plex.Has["101"] = it
			}
			d.done(1)
			d.Plex.Offers[slot] = slices.DeleteFunc(d.Plex.Offers[slot], func(p scene.Picture) bool { return p.Key == tt.withdraw })
			results, err := d.work(d.undo(1, 1))
			if err != nil || results[1].Outcome != worker.Done || !results[1].Wrote {
				t.Fatalf("%v, %+v", err, results[1])
			}
			got := ""
			for _, p := range d.Plex.Offers[slot] {
				if p.Selected {
					got = p.Key
				}
			}
			if got != tt.selected || d.Plex.Has["101"].Locked["thumb"] {
				t.Errorf("%q is selected, want %q; locks %v", got, tt.selected, d.Plex.Has["101"].Locked)
			}
		})
	}
}

// The upload of an earlier run comes back, by its SHA-1, when the later run is undone.
func TestAnUndoSelectsTheEarlierUploadAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.done(1)
	d.Stash.Covers[1] = scene.Cover{Bytes: []byte{7}, Type: "image/png", ETag: "e7"}
	d.Edit(1, func(*scene.Scene) {})
	d.w.RunID = 2
	d.done(1)
	results, err := d.work(d.undo(1, 2))
	if err != nil || results[1].Outcome != worker.Done || len(results[1].Undone) != 1 {
		t.Fatalf("%v, %+v", err, results[1])
	}
	if got := d.Plex.Asked("select"); !slices.Equal(got, []string{"select 101 poster upload://" + sha(1)}) {
		t.Errorf("%q", got)
	}
	if s, _ := d.state("101"); s.Memory.ImageSent(scene.FieldPoster) != sha(1) {
		t.Errorf("%+v", s.Memory)
	}
}

// A picture a person chose since stays.
func TestAPictureChosenSinceStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.done(1)
	_ = d.Plex.Upload(t.Context(), "101", scene.FieldPoster, []byte("theirs"), "image/png")
	results, err := d.work(d.undo(1, 1))
	if err != nil || results[1].Outcome != worker.Done || d.Plex.Has["101"].Thumb == "" || len(d.Plex.Asked("unselect"))+len(d.Plex.Asked("select")) != 0 {
		t.Errorf("%v, %+v", err, results[1])
	}
	if d.Plex.Has["101"].Title != "as the file" {
		t.Error("the text was not given back")
	}
}

// Chosen between the plan and the write, it stays too: what Plex says last counts.
func TestAPictureChosenAtTheLastMomentStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.done(1)
	slot := testkit.Slot("101", scene.FieldPoster)
	d.Plex.On = func(request string) {
		if request == "pictures 101 poster" {
			d.Plex.Offers[slot] = []scene.Picture{{Key: "upload://theirs", SHA1: "theirs", Selected: true}, {Key: "upload://" + sha(1), SHA1: sha(1)}}
		}
	}
	if _, err := d.work(d.undo(1, 1)); err != nil {
		t.Fatal(err)
	}
	if len(d.Plex.Asked("unselect"))+len(d.Plex.Asked("select")) != 0 {
		t.Errorf("%q, %q", d.Plex.Asked("unselect"), d.Plex.Asked("select"))
	}
}

// Each request of an undo that fails is told, and takes the item out like any other write.
func TestEachRequestOfAnUndoMayFail(t *testing.T) {
	t.Parallel()
	for _, request := range []string{"pictures", "unselect", "edit"} {
		for class, want := range map[fault.Class]worker.Outcome{fault.Temporary: worker.Failed, fault.NotFound: worker.Parked} {
			d := newDesk(t, 1)
			d.done(1)
			d.Plex.Spoil(testkit.Trouble(class, fault.Plex), request)
			results, err := d.work(d.undo(1, 1))
			r := results[1]
			if err != nil || r.Outcome != want || len(r.Undone) != 0 || d.Plex.Has["101"].Title != "Film 1" {
				t.Errorf("%s, %s: %v, %+v", request, class, err, r)
			}
			d.Plex.Mend()
			if results, err = d.work(d.undo(1, 1)); err != nil || results[1].Outcome != worker.Done || d.Plex.Has["101"].Title != "as the file" || d.Plex.Has["101"].Thumb != "" {
				t.Errorf("%s, %s, afterwards: %v, %+v", request, class, err, results[1])
			}
		}
	}
}

// Where memory of the picture was lost, Plex is asked whether the selected one is ours.
func TestAnUndoWithoutMemoryAsksWhichPictureIsSelected(t *testing.T) {
	t.Parallel()
	for _, ours := range []bool{true, false} {
		d := newDesk(t, 1)
		d.done(1)
		s, _ := d.state("101")
		s.Memory.Fields = maps.Clone(s.Memory.Fields)
		fm := s.Memory.Fields[scene.FieldPoster]
		fm.Thumb = ""
		s.Memory.Fields[scene.FieldPoster] = fm
		d.Update(t, func(tx store.Tx) error { return tx.PutItemState(testkit.Key("101"), s) })
		if !ours {
			_ = d.Plex.Upload(t.Context(), "101", scene.FieldPoster, []byte("theirs"), "image/png")
		}
		results, err := d.work(d.undo(1, 1))
		if err != nil || results[1].Outcome != worker.Done || (d.Plex.Has["101"].Thumb == "") != ours {
			t.Errorf("ours %v: %v, picture %q, %+v", ours, err, d.Plex.Has["101"].Thumb, results[1])
		}
	}
	d := newDesk(t, 1)
	d.done(1)
	s, _ := d.state("101")
	delete(s.Memory.Fields, scene.FieldPoster)
	d.Update(t, func(tx store.Tx) error { return tx.PutItemState(testkit.Key("101"), s) })
	d.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "pictures")
	results, err := d.work(d.undo(1, 1))
	if r := results[1]; err != nil || r.Outcome != worker.Failed || r.Fault.Server != fault.Plex || d.Plex.Has["101"].Title != "Film 1" {
		t.Errorf("a list that cannot be read: %v, %+v", err, r)
	}
}

// noJournal is a store whose journal cannot be read.
type noJournal struct{ store.Store }

func (s noJournal) View(fn func(store.Tx) error) error {
	return s.Store.View(func(tx store.Tx) error { return fn(blind{tx}) })
}

type blind struct{ store.Tx }

func (blind) JournalOf(uint64, scene.ID) ([]store.JournalEntry, error) { return nil, errDisk }

func TestAnUndoWhoseJournalCannotBeReadEndsTheBatch(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	d.done(1)
	d.results = map[scene.ID]worker.Result{}
	d.w.Reader = d.Shelf.Reader()
	d.w.Store = noJournal{d.DB}
	if err := d.w.Work(d.soft, d.hard, append(d.jobs(), d.undo(1, 1))); !errors.Is(err, errDisk) || len(d.results) != 0 {
		t.Errorf("%v, %+v", err, d.results)
	}
}

// Undoing is for every item of a scene, and none of it is a fresh write of the sync.
func TestAnUndoOfTwoItemsRestoresBoth(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.Settings.Fields[scene.FieldPoster] = config.Off
	second := d.second(1)
	d.done(1)
	d.Plex.Forget()
	results, err := d.work(d.undo(1, 1))
	r := results[1]
	slices.Sort(r.Undone)
	if err != nil || r.Outcome != worker.Done || !slices.Equal(r.Undone, []uint64{1, 2}) || d.Plex.Has["101"].Title != "as the file" || d.Plex.Has[second].Title != "as the file" {
		t.Errorf("%v, %+v", err, r)
	}
	if got := strings.Join(d.Plex.Asked("edit"), ", "); got != "edit 101, edit 201" {
		t.Errorf("%q", got)
	}
}
