package activity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// A request of which nobody knows whether it arrived is not looked up before it is certain
// that it does not arrive any more, and not sent again before it was looked up.
func TestWhatWasBegunRestsBeforeItIsLookedUp(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Play)
	r.watch(1, 0)
	r.stash.spoil(fate{err: stashSays(fault.Unreachable)}, "add")
	r.looks(1)
	begun := r.Clock.Now()
	r.stash.fate, r.stash.asked = nil, nil
	for len(r.stash.asked) == 0 {
		r.looks(1)
		if r.Clock.Now().Sub(begun) > time.Hour {
			t.Fatal("it is never looked up")
		}
		if r.Shown().Why.IsZero() && len(r.stash.asked) == 0 {
			t.Error("the fault is forgotten before it was tried again")
		}
	}
	if rested := r.Clock.Now().Sub(begun); rested < 2*time.Minute || rested > 4*time.Minute {
		t.Errorf("it rested %v", rested)
	}
	if r.stash.asked[0] != "played 1" {
		t.Errorf("%q", r.stash.asked)
	}
	r.looks(1)
	r.plays(1, 0)
}

func TestAClockThatWasSetBackKeepsNothingWaiting(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Play)
	r.watch(1, 0)
	r.stash.spoil(fate{done: true, err: stashSays(fault.Unreachable)}, "add")
	r.looks(1)
	r.stash.fate = nil
	r.Clock.Pass(-10 * 24 * time.Hour)
	r.looks(1)
	if p := r.row(); p.State != store.PlaybackWritten {
		t.Errorf("%+v", p)
	}
	r.plays(1, 0)
}

// Whether a request without an answer arrived, by kind, and what became of the scene meanwhile.
func TestWhatWasBegunIsFoundOrSentAgain(t *testing.T) {
	t.Parallel()
	type world struct {
		edit  func(*rig)          // what Plex's people did
		done  bool                // it arrived
		then  func(*scene.Played) // what Stash's people did since
		again bool                // it is sent once more
		want  func(*scene.Played) bool
	}
	plays := func(want ...int) func(*scene.Played) bool {
		return func(s *scene.Played) bool {
			return slices.EqualFunc(slices.SortedFunc(slices.Values(s.Plays), time.Time.Compare), at(want...), time.Time.Equal)
		}
	}
	rated := func(n int) func(*scene.Played) bool { return func(s *scene.Played) bool { return s.Rating == n } }
	left := func(point, watched time.Duration) func(*scene.Played) bool {
		return func(s *scene.Played) bool { return s.Resume == point && s.Watched == watched }
	}
	watch := func(r *rig) { r.watch(1, 100) }
	rate := func(r *rig) { r.rate(1, "9") }
	leave := func(r *rig) { r.leave(1, 3*time.Minute) }
	finish := func(r *rig) { r.Person("101", func(it *scene.Item) { it.Views++ }) } // and stands where it stood
	nobody := func(*scene.Played) {}
	for name, c := range map[string]world{
		"a play arrived":                            {watch, true, nobody, false, plays(100)},
		"a play did not":                            {watch, false, nobody, true, plays(100)},
		"a play did not, Stash noted it":            {watch, false, func(s *scene.Played) { s.Plays = at(120) }, false, plays(120)},
		"a play did not, another is near":           {watch, false, func(s *scene.Played) { s.Plays = at(300) }, true, plays(100, 300)},
		"a rating arrived":                          {rate, true, nobody, false, rated(90)},
		"a rating did not":                          {rate, false, nobody, true, rated(90)},
		"a rating arrived, a person was faster":     {rate, true, func(s *scene.Played) { s.Rating = 20 }, false, rated(20)},
		"a rating did not, a person was faster":     {rate, false, func(s *scene.Played) { s.Rating = 20 }, false, rated(20)},
		"a point arrived":                           {leave, true, nobody, false, left(3*time.Minute, 2*time.Minute)},
		"a point did not":                           {leave, false, nobody, true, left(3*time.Minute, 2*time.Minute)},
		"a point arrived and was moved on":          {leave, true, func(s *scene.Played) { s.Resume = 9 * time.Minute }, false, left(9*time.Minute, 2*time.Minute)},
		"a point did not, a person moved it":        {leave, false, func(s *scene.Played) { s.Resume = 9 * time.Minute }, true, left(9*time.Minute, 2*time.Minute)},
		"time watched arrived, the point is as was": {finish, true, nobody, false, left(time.Minute, 15*time.Minute)},
		"time watched did not, the point is as was": {finish, false, nobody, true, left(time.Minute, 15*time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := agreed(t)
			r.only(playback.Kinds()...)
			r.looks(1)
			r.allow()
			r.looks(1)
			r.arrived = nil
			c.edit(r)
			r.stash.spoil(fate{done: c.done, err: stashSays(fault.Unreachable)}, "add", "rate", "save")
			r.looks(1)
			if len(r.stash.writes()) != 1 {
				t.Fatalf("%q", r.stash.asked)
			}
			r.stash.fate, r.stash.asked = nil, nil
			c.then(r.stash.has[1])
			r.Clock.Pass(2 * time.Minute)
			r.looks(4)
			if s := r.stash.has[1]; !c.want(s) {
				t.Errorf("plays %v, rating %d, left at %v, watched %v", seconds(s.Plays), s.Rating, s.Resume, s.Watched)
			}
			if again := len(r.stash.writes()) == 1; again != c.again || len(r.stash.writes()) > 1 {
				t.Errorf("%q, want it sent again: %v", r.stash.writes(), c.again)
			}
			if n := len(r.rows()); n > 3 || r.counts(playback.Play)[store.PlaybackIntent]+r.counts(playback.Rating)[store.PlaybackIntent]+r.counts(playback.Resume)[store.PlaybackIntent] > 0 {
				t.Errorf("%+v", r.rows())
			}
		})
	}
}

// Only what arrived can be taken back: the entries of what did not are void.
func TestTheJournalHoldsWhatArrived(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Play)
	r.watch(1, 0)
	r.stash.spoil(fate{err: stashSays(fault.Unreachable)}, "add")
	r.looks(1)
	r.stash.fate = nil
	r.Clock.Pass(2 * time.Minute)
	r.looks(2)
	if all, left := r.journal(), r.undoable(); len(all) != 2 || len(left) != 1 || left[0].Run != r.row().Run {
		t.Errorf("%d entries, of which %+v can be undone", len(all), left)
	}
}

// The entry of one account's play says nothing of another's in the same second.
func TestTheJournalTellsAccountsApart(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.plex.accounts = []scene.Account{{ID: 1, Name: "Ada"}, {ID: 7, Name: "Grace"}}
	r.Settings.ActivityAccounts = []string{"Ada", "Grace"}
	r.looks(1)
	r.allow()
	r.watch(1, 0)
	r.plex.views = append(r.plex.views, scene.View{RatingKey: "101", Section: "1", Account: 7, At: at(0)[0]})
	r.looks(1)
	r.plays(1, 0, 0)
	if n, err := r.Undo(r.undoable()[:1]); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	r.looks(1)
	r.plays(1, 0)
	if left := r.undoable(); len(left) != 1 {
		t.Errorf("%d entries can still be undone, want one", len(left))
	}
	r.looks(3)
	r.plays(1, 0)
}

func TestTheBudgetLearnsThatWhatWasLookedUpArrived(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Kinds()...)
	r.watch(1, 0)
	r.rate(1, "8")
	r.leave(1, time.Minute)
	r.arrived = nil
	for range 3 { // one fault ends a look
		r.stash.spoil(fate{done: true, err: stashSays(fault.Unreachable)}, "add", "rate", "save")
		r.looks(1)
		r.Clock.Pass(time.Minute)
	}
	r.stash.fate = nil
	r.Clock.Pass(2 * time.Minute)
	r.looks(2)
	for _, k := range []budget.Kind{budget.Play, budget.Rate, budget.Resume} {
		if !slices.Contains(r.arrived, k) {
			t.Errorf("%s is not among %q", k, r.arrived)
		}
	}
}

// mess is what happens to requests and processes in a property: answers are lost, requests
// are, and processes die before or after they sent something.
type mess struct {
	*rig
	draw func(string, int) int
}

func (m *mess) fate(request string) fate {
	if strings.HasPrefix(request, "played") {
		return fate{done: true}
	}
	switch m.draw("fate", 8) {
	case 0:
		return fate{done: true, err: stashSays(fault.Unreachable)}
	case 1:
		return fate{err: stashSays(fault.Unreachable)}
	case 2:
		return fate{err: stashSays(fault.Rejected)}
	case 3: // killed with the request on its way
		m.disk.broken = true
		return fate{done: true}
	case 4: // killed before it left
		m.disk.broken = true
		return fate{err: stashSays(fault.Unreachable)}
	}
	return fate{done: true}
}

// forget deletes the database: of plays nothing is remembered, neither is what was allowed.
func (r *rig) forget() {
	r.t.Helper()
	s := newRig(r.t, len(r.stash.has))
	s.Settings, s.plex.accounts, s.plex.views, s.plex.pages, s.plex.err = r.Settings, r.plex.accounts, r.plex.views, r.plex.pages, r.plex.err
	s.Shelf.Plex.Has = r.Shelf.Plex.Has
	s.Clock.Pass(r.Clock.Now().Sub(s.Clock.Now()))
	s.stash = r.stash
	*r = *s
	r.restart()
}

// Whatever is lost, killed or deleted, and however near plays lie to each other, each is in
// Stash exactly once.
func TestEveryPlayArrivesExactlyOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t, 2).only(playback.Play)
		r.plex.accounts = []scene.Account{{ID: 1, Name: "Ada"}, {ID: 7, Name: "Grace"}}
		r.Settings.ActivityAccounts = []string{"Ada", "Grace"}
		r.looks(1)
		r.allow()
		m := &mess{rig: r, draw: func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }}
		r.stash.fate = m.fate
		want := map[scene.ID]map[string]int{1: {}, 2: {}}
		seen := map[string]bool{}
		for range m.draw("looks", 8) {
			for range m.draw("plays", 3) {
				id, second, account := 1+m.draw("scene", 2), m.draw("second", 4), []int64{1, 7}[m.draw("account", 2)]
				key := fmt.Sprint(id, second, account)
				if seen[key] {
					continue
				}
				seen[key] = true
				v := scene.View{RatingKey: fmt.Sprint(100 + id), Section: "1", Account: account, At: at(second)[0]}
				r.plex.views = append(r.plex.views, v)
				want[scene.ID(id)][fmt.Sprint(second)]++
			}
			if r.plex.pages, r.plex.err = -1, nil; m.draw("history", 5) == 0 {
				r.plex.pages, r.plex.err = m.draw("pages", 3), plexSays(fault.Temporary)
			}
			if m.draw("deleted", 8) == 0 {
				f := r.stash.fate
				r.forget()
				r.stash.fate = f
			}
			_ = r.look()
			if r.disk.broken {
				r.restart()
			}
			if m.draw("allowed", 2) == 0 {
				r.allow()
			}
			r.Clock.Pass(time.Duration(m.draw("minutes", 4)) * time.Minute)
		}
		r.stash.fate, r.plex.pages = nil, -1
		for range 3 {
			r.Clock.Pass(25 * time.Hour)
			r.looks(1)
			r.allow()
			r.looks(1)
		}
		for id, plays := range want {
			got := map[string]int{}
			for _, s := range seconds(r.stash.has[id].Plays) {
				got[fmt.Sprint(s)]++
			}
			if fmt.Sprint(got) != fmt.Sprint(plays) {
				rt.Fatalf("scene %s has %v, want %v", id, got, plays)
			}
		}
	})
}
