package library_test

import (
	"fmt"
	"slices"
	"testing"

	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// counted is a store that counts the transactions that write.
type counted struct {
	store.Store
	updates int
}

func (c *counted) Update(fn func(store.Tx) error) error {
	c.updates++
	return c.Store.Update(fn)
}

// Even an empty transaction waits for the disk, and Plex is asked again and again while nothing
// happens.
func TestALookThatFindsNothingNewWritesNothing(t *testing.T) {
	t.Parallel()
	s, x := shelfOf(t, 80)
	refresh(t, x, false)
	c := &counted{Store: s.DB}
	x.Store = c
	for range 5 {
		if r := refresh(t, x, false); r.Full != 0 || len(r.Appeared) != 0 {
			t.Errorf("%+v", r)
		}
	}
	if c.updates != 0 {
		t.Errorf("%d transactions for nothing", c.updates)
	}
	s.Plex.Has["7"] = scene.Item{RatingKey: "7", Files: []string{"/a"}, UpdatedAt: 500}
	if refresh(t, x, false); c.updates == 0 || c.updates > 2 {
		t.Errorf("%d transactions for one new item, want one for it and one for the mark", c.updates)
	}
}

func TestAListingOfManyIsStoredInParts(t *testing.T) {
	t.Parallel()
	const items = 1201
	s, x := shelfOf(t, items)
	var progress []string
	x.Progress = func(done, total int) { progress = append(progress, fmt.Sprint(done, "/", total)) }
	c := &counted{Store: s.DB}
	x.Store = c
	r := refresh(t, x, true)
	if len(r.Appeared) != items || r.Items != items || len(indexed(t, s, testkit.Machine)) != items {
		t.Errorf("%d appeared, %d listed, %d indexed", len(r.Appeared), r.Items, len(indexed(t, s, testkit.Machine)))
	}
	if want := []string{"500/1201", "1000/1201", "1201/1201"}; !slices.Equal(progress, want) {
		t.Errorf("progress %q, want %q", progress, want)
	}
	if c.updates < 3 || c.updates > 6 {
		t.Errorf("%d transactions for %d items: none may grow without bound, nor be one for each", c.updates, items)
	}
	clear(s.Plex.Has)
	c.updates = 0
	if r = refresh(t, x, true); r.Gone != items || len(indexed(t, s, testkit.Machine)) != 0 {
		t.Errorf("%d gone, %d left", r.Gone, len(indexed(t, s, testkit.Machine)))
	}
	if c.updates < 3 || c.updates > 6 {
		t.Errorf("%d transactions to forget %d items", c.updates, items)
	}
}

// Jobs wait for paths. What wakes them is a file that Plex has now and had not, not a title.
func TestWhatHappensToAnItemAppearsOnlyWithItsFiles(t *testing.T) {
	t.Parallel()
	s, x := shelfOf(t, 3)
	refresh(t, x, false)
	const key = "1001"
	stamp := int64(100)
	for _, step := range []struct {
		name   string
		change func(*scene.Item)
		want   []string // the paths that appear
	}{
		{"another title", func(it *scene.Item) { it.Title = "Renamed" }, nil},
		{"another file", func(it *scene.Item) { it.Files = []string{"/media/films/moved.mkv"} }, []string{"/media/films/moved.mkv"}},
		{"a second file", func(it *scene.Item) { it.Files = append(it.Files, "/media/films/part 2.mkv") }, []string{"/media/films/moved.mkv", "/media/films/part 2.mkv"}},
		{"into the trash", func(it *scene.Item) { it.Trashed = true }, nil},
		{"another file while it is there", func(it *scene.Item) { it.Files = []string{"/media/films/back.mkv"} }, nil},
		{"out of the trash", func(it *scene.Item) { it.Trashed = false }, []string{"/media/films/back.mkv"}},
		{"only its stamp", func(*scene.Item) {}, nil},
	} {
		it := s.Plex.Has[key]
		it.Files = slices.Clone(it.Files)
		step.change(&it)
		stamp++
		it.UpdatedAt = stamp
		s.Plex.Has[key] = it
		r := refresh(t, x, false)
		if want := match.Keys(step.want); !slices.Equal(r.Appeared, want) || r.Full != 0 {
			t.Errorf("%s: appeared %q, want %q; listed in full %d times", step.name, r.Appeared, want, r.Full)
		}
		if got := indexed(t, s, testkit.Machine)[key]; got.Title != it.Title || got.Trashed != it.Trashed || !slices.Equal(got.Files, it.Files) || got.UpdatedAt != stamp {
			t.Errorf("%s: the index has %+v, Plex %+v", step.name, got, it)
		}
	}
}

// An item that moves to another library keeps its key: both libraries have other numbers then.
func TestAnItemThatMovesToAnotherLibraryBelongsThere(t *testing.T) {
	t.Parallel()
	s, x := shelfOf(t, 0)
	both := []scene.Section{{ID: "1", Title: "Films"}, {ID: "2", Title: "Archive"}}
	for i, section := range []string{"1", "1", "2"} {
		key := fmt.Sprint(i + 1)
		s.Plex.Has[key] = scene.Item{RatingKey: key, Section: section, Files: []string{"/" + key}, UpdatedAt: int64(i + 1)}
	}
	refresh(t, x, false, both...)
	it := s.Plex.Has["1"]
	it.Section, it.UpdatedAt = "2", 50
	s.Plex.Has["1"] = it
	if r := refresh(t, x, false, both...); !slices.Equal(r.Appeared, match.Keys([]string{"/1"})) {
		t.Errorf("%+v: what moved is not there where it is now", r)
	}
	if got := indexed(t, s, testkit.Machine); len(got) != 3 || got["1"].Section != "2" || got["2"].Section != "1" {
		t.Errorf("the index has %+v", got)
	}
	for section, want := range map[string]int{"1": 1, "2": 2} {
		if m, known := mark(t, s, section); !known || m.Total != want {
			t.Errorf("library %s: %+v, want %d items", section, m, want)
		}
	}
	s.Plex.Forget()
	if r := refresh(t, x, false, both...); r.Full != 0 {
		t.Errorf("listed in full again: %+v", r)
	}
}
