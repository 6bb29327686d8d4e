package change_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// shelf is a Stash in memory with a finder.
type shelf struct {
	*testkit.Shelf
	t      *testing.T
	finder *change.Finder
}

// shelfOf has n scenes that are in step.
func shelfOf(t *testing.T, n int) *shelf {
	t.Helper()
	s := &shelf{Shelf: testkit.NewShelf(t, n), t: t}
	s.finder = &change.Finder{Stash: s.Stash, Store: s.DB, Settings: s.Settings, PathKeys: s.PathKeys, Clock: s.Clock.Now}
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i + 1
	}
	if n > 0 {
		s.InStep(t, ids...)
	}
	s.Clock.Pass(time.Hour)
	return s
}

// causes are the waiting jobs by scene.
func (s *shelf) causes() map[scene.ID]queue.Cause {
	s.t.Helper()
	out := map[scene.ID]queue.Cause{}
	s.View(s.t, func(tx store.Tx) error {
		return tx.JobsIn(queue.Waiting, func(j queue.Job) bool { out[j.Scene] = j.Cause; return true })
	})
	return out
}

func (s *shelf) sweep() change.Found {
	s.t.Helper()
	f, err := s.finder.Sweep(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *shelf) seen(id int) (store.Seen, bool) {
	s.t.Helper()
	var x store.Seen
	var known bool
	s.View(s.t, func(tx store.Tx) (err error) { x, known, err = tx.Seen(scene.ID(id)); return err })
	return x, known
}

func TestASweepOfWhatIsInStepReadsNothing(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 9)
	var progress []int
	s.finder.Progress = func(n int) { progress = append(progress, n) }
	if f := s.sweep(); f != (change.Found{Scenes: 9}) || len(s.Stash.Asked("scenes"))+len(s.Stash.Asked("cover")) != 0 || len(s.causes()) != 0 {
		t.Errorf("%+v, %q", f, s.Stash.Asked("scenes"))
	}
	if !slices.Equal(progress, []int{7, 9}) {
		t.Errorf("progress %v", progress)
	}
}

// What differs by content becomes a job with its cause; a stamp alone does not.
func TestWhatDiffersIsEnqueuedWithItsCause(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 8)
	s.Edit(1, func(x *scene.Scene) { x.Title = "Edited" })
	s.Edit(2, func(*scene.Scene) {}) // saved as it is
	s.Edit(3, func(x *scene.Scene) { x.Files[0].Path = "/data/films/moved.mkv" })
	s.Stash.Covers[4] = scene.Cover{Bytes: []byte("new"), SHA1: "new", ETag: "new"}
	s.Edit(4, func(*scene.Scene) {})
	s.Stash.Has[9] = &scene.Scene{ID: 9, Title: "New", UpdatedAt: "2026-02-01T00:00:00Z", Files: []scene.File{{Path: "/data/films/9.mkv"}}}
	s.Edit(5, func(x *scene.Scene) { x.Title = "Both"; x.Files[0].Path = "/data/films/both.mkv" })
	delete(s.Stash.Has, 6)
	f := s.sweep()
	want := map[scene.ID]queue.Cause{1: "edited", 3: "moved", 4: "cover", 5: "edited", 9: "new"}
	if got := s.causes(); !maps.Equal(got, want) || f != (change.Found{Scenes: 8, Enqueued: 5, Deleted: 1}) {
		t.Errorf("%v, %+v, want %v", got, f, want)
	}
	for id, name := range map[int]string{1: "Edited", 9: "New"} {
		if x, known := s.seen(id); !known || x.Name != name || x.UpdatedAt != s.Stash.Has[scene.ID(id)].UpdatedAt || x.Paths != s.Stash.Has[scene.ID(id)].PathHash() {
			t.Errorf("scene %d: %+v", id, x)
		}
	}
	if _, known := s.seen(6); known {
		t.Error("the deleted scene is still known")
	}
	s.Stash.Forget()
	if f := s.sweep(); f.Enqueued != 0 || len(s.Stash.Asked("scenes")) != 0 {
		t.Errorf("again: %+v, %q", f, s.Stash.Asked("scenes"))
	}
}

// A scene without files is none to look for, and one whose files are gone of a sudden is
// looked at again and again.
func TestAScenesFilesThatAreGoneAreLookedForAgain(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 2)
	s.Edit(1, func(x *scene.Scene) { x.Files = nil })
	s.Stash.Has[3] = &scene.Scene{ID: 3, Title: "Never had any", UpdatedAt: "2026-02-01T00:00:00Z"}
	if f := s.sweep(); f.Bare != 2 || s.causes()[1] != "moved" || s.causes()[3] != "new" {
		t.Errorf("%+v, %v", f, s.causes())
	}
	s.Stash.Forget()
	if f := s.sweep(); f.Bare != 0 || f.Enqueued != 0 || !slices.Equal(s.Stash.Asked("scenes"), []string{"scenes 1 3"}) {
		t.Errorf("again: %+v, %q", f, s.Stash.Asked("scenes"))
	}
	s.Edit(1, func(x *scene.Scene) { x.Files = []scene.File{{Path: "/data/films/1.mkv"}} })
	if f := s.sweep(); f.Enqueued != 1 {
		t.Errorf("there again: %+v", f)
	}
}

// A cover is asked for only where a picture is synced and the stamp moved, and one Stash
// cannot give counts as changed, unless the scene is gone.
func TestWhenACoverCountsAsChanged(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set     func(*shelf)
		changed bool
		asked   bool
		err     fault.Class
	}{
		"not modified":           {func(*shelf) {}, false, true, ""},
		"another tag, same hash": {func(s *shelf) { x, _ := s.seen(1); s.Stash.Covers[1] = scene.Cover{ETag: "x", SHA1: x.SHA1} }, false, true, ""},
		"another":                {func(s *shelf) { s.Stash.Covers[1] = scene.Cover{ETag: "x", SHA1: "y"} }, true, true, ""},
		"none any more":          {func(s *shelf) { s.Stash.Covers[1] = scene.Cover{ETag: "x", None: true} }, true, true, ""},
		"gone with its scene":    {func(s *shelf) { s.Stash.Spoil(testkit.Trouble(fault.NotFound, fault.Stash), "cover") }, false, true, ""},
		"an error":               {func(s *shelf) { s.Stash.Spoil(testkit.Trouble(fault.Temporary, fault.Stash), "cover") }, true, true, ""},
		"no answer":              {func(s *shelf) { s.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "cover") }, true, true, ""},
		"we stopped":             {func(s *shelf) { s.Stash.Spoil(testkit.Trouble(fault.Canceled, fault.Stash), "cover") }, false, true, fault.Canceled},
		"our own":                {func(s *shelf) { s.Stash.Spoil(testkit.Trouble(fault.Local, fault.Stash), "cover") }, false, true, fault.Local},
		"no picture is synced": {func(s *shelf) {
			s.finder.Settings.Fields = map[scene.Field]config.Policy{scene.FieldPoster: config.Off, scene.FieldBackground: config.Off}
		}, false, false, ""},
		"only a background is": {func(s *shelf) {
			s.finder.Settings.Fields = map[scene.Field]config.Policy{scene.FieldPoster: config.Off, scene.FieldBackground: config.Merge}
			s.Stash.Covers[1] = scene.Cover{ETag: "x", SHA1: "y"}
		}, true, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shelfOf(t, 2)
			s.Edit(1, func(*scene.Scene) {})
			s.Edit(2, func(x *scene.Scene) { x.Title = "Edited" }) // enqueued whatever becomes of the other
			tt.set(s)
			_, err := s.finder.Sweep(t.Context())
			if (err != nil) != (tt.err != "") || err != nil && !fault.Is(err, tt.err) {
				t.Fatal(err)
			}
			if _, changed := s.causes()[1]; changed != tt.changed || (len(s.Stash.Asked("cover")) == 1) != tt.asked {
				t.Errorf("changed %v, asked %q", changed, s.Stash.Asked("cover"))
			}
			if x, _ := s.seen(1); tt.asked && !tt.changed && err == nil && name != "gone with its scene" && x.CoverAt != s.Stash.Has[1].UpdatedAt {
				t.Errorf("the cover is not known to be as it was: %+v", x)
			}
		})
	}
}

// What was found before a stop is kept, with its jobs.
func TestWhatWasFoundBeforeAStopIsKept(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 3)
	s.Edit(1, func(x *scene.Scene) { x.Title = "Edited" })
	s.Edit(2, func(*scene.Scene) {})
	s.Edit(3, func(x *scene.Scene) { x.Title = "Edited" })
	s.Stash.Spoil(testkit.Trouble(fault.Canceled, fault.Stash), "cover", "2")
	if f, err := s.finder.Sweep(t.Context()); err == nil || f.Enqueued != 1 || !maps.Equal(s.causes(), map[scene.ID]queue.Cause{1: "edited"}) {
		t.Errorf("%+v, %v, %v", f, err, s.causes())
	}
	s.Stash.Mend()
	if f := s.sweep(); f.Enqueued != 1 || s.causes()[3] != "edited" {
		t.Errorf("afterwards: %+v, %v", f, s.causes())
	}
}

// A scene Stash cannot read gets a job that shows why, once.
func TestASceneThatCannotBeReadGetsOneJob(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 4)
	for id := 1; id <= 3; id++ {
		s.Edit(id, func(x *scene.Scene) { x.Title = "Edited" })
		s.Stash.Unread[scene.ID(id)] = true
	}
	now := s.Clock.Now()
	put := func(id int, end func(queue.Job) queue.Job) {
		s.Update(t, func(tx store.Tx) error {
			return tx.PutJob(end(queue.Enqueue(nil, queue.Wish{Scene: scene.ID(id)}, now).Claim(now)))
		})
	}
	put(2, func(j queue.Job) queue.Job { return j.Fail(testkit.Trouble(fault.Rejected, fault.Stash), 0, now) })
	put(3, func(j queue.Job) queue.Job { return j.Complete(message.None, now) })
	if f := s.sweep(); f.Enqueued != 2 || !maps.Equal(s.causes(), map[scene.ID]queue.Cause{1: "edited", 3: "edited"}) {
		t.Errorf("%+v, %v", f, s.causes())
	}
	if x, _ := s.seen(1); x.UpdatedAt == s.Stash.Has[1].UpdatedAt {
		t.Error("its stamp was remembered although nobody read it")
	}
	if f := s.sweep(); f.Enqueued != 0 {
		t.Errorf("again: %+v", f)
	}
}

// Names that changed concern the scenes that use them; before the first listing there are
// none to compare with.
func TestAChangedNameConcernsWhoUsesIt(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 4)
	names := func(tags, people, studios string) {
		s.Stash.Named = scene.Names{Tags: []scene.Named{{ID: "1", Name: tags}}, Performers: []scene.Named{{ID: "1", Name: people}}, Studios: []scene.Named{{ID: "1", Name: studios}}}
	}
	scan := func() change.Found {
		t.Helper()
		f, err := s.finder.Names(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	names("Reef", "Ann", "West")
	s.Stash.Has[1].Tags = []scene.Tag{{Named: scene.Named{ID: "1", Name: "Reef"}}}
	s.Stash.Has[2].Performers = []scene.Performer{{Named: scene.Named{ID: "1", Name: "Ann"}}}
	s.Stash.Has[3].Studio = &scene.Studio{Named: scene.Named{ID: "1", Name: "West"}}
	s.InStep(t, 1, 2, 3, 4)
	if f := scan(); f.Enqueued != 0 || len(s.Stash.Asked("scenes")) != 0 {
		t.Errorf("the first time: %+v", f)
	}
	if f := scan(); f.Enqueued != 0 || len(s.Stash.Asked("scenes")) != 0 {
		t.Errorf("unchanged: %+v", f)
	}
	for i, tt := range []struct{ tags, people, studios, asked string }{
		{"Reefs", "Ann", "West", "scenes 1"}, {"Reefs", "Ann B.", "West", "scenes 2"}, {"Reefs", "Ann B.", "West Films", "scenes 3"},
	} {
		s.Stash.Forget()
		names(tt.tags, tt.people, tt.studios)
		s.Stash.Has[1].Tags = []scene.Tag{{Named: scene.Named{ID: "1", Name: tt.tags}}}
		s.Stash.Has[2].Performers = []scene.Performer{{Named: scene.Named{ID: "1", Name: tt.people}}}
		s.Stash.Has[3].Studio = &scene.Studio{Named: scene.Named{ID: "1", Name: tt.studios}}
		if f := scan(); f.Enqueued != 1 || !slices.Equal(s.Stash.Asked("scenes"), []string{tt.asked}) || s.causes()[scene.ID(i+1)] != "renamed" {
			t.Errorf("%s: %+v, %q, %v", tt.asked, f, s.Stash.Asked("scenes"), s.causes())
		}
	}
	s.Stash.Forget()
	s.Stash.Named = scene.Names{}
	s.Stash.Unread[2] = true // a removed name is told only once: its scene gets a job all the same
	s.Stash.Has[1].Tags, s.Stash.Has[3].Studio = nil, nil
	if scan(); !slices.Equal(s.Stash.Asked("scenes"), []string{"scenes 1", "scenes 2", "scenes 3"}) {
		t.Errorf("removed: %q", s.Stash.Asked("scenes"))
	}
	s.Stash.Spoil(testkit.Trouble(fault.Temporary, fault.Stash), "names")
	if _, err := s.finder.Names(t.Context()); !fault.Is(err, fault.Temporary) {
		t.Errorf("%v", err)
	}
}

// The names stay as they were while the scenes that use them cannot be read, so that the
// next scan finds the same.
func TestANameIsKeptUntilItsScenesWereRead(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 2)
	s.Stash.Has[1].Tags = []scene.Tag{{Named: scene.Named{ID: "1", Name: "Reef"}}}
	s.Stash.Named.Tags = []scene.Named{{ID: "1", Name: "Reef"}}
	s.InStep(t, 1)
	if _, err := s.finder.Names(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Stash.Has[1].Tags = []scene.Tag{{Named: scene.Named{ID: "1", Name: "Reefs"}}}
	s.Stash.Named.Tags = []scene.Named{{ID: "1", Name: "Reefs"}}
	s.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "scenes")
	if _, err := s.finder.Names(t.Context()); !fault.Is(err, fault.Unreachable) {
		t.Fatalf("%v", err)
	}
	s.Stash.Mend()
	if f, err := s.finder.Names(t.Context()); err != nil || f.Enqueued != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestAFileSweepFindsWhatMovedAndNothingElse(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 9)
	s.Stash.Has[1].Files = []scene.File{{Path: "/data/films/moved.mkv"}} // no stamp moves
	s.Stash.Has[2].Title = "Edited"
	s.Stash.Has[10] = &scene.Scene{ID: 10, Title: "Unknown", Files: []scene.File{{Path: "/data/films/10.mkv"}}}
	f, err := s.finder.Files(t.Context())
	if err != nil || f != (change.Found{Scenes: 10, Enqueued: 1}) || !maps.Equal(s.causes(), map[scene.ID]queue.Cause{1: "moved"}) {
		t.Errorf("%+v, %v, %v", f, err, s.causes())
	}
	s.View(t, func(tx store.Tx) error {
		who, err := tx.Claimants("/media/films/moved.mkv")
		if !slices.Equal(who, []scene.ID{1}) {
			t.Errorf("claimed by %v", who)
		}
		return err
	})
	s.Stash.Spoil(testkit.Trouble(fault.Busy, fault.Stash), "sweepFiles")
	if _, err := s.finder.Files(t.Context()); !fault.Is(err, fault.Busy) {
		t.Errorf("%v", err)
	}
}

// Many wishes and many known scenes go in parts, none is left out.
func TestManyScenesAreWishedForInParts(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 0)
	s.Update(t, func(tx store.Tx) error {
		for id := 1; id <= 1003; id++ {
			if err := tx.PutSeen(scene.ID(id), store.Seen{Name: fmt.Sprint("Film ", id)}); err != nil {
				return err
			}
		}
		return nil
	})
	n, err := s.finder.Recheck("settings")
	if got := s.causes(); err != nil || n != 1003 || len(got) != 1003 || got[1003] != "settings" {
		t.Errorf("%d, %v, %d jobs", n, err, len(got))
	}
	s.View(t, func(tx store.Tx) error {
		j, _, err := tx.Job(1003)
		if j.Name != "Film 1003" || !j.Enqueued.Equal(s.Clock.Now()) {
			t.Errorf("%+v", j)
		}
		return err
	})
	s.finder.Store = failing{s.DB}
	if _, err := s.finder.Recheck("settings"); !errors.Is(err, errDisk) {
		t.Errorf("%v", err)
	}
}

// failing is a store that cannot write.
type failing struct{ store.Store }

var errDisk = errors.New("no room")

func (failing) Update(func(store.Tx) error) error { return errDisk }

func TestNothingIsFoundThatCouldNotBeStored(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 3)
	s.Edit(1, func(x *scene.Scene) { x.Title = "Edited" })
	s.finder.Store = failing{s.DB}
	if _, err := s.finder.Sweep(t.Context()); !errors.Is(err, errDisk) {
		t.Errorf("an edit: %v", err)
	}
	s = shelfOf(t, 3)
	delete(s.Stash.Has, 2)
	s.finder.Store = failing{s.DB}
	if _, err := s.finder.Sweep(t.Context()); !errors.Is(err, errDisk) {
		t.Errorf("a deleted scene: %v", err)
	}
	s.Stash.Named.Tags = []scene.Named{{ID: "1", Name: "Reef"}}
	if _, err := s.finder.Names(t.Context()); !errors.Is(err, errDisk) {
		t.Errorf("names: %v", err)
	}
}

// A scene that is gone ends whatever its job was up to, unless it is being written.
func TestForgettingASceneEndsItsJob(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 3)
	now := s.Clock.Now()
	s.Update(t, func(tx store.Tx) error {
		waiting := queue.Enqueue(nil, queue.Wish{Scene: 1}, now)
		waiting.Again, waiting.Sync, waiting.Then = true, true, 4
		return errors.Join(tx.PutJob(waiting), tx.PutJob(queue.Enqueue(nil, queue.Wish{Scene: 2}, now).Claim(now)),
			change.Forget(tx, 1, now), change.Forget(tx, 2, now), change.Forget(tx, 3, now))
	})
	s.View(t, func(tx store.Tx) error {
		gone, _, err := tx.Job(1)
		running, _, err2 := tx.Job(2)
		_, has, err3 := tx.Job(3)
		if gone.State != queue.Skipped || gone.Code != skip.DeletedInStash || gone.Again || gone.Sync || gone.Then != 0 || running.State != queue.Running || has {
			t.Errorf("%+v, %+v, %v", gone, running, has)
		}
		return errors.Join(err, err2, err3)
	})
	for id := 1; id <= 3; id++ {
		if _, known := s.seen(id); known {
			t.Errorf("scene %d is still known", id)
		}
	}
}
