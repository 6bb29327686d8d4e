package library_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

// broken is a Plex that cannot list some libraries.
type broken struct {
	library.Plex
	why   map[string]error
	asked []string // libraries, in order
}

func (p *broken) List(ctx context.Context, section string, o scene.Listing, page func(scene.ItemPage) (bool, error)) error {
	p.asked = append(p.asked, section)
	if err := p.why[section]; err != nil {
		return err
	}
	return p.Plex.List(ctx, section, o, func(x scene.ItemPage) (bool, error) {
		x.Items = slices.DeleteFunc(slices.Clone(x.Items), func(it scene.Item) bool { return cmp.Or(it.Section, "1") != section })
		x.Total = len(x.Items)
		return page(x)
	})
}

// A library that cannot be listed keeps no other waiting, unless it is the server that fails or
// something of our own.
func TestEveryLibraryIsListedThatCanBe(t *testing.T) {
	t.Parallel()
	three := []scene.Section{{ID: "1", Title: "Films"}, {ID: "2", Title: "Archive"}, {ID: "3", Title: "Trains"}}
	for name, c := range map[string]struct {
		fails  map[string]fault.Class
		asked  []string
		failed []string
		err    fault.Class
	}{
		"none fails":               {nil, []string{"1", "2", "3"}, nil, ""},
		"the first":                {map[string]fault.Class{"1": fault.Temporary}, []string{"1", "2", "3"}, []string{"1"}, ""},
		"the last is not there":    {map[string]fault.Class{"3": fault.NotFound}, []string{"1", "2", "3"}, []string{"3"}, ""},
		"two before a good one":    {map[string]fault.Class{"1": fault.Temporary, "2": fault.Rejected}, []string{"1", "2", "3"}, []string{"1", "2"}, ""},
		"one is too slow":          {map[string]fault.Class{"2": fault.Unreachable}, []string{"1", "2", "3"}, []string{"2"}, ""},
		"two after a good one":     {map[string]fault.Class{"2": fault.Unreachable, "3": fault.Unreachable}, []string{"1", "2", "3"}, []string{"2", "3"}, ""},
		"the server is away":       {map[string]fault.Class{"1": fault.Unreachable, "2": fault.Unreachable}, []string{"1", "2"}, nil, fault.Unreachable},
		"no library can be listed": {map[string]fault.Class{"1": fault.Temporary, "2": fault.Temporary, "3": fault.NotFound}, []string{"1", "2", "3"}, nil, fault.Temporary},
		"the token is refused":     {map[string]fault.Class{"2": fault.Unauthorized}, []string{"1", "2"}, nil, fault.Unauthorized},
		"another server answers":   {map[string]fault.Class{"1": fault.Config}, []string{"1"}, nil, fault.Config},
		"we stop":                  {map[string]fault.Class{"1": fault.Canceled}, []string{"1"}, nil, fault.Canceled},
		"our own disk":             {map[string]fault.Class{"3": fault.Local}, []string{"1", "2", "3"}, nil, fault.Local},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, x := shelfOf(t, 3)
			p := &broken{Plex: x.Plex, why: map[string]error{}}
			for section, class := range c.fails {
				p.why[section] = testkit.Trouble(class, fault.Plex)
			}
			x.Plex = p
			r, err := x.Refresh(t.Context(), three, false)
			if (c.err == "") != (err == nil) || err != nil && !fault.Is(err, c.err) {
				t.Errorf("%v, want %q", err, c.err)
			}
			var failed []string
			for _, f := range r.Failed {
				if failed = append(failed, f.Section.ID); !fault.Is(f.Err, c.fails[f.Section.ID]) {
					t.Errorf("%s failed with %v", f.Section.ID, f.Err)
				}
			}
			if !slices.Equal(p.asked, c.asked) || c.err == "" && !slices.Equal(failed, c.failed) {
				t.Errorf("asked %v, failed %v; want %v and %v", p.asked, failed, c.asked, c.failed)
			}
		})
	}
}

// A full listing that one library missed is made up for, although no other one wants it; what
// was known of that library stays until then.
func TestAFullListingThatFailedIsOwed(t *testing.T) {
	t.Parallel()
	s, x := shelfOf(t, 2)
	p := &broken{Plex: x.Plex, why: map[string]error{}}
	x.Plex = p
	two := []scene.Section{{ID: "1", Title: "Films"}, {ID: "2", Title: "Archive"}}
	s.Plex.Has["9"] = scene.Item{RatingKey: "9", Section: "2", Title: "Old", Files: []string{"/media/old.mkv"}, UpdatedAt: 1}
	refresh(t, x, false, two...)
	known := slices.Sorted(maps.Keys(indexed(t, s, testkit.Machine)))
	p.why["2"] = testkit.Trouble(fault.Temporary, fault.Plex)
	if r := refresh(t, x, false, two...); len(r.Failed) != 1 {
		t.Errorf("%+v", r)
	}
	if m, _ := mark(t, s, "2"); m.Owed {
		t.Error("a full listing is owed that nobody wanted")
	}
	for range 2 {
		refresh(t, x, true, two...)
	}
	if m, _ := mark(t, s, "2"); !m.Owed {
		t.Error("the full listing is forgotten")
	}
	if got := slices.Sorted(maps.Keys(indexed(t, s, testkit.Machine))); !slices.Equal(got, known) {
		t.Errorf("known %v, before %v", got, known)
	}
	clear(p.why)
	if r := refresh(t, x, false, two...); r.Full != 1 || len(r.Failed) != 0 {
		t.Errorf("%+v, want the one that is owed listed in full", r)
	}
	if r := refresh(t, x, false, two...); r.Full != 0 {
		t.Errorf("%+v", r)
	}
}
