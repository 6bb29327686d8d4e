package change_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// filtered is a rig whose scenes are in step, with a filter against the tag Ships that is
// known, and what the tags of the scenes 1 to 3 are: Ships, Ferries and Night.
func filtered(t *testing.T) (r *rig, ships, ferries, night int) {
	t.Helper()
	r = newRig(t, sim.Options{Seed: 3, Scenes: 6})
	ships, ferries, night = r.stash.TagID("Ships"), r.stash.TagID("Ferries"), r.stash.TagID("Night shift")
	for id, tag := range map[int]int{1: ships, 2: ferries, 3: night} {
		if err := r.stash.Edit(id, func(s *sim.Scene) { s.TagIDs = []int{tag} }); err != nil {
			t.Fatal(err)
		}
	}
	r.finder.Settings.Filter.Tags = config.Choice{Never: []string{"ships"}}
	r.scan()
	r.work()
	r.scan()
	if left := r.waiting(); len(left) > 0 {
		t.Fatalf("%v wait", left)
	}
	return r, ships, ferries, night
}

func TestWhatAFilterMeansNowIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(r *rig, ships, ferries, night int) error
		want   []scene.ID // nil: all
	}{
		"a tag moved below":  {func(r *rig, ships, ferries, _ int) error { return r.stash.SetTagParents(ferries, ships) }, []scene.ID{2}},
		"a tag of something": {func(r *rig, _, ferries, night int) error { return r.stash.SetTagParents(night, ferries) }, []scene.ID{}},
		"a chain moved below": {func(r *rig, ships, ferries, night int) error {
			return errors.Join(r.stash.SetTagParents(night, ferries), r.stash.SetTagParents(ferries, ships))
		}, []scene.ID{2, 3}},
		"merged": {func(r *rig, ships, _, night int) error { return r.stash.MergeTags(night, ships) }, []scene.ID{1, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ships, ferries, night := filtered(t)
			if err := tt.change(r, ships, ferries, night); err != nil {
				t.Fatal(err)
			}
			found, err := r.finder.Names(t.Context())
			if err != nil || found.Renamed != nil {
				t.Fatalf("%+v, %v", found, err)
			}
			if got := slices.Sorted(maps.Keys(r.waiting())); !slices.Equal(got, tt.want) {
				t.Errorf("%v wait, want %v", got, tt.want)
			}
			r.work()
			if _, err := r.finder.Names(t.Context()); err != nil || len(r.waiting()) > 0 {
				t.Errorf("a second look finds %v again (%v)", r.waiting(), err)
			}
		})
	}
}

func TestAFilterThatNamesNothingAnyMoreLooksAtEveryScene(t *testing.T) {
	t.Parallel()
	r, ships, _, _ := filtered(t)
	r.finder.Settings.Filter.Tags = config.Choice{Only: []string{"Ships"}}
	r.scan() // the settings themselves have all compared again
	r.work()
	if err := r.stash.DestroyTag(ships); err != nil {
		t.Fatal(err)
	}
	if _, err := r.finder.Names(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.waiting(); len(got) != 6 || got[2] != queue.Settings {
		t.Errorf("%v wait", got)
	}
}

func TestARenamedTagIsFoundInTheFilter(t *testing.T) {
	t.Parallel()
	r, ships, _, _ := filtered(t)
	if err := r.stash.RenameTag(ships, "Vessels"); err != nil {
		t.Fatal(err)
	}
	found, err := r.finder.Names(t.Context())
	if err != nil || found.Renamed == nil || !slices.Equal(found.Renamed.Now.Tags.Never, []string{"Vessels"}) || !slices.Equal(found.Renamed.Before.Tags.Never, []string{"ships"}) {
		t.Fatalf("%+v, %v", found.Renamed, err)
	}
	if found.Renamed.Known.Names != found.Renamed.Now.Names() || found.Renamed.Known.Doubtful() {
		t.Errorf("of the new names is known %+v", found.Renamed.Known)
	}
}

func TestWithoutAFilterOfNamesNoTreeIsRead(t *testing.T) {
	t.Parallel()
	s := shelfOf(t, 2)
	s.finder.Settings.Filter = config.Filter{Organized: config.Required, Paths: config.Choice{Only: []string{"/a"}}}
	if _, err := s.finder.Names(t.Context()); err != nil {
		t.Fatal(err)
	}
	if asked := s.Stash.Asked("tree"); len(asked) > 0 {
		t.Errorf("%q", asked)
	}
}
