package library_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// shelfOf is a Plex in memory of n items, none of them in the index.
func shelfOf(t *testing.T, n int) (*testkit.Shelf, *library.Index) {
	t.Helper()
	s := testkit.NewShelf(t, 0)
	for i := range n {
		key := fmt.Sprint(1000 + i)
		s.Plex.Has[key] = scene.Item{RatingKey: key, Title: "Film " + key, Files: []string{"/media/films/" + key + ".mkv"}, UpdatedAt: int64(i + 1)}
	}
	return s, &library.Index{Plex: s.Plex, Store: s.DB, Machine: testkit.Machine, Clock: s.Clock.Now}
}

var films = []scene.Section{{ID: "1", Title: "Films"}}

func refresh(t *testing.T, x *library.Index, full bool, sections ...scene.Section) library.Refreshed {
	t.Helper()
	if len(sections) == 0 {
		sections = films
	}
	r, err := x.Refresh(t.Context(), sections, full)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// indexed are the items the index knows, by key.
func indexed(t testing.TB, s *testkit.Shelf, machine string) map[string]store.Indexed {
	t.Helper()
	out := map[string]store.Indexed{}
	s.View(t, func(tx store.Tx) error {
		return tx.EachIndexed(machine, func(it store.Indexed) bool { out[it.Key.RatingKey] = it; return true })
	})
	return out
}

func mark(t *testing.T, s *testkit.Shelf, section string) (m store.SectionMark, known bool) {
	t.Helper()
	s.View(t, func(tx store.Tx) (err error) { m, known, err = tx.SectionMark(testkit.Machine, section); return err })
	return m, known
}

func TestAListingLeavesAMarkOfWhatItSaw(t *testing.T) {
	t.Parallel()
	s, x := shelfOf(t, 3)
	var progress []string
	x.Progress = func(done, total int) { progress = append(progress, fmt.Sprint(done, "/", total)) }
	r := refresh(t, x, false)
	if r.Full != 1 || r.Items != 3 || r.Gone != 0 || len(r.Appeared) != 3 || !slices.Equal(progress, []string{"3/3"}) {
		t.Errorf("%+v, %v", r, progress)
	}
	if m, known := mark(t, s, "1"); !known || m.Total != 3 || m.Newest != 3 || !m.Listed.Equal(s.Clock.Now()) {
		t.Errorf("%+v", m)
	}
	it := indexed(t, s, testkit.Machine)["1000"]
	if it.Section != "1" || it.Title != "Film 1000" || !slices.Equal(it.Files, []string{"/media/films/1000.mkv"}) || it.UpdatedAt != 1 || it.Trashed {
		t.Errorf("%+v", it)
	}
	s.View(t, func(tx store.Tx) error {
		at, err := tx.ItemsAt(match.Key("/media/films/1000.mkv"))
		if len(at) != 1 {
			t.Errorf("found by its path: %+v", at)
		}
		return err
	})
}

// The mark moves with each look that fits, and stays where nothing moved.
func TestAScanMovesTheMarkOnlyWithWhatIsNew(t *testing.T) {
	t.Parallel()
	s, x := shelfOf(t, 120)
	refresh(t, x, false)
	listed, _ := mark(t, s, "1")
	for _, step := range []struct {
		name    string
		change  func()
		full    int
		total   int
		newest  int64
		appears int
		pages   int
	}{
		{"nothing", func() {}, 0, 120, 120, 0, 1},
		{"one is new", func() { s.Plex.Has["7"] = scene.Item{RatingKey: "7", Files: []string{"/a"}, UpdatedAt: 500} }, 0, 121, 500, 1, 1},
		{"one is edited", func() { s.Person("1005", func(it *scene.Item) { it.UpdatedAt = 600 }) }, 0, 121, 601, 0, 1},
		{"one is gone", func() { delete(s.Plex.Has, "1007") }, 1, 120, 601, 0, 2},
		{"the newest is gone", func() { delete(s.Plex.Has, "1005") }, 1, 119, 500, 0, 2},
		{"more than a glance", func() {
			for i := range 70 {
				key := fmt.Sprint(5000 + i)
				s.Plex.Has[key] = scene.Item{RatingKey: key, Files: []string{"/" + key}, UpdatedAt: int64(1000 + i)}
			}
		}, 0, 189, 1069, 70, 2},
		{"nothing again", func() {}, 0, 189, 1069, 0, 1},
	} {
		s.Clock.Pass(time.Hour)
		step.change()
		s.Plex.Forget()
		r := refresh(t, x, false)
		m, _ := mark(t, s, "1")
		if r.Full != step.full || m.Total != step.total || m.Newest != step.newest || len(r.Appeared) != step.appears || len(s.Plex.Asked("page")) != step.pages {
			t.Errorf("%s: %+v, mark %+v, pages %q", step.name, r, m, s.Plex.Asked("page"))
		}
		if again := m.Listed.After(listed.Listed); again != (step.full > 0) {
			t.Errorf("%s: listed in full %v, the mark says %v", step.name, step.full > 0, m.Listed)
		}
		listed = m
	}
	if len(indexed(t, s, testkit.Machine)) != len(s.Plex.Has) {
		t.Errorf("the index knows %d of %d", len(indexed(t, s, testkit.Machine)), len(s.Plex.Has))
	}
}

// Whatever happened since the last look, a full one ends with the index Plex has, and a
// look at the newest with that too, unless only a stamp from before the mark tells.
func TestTheIndexIsWhatPlexHas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, x := shelfOf(t, 6)
		at := int64(10)
		for range rapid.IntRange(1, 5).Draw(rt, "looks") {
			for range rapid.IntRange(0, 3).Draw(rt, "changes") {
				at++
				keys := slices.Sorted(maps.Keys(s.Plex.Has))
				key := fmt.Sprint(rapid.IntRange(1000, 1012).Draw(rt, "key"))
				switch rapid.SampledFrom([]string{"put", "remove", "trash"}).Draw(rt, "what") {
				case "put":
					s.Plex.Has[key] = scene.Item{RatingKey: key, Title: fmt.Sprint(at), Files: []string{fmt.Sprint("/films/", rapid.IntRange(0, 5).Draw(rt, "file"))}, UpdatedAt: at}
				case "remove":
					if len(keys) > 1 {
						delete(s.Plex.Has, keys[0])
					}
				case "trash":
					s.Person(keys[len(keys)-1], func(it *scene.Item) { it.Trashed, it.UpdatedAt = !it.Trashed, at })
				}
			}
			refresh(t, x, rapid.Bool().Draw(rt, "full"))
		}
		refresh(t, x, true)
		got := indexed(t, s, testkit.Machine)
		if len(got) != len(s.Plex.Has) {
			rt.Fatalf("%d items, want %d", len(got), len(s.Plex.Has))
		}
		for key, it := range s.Plex.Has {
			if g := got[key]; g.Title != it.Title || g.Trashed != it.Trashed || g.UpdatedAt != it.UpdatedAt || !slices.Equal(g.Files, it.Files) {
				rt.Fatalf("%s is %+v, want %+v", key, g, it)
			}
		}
	})
}

// Paths appear when an item that holds them is new, comes out of the trash or got them.
func TestWhichPathsAppear(t *testing.T) {
	t.Parallel()
	s, x := shelfOf(t, 2)
	refresh(t, x, false)
	for _, step := range []struct {
		name   string
		change func(*scene.Item)
		want   []string
	}{
		{"edited", func(it *scene.Item) { it.Title = "x" }, nil},
		{"trashed", func(it *scene.Item) { it.Trashed = true }, nil},
		{"edited in the trash", func(it *scene.Item) { it.Title = "y" }, nil},
		{"moved in the trash", func(it *scene.Item) { it.Files = []string{"/b"} }, nil},
		{"out of it", func(it *scene.Item) { it.Trashed = false }, []string{"/b"}},
		{"another version", func(it *scene.Item) { it.Files = []string{"/b", "/c"} }, []string{"/b", "/c"}},
	} {
		s.Person("1001", func(it *scene.Item) { step.change(it); it.UpdatedAt += 10 })
		if r := refresh(t, x, false); !slices.Equal(r.Appeared, step.want) {
			t.Errorf("%s: %q, want %q", step.name, r.Appeared, step.want)
		}
	}
}

// A library that is no longer chosen is forgotten, one of another server never.
func TestOnlyChosenLibrariesOfThisServerAreKept(t *testing.T) {
	t.Parallel()
	s, x := shelfOf(t, 2)
	s.Plex.Has["2000"] = scene.Item{RatingKey: "2000", Section: "2", Files: []string{"/clips/a"}, UpdatedAt: 5}
	for key := range s.Plex.Has {
		if key != "2000" {
			s.Person(key, func(it *scene.Item) { it.Section = "1" })
		}
	}
	clips := scene.Section{ID: "2", Title: "Clips"}
	s.Update(t, func(tx store.Tx) error {
		return tx.PutIndexed(store.Indexed{Key: scene.ItemKey{Machine: "other", RatingKey: "9"}, Section: "7", Files: []string{"/x"}}, []string{"/x"})
	})
	if r := refresh(t, x, false, films[0], clips); r.Full != 2 || len(indexed(t, s, testkit.Machine)) != 3 {
		t.Errorf("%+v", r)
	}
	if r := refresh(t, x, false, clips, films[0]); r.Full != 0 {
		t.Errorf("in another order: %+v", r)
	}
	refresh(t, x, false, films[0])
	if got := indexed(t, s, testkit.Machine); len(got) != 2 || got["2000"].Section != "" {
		t.Errorf("%+v", got)
	}
	if _, known := mark(t, s, "2"); known {
		t.Error("the mark of a library that was dropped is left")
	}
	if r := refresh(t, x, false, films[0], clips); r.Full != 1 || !slices.Contains(r.Appeared, "/clips/a") {
		t.Errorf("chosen again: %+v", r)
	}
	if got := indexed(t, s, "other"); len(got) != 1 {
		t.Errorf("of another server: %+v", got)
	}
}

// A listing that breaks off, or shows fewer items than it counts, forgets nothing and
// leaves no mark.
func TestABrokenListingForgetsNothing(t *testing.T) {
	t.Parallel()
	s, x := shelfOf(t, 3)
	s.Plex.Spoil(testkit.Trouble(fault.Unreachable, fault.Plex), "page")
	if _, err := x.Refresh(t.Context(), films, false); !fault.Is(err, fault.Unreachable) {
		t.Errorf("%v", err)
	}
	if _, known := mark(t, s, "1"); known {
		t.Error("a mark is left")
	}
	s.Plex.Mend()
	refresh(t, x, false)
	before, _ := mark(t, s, "1")
	delete(s.Plex.Has, "1000")
	for _, full := range []bool{true, false} {
		s.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "list")
		if _, err := x.Refresh(t.Context(), films, full); !fault.Is(err, fault.Temporary) || len(indexed(t, s, testkit.Machine)) != 3 {
			t.Errorf("full %v: %v", full, err)
		}
		s.Plex.Mend()
	}
	x.Plex = counts{s.Plex, 1}
	if _, err := x.Refresh(t.Context(), films, true); !fault.Is(err, fault.Temporary) || len(indexed(t, s, testkit.Machine)) != 3 {
		t.Errorf("one item short: %v", err)
	}
	if m, _ := mark(t, s, "1"); m != before {
		t.Errorf("%+v became %+v", before, m)
	}
}

// counts is a Plex that counts more items than it shows.
type counts struct {
	library.Plex
	more int
}

func (p counts) List(ctx context.Context, section string, o scene.Listing, page func(scene.ItemPage) (bool, error)) error {
	return p.Plex.List(ctx, section, o, func(x scene.ItemPage) (bool, error) { x.Total += p.more; return page(x) })
}

// unwritable is a store that writes or reads nothing.
type unwritable struct {
	store.Store
	reads bool
}

var errDisk = errors.New("no room")

func (s unwritable) Update(func(store.Tx) error) error { return errDisk }

func (s unwritable) View(fn func(store.Tx) error) error {
	if s.reads {
		return s.Store.View(fn)
	}
	return errDisk
}

func TestAStoreThatFailsIsAnError(t *testing.T) {
	t.Parallel()
	for _, reads := range []bool{true, false} {
		s, x := shelfOf(t, 2)
		refresh(t, x, false)
		x.Store = unwritable{s.DB, reads}
		s.Plex.Has["7"] = scene.Item{RatingKey: "7", Files: []string{"/a"}, UpdatedAt: 500}
		for _, full := range []bool{true, false} {
			if _, err := x.Refresh(t.Context(), films, full); !errors.Is(err, errDisk) {
				t.Errorf("reads %v, full %v: %v", reads, full, err)
			}
		}
	}
}

// The settings call libraries by titles, where a title means one of them alone.
func TestWhatTheSettingsCallLibraries(t *testing.T) {
	t.Parallel()
	all := []scene.Section{{ID: "1", Title: "Films"}, {ID: "2", Title: "Clips"}, {ID: "3", Title: "Clips"}, {ID: "4", Title: ""}, {ID: "5", Title: "1"}}
	if got := library.Names(all, all); !slices.Equal(got, []string{"Films", "2", "3", "4", "1"}) {
		t.Errorf("%q", got)
	}
	if got := library.Names(all, nil); len(got) != 0 {
		t.Errorf("none: %q", got)
	}
}

// A choice stays the same libraries under other names.
func TestAChoiceFollowsItsLibraries(t *testing.T) {
	t.Parallel()
	k := library.Known{Machine: "m", IDs: map[string]string{"Films": "1", "Clips": "2"}, Former: map[string]string{"Old": "9"}}
	next := k.Renamed([]string{"Films", "Clips"}, []string{"Movies", "Films"})
	if !maps.Equal(next.IDs, map[string]string{"Movies": "1", "Films": "2"}) || !maps.Equal(next.Former, map[string]string{"Old": "9", "Clips": "2"}) || next.Machine != "m" {
		t.Errorf("%+v", next)
	}
	if len(k.Former) != 1 || k.IDs["Films"] != "1" {
		t.Errorf("the former choice was changed: %+v", k)
	}
	if next = (library.Known{IDs: map[string]string{"a": "1"}}).Renamed([]string{"a"}, []string{"b"}); next.Former["a"] != "1" || next.IDs["b"] != "1" {
		t.Errorf("%+v", next)
	}
}
