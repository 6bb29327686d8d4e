package activity_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/fault"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestPlaysAreComparedWithThoseOfStash(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ plex, stash, after []int }{
		"Stash has none":                 {[]int{0}, nil, []int{0}},
		"Stash has it":                   {[]int{0}, []int{0}, []int{0}},
		"another program noted it":       {[]int{0}, []int{40}, []int{40}},
		"Stash has another one":          {[]int{0}, []int{100}, []int{0, 100}},
		"Stash has one of two":           {[]int{0, 30}, []int{0}, []int{0, 30}},
		"a second apart, Stash has one":  {[]int{0, 1}, []int{1}, []int{0, 1}},
		"a second apart, Stash has none": {[]int{0, 1, 2}, nil, []int{0, 1, 2}},
		"a second apart, Stash has all":  {[]int{0, 1, 2}, []int{0, 1, 2}, []int{0, 1, 2}},
		"Stash has the middle one":       {[]int{0, 1, 2}, []int{1}, []int{0, 1, 2}},
		"Stash has more":                 {[]int{0}, []int{0, 1, 2, 300}, []int{0, 1, 2, 300}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := settled(t, 1, playback.Play)
			r.stash.has[1].Plays = at(c.stash...)
			r.watch(1, c.plex...)
			r.looks(2)
			r.plays(1, c.after...)
			for _, p := range r.rows() {
				if p.State != store.PlaybackWritten && p.State != store.PlaybackPresent {
					t.Errorf("%s", p.State)
				}
			}
			if len(r.stash.writes()) > 1 {
				t.Errorf("%q", r.stash.writes())
			}
		})
	}
}

// Plays of one scene that come one after the other end where they would together.
func TestAPlayOfStashStandsForOnePlayWheneverThatIsLearnt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ stash, first, second, after []int }{
		"the nearer one comes later":       {[]int{0}, []int{20}, []int{0}, []int{0, 0}},
		"the nearer one comes first":       {[]int{0}, []int{0}, []int{20}, []int{0, 20}},
		"a second later":                   {[]int{0}, []int{1}, []int{0}, []int{0, 0}},
		"each has its own":                 {[]int{0, 30}, []int{10}, []int{20}, []int{0, 30}},
		"what was written stands for one":  {nil, []int{0}, []int{1}, []int{0, 1}},
		"what was written and a neighbour": {[]int{300}, []int{0, 290}, []int{30, 310}, []int{0, 30, 300, 310}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := settled(t, 1, playback.Play)
			r.stash.has[1].Plays = at(c.stash...)
			r.watch(1, c.first...)
			r.looks(2)
			r.watch(1, c.second...)
			r.looks(2)
			r.plays(1, c.after...)
		})
	}
}

// In whatever order plays become known, none is lost and none is written twice: Stash has as
// many as the pairing of both sides leaves.
func TestNoPlayIsLostInWhateverOrderTheyAreLearnt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := settled(t, 1, playback.Play)
		var plex []int
		for range rapid.IntRange(1, 4).Draw(rt, "looks") {
			for _, s := range rapid.SliceOfN(rapid.IntRange(0, 5), 0, 3).Draw(rt, "watched") {
				plex = append(plex, s)
				r.watch(1, s)
			}
			r.looks(1)
		}
		distinct := map[int]bool{}
		for _, s := range plex {
			distinct[s] = true
		}
		got := map[int]int{}
		for _, p := range seconds(r.stash.has[1].Plays) {
			got[p.(int)]++
		}
		for s := range distinct {
			if got[s] != 1 {
				rt.Fatalf("the play at %d is there %d times, of %v", s, got[s], plex)
			}
		}
	})
}

// Two accounts that finish in the same second watched it twice.
func TestPlaysOfTwoAccountsInOneSecondAreTwo(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.plex.accounts = []scene.Account{{ID: 1, Name: "Ada"}, {ID: 7, Name: "Grace"}}
	r.Settings.ActivityAccounts = []string{"Ada", "Grace"}
	r.looks(1)
	r.allow()
	r.watch(1, 0)
	r.looks(2)
	r.plex.views = append(r.plex.views, scene.View{RatingKey: "101", Section: "1", Account: 7, At: at(0)[0]})
	r.looks(2)
	r.plays(1, 0, 0)
}

func TestScenesAreReadAHundredAtATime(t *testing.T) {
	t.Parallel()
	r := settled(t, 201, playback.Play)
	for id := 1; id <= 201; id++ {
		r.watch(id, id)
	}
	r.with.Writes = false
	r.looks(1)
	var sizes []int
	for _, a := range r.stash.asked {
		sizes = append(sizes, len(strings.Fields(a))-1)
	}
	if fmt.Sprint(sizes) != "[100 100 1]" {
		t.Errorf("scenes were read in parts of %v", sizes)
	}
	if n := r.counts(playback.Play)[store.PlaybackWaiting]; n != 201 {
		t.Errorf("%d wait", n)
	}
}

// What was read before Stash failed is gone on with.
func TestAReadThatFailsEndsTheReadingAndNotTheLook(t *testing.T) {
	t.Parallel()
	r := settled(t, 150, playback.Play)
	for id := 1; id <= 150; id++ {
		r.watch(id, id)
	}
	r.Settings.BrakeMinimum = 1000
	r.stash.fate = func(request string) fate {
		if strings.HasPrefix(request, "played 101 ") {
			return fate{err: stashSays(fault.Temporary)}
		}
		return fate{done: true}
	}
	r.looks(1)
	if n := len(r.stash.writes()); n != 100 {
		t.Errorf("%d were written", n)
	}
	if r.Shown().Why.IsZero() {
		t.Error("nothing is said")
	}
	r.stash.fate = nil
	r.looks(1)
	if n := r.counts(playback.Play)[store.PlaybackWritten]; n != 150 {
		t.Errorf("%d are written in the end", n)
	}
}

// What waits for a person is not read again and again; a yes has it compared once more.
func TestWhatWaitsForAPersonCostsNoRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.watch(1, 0)
	r.looks(1)
	r.stash.asked = nil
	r.looks(5)
	if len(r.stash.asked) > 0 {
		t.Errorf("%q", r.stash.asked)
	}
	if r.Shown().Asking != 1 {
		t.Errorf("%d wait", r.Shown().Asking)
	}
	r.stash.has[1].Plays = at(10) // Stash noted it meanwhile
	r.allow()
	r.looks(1)
	r.wrote()
	r.is(store.PlaybackPresent, "")
	if _, asks := r.Question(); asks {
		t.Error("a person is still asked")
	}
	r.Clock.Pass(time.Hour)
	r.looks(1)
	if len(r.stash.asked) > 0 {
		t.Errorf("what is settled is read again: %q", r.stash.asked)
	}
}
