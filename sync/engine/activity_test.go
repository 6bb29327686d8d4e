package engine_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// viewer is a bubble whose settings have Stash told of plays and ratings.
type viewer struct {
	*bubble
	round int            // how often something went on
	keys  map[int]string // the item of each scene
	scene map[string]int
}

// only switches on some kinds.
func only(plays, resume, ratings bool) func(*config.Settings) {
	return func(s *config.Settings) {
		s.ActivityPlays, s.ActivityResume, s.ActivityRatings = plays, resume, ratings
	}
}

// newViewer makes a world in which every scene has its item.
func newViewer(t *testing.T, scenes int, change func(*config.Settings)) *viewer {
	t.Helper()
	v := &viewer{bubble: newBubble(t, sim.Options{Seed: 9, Scenes: scenes}), keys: map[int]string{}, scene: map[string]int{}}
	v.tune = func(s *config.Settings) {
		s.ActivityPlays, s.ActivityResume, s.ActivityRatings = true, true, true
		change(s)
	}
	for _, id := range v.world.Stash.SceneIDs() {
		s, _ := v.world.Stash.Scene(id)
		path, _ := v.world.PlexPath(s.Files[0].Path)
		for _, it := range v.world.Plex.ItemsAt(path) {
			if it.Section == "1" {
				v.keys[id], v.scene[it.RatingKey] = it.RatingKey, id
			}
		}
	}
	return v
}

// allow says yes to what waits.
func (v *viewer) allow() int {
	v.t.Helper()
	n, err := v.eng.AnswerActivity(context.Background(), api.ActivityAnswer{Write: true})
	if err != nil {
		v.t.Error(err)
	}
	return n
}

// later lets time pass and whatever goes on come to rest.
func (v *viewer) later(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// watch has the owner watch the item of a scene now.
func (v *viewer) watch(scene int) time.Time {
	v.t.Helper()
	at := time.Now().Truncate(time.Second)
	if err := v.world.Plex.Watch(v.keys[scene], sim.Owner, at); err != nil {
		v.t.Fatal(err)
	}
	return at
}

// plays are those Stash has of a scene, in the order of time.
func (v *viewer) plays(scene int) []time.Time {
	s, _ := v.world.Stash.Scene(scene)
	slices.SortFunc(s.Plays, time.Time.Compare)
	return s.Plays
}

func (v *viewer) hasPlays(scene int, want ...time.Time) {
	v.t.Helper()
	got := v.plays(scene)
	if slices.EqualFunc(got, want, time.Time.Equal) {
		return
	}
	without := func(list, other []time.Time) []time.Time {
		return slices.DeleteFunc(slices.Clone(list), func(t time.Time) bool { return slices.ContainsFunc(other, t.Equal) })
	}
	v.t.Errorf("scene %d has %d plays, want %d: lacks %v, has %v beside", scene, len(got), len(want), without(want, got), without(got, want))
}

func (v *viewer) stashWrites() int { return v.world.Stash.Mutations() }

func TestPlaysReachStashOnceAndOnlyAfterAYes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		v := newViewer(t, 6, only(true, false, true))
		first := v.watch(1)
		v.run(dir)
		v.later(20 * time.Minute)
		if n := v.stashWrites(); n != 0 {
			t.Errorf("%d writes before anybody said yes", n)
		}
		s := v.snapshot()
		if len(s.Attention) != 1 || s.Attention[0].Kind != api.ActivityAsks || s.Activity == nil || s.Activity.Asking != 1 {
			t.Fatalf("attention %+v, activity %+v", s.Attention, s.Activity)
		}
		if n := v.allow(); n != 1 {
			t.Errorf("%d values were allowed", n)
		}
		v.later(time.Minute)
		v.hasPlays(1, first)
		v.later(3 * time.Hour)
		second, third := v.watch(1), v.watch(2)
		v.later(3 * time.Hour)
		v.hasPlays(1, first, second)
		v.hasPlays(2, third)
		if s := v.snapshot(); len(s.Attention) != 0 || s.Activity.Asking != 0 {
			t.Errorf("attention %+v, activity %+v", s.Attention, s.Activity)
		}
		if n := v.stashWrites(); n != 3 {
			t.Errorf("%d writes for three plays", n)
		}
		v.stop()
	})
}

func TestADeletedDatabaseAddsNoPlayTwice(t *testing.T) {
	t.Parallel()
	dirs := []string{t.TempDir(), t.TempDir()}
	synctest.Test(t, func(t *testing.T) {
		v := newViewer(t, 4, func(*config.Settings) {})
		at := v.watch(1)
		v.run(dirs[0])
		v.later(20 * time.Minute)
		v.allow()
		v.later(time.Minute)
		v.halt()
		other := v.watch(2)
		v.run(dirs[1]) // another database: nothing is remembered
		v.later(20 * time.Minute)
		if s := v.snapshot(); s.Activity.Asking != 1 {
			t.Errorf("%d wait, want only the play Stash lacks", s.Activity.Asking)
		}
		v.allow()
		v.later(time.Minute)
		v.hasPlays(1, at)
		v.hasPlays(2, other)
		v.stop()
	})
}

func TestPlaysOfOthersCountOnlyWhenChosen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		v := newViewer(t, 4, func(s *config.Settings) { s.ActivityAccounts = []string{"guest"} })
		v.world.Plex.AddAccount(7, "Guest")
		v.watch(1)
		at := time.Now().Truncate(time.Second)
		if err := v.world.Plex.Watch(v.keys[2], 7, at); err != nil {
			t.Fatal(err)
		}
		v.run(dir)
		v.later(20 * time.Minute)
		v.allow()
		v.later(time.Minute)
		v.hasPlays(1)
		v.hasPlays(2, at)
		v.stop()
	})
}

func TestARatingGoesToStashAndComesBackAsNoEdit(t *testing.T) {
	t.Parallel()
	for _, policy := range []config.Policy{config.Merge, config.Off} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				v := newViewer(t, 4, func(s *config.Settings) { s.Fields["rating"] = policy })
				for _, id := range v.world.Stash.SceneIDs() {
					if err := v.world.Stash.Edit(id, func(s *sim.Scene) { s.Rating100 = 0 }); err != nil {
						t.Fatal(err)
					}
				}
				if err := v.world.Plex.Rate(v.keys[1], "8"); err != nil {
					t.Fatal(err)
				}
				v.run(dir)
				v.later(20 * time.Minute)
				v.allow()
				v.later(2 * time.Hour)
				before := v.world.Plex.Counts()["edit"]
				v.rated(1, 80, "8")
				if err := v.world.Plex.Rate(v.keys[1], "4"); err != nil {
					t.Fatal(err)
				}
				v.later(2 * time.Hour)
				v.rated(1, 40, "4")
				if n := v.world.Plex.Counts()["edit"] - before; n != 0 {
					t.Errorf("%d edits of Plex for a rating that came from there", n)
				}
				if err := v.world.Plex.Rate(v.keys[1], ""); err != nil {
					t.Fatal(err)
				}
				v.later(2 * time.Hour)
				v.rated(1, 0, "")
				v.stop()
			})
		})
	}
}

// rated compares both sides' ratings.
func (v *viewer) rated(scene, stash int, plex string) {
	v.t.Helper()
	s, _ := v.world.Stash.Scene(scene)
	it, _ := v.world.Plex.Item(v.keys[scene])
	if s.Rating100 != stash || it.Fields["userRating"] != plex {
		v.t.Errorf("Stash has %d, Plex %q; want %d and %q", s.Rating100, it.Fields["userRating"], stash, plex)
	}
}

func TestWhereBothChangedARatingStashKeepsItsOwnAndSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		v := newViewer(t, 4, func(s *config.Settings) { s.Fields["rating"] = config.Merge })
		rate := func(stash int, plex string) {
			if err := v.world.Stash.Edit(1, func(s *sim.Scene) { s.Rating100 = stash }); err != nil {
				t.Fatal(err)
			}
			if err := v.world.Plex.Rate(v.keys[1], plex); err != nil {
				t.Fatal(err)
			}
		}
		v.run(dir)
		v.later(20 * time.Minute)
		v.allow()
		v.later(time.Hour)
		rate(30, "9")
		v.later(2 * time.Hour)
		v.rated(1, 30, "9")
		lines, err := v.eng.History(context.Background(), store.HistoryQuery{Scene: 1})
		if err != nil || !slices.ContainsFunc(lines, func(a store.Activity) bool { return a.Message.Is("activity.kept-rating") }) {
			t.Errorf("nobody said so: %+v, %v", lines, err)
		}
		if err := v.world.Plex.Rate(v.keys[1], "7"); err != nil { // the next edit of one side alone counts again
			t.Fatal(err)
		}
		v.later(2 * time.Hour)
		v.rated(1, 70, "7")
		v.stop()
	})
}

func TestWhereItWasLeftGoesToStash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		v := newViewer(t, 4, func(*config.Settings) {})
		v.run(dir)
		v.later(20 * time.Minute)
		v.allow()
		v.later(15 * time.Minute)
		v.leave(1, 10*time.Minute)
		v.later(16 * time.Minute)
		v.left(1, 600, 600)
		v.leave(1, 12*time.Minute)
		v.later(16 * time.Minute)
		v.left(1, 720, 720)
		v.watch(1)
		v.later(16 * time.Minute)
		s, _ := v.world.Stash.Scene(1)
		if s.Resume != 0 || s.Watched <= 720 || len(s.Plays) != 1 {
			t.Errorf("resume %v, watched %v, plays %v", s.Resume, s.Watched, s.Plays)
		}
		before := s.UpdatedAt
		if s, _ = v.world.Stash.Scene(1); !s.UpdatedAt.Equal(before) {
			t.Error("the scene counts as edited")
		}
		v.stop()
	})
}

func (v *viewer) leave(scene int, at time.Duration) {
	v.t.Helper()
	if err := v.world.Plex.Leave(v.keys[scene], at); err != nil {
		v.t.Fatal(err)
	}
}

func (v *viewer) left(scene int, resume, watched float64) {
	v.t.Helper()
	if s, _ := v.world.Stash.Scene(scene); s.Resume != resume || s.Watched != watched {
		v.t.Errorf("scene %d: left at %v, watched %v; want %v and %v", scene, s.Resume, s.Watched, resume, watched)
	}
}

func TestWhatWentToStashIsTakenBackByUndo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		v := newViewer(t, 4, func(s *config.Settings) { s.Fields["rating"], s.ActivityResume = config.Merge, false })
		for _, id := range []int{1, 2} {
			if err := v.world.Stash.Edit(id, func(s *sim.Scene) { s.Rating100 = 20 }); err != nil {
				t.Fatal(err)
			}
		}
		v.run(dir)
		v.later(20 * time.Minute)
		v.allow()
		v.later(time.Hour)
		before := v.stashWrites()
		mine := v.watch(1)
		if err := v.world.Stash.Play(1, mine.Add(-time.Hour)); err != nil { // somebody's own
			t.Fatal(err)
		}
		for _, id := range []int{1, 2} {
			if err := v.world.Plex.Rate(v.keys[id], "9"); err != nil {
				t.Fatal(err)
			}
		}
		v.later(20 * time.Minute)
		v.rated(1, 90, "9")
		v.hasPlays(1, mine.Add(-time.Hour), mine)
		if v.stashWrites() != before+3 {
			t.Errorf("%d writes", v.stashWrites()-before)
		}
		if err := v.world.Stash.Edit(2, func(s *sim.Scene) { s.Rating100 = 55 }); err != nil { // a person has the last word
			t.Fatal(err)
		}
		runs, err := v.eng.Runs(context.Background(), 1)
		if err != nil || len(runs) != 1 || runs[0].Cause != "activity" || runs[0].Written != 3 {
			t.Fatalf("runs %+v, %v", runs, err)
		}
		res, err := v.eng.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID})
		if err != nil || res.Enqueued != 2 {
			t.Fatalf("%+v, %v", res, err)
		}
		v.later(3 * time.Hour)
		v.rated(1, 20, "9")
		v.hasPlays(1, mine.Add(-time.Hour))
		if s, _ := v.world.Stash.Scene(2); s.Rating100 != 55 {
			t.Errorf("a rating changed since is %d", s.Rating100)
		}
		if _, err := v.eng.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID}); err == nil {
			t.Error("undone twice")
		}
		v.stop()
	})
}

func TestSoManyChangesThatAPersonIsAsked(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		v := newViewer(t, 12, func(s *config.Settings) { s.BrakeMinimum, s.ActivityResume = 5, false })
		v.run(dir)
		v.later(20 * time.Minute)
		v.allow()
		for id := 1; id <= 5; id++ {
			v.watch(id)
		}
		v.later(time.Hour)
		for id := 6; id <= 11; id++ {
			v.watch(id)
		}
		v.later(3 * time.Hour)
		s := v.snapshot()
		if v.stashWrites() != 5 || s.Activity.Asking != 6 || len(s.Attention) != 1 {
			t.Errorf("%d writes, %d wait, attention %+v", v.stashWrites(), s.Activity.Asking, s.Attention)
		}
		if _, err := v.eng.AnswerActivity(context.Background(), api.ActivityAnswer{}); err != nil { // no: they are left out for good
			t.Error(err)
		}
		v.later(48 * time.Hour)
		if s := v.snapshot(); v.stashWrites() != 5 || s.Activity.Asking != 0 || len(s.Attention) != 0 {
			t.Errorf("after a no: %d writes, %d wait", v.stashWrites(), s.Activity.Asking)
		}
		v.stop()
	})
}

func TestAnItemOfSeveralScenesIsNobodys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		v := &viewer{bubble: newBubble(t, sim.Options{Seed: 9, Scenes: 10, Dirt: sim.Dirt{Merged: 2}})}
		v.tune = func(s *config.Settings) { s.ActivityPlays = true }
		pair := v.world.Dirty("Merged")
		s, _ := v.world.Stash.Scene(pair[0])
		path, _ := v.world.PlexPath(s.Files[0].Path)
		key := v.world.Plex.ItemsAt(path)[0].RatingKey
		if err := v.world.Plex.Watch(key, sim.Owner, time.Now()); err != nil {
			t.Fatal(err)
		}
		v.run(dir)
		v.later(20 * time.Minute)
		page, err := v.eng.Activity(context.Background(), api.ActivityQuery{})
		if err != nil || page.Total != 1 || page.Rows[0].State != "unmatched" || !page.Rows[0].Why.Is("activity.shared") {
			t.Errorf("%+v, %v", page, err)
		}
		if got := page.Rows[0].Why.String(); !strings.Contains(got, strconv.Itoa(pair[0])) {
			t.Errorf("the reason is %q", got)
		}
		v.stop()
	})
}
