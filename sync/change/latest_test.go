package change_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// latestFinder has scenes 1 to n known as they are: the higher the id, the later the edit.
func latestFinder(t *testing.T, n int) (*testkit.Shelf, *change.Finder, []scene.Stamp) {
	t.Helper()
	s := testkit.NewShelf(t, n)
	var list []scene.Stamp
	s.Update(t, func(tx store.Tx) error {
		for id := scene.ID(1); int(id) <= n; id++ {
			sc := s.Stash.Has[id]
			sc.UpdatedAt = fmt.Sprintf("2026-01-01T00:00:%02dZ", id)
			list = append(list, scene.Stamp{ID: id, UpdatedAt: sc.UpdatedAt})
			seen := store.Seen{UpdatedAt: sc.UpdatedAt, Content: sc.ContentHash(), Paths: sc.PathHash(), CoverAt: sc.UpdatedAt}
			if err := tx.PutSeen(id, seen); err != nil {
				return err
			}
		}
		return nil
	})
	slices.Reverse(list)
	f := &change.Finder{
		Stash: stashOfShelf{s.Stash}, Store: s.DB, Settings: s.Settings, Clock: s.Clock.Now,
		PathKeys: func(scene.Scene) []string { return nil },
	}
	return s, f, list
}

// stashOfShelf lacks the sweeps, which nobody needs here.
type stashOfShelf struct{ *testkit.FakeStash }

func (stashOfShelf) Sweep(_ context.Context, _ func([]scene.Stamp) error) error { panic("swept") }

func TestTheLatestScenesAreAllThatChangedOrASweepIsNeeded(t *testing.T) {
	t.Parallel()
	edit := func(s *testkit.Shelf, id scene.ID, at string) scene.Stamp {
		if s.Stash.Has[id] == nil {
			s.Stash.Has[id] = &scene.Scene{ID: id, Files: []scene.File{{Path: fmt.Sprint("/data/new/", id)}}}
		}
		s.Stash.Has[id].Title, s.Stash.Has[id].UpdatedAt = "Dusk", at
		return scene.Stamp{ID: id, UpdatedAt: at}
	}
	for name, tt := range map[string]struct {
		list  func(*testkit.Shelf, []scene.Stamp) []scene.Stamp
		added int
		all   bool
		found int
	}{
		"nothing changed": {func(_ *testkit.Shelf, l []scene.Stamp) []scene.Stamp { return l[:3] }, 0, true, 0},
		"one was edited": {func(s *testkit.Shelf, l []scene.Stamp) []scene.Stamp {
			return append([]scene.Stamp{edit(s, 2, "2026-02-01T00:00:00Z")}, l[:3]...)
		}, 0, true, 1},
		"one is new": {func(s *testkit.Shelf, l []scene.Stamp) []scene.Stamp {
			return append([]scene.Stamp{edit(s, 9, "2026-02-01T00:00:00Z")}, l[:3]...)
		}, 1, true, 1},
		"one is new and one was deleted": {func(s *testkit.Shelf, l []scene.Stamp) []scene.Stamp {
			return append([]scene.Stamp{edit(s, 9, "2026-02-01T00:00:00Z")}, l[:3]...)
		}, 0, false, 0},
		"one was deleted": {func(_ *testkit.Shelf, l []scene.Stamp) []scene.Stamp { return l[1:4] }, -1, false, 0},
		"all of the list was edited": {func(s *testkit.Shelf, _ []scene.Stamp) []scene.Stamp {
			return []scene.Stamp{edit(s, 2, "2026-02-01T00:00:02Z"), edit(s, 3, "2026-02-01T00:00:01Z")}
		}, 0, false, 0},
		"others of the same second may lie beyond": {func(s *testkit.Shelf, l []scene.Stamp) []scene.Stamp {
			return append(l[:2:2], edit(s, 1, l[2].UpdatedAt), l[2])
		}, 0, false, 0},
		"one of an older second": {func(s *testkit.Shelf, l []scene.Stamp) []scene.Stamp {
			return append(l[:2:2], edit(s, 1, l[2].UpdatedAt), l[2], l[3])
		}, 0, true, 1},
		"an empty Stash": {func(*testkit.Shelf, []scene.Stamp) []scene.Stamp { return nil }, 0, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, f, l := latestFinder(t, 6)
			found, all, err := f.Latest(t.Context(), tt.list(s, l), tt.added)
			if err != nil || all != tt.all || found.Enqueued != tt.found {
				t.Errorf("%+v, all %v, %v; want %d and %v", found, all, err, tt.found, tt.all)
			}
			if n := s.DB.Counts().Waiting; n != tt.found {
				t.Errorf("%d jobs wait", n)
			}
			if asked := s.Stash.Asked("scenes"); (len(asked) > 0) != (tt.found > 0) {
				t.Errorf("asked %v", asked)
			}
		})
	}
}

func TestALatestSceneThatCannotBeReadIsTold(t *testing.T) {
	t.Parallel()
	s, f, l := latestFinder(t, 6)
	s.Stash.Has[2].UpdatedAt = "2026-02-01T00:00:00Z"
	s.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "scenes")
	_, all, err := f.Latest(t.Context(), append([]scene.Stamp{{ID: 2, UpdatedAt: "2026-02-01T00:00:00Z"}}, l[:2]...), 0)
	if !all || !fault.Is(err, fault.Unreachable) {
		t.Errorf("all %v, %v", all, err)
	}
	s.View(t, func(tx store.Tx) error {
		seen, _, err := tx.Seen(2)
		if seen.UpdatedAt == "2026-02-01T00:00:00Z" {
			t.Error("it counts as seen")
		}
		return err
	})
}

func TestAStampOfAMomentAgoIsReadOnceMore(t *testing.T) {
	t.Parallel()
	s, f, l := latestFinder(t, 6)
	at := s.Clock.Now().Format(time.RFC3339)
	s.Stash.Has[2].Title, s.Stash.Has[2].UpdatedAt = "Dusk", at
	list := append([]scene.Stamp{{ID: 2, UpdatedAt: at}}, l[:3]...)
	for i, want := range []int{1, 0} { // the second time its content is known
		s.Stash.Forget()
		found, all, err := f.Latest(t.Context(), list, 0)
		if err != nil || !all || len(s.Stash.Asked("scenes")) != 1 {
			t.Fatalf("time %d: %+v, all %v, %v", i, found, all, err)
		}
		if i == 0 {
			s.Update(t, func(tx store.Tx) error {
				seen, _, err := tx.Seen(2)
				seen.Content = s.Stash.Has[2].ContentHash()
				if err != nil {
					return err
				}
				return tx.PutSeen(2, seen)
			})
		}
		if found.Enqueued != want && i == 0 {
			t.Errorf("time %d: %d enqueued, want %d", i, found.Enqueued, want)
		}
	}
	s.View(t, func(tx store.Tx) error {
		j, _, err := tx.Job(2)
		if j.State != queue.Waiting || j.Cause != "edited" {
			t.Errorf("job %+v", j)
		}
		return err
	})
}
