package worker_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// What is as wanted already is adopted without a write, and stored only where that says
// something new.
func TestWhatIsInStepIsAdoptedAndStoredOnce(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	it := d.Plex.Has["101"]
	it.Title, it.Summary, it.Locked = "Film 1", "About it.", map[string]bool{"title": true, "summary": true}
	d.Plex.Has["101"] = it
	stored := func(name string, want bool) {
		t.Helper()
		d.done(1)
		r := d.results[1]
		if len(d.Plex.Edits) != 0 || r.Wrote || (len(r.Items) == 1) != want || r.Seen == nil || !r.Seen.Synced.Equal(d.Clock.Now()) || r.Seen.Content != d.scene(1).ContentHash() {
			t.Errorf("%s: %d edits, %+v", name, len(d.Plex.Edits), r)
		}
		if want && (r.Items[0].Key != testkit.Key("101") || r.Items[0].Title != "Film 1" || len(r.Items[0].Changes) != 0) {
			t.Errorf("%s: %+v", name, r.Items[0])
		}
		s, known := d.state("101")
		if !known || s.Scene != 1 || s.Path != "/media/films/1.mkv" || s.UpdatedAt != d.Plex.Has["101"].UpdatedAt || !s.Written.IsZero() ||
			s.Memory.Fields[scene.FieldTitle].Sent != scene.HashOf("Film 1") || s.Memory.Fields[scene.FieldTitle].At != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	stored("the first time", true)
	stored("again", false)
	it.UpdatedAt = 99
	d.Plex.Has["101"] = it
	stored("with another stamp", true)
	s, _ := d.state("101")
	s.Scene = 7
	d.Update(t, func(tx store.Tx) error { return tx.PutItemState(testkit.Key("101"), s) })
	stored("known as another scene's", true)
	d.Edit(1, func(s *scene.Scene) { s.Title = "FILM 1"; s.Title = "Film 1"; s.Date = "" })
	stored("saved as it is", false)
	if len(d.journal(1)) != 0 {
		t.Errorf("%+v", d.journal(1))
	}
}

// The brake sees all plans of a batch before anything is written; what it holds is skipped
// with its words, and the rest is written.
func TestTheBrakeSeesAllPlansAndHoldsSome(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 4)
	d.second(1)
	d.done(4)
	var seen []string
	d.w.Brake = func(list []worker.Planned) (map[scene.ID]message.Message, error) {
		for _, p := range list {
			changed := 0
			for _, x := range p.Plans {
				if x.Changed {
					changed++
				}
			}
			seen = append(seen, fmt.Sprint(p.Job.Scene, " ", len(p.Plans), " ", changed))
		}
		return map[scene.ID]message.Message{2: message.New(message.Other, message.Detail("Wait."))}, nil
	}
	before := len(d.Plex.Edits)
	results, err := d.work(d.jobs(1, 2, 3, 4)...)
	if want := []string{"1 2 2", "2 1 1", "3 1 1", "4 1 0"}; err != nil || !slices.Equal(seen, want) {
		t.Errorf("%v, the brake saw %q, want %q", err, seen, want)
	}
	if r := results[2]; r.Outcome != worker.Skipped || r.Code != skip.Brake || r.Message.String() != "Wait." || r.Seen == nil || r.Seen.Content != "" || r.Wrote {
		t.Errorf("%+v", r)
	}
	if d.Plex.Has["102"].Title != "as the file" || len(d.Plex.Edits)-before != 3 || len(d.journal(2)) != 0 {
		t.Errorf("%d edits, journal %+v", len(d.Plex.Edits)-before, d.journal(2))
	}
	d.w.Brake = func([]worker.Planned) (map[scene.ID]message.Message, error) { return nil, errDisk }
	if results, err = d.work(d.jobs(1, 2)...); !errors.Is(err, errDisk) || len(results) != 0 {
		t.Errorf("a brake that cannot tell: %v, %+v", err, results)
	}
}

// An item that somebody else keeps changing back is left to them, and the count goes on.
func TestAContestedSceneIsLeftAloneAndStaysCounted(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	d.done(1)
	changeBack := func() {
		it := d.Plex.Has["101"]
		it.Title, it.Locked = "Theirs", map[string]bool{}
		d.Plex.Has["101"] = it
		d.Clock.Pass(time.Hour)
	}
	for n := range 2 {
		changeBack()
		d.done(1)
		if s, _ := d.state("101"); len(s.Memory.Reverts) != n+1 {
			t.Fatalf("%d reverts counted after %d", len(s.Memory.Reverts), n+1)
		}
	}
	changeBack()
	edits := len(d.Plex.Edits)
	results, err := d.work(d.jobs(1)...)
	r := results[1]
	if err != nil || r.Outcome != worker.Skipped || r.Code != skip.Contested || len(d.Plex.Edits) != edits || len(r.Items) != 1 || r.Items[0].Title != "Theirs" || r.Seen == nil || r.Wrote {
		t.Errorf("%v, %+v", err, r)
	}
	if s, _ := d.state("101"); len(s.Memory.Reverts) != 3 || s.UpdatedAt != d.Plex.Has["101"].UpdatedAt {
		t.Errorf("%+v", s)
	}
	j := d.jobs(1)[0]
	j.Forced = true
	if results, err = d.work(j); err != nil || results[1].Outcome != worker.Done || d.Plex.Has["101"].Title != "Film 1" {
		t.Errorf("a person insists: %v, %+v", err, results[1])
	}
	j = d.jobs(1)[0]
	j.Attempts = 1
	changeBack()
	if _, err = d.work(j); err != nil {
		t.Fatal(err)
	}
	if s, _ := d.state("101"); len(s.Memory.Reverts) != 1 {
		t.Errorf("%d reverts, want the one counted before the person insisted: a repeated try counts nothing", len(s.Memory.Reverts))
	}
}

// A picture that could not be looked at makes a scene fail that is in step otherwise.
func TestASceneInStepFailsForAPictureNobodyCouldRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.done(1)
	d.Edit(1, func(s *scene.Scene) {})
	d.Stash.Spoil(testkit.Trouble(fault.Temporary, fault.Stash), "cover")
	results, err := d.work(d.jobs(1)...)
	if r := results[1]; err != nil || r.Outcome != worker.Failed || !r.OnlyPicture || r.Wrote || r.Fault.Server != fault.Stash || r.Seen == nil || r.Seen.Content == "" {
		t.Errorf("%v, %+v", err, r)
	}
}

// A scene without item waits for its path; Plex is asked to look for it, once a folder, and
// only where the settings allow it.
func TestAMissingFileIsLookedForOnceAFolder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ask   bool
		fails bool
		scans []string
		asked bool // the words say that Plex was asked
	}{
		"asked":         {true, false, []string{"scan 1 /media/films/new"}, true},
		"not taken":     {true, true, []string{"scan 1 /media/films/new"}, false},
		"not permitted": {false, false, nil, false},
	} {
		d := textOnly(t, 4)
		d.Settings.AskPlexScan = tt.ask
		for id := 1; id <= 2; id++ {
			d.scene(id).Files = []scene.File{{Path: fmt.Sprintf("/data/films/new/%d.mkv", id)}}
		}
		d.scene(3).Files = []scene.File{{Path: "/data/elsewhere/3.mkv"}}
		if tt.fails {
			d.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "scan")
		}
		results, err := d.work(d.jobs(1, 2, 3)...)
		if got := d.Plex.Asked("scan"); err != nil || !slices.Equal(got, tt.scans) {
			t.Errorf("%s: %v, scans %q, want %q", name, err, got, tt.scans)
		}
		r := results[1]
		if r.Outcome != worker.Parked || r.Code != skip.NotInPlex || strings.HasSuffix(r.Message.String(), " /media/films/new") != tt.asked || len(r.Awaits) != 1 || r.Seen == nil {
			t.Errorf("%s: %+v", name, r)
		}
		if r := results[2]; r.Outcome != worker.Parked || strings.HasSuffix(r.Message.String(), " /media/films/new") != tt.asked {
			t.Errorf("%s, of the same folder: %+v", name, r)
		}
		if r := results[3]; r.Outcome != worker.Skipped || r.Code != skip.OutsideLibrary || len(r.Awaits) != 0 {
			t.Errorf("%s, outside: %+v", name, r)
		}
	}
}

// A scene whose last item turns out to be gone while it is written waits like one that
// never had any, and Plex is asked for it; what was changed before counts.
func TestASceneThatLosesItsLastItemWaitsForIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.Settings.AskPlexScan = true
	d.Plex.Spoil(testkit.Trouble(fault.NotFound, fault.Plex), "edit")
	results, err := d.work(d.jobs(1)...)
	r := results[1]
	if err != nil || r.Outcome != worker.Parked || r.Code != skip.NotInPlex || !slices.Equal(r.Gone, []scene.ItemKey{testkit.Key("101")}) || len(r.Awaits) != 1 {
		t.Errorf("%v, %+v", err, r)
	}
	if got := d.Plex.Asked("scan"); !slices.Equal(got, []string{"scan 1 /media/films"}) {
		t.Errorf("%q", got)
	}
	d = newDesk(t, 1)
	d.Plex.Spoil(testkit.Trouble(fault.Rejected, fault.Plex), "edit")
	results, err = d.work(d.jobs(1)...)
	if r := results[1]; err != nil || r.Outcome != worker.Failed || r.Fault.Class != fault.Rejected || !r.Wrote {
		t.Errorf("with its picture sent: %v, %+v", err, r)
	}
}

// A file that lies in no chosen library is not looked for, and what was changed of an item
// before it was lost counts although the other is in step.
func TestWhatAnItemThatIsLostLeaves(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.Settings.AskPlexScan = true
	d.Sections = []scene.Section{{ID: "1", Title: "Films", Locations: []string{"/media/other"}}}
	d.Plex.Spoil(testkit.Trouble(fault.NotFound, fault.Plex), "edit")
	results, err := d.work(d.jobs(1)...)
	if r := results[1]; err != nil || r.Outcome != worker.Parked || len(d.Plex.Asked("scan")) != 0 {
		t.Errorf("%v, %+v, asked %q", err, r, d.Plex.Asked("scan"))
	}
	d = newDesk(t, 1)
	d.done(1)
	key := d.second(1)
	d.Plex.Spoil(testkit.Trouble(fault.NotFound, fault.Plex), "edit", key) // after its picture was sent
	results, err = d.work(d.jobs(1)...)
	if r := results[1]; err != nil || !r.Wrote || r.Outcome != worker.Done || !slices.Equal(r.Gone, []scene.ItemKey{testkit.Key(key)}) {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestAnUngatedUndo: a scene that must not be synced any more can still be undone.
func TestASceneThatMustNotBeSyncedCanBeUndone(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	d.done(1)
	d.scene(1).Tags = []scene.Tag{{Named: scene.Named{ID: "1", Name: "Private"}}}
	d.Settings.Filter.Tags.Never = []string{"Private"}
	d.Stash.Trees.Tags = []scene.Node{{Named: scene.Named{ID: "1", Name: "Private"}}}
	if results, err := d.work(d.jobs(1)...); err != nil || results[1].Code != skip.FilteredTag || results[1].Message.IsZero() {
		t.Fatalf("%v, %+v", err, results[1])
	}
	j := d.undo(1, 1)
	j.Forced = true // of the sync it was: an undo forgets nothing
	if results, err := d.work(j); err != nil || results[1].Outcome != worker.Done || d.Plex.Has["101"].Title != "as the file" {
		t.Errorf("%v, %+v", err, results[1])
	}
}

// TestPacesAreAllKnown: a pace without a factor would never rest.
func TestEveryPaceWritesEverything(t *testing.T) {
	t.Parallel()
	for _, pace := range []config.Pace{config.Full, config.Normal, config.Gentle} {
		d := textOnly(t, 2)
		d.Settings.Pace = pace
		d.done(1, 2)
	}
}
