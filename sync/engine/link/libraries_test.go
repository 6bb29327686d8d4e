package link_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
)

// choose connects with libraries chosen by name.
func (r *rig) choose(fixed bool, names ...string) {
	r.Connect(link.Address{}, link.Chosen{Libraries: names, FixedLibraries: fixed, StashURL: "http://stash:9999", PlexURL: "http://plex:32400"})
}

// accept judges what Plex answers now.
func (r *rig) accept() (*link.Check, link.Accepted) {
	r.t.Helper()
	r.Recheck(r.now())
	due, _ := r.DueChecks(r.now(), true)
	for _, c := range due {
		if c.Run(context.Background()); c.Server == fault.Plex {
			return c, r.Accept(c)
		}
	}
	r.t.Fatal("Plex is not checked")
	return nil, link.Accepted{}
}

func titles(list []scene.Section) (names []string) {
	for _, s := range list {
		names = append(names, s.Title)
	}
	return names
}

func TestTheChosenLibrariesAreFollowed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		chosen []string
		want   []string
		fails  bool
	}{
		"all":               {nil, []string{"Films", "Archive"}, false},
		"one":               {[]string{"Archive"}, []string{"Archive"}, false},
		"one that is gone":  {[]string{"Nature"}, nil, true},
		"one of two is not": {[]string{"Films", "Nature"}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.choose(false, tt.chosen...)
			c, a := r.accept()
			if (a.Err != nil) != tt.fails || len(a.Renamed) > 0 {
				t.Fatalf("%+v", a)
			}
			_, _, err := r.PlexChecked(c, a)
			r.must(err)
			if got := titles(r.Sections()); !slices.Equal(got, tt.want) {
				t.Errorf("libraries %v, want %v", got, tt.want)
			}
		})
	}
}

func TestALibraryThatWasRenamedInPlexIsTheSame(t *testing.T) {
	t.Parallel()
	for _, fixed := range []bool{false, true} {
		r := newRig(t)
		r.choose(fixed, "Films")
		c, a := r.accept()
		_, _, err := r.PlexChecked(c, a)
		r.must(err)
		r.plex.sections[0].Title = "Movies"
		c, a = r.accept()
		if a.Err != nil || fixed != (len(a.Renamed) == 0) || !fixed && a.Renamed[0] != "Movies" {
			t.Fatalf("fixed %v: %+v", fixed, a)
		}
		if _, _, err = r.PlexChecked(c, a); err != nil {
			t.Fatal(err)
		}
		if got := titles(r.Sections()); len(got) != 1 || got[0] != "Movies" {
			t.Errorf("fixed %v: libraries %v", fixed, got)
		}
		if fixed {
			continue // a flag names it as before, and it is known by its id
		}
		if failed := r.Renamed(a, errors.New("no room")); failed.Err == nil {
			t.Error("names that could not be stored were accepted")
		}
		if c, a = r.accept(); len(a.Renamed) == 0 {
			t.Error("names that could not be stored are not asked for again")
		}
		_, _, err = r.PlexChecked(c, a)
		r.must(err)
		if a = r.Renamed(a, r.shelf.DB.Update(a.PutRenamed)); a.Err != nil {
			t.Fatal(a.Err)
		}
		if _, a = r.accept(); a.Err != nil || len(a.Renamed) > 0 {
			t.Errorf("renamed twice: %+v", a)
		}
	}
}

func TestAnotherAddressAcceptsAnotherServer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	r.plex.machine = "another"
	r.Connect(link.Address{}, link.Chosen{StashURL: "http://stash:9999", PlexURL: "http://elsewhere:32400"})
	if r.Expected() != "" {
		t.Errorf("%q is expected at another address", r.Expected())
	}
	if _, a := r.accept(); a.Err != nil || r.Expected() != "another" || r.plex.expected != "another" {
		t.Errorf("%+v, expected %q", a, r.Expected())
	}
	r.must(r.shelf.DB.Update(link.Unbind))
	if machine, err := r.Bound(); machine != "" || err != nil {
		t.Errorf("bound to %q, %v", machine, err)
	}
}
