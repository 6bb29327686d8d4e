package activity_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// agreed is a settled rig in which both sides have the same rating and resume point.
func agreed(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, 1).only(playback.Rating, playback.Resume)
	r.rate(1, "6")
	r.leave(1, time.Minute)
	r.looks(1)
	r.allow()
	r.looks(1)
	if s := r.stash.has[1]; s.Rating != 60 || s.Resume != time.Minute {
		t.Fatalf("Stash has %d, %v", s.Rating, s.Resume)
	}
	r.stash.asked = nil
	return r
}

func TestWhoAloneChangedARatingWins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plex        string
		stash, want int
		wrote       string
		state       store.PlaybackState
	}{
		"nobody":             {"6", 60, 60, "", store.PlaybackWritten},
		"Plex":               {"8", 60, 80, "rate 1 80", store.PlaybackWritten},
		"Plex took it away":  {"", 60, 0, "rate 1 0", store.PlaybackWritten},
		"Stash":              {"6", 30, 30, "", store.PlaybackWritten},
		"both, alike":        {"8", 80, 80, "", store.PlaybackPresent},
		"both, unlike":       {"8", 30, 30, "", store.PlaybackKept},
		"one each took away": {"", 0, 0, "", store.PlaybackPresent},
		"Stash took it away": {"8", 0, 0, "", store.PlaybackKept},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := agreed(t).only(playback.Rating)
			r.rate(1, c.plex)
			r.stash.has[1].Rating = c.stash
			r.looks(3)
			if got := r.stash.has[1].Rating; got != c.want {
				t.Errorf("Stash has %d, want %d", got, c.want)
			}
			if c.wrote == "" {
				r.wrote()
			} else {
				r.wrote(c.wrote)
			}
			for _, p := range r.rows() {
				if p.Kind == playback.Rating && p.State != c.state {
					t.Errorf("%s, want %s", p.State, c.state)
				}
			}
		})
	}
}

func TestWhoAloneMovedTheResumePointWins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plex, stash, want time.Duration
		state             store.PlaybackState
	}{
		"nobody":            {time.Minute, time.Minute, time.Minute, store.PlaybackWritten},
		"a fraction":        {time.Minute + 600*time.Millisecond, time.Minute, time.Minute, store.PlaybackWritten},
		"Plex":              {7 * time.Minute, time.Minute, 7 * time.Minute, store.PlaybackWritten},
		"Plex, back":        {10 * time.Second, time.Minute, 10 * time.Second, store.PlaybackWritten},
		"Plex finished":     {0, time.Minute, 0, store.PlaybackWritten},
		"Stash":             {time.Minute, 9 * time.Minute, 9 * time.Minute, store.PlaybackWritten},
		"both, alike":       {30 * time.Second, 30 * time.Second, 30 * time.Second, store.PlaybackPresent},
		"both, unlike":      {30 * time.Second, 9 * time.Minute, 9 * time.Minute, store.PlaybackKept},
		"both, Stash to 0:": {30 * time.Second, 0, 0, store.PlaybackKept},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := agreed(t).only(playback.Resume)
			r.leave(1, c.plex)
			r.stash.has[1].Resume = c.stash
			r.looks(3)
			if got := r.stash.has[1].Resume; got != c.want {
				t.Errorf("Stash has %v, want %v", got, c.want)
			}
			for _, p := range r.rows() {
				if p.Kind == playback.Resume && p.State != c.state {
					t.Errorf("%s, want %s", p.State, c.state)
				}
			}
		})
	}
}

// A conflict is said once, with both values, and the next edit of one side alone counts.
func TestAConflictIsSaidAndSettled(t *testing.T) {
	t.Parallel()
	r := agreed(t)
	before := len(r.told())
	r.rate(1, "9")
	r.stash.has[1].Rating = 30
	r.looks(3)
	told := r.told()
	if len(told) != before+1 || told[0] != message.ActivityKeptRating {
		t.Errorf("told %q", told)
	}
	for _, p := range r.rows() {
		if p.Kind == playback.Rating && p.Why.String() != "The rating was changed in Plex and in Stash: Stash keeps 30, Plex has 90" {
			t.Errorf("%q", p.Why)
		}
	}
	if b := r.base(1).Rating; b != (playback.Base{Plex: 90, Stash: 30}) {
		t.Errorf("base %+v", b)
	}
	r.rate(1, "7")
	r.looks(1)
	r.wrote("rate 1 70")
	r.stash.has[1].Rating = 20
	r.looks(2)
	r.wrote()
	r.rate(1, "5")
	r.looks(1) // Stash's edit came first and was not Plex's: both sides changed since they agreed
	r.wrote()
}

// A rating of Stash that Plex got from there did not change in Stash, whatever was agreed last.
func TestAStashThatGaveItsRatingToPlexDidNotChangeIt(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Rating)
	r.stash.has[1].Rating = 80
	r.Update(t, func(tx store.Tx) error {
		return tx.PutItemState(r.key(1), store.ItemState{Scene: 1, Memory: ownedRating(t, "8")})
	})
	r.rate(1, "3")
	r.looks(1)
	r.wrote("rate 1 30")
}

// Over whatever both sides do, a value of Stash is replaced only by one that was edited in
// Plex while Stash's stayed as it was, and in the end nothing is left to be done.
func TestNoEditOfStashIsLost(t *testing.T) {
	t.Parallel()
	ratings := rapid.SampledFrom([]string{"", "2", "6", "8"})
	points := rapid.SampledFrom([]time.Duration{0, time.Minute, 7 * time.Minute, 20 * time.Minute})
	rapid.Check(t, func(rt *rapid.T) {
		r := agreed(t)
		for range rapid.IntRange(1, 5).Draw(rt, "looks") {
			s := r.stash.has[1]
			if rapid.Bool().Draw(rt, "Plex rates") {
				r.rate(1, ratings.Draw(rt, "rating of Plex"))
			}
			if rapid.Bool().Draw(rt, "Plex is left") {
				r.leave(1, points.Draw(rt, "left in Plex"))
			}
			rated, left := rapid.Bool().Draw(rt, "Stash rates"), rapid.Bool().Draw(rt, "Stash is left")
			if rated {
				s.Rating = playback.FromPlex(ratings.Draw(rt, "rating of Stash"))
			}
			if left {
				s.Resume = points.Draw(rt, "left in Stash")
			}
			base, was := r.base(1), *s
			r.looks(1)
			if was.Rating != base.Rating.Stash && s.Rating != was.Rating {
				rt.Fatalf("the rating %d that somebody gave in Stash became %d", was.Rating, s.Rating)
			}
			if !playback.Close(was.Resume, base.Point.Stash) && !playback.Close(s.Resume, was.Resume) {
				rt.Fatalf("the point %v of Stash became %v", was.Resume, s.Resume)
			}
			r.stash.asked = nil
			r.looks(2)
			if w := r.stash.writes(); len(w) > 0 {
				rt.Fatalf("%q although nobody did anything", w)
			}
		}
	})
}

func TestWhatWasWrittenIsSaid(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.watch(1, 60)
	r.rate(1, "6")
	r.leave(1, 61*time.Second+500*time.Millisecond)
	r.looks(1)
	r.allow()
	r.looks(1)
	r.rate(1, "")
	r.leave(1, 0)
	r.looks(1)
	said := map[string]bool{}
	var lines []store.Activity
	r.View(t, func(tx store.Tx) (err error) { lines, err = tx.History(store.HistoryQuery{}); return err })
	for _, a := range lines {
		said[a.Message.String()] = true
		if a.Run == 0 || a.Scene != 1 || a.Name != "Film 1" || a.Item != "101" && a.Item != r.key(1).String() {
			t.Errorf("%+v", a)
		}
	}
	for _, want := range []message.Message{
		message.New(message.ActivityPlay, message.Time(testkit.Start.Add(time.Minute))),
		message.New(message.ActivityRating, message.Number(60)), message.New(message.ActivityUnrated),
		message.New(message.ActivityPoint, message.Span(61*time.Second)), message.New(message.ActivityFinished),
	} {
		if !said[want.String()] {
			t.Errorf("%q was not said, but %v", want, fmt.Sprint(said))
		}
	}
	if len(lines) != 5 {
		t.Errorf("%d lines", len(lines))
	}
}

// What Stash keeps is read with the scene: a rating of one scene is no matter for another.
func TestEachSceneIsMergedByItself(t *testing.T) {
	t.Parallel()
	r := settled(t, 3, playback.Rating)
	for id, rating := range map[int]string{1: "2", 2: "4", 3: "6"} {
		r.rate(id, rating)
	}
	r.stash.has[2].Rating = 90
	r.looks(2)
	for id, want := range map[scene.ID]int{1: 20, 2: 90, 3: 60} {
		if got := r.stash.has[id].Rating; got != want {
			t.Errorf("scene %s has %d, want %d", id, got, want)
		}
	}
}
