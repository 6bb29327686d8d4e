package engine_test

import (
	"context"
	"slices"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine"
	"lockstep/sync/sim"
)

// asStored opens the rig's engine without an override, so that settings live in the database.
func (r *rig) asStored() *life {
	r.t.Helper()
	return r.startWith(func(o *engine.Options) { o.Override = nil })
}

func TestARenamedLibraryStaysChosen(t *testing.T) {
	t.Parallel()
	for name, overridden := range map[string]bool{"in the settings": false, "named by a variable": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 88, Scenes: 6}))
			r.settings.Libraries = []string{r.world.Library()}
			begin := r.start
			if overridden {
				begin = func() *life {
					return r.startWith(func(o *engine.Options) { o.Overridden = map[string]string{"plex-library": "LOCKSTEP_PLEX_LIBRARY"} })
				}
			}
			l := begin()
			if !overridden {
				must(t, l.SaveSettings(context.Background(), api.SettingsChange{Values: r.settings}))
			}
			l.settled()
			l.end()
			r.world.Plex.RenameLibrary(1, "Quite another name")
			r.world.Plex.AddLibrary(r.world.Library(), "/elsewhere") // and a new one takes the old
			must(t, r.world.Stash.Edit(1, func(s *sim.Scene) { s.Title = "After the renaming" }))
			r.world.ResetCounts()
			if overridden {
				l = begin()
			} else {
				l = r.asStored()
			}
			l.settled()
			r.inStep(sim.DiffOptions{Locks: true})
			st, err := l.Settings(context.Background())
			must(t, err)
			want := []string{"Quite another name"}
			if overridden {
				want = []string{r.world.Library()}
			}
			if !slices.Equal(st.Values.Libraries, want) || len(st.Libraries) != 1 || st.Libraries[0].ID != "1" || st.Libraries[0].Title != "Quite another name" {
				t.Errorf("settings name %q, and mean %+v", st.Values.Libraries, st.Libraries)
			}
			if n := r.world.Plex.Mutations(); n > 1 {
				t.Errorf("%d writes after a renaming, want the one edit", n)
			}
		})
	}
}

func TestTheLibraryWithABlankIsTheOneThatWasChosen(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 89, Scenes: 4}))
	r.world.Plex.RenameLibrary(1, "Films ")
	r.world.Plex.AddLibrary("Films", "/elsewhere")
	o, _ := config.Lookup("plex-library")
	must(t, o.Set(&r.settings, "Films "))
	l := r.start()
	l.settled()
	r.inStep(sim.DiffOptions{Locks: true})
	if st, err := l.Settings(context.Background()); err != nil || len(st.Libraries) != 1 || st.Libraries[0].ID != "1" {
		t.Errorf("%+v %v", st.Libraries, err)
	}
}
