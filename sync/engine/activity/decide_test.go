package activity_test

import (
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/playback"
	"lockstep/sync/store"
)

func TestAYesWritesWhatWaitsAndWhatComesLater(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.watch(1, 0)
	r.rate(1, "8")
	r.looks(1)
	if n := r.allow(); n != 2 {
		t.Errorf("%d values", n)
	}
	if _, asks := r.Question(); asks {
		t.Error("still asked")
	}
	r.looks(1)
	r.wrote("add 1 0", "rate 1 80")
	r.watch(2, 5)
	r.leave(2, time.Minute) // of a kind of which nothing waited
	r.looks(1)
	r.wrote("add 2 5", "save 2 1m0s 1m0s")
	r.restart()
	r.watch(2, 500)
	r.looks(1)
	r.wrote("add 2 500")
}

func TestANoLeavesWhatWaitsForGood(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.stash.has[1].Resume = time.Hour
	r.watch(1, 0)
	r.rate(1, "8")
	r.looks(2)
	if n, err := r.Answer(false); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for _, p := range r.rows() {
		if p.State != store.PlaybackDeclined || !p.Why.Is("activity.declined") || p.Confirmed {
			t.Errorf("%+v", p)
		}
	}
	r.looks(3)
	r.wrote()
	if b := r.base(1).Rating; b != (playback.Base{Plex: 80}) {
		t.Errorf("base %+v", b)
	}
	r.rate(1, "9") // the next edit counts
	r.watch(1, 300)
	r.looks(1)
	r.wrote("add 1 300", "rate 1 90")
}

func TestANoToAResumePointLeavesItWhereItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Resume)
	r.leave(1, 10*time.Minute)
	r.looks(1)
	if _, err := r.Answer(false); err != nil {
		t.Fatal(err)
	}
	r.looks(3)
	r.wrote()
	r.leave(1, 12*time.Minute)
	r.looks(1)
	r.wrote("save 1 12m0s 2m0s")
}

func TestAnAnswerIsAboutTheKindsThatAreOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play, playback.Rating)
	r.watch(1, 0)
	r.rate(1, "8")
	r.looks(1)
	r.only(playback.Rating)
	if n := r.allow(); n != 1 {
		t.Errorf("%d values", n)
	}
	r.looks(1)
	r.wrote("rate 1 80")
	r.only(playback.Play, playback.Rating)
	r.looks(1)
	r.wrote()
	if q, asks := r.Question(); !asks || q.Message.String() != "Stash would get 1 play from Plex." {
		t.Errorf("%v, %q", asks, q.Message)
	}
}

func TestAnAnswerThatCannotBeStoredChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.watch(1, 0)
	r.looks(1)
	r.disk.broken = true
	if _, err := r.Answer(true); !fault.Is(err, fault.Local) {
		t.Errorf("%v", err)
	}
	r.disk.broken = false
	r.looks(1)
	r.wrote()
	if r.row().Confirmed || r.Shown().Kinds[0].Allowed {
		t.Error("allowed")
	}
}

func TestManyThatWaitAreAnsweredInParts(t *testing.T) {
	t.Parallel()
	const many = 1203
	r := newRig(t, 1).only(playback.Play)
	r.with.Writes = false
	for i := range many {
		r.watch(1, 100*i)
	}
	r.looks(1)
	if n := r.allow(); n != many {
		t.Errorf("%d values", n)
	}
	for _, p := range r.rows() {
		if !p.Confirmed {
			t.Fatal("one was left out")
		}
	}
	r.with.Writes = true
	r.looks(1)
	if w := r.stash.writes(); len(w) != 1 || len(r.stash.has[1].Plays) != many {
		t.Errorf("%d requests, %d plays", len(w), len(r.stash.has[1].Plays))
	}
}

func TestCountsAreThoseOfTheDatabase(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	r.watch(1, 0)
	r.watch(2, 0)
	r.rate(3, "8")
	r.stash.has[2].Plays = at(0)
	r.looks(1)
	plays, ratings := r.counts(playback.Play), r.counts(playback.Rating)
	if len(plays) != 2 || plays[store.PlaybackWaiting] != 1 || plays[store.PlaybackPresent] != 1 || len(ratings) != 1 || ratings[store.PlaybackWaiting] != 1 || len(r.counts(playback.Resume)) != 0 {
		t.Errorf("plays %v, ratings %v, points %v", plays, ratings, r.counts(playback.Resume))
	}
	r.restart()
	if got := r.counts(playback.Play); len(got) != 2 {
		t.Errorf("after a restart: %v", got)
	}
}
