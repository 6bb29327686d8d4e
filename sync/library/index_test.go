package library_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// rig is a Plex behind real HTTP, a database, and an index between them.
type rig struct {
	*testkit.Rig
	t     *testing.T
	plex  *sim.Plex
	index *library.Index
}

func newRig(t *testing.T, o sim.Options) *rig {
	t.Helper()
	kit := testkit.ForTest(t, o)
	return &rig{Rig: kit, t: t, plex: kit.World.Plex, index: kit.Index()}
}

func (r *rig) refresh(full bool, names ...string) library.Refreshed {
	r.t.Helper()
	f, err := r.index.Refresh(r.t.Context(), r.Resolve(names...), full)
	r.Must(err)
	return f
}

// keys lists the rating keys the index knows.
func (r *rig) keys() []string {
	r.t.Helper()
	var out []string
	r.Must(r.DB.View(func(tx store.Tx) error {
		return tx.EachIndexed(r.index.Machine, func(it store.Indexed) bool { out = append(out, it.Key.RatingKey); return true })
	}))
	slices.Sort(out)
	return out
}

// at lists the rating keys the index has for a path.
func (r *rig) at(path string) []string {
	r.t.Helper()
	var out []string
	r.Must(r.DB.View(func(tx store.Tx) error {
		items, err := tx.ItemsAt(match.Key(path))
		for _, it := range items {
			out = append(out, it.Key.RatingKey)
		}
		return err
	}))
	return out
}

// fits fails the test unless the index knows exactly what Plex holds in some sections.
func (r *rig) fits(sections ...string) {
	r.t.Helper()
	var want []string
	for _, s := range sections {
		want = append(want, r.plex.RatingKeys(s)...)
	}
	slices.Sort(want)
	if got := r.keys(); !slices.Equal(got, want) {
		r.t.Errorf("the index knows %d items, Plex has %d", len(got), len(want))
	}
	for _, k := range want {
		it, _ := r.plex.Item(k)
		for _, f := range it.Files {
			if !slices.Contains(r.at(f), k) {
				r.t.Errorf("item %s is not found by %q: %v", k, f, r.at(f))
			}
		}
	}
}

func TestAFullListingKnowsEverythingAndTheNextScanCostsOnePage(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 1, Scenes: 700, MultiFile: 20, NoCover: 1})
	f := r.refresh(false, r.World.Library())
	if f.Full != 1 || f.Items != len(r.plex.RatingKeys("1")) || len(f.Appeared) < 700 {
		t.Errorf("%d full, %d items, %d paths", f.Full, f.Items, len(f.Appeared))
	}
	r.fits("1")
	r.plex.ResetCounts()
	r.Clock.Pass(time.Hour)
	f = r.refresh(false, r.World.Library())
	if f.Full != 0 || len(f.Appeared) != 0 || r.plex.Counts()["list"] > 4 {
		t.Errorf("again: %+v with %v", f, r.plex.Counts())
	}
}

// stamped is a Plex all of whose items carry the same stamp, as after a scan or an import
// that took one second.
type stamped struct {
	library.Plex
	items []scene.Item
	pages []int
}

func (p *stamped) List(_ context.Context, _ string, o scene.Listing, page func(scene.ItemPage) (bool, error)) error {
	size := cmp.Or(o.PageSize, 500)
	for at := 0; at < len(p.items); at += size {
		part := p.items[at:min(len(p.items), at+size)]
		p.pages = append(p.pages, len(part))
		if more, err := page(scene.ItemPage{Items: part, Offset: at, Total: len(p.items)}); err != nil || !more {
			return err
		}
	}
	return nil
}

func TestScanOfALibraryWithOneStampDoesNotGrowWithIt(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 1, Scenes: 1})
	p := &stamped{Plex: r.index.Plex}
	for i := range 3000 {
		p.items = append(p.items, scene.Item{RatingKey: fmt.Sprint(i + 1), Title: "Night ferry", Files: []string{fmt.Sprintf("/films/%d.mkv", i)}, UpdatedAt: 1_700_000_000})
	}
	r.index.Plex = p
	r.refresh(false, r.World.Library())
	p.pages = nil
	if f := r.refresh(false, r.World.Library()); f.Full != 0 || len(p.pages) > 2 {
		t.Errorf("a look at what is known: %+v with pages %v", f, p.pages)
	}
	p.items[100].Files = []string{"/films/renamed.mkv"}
	p.items = append(p.items, scene.Item{RatingKey: "9999", Title: "Lighthouse", Files: []string{"/films/9999.mkv"}, UpdatedAt: 1_700_000_000})
	r.refresh(false, r.World.Library())
	for path, want := range map[string]string{"/films/renamed.mkv": "101", "/films/9999.mkv": "9999"} {
		if got := r.at(path); len(got) != 1 || got[0] != want {
			t.Errorf("%s leads to %v, want %s", path, got, want)
		}
	}
}

func TestWhatHappensInPlexIsNoticed(t *testing.T) {
	t.Parallel()
	path := func(r *rig, k string) string { it, _ := r.plex.Item(k); return it.Files[0] }
	tests := map[string]struct {
		change func(r *rig, keys []string) error
		full   int
		gone   int
		paths  int
	}{
		"nothing":        {func(*rig, []string) error { return nil }, 0, 0, 0},
		"an item edited": {func(r *rig, k []string) error { return r.plex.PersonEdit(k[3], "title", "Pier") }, 0, 0, 0},
		"an item added":  {func(r *rig, _ []string) error { _, err := r.plex.Add("1", r.World.PlexRoot()+"/new.mkv"); return err }, 0, 0, 1},
		"many added": {func(r *rig, _ []string) (err error) {
			for i := range 300 {
				if _, e := r.plex.Add("1", fmt.Sprintf("%s/new %d.mkv", r.World.PlexRoot(), i)); e != nil {
					err = e
				}
			}
			return err
		}, 0, 0, 300},
		"an item removed":    {func(r *rig, k []string) error { return r.plex.Remove(k[3]) }, 1, 1, 0},
		"the newest removed": {func(r *rig, k []string) error { return r.plex.Remove(k[len(k)-1]) }, 1, 1, 0},
		"one of each": {func(r *rig, k []string) error {
			_, err := r.plex.Add("1", "/media/nature/n.mkv")
			return errors.Join(err, r.plex.Remove(k[0]))
		}, 1, 1, 1},
		"an item found again": {func(r *rig, k []string) error { _, err := r.plex.Rekey(k[5]); return err }, 1, 1, 1},
		"files exchanged":     {func(r *rig, k []string) error { return r.plex.SwapFiles(k[1], k[2]) }, 0, 0, 2},
		"a second version":    {func(r *rig, k []string) error { return r.plex.AddPart(k[1], path(r, k[1])+".v2.mkv", false) }, 0, 0, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 2, Scenes: 20, NoCover: 1})
			r.refresh(false, r.World.Library())
			r.Clock.Pass(time.Hour)
			if err := tt.change(r, r.plex.RatingKeys("1")); err != nil {
				t.Fatal(err)
			}
			f := r.refresh(false, r.World.Library())
			if f.Full != tt.full || f.Gone != tt.gone || len(f.Appeared) < tt.paths || tt.paths == 0 && len(f.Appeared) > 0 {
				t.Errorf("%d full, %d gone, %d paths appeared, want %d, %d, %d", f.Full, f.Gone, len(f.Appeared), tt.full, tt.gone, tt.paths)
			}
			r.fits("1")
			r.Clock.Pass(time.Hour)
			if f = r.refresh(false, r.World.Library()); f.Full+f.Gone+len(f.Appeared) != 0 {
				t.Errorf("noticed again: %+v", f)
			}
		})
	}
}

// restored is a Plex whose database went back in time.
type restored struct {
	library.Plex
	back int64
}

func (p restored) List(ctx context.Context, section string, o scene.Listing, page func(scene.ItemPage) (bool, error)) error {
	return p.Plex.List(ctx, section, o, func(ip scene.ItemPage) (bool, error) {
		for i := range ip.Items {
			ip.Items[i].UpdatedAt -= p.back
		}
		return page(ip)
	})
}

func TestARestoredBackupIsListedInFull(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 3, Scenes: 20, NoCover: 1})
	r.refresh(false, r.World.Library())
	sound := r.index.Plex
	r.index.Plex = restored{sound, 1000}
	if f := r.refresh(false, r.World.Library()); f.Full != 1 {
		t.Errorf("%+v, want a full listing: the newest stamp went back", f)
	}
	if f := r.refresh(false, r.World.Library()); f.Full != 0 {
		t.Errorf("%+v, want the older state accepted", f)
	}
}

// partial is a Plex that stops listing early, or loses an item between two pages.
type partial struct {
	library.Plex
	fail   error
	during func()
}

func (p partial) List(ctx context.Context, section string, o scene.Listing, page func(scene.ItemPage) (bool, error)) error {
	o.PageSize = 10
	n := 0
	return p.Plex.List(ctx, section, o, func(ip scene.ItemPage) (bool, error) {
		if n++; n == 2 && p.fail != nil {
			return false, p.fail
		}
		more, err := page(ip)
		if n == 1 && p.during != nil {
			p.during()
		}
		return more, err
	})
}

func TestAnIncompleteListingForgetsNothing(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]func(*rig) partial{
		"broken off": func(*rig) partial { return partial{fail: errors.New("cut")} },
		"an item removed meanwhile": func(r *rig) partial {
			return partial{during: func() { r.Must(r.plex.Remove(r.plex.RatingKeys("1")[0])) }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 4, Scenes: 25, NoCover: 1})
			r.refresh(true, r.World.Library())
			before := r.keys()
			sound := r.index.Plex
			p := with(r)
			p.Plex = sound
			r.index.Plex = p
			if _, err := r.index.Refresh(t.Context(), r.Resolve(r.World.Library()), true); err == nil {
				t.Error("an incomplete listing was taken for complete")
			}
			if got := r.keys(); !slices.Equal(got, before) {
				t.Errorf("%d items are known, want the %d from before", len(got), len(before))
			}
			r.index.Plex = sound
			r.refresh(false, r.World.Library())
			r.fits("1")
		})
	}
}

func TestAFirstListingBrokenOffLeavesNoMark(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 5, Scenes: 25, NoCover: 1})
	sound := r.index.Plex
	r.index.Plex = partial{Plex: sound, fail: errors.New("cut")}
	if _, err := r.index.Refresh(t.Context(), r.Resolve(r.World.Library()), false); err == nil {
		t.Error("no error")
	}
	r.index.Plex = sound
	if f := r.refresh(false, r.World.Library()); f.Full != 1 {
		t.Errorf("%+v, want a full listing", f)
	}
	r.fits("1")
}

func TestADroppedLibraryIsForgottenAndComesBackInFull(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 6, Scenes: 30, NoCover: 1, Dirt: sim.Dirt{TwoLibraries: 10}})
	archive := r.Resolve(sim.ArchiveLibrary)[0].ID
	r.refresh(false, r.World.Library(), sim.ArchiveLibrary)
	r.fits("1", archive)
	r.refresh(false, r.World.Library())
	r.fits("1")
	f := r.refresh(false, r.World.Library(), sim.ArchiveLibrary)
	if f.Full != 1 || len(f.Appeared) == 0 {
		t.Errorf("%+v, want the library listed in full and its paths reported", f)
	}
	r.fits("1", archive)
}

func TestAnotherServersItemsAreLeftAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 7, Scenes: 10, NoCover: 1, Dirt: sim.Dirt{TwoLibraries: 3}})
	first := r.index.Machine
	r.refresh(false, r.World.Library(), sim.ArchiveLibrary)
	before := r.keys()
	r.index.Machine = "another"
	r.refresh(false, r.World.Library())
	r.index.Machine = first
	if got := r.keys(); !slices.Equal(got, before) {
		t.Errorf("%d items of the first server, want %d", len(got), len(before))
	}
	r.refresh(false, r.World.Library()) // back at the first server with fewer libraries
	r.fits("1")
}

// failing is a store that fails from some transaction on.
type failing struct {
	store.Store
	left int
}

func (f *failing) Update(fn func(store.Tx) error) error {
	if f.left--; f.left < 0 {
		return errors.New("the disk is full")
	}
	return f.Store.Update(fn)
}

func TestACrashAnywhereInAListingIsMadeGoodByTheNext(t *testing.T) {
	t.Parallel()
	for after := range 5 {
		t.Run(fmt.Sprint("after ", after), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 8, Scenes: 20, NoCover: 1})
			r.refresh(false, r.World.Library())
			k := r.plex.RatingKeys("1")
			r.Clock.Pass(time.Hour)
			r.Must(r.plex.Remove(k[0]))
			r.Must(r.plex.SwapFiles(k[1], k[2]))
			_, err := r.plex.Rekey(k[3])
			r.Must(err)
			r.index.Store = &failing{Store: r.DB, left: after}
			_, _ = r.index.Refresh(t.Context(), r.Resolve(r.World.Library()), false)
			r.index.Store = r.DB
			r.refresh(false, r.World.Library())
			r.fits("1")
		})
	}
}

func TestAppearedNamesEveryNewPathOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 9, Scenes: 12, NoCover: 1})
	f := r.refresh(false, r.World.Library())
	want := map[string]bool{}
	for _, k := range r.plex.RatingKeys("1") {
		it, _ := r.plex.Item(k)
		for _, p := range it.Files {
			want[match.Key(p)] = true
		}
	}
	got := map[string]bool{}
	for _, k := range f.Appeared {
		got[k] = true
	}
	if !maps.Equal(got, want) || len(f.Appeared) != len(want) {
		t.Errorf("%d paths appeared, want %d", len(f.Appeared), len(want))
	}
}

func TestWhatComesOutOfTheTrashAppears(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 7, Scenes: 5})
	r.plex.SetQuirks(func(q *sim.Quirks) { q.KeepTrash = true })
	r.refresh(true)
	it, _ := r.plex.Item(r.plex.RatingKeys("1")[0])
	r.plex.TakeFromDisk(it.Files[0])
	r.plex.Scan("1", "")
	if f := r.refresh(true); len(f.Appeared) != 0 || f.Gone != 0 {
		t.Errorf("into the trash: %+v", f)
	}
	r.fits("1", "2")
	r.plex.PutOnDisk(it.Files[0], 1)
	r.plex.Scan("1", "")
	if f := r.refresh(true); !slices.Equal(f.Appeared, []string{match.Key(it.Files[0])}) {
		t.Errorf("out of the trash: %+v", f)
	}
}
