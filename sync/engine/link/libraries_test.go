package link_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
	"lockstep/sync/library"
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
		asked  string
	}{
		"all":               {nil, []string{"Films", "Archive"}, false, ""},
		"one":               {[]string{"Archive"}, []string{"Archive"}, false, ""},
		"one that is gone":  {[]string{"Nature"}, nil, true, "“Nature”"},
		"one of two is not": {[]string{"Films", "Nature"}, []string{"Films"}, false, "“Nature”"},
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
			asks := r.Asks(r.now())
			if (tt.asked == "") != (len(asks) == 0) || len(asks) > 0 && !strings.Contains(asks[0].Message.String(), tt.asked) {
				t.Errorf("asked %+v, want %q", asks, tt.asked)
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

// A library that Plex does not show is asked for every few minutes, keeps its name and its
// place, and its return is told.
func TestALostLibraryIsAskedForUntilItIsBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	check := func() link.Checked {
		t.Helper()
		c, a := r.accept()
		if a.Err != nil || len(a.Renamed) > 0 {
			t.Fatalf("%+v", a)
		}
		out, _, err := r.PlexChecked(c, a)
		r.must(err)
		return out
	}
	r.choose(false, "Films", "Archive")
	if out := check(); out.Returned || len(r.Asks(r.now())) > 0 {
		t.Errorf("%+v, asked %+v", out, r.Asks(r.now()))
	}
	all := r.plex.sections
	r.plex.sections = all[:1]
	if out := check(); !out.Fresh || len(r.Sections()) != 1 {
		t.Errorf("%+v, libraries %v", out, titles(r.Sections()))
	}
	since := r.Asks(r.now())[0].Since
	if _, next := r.DueChecks(r.now(), true); next.Sub(r.now()) != 5*time.Minute {
		t.Errorf("asked again at %v", next.Sub(r.now()))
	}
	check()
	if got := r.Asks(r.now())[0].Since; !got.Equal(since) {
		t.Errorf("lost since %v, then since %v", since, got)
	}
	r.plex.sections = all
	if out := check(); !out.Fresh || !out.Returned || len(r.Asks(r.now())) > 0 || len(r.Sections()) != 2 {
		t.Errorf("%+v, asked %+v, libraries %v", out, r.Asks(r.now()), titles(r.Sections()))
	}
}

// One library that was renamed is so in the settings, although another one is lost.
func TestALibraryIsRenamedBesideALostOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.choose(false, "Archive", "Gone", "Films")
	c, a := r.accept()
	_, _, err := r.PlexChecked(c, a)
	r.must(err)
	r.plex.sections[0].Title = "Movies"
	_, a = r.accept()
	if a.Err != nil || !slices.Equal(a.Renamed, []string{"Archive", "Gone", "Movies"}) {
		t.Fatalf("%+v", a)
	}
}

// A library that cannot be listed is shown with its name and is no outage while another one
// can; where none can, it is.
func TestALibraryThatFailsIsNamedAndNoOutage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	b := r.Budget(fault.Plex)
	b.Done(budget.Listing.For("2"), plexAway)
	if list := r.Failing(); len(list) != 1 || list[0].Kind != string(budget.Listing) || !strings.Contains(list[0].Message.String(), "“Archive”") {
		t.Errorf("failing %+v", list)
	}
	if !r.PlexLacks() {
		t.Error("no library can be listed, and it is no outage")
	}
	b.Done(budget.Listing.For("1"), nil)
	if list, _ := r.DueInProbe(); r.PlexLacks() || len(list) > 0 {
		t.Errorf("lacks %v, to be listed by a probe %v", r.PlexLacks(), list)
	}
	r.Unlisted([]library.Failed{{Section: r.Sections()[1], Err: plexAway}})
	if due, next := r.DueChecks(r.now(), true); len(due) > 0 || !next.IsZero() {
		t.Errorf("checked again right after a check: %v, %v", due, next)
	}
	r.pass(2 * time.Minute)
	r.Unlisted([]library.Failed{{Section: r.Sections()[1], Err: plexAway}})
	if due, _ := r.DueChecks(r.now(), true); len(due) != 1 {
		t.Errorf("%d checks are due", len(due))
	}
}
