package engine_test

import (
	"slices"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

// A filter keeps its meaning whatever its tag is called, merged into or put below, and what it
// stops wanting is left as it is in Plex.
func TestAFilterGoesOnMeaningTheSame(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 61, Scenes: 12})
	stash := r.world.Stash
	private, secret := stash.TagID("Private"), stash.TagID("Secret")
	must(t, stash.Edit(1, func(s *sim.Scene) { s.TagIDs = []int{private} }))
	must(t, stash.Edit(2, func(s *sim.Scene) { s.TagIDs = []int{secret} }))
	l := r.asStored()
	r.settings.Filter.Tags.Never = []string{"private"}
	must(t, l.SaveSettings(t.Context(), api.SettingsChange{Values: r.settings}))
	expect := func(what string, out ...int) {
		t.Helper()
		l.scan()
		if got := l.settled().Standing; got != (api.Standing{InStep: 12 - len(out), LeftOut: len(out)}) {
			t.Errorf("%s: %+v, want %d left out", what, got, len(out))
		}
		for _, id := range out {
			if j := l.job(id); j.State != queue.Skipped || j.Code != skip.FilteredTag {
				t.Errorf("%s: scene %d is %s %s", what, id, j.State, j.Code)
			}
		}
	}
	expect("at first", 1)
	before := r.world.Plex.Mutations()

	must(t, stash.RenameTag(private, "Confidential"))
	expect("renamed", 1)
	if s, err := l.Settings(t.Context()); err != nil || !slices.Equal(s.Values.Filter.Tags.Never, []string{"Confidential"}) {
		t.Errorf("the filter names %q, %v", s.Values.Filter.Tags.Never, err)
	}
	must(t, stash.SetTagParents(secret, private))
	expect("another one moved below it", 1, 2)
	must(t, stash.RenameTag(private, "Shut"))
	l.end()
	l = r.asStored()
	expect("renamed while nobody ran", 1, 2)
	must(t, stash.MergeTags(secret, private))
	expect("merged into another", 1, 2)
	if got := r.world.Plex.Mutations(); got != before {
		t.Errorf("%d writes to Plex for scenes that are not wanted", got-before)
	}
	must(t, stash.DestroyTag(secret))
	expect("deleted")
	l.end()
}

// A filter with a name Stash does not have holds what it might mean, says so, and goes on once
// the name is there.
func TestAFilterWithAnUnknownNameHoldsAndSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 62, Scenes: 8})
	r.settings.Filter.Tags.Only = []string{"Fliagship"}
	l := r.start()
	if got := l.settled().Standing; got != (api.Standing{NeedYou: 8}) {
		t.Errorf("%+v, want all to need somebody", got)
	}
	if got := l.settled().Reasons; len(got) != 1 || got[0] != (api.Reason{Code: skip.FilterUnknown, Scenes: 8}) {
		t.Errorf("%+v", got)
	}
	if n := r.world.Plex.Mutations(); n > 0 {
		t.Errorf("%d writes", n)
	}
	tag := r.world.Stash.TagID("Fliagship")
	must(t, r.world.Stash.Edit(3, func(s *sim.Scene) { s.TagIDs = append(s.TagIDs, tag) }))
	l.scan()
	if got := l.settled().Standing; got != (api.Standing{InStep: 1, LeftOut: 7}) {
		t.Errorf("once the tag is there: %+v", got)
	}
	l.end()
}
