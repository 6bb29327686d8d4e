package activity_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// wroteAll is a rig that has written a play, a rating and a resume point of scene 1, whose
// former rating was 20, and which was watched for five minutes before and two since.
func wroteAll(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, 1)
	r.rate(1, "2")
	r.stash.has[1].Rating, r.stash.has[1].Watched = 20, 5*time.Minute
	r.stash.has[1].Plays = at(-5000)
	r.looks(1)
	r.allow()
	r.looks(1)
	r.watch(1, 0)
	r.rate(1, "9")
	r.leave(1, 2*time.Minute)
	r.looks(1)
	s := r.stash.has[1]
	if len(s.Plays) != 2 || s.Rating != 90 || s.Resume != 2*time.Minute || s.Watched != 7*time.Minute {
		t.Fatalf("%+v", s)
	}
	r.stash.asked = nil
	r.Clock.Pass(time.Second)
	return r
}

// takeBack has all that can be undone taken back, and returns from how many scenes.
func (r *rig) takeBack() int {
	r.t.Helper()
	n, err := r.Undo(r.undoable())
	r.must(err)
	return n
}

func TestUndoGivesStashBackWhatItHad(t *testing.T) {
	t.Parallel()
	r := wroteAll(t)
	if n := r.takeBack(); n != 1 {
		t.Errorf("%d scenes", n)
	}
	r.looks(1)
	r.wrote("delete 1 0", "rate 1 20", "save 1 0s -2m0s")
	if s := r.stash.has[1]; len(s.Plays) != 1 || s.Rating != 20 || s.Resume != 0 || s.Watched != 5*time.Minute {
		t.Errorf("%+v", s)
	}
	for _, p := range r.rows() {
		if p.State != store.PlaybackUndone && p.State != store.PlaybackPresent || !p.Why.IsZero() {
			t.Errorf("%+v", p)
		}
	}
	if left := r.undoable(); len(left) > 0 {
		t.Errorf("can be undone again: %+v", left)
	}
	told := r.told()[:3]
	slices.Sort(told)
	if !slices.Equal(told, []message.Code{message.ActivityUndoneOther, message.ActivityUndoneOther, message.ActivityUndonePlay}) {
		t.Errorf("told %q", told)
	}
	if runs := r.runs(); len(runs) != 2 || runs[0].Cause != queue.Undo || runs[0].Written != 3 {
		t.Errorf("%+v", runs)
	}
	r.restart()
	r.looks(4) // Plex has it still; it is not sent again
	r.wrote()
	r.rate(1, "8") // the next edit counts
	r.looks(1)
	r.wrote("rate 1 80")
}

// What somebody changed in Stash since stays, and that is said.
func TestUndoLeavesWhatWasChangedSince(t *testing.T) {
	t.Parallel()
	r := wroteAll(t)
	s := r.stash.has[1]
	s.Plays, s.Rating, s.Resume = at(-5000), 55, 30*time.Minute
	r.takeBack()
	r.looks(2)
	r.wrote()
	if s.Rating != 55 || s.Resume != 30*time.Minute || s.Watched != 7*time.Minute {
		t.Errorf("%+v", s)
	}
	for _, code := range r.told()[:3] {
		if code != message.ActivityChanged {
			t.Errorf("told %q", code)
		}
	}
	if len(r.undoable()) > 0 {
		t.Error("it can be undone again")
	}
	r.looks(3)
	r.wrote()
}

// A play of somebody else's a second away is no play of ours, nor is one that stands for
// another account's.
func TestUndoTakesNobodyElsesPlay(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Play)
	r.watch(1, 0, 1, 2)
	r.looks(1)
	r.plays(1, 0, 1, 2)
	first := r.undoable()
	first = slices.DeleteFunc(first, func(e store.JournalEntry) bool { return !e.Sent.At.Equal(at(1)[0]) })
	r.stash.has[1].Plays = at(0, 2) // a person took it away already
	r.stash.asked = nil
	if n, err := r.Undo(first); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	r.looks(2)
	r.wrote()
	r.plays(1, 0, 2)
	if told := r.told(); told[0] != message.ActivityChanged {
		t.Errorf("told %q", told[0])
	}
}

// An answer that was lost, or a process that died: what was taken back is not taken back
// twice, and the history does not say that somebody else did it.
func TestTakingBackIsDoneOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]fate{
		"the answer is lost":  {done: true, err: stashSays(fault.Unreachable)},
		"the request is lost": {err: stashSays(fault.Unreachable)},
		"it is refused":       {err: stashSays(fault.Busy)},
	} {
		for kind, prepare := range map[string]func(*rig){
			"a play": func(r *rig) { r.watch(1, 0) },
			"a play beside one of the same time": func(r *rig) {
				r.plex.views = append(r.plex.views, scene.View{RatingKey: "101", Account: 7, At: at(0)[0]})
				r.looks(1)
				r.stash.has[1].Plays = slices.Repeat(at(0), len(r.stash.has[1].Plays))
				r.watch(1, 0)
			},
			"a rating":          func(r *rig) { r.rate(1, "9") },
			"a point":           func(r *rig) { r.leave(1, 3*time.Minute) },
			"time watched only": func(r *rig) { r.Person("101", func(it *scene.Item) { it.Views++ }) },
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				r := agreed(t)
				r.only(playback.Kinds()...)
				r.plex.accounts = []scene.Account{{ID: 1, Name: "Ada"}, {ID: 7, Name: "Grace"}}
				r.Settings.ActivityAccounts = []string{"Ada", "Grace"}
				r.looks(1)
				r.allow()
				r.looks(1)
				prepare(r)
				before := *r.stash.has[1]
				before.Plays = slices.Clone(before.Plays)
				known := len(r.undoable())
				r.looks(1)
				r.must(takeNewest(r, len(r.undoable())-known))
				r.stash.spoil(c, "delete", "rate", "save")
				r.looks(1)
				r.stash.fate = nil
				r.restart()
				r.Clock.Pass(2 * time.Minute)
				r.looks(3)
				s := r.stash.has[1]
				if !slices.EqualFunc(s.Plays, before.Plays, time.Time.Equal) || s.Rating != before.Rating || s.Resume != before.Resume || s.Watched != before.Watched {
					t.Errorf("Stash has %+v, want %+v", s, before)
				}
				if told := r.told(); slices.Contains(told, message.ActivityChanged) {
					t.Errorf("told %q", told)
				}
				for _, p := range r.rows() {
					if p.State == store.PlaybackUndo {
						t.Errorf("%+v", p)
					}
				}
			})
		}
	}
}

// takeNewest has the newest entries of the journal taken back.
func takeNewest(r *rig, n int) error {
	if n <= 0 {
		return errors.New("nothing was written")
	}
	_, err := r.Undo(r.undoable()[:n])
	return err
}

// A person can undo a run that is still at work, or of which nobody knows what arrived.
func TestUndoOfWhatIsBeingWritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sent fate
		mid  bool // while the request is under way
	}{
		"while it is sent":               {fate{done: true}, true},
		"while it is sent, answer lost":  {fate{done: true, err: stashSays(fault.Unreachable)}, true},
		"before it is known, it arrived": {fate{done: true, err: stashSays(fault.Unreachable)}, false},
		"before it is known, it did not": {fate{err: stashSays(fault.Unreachable)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := settled(t, 1, playback.Play, playback.Rating)
			r.watch(1, 0)
			r.rate(1, "8")
			undo := func() {
				if n := r.takeBack(); n != 1 {
					t.Errorf("%d scenes", n)
				}
			}
			r.stash.fate = func(request string) fate {
				if strings.HasPrefix(request, "played") {
					return fate{done: true}
				}
				if c.mid {
					undo()
				}
				return c.sent
			}
			r.looks(1)
			r.stash.fate = nil
			if !c.mid {
				undo()
			}
			r.Clock.Pass(3 * time.Minute)
			r.looks(1)
			r.plays(1)
			if got := r.counts(playback.Play); got[store.PlaybackUndone] != 1 {
				t.Errorf("%v", got)
			}
			r.looks(3)
			r.plays(1)
		})
	}
}

func TestUndoIsTriedAgainAndOtherwiseRests(t *testing.T) {
	t.Parallel()
	r := settled(t, 2, playback.Play)
	r.watch(1, 0)
	r.looks(1)
	r.takeBack()
	r.stash.spoil(fate{err: stashSays(fault.Rejected)}, "delete 1")
	r.stash.asked = nil
	for range 60 {
		r.looks(1)
	}
	tries := len(slices.DeleteFunc(r.stash.writes(), func(w string) bool { return !strings.HasPrefix(w, "delete") }))
	if tries != 5 || r.row().Why.IsZero() || !r.Shown().Why.IsZero() {
		t.Errorf("tried %d times, %+v, Stash is blamed: %q", tries, r.row(), r.Shown().Why)
	}
	r.watch(2, 0) // nothing else waits for it
	r.looks(1)
	r.plays(2, 0)
	r.stash.fate = nil
	r.Clock.Pass(25 * time.Hour)
	r.looks(1)
	r.plays(1)
}

// Undo works whatever is switched on, but not while paused.
func TestUndoNeedsNoSwitch(t *testing.T) {
	t.Parallel()
	r := wroteAll(t)
	r.only()
	r.takeBack()
	r.with.Writes = false
	if l, _ := r.due(); l != nil {
		t.Error("something is taken back while paused")
	}
	r.with.Writes = true
	r.looks(1)
	if s := r.stash.has[1]; len(s.Plays) != 1 || s.Rating != 20 {
		t.Errorf("%+v", s)
	}
	if l, next := r.due(); l != nil || !next.IsZero() {
		t.Errorf("with all off and nothing to take back the next look is due %v", next)
	}
}

func TestUndoOfAScenesThatWasDeletedEnds(t *testing.T) {
	t.Parallel()
	r := wroteAll(t)
	r.takeBack()
	r.stash.has[1] = nil
	r.looks(2)
	r.wrote()
	for _, p := range r.rows() {
		if p.State == store.PlaybackUndo {
			t.Errorf("%+v", p)
		}
	}
}

func TestUndoThatCannotBeStoredChangesNothing(t *testing.T) {
	t.Parallel()
	r := wroteAll(t)
	r.disk.broken = true
	if n, err := r.Undo(r.undoable()); !fault.Is(err, fault.Local) || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	r.disk.broken = false
	r.looks(2)
	r.wrote()
}

// After a database was deleted nothing says which plays Lockstep added: none is taken back, of
// whatever run, and what was taken back before is offered again, not written.
func TestADeletedDatabaseLeavesWhatItWrote(t *testing.T) {
	t.Parallel()
	r := settled(t, 2, playback.Play, playback.Rating)
	r.watch(1, 0, 1)
	r.watch(2, 500)
	r.rate(1, "8")
	r.looks(1)
	second := slices.DeleteFunc(r.undoable(), func(e store.JournalEntry) bool { return e.Scene != 2 })
	if n, err := r.Undo(second); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	r.looks(1)
	r.plays(2)
	r.forget()
	r.stash.asked = nil
	r.looks(1)
	r.wrote()
	if q, asks := r.Question(); !asks || q.Message.String() != "Stash would get 1 play from Plex." { // the one that was taken back
		t.Errorf("%v, %q", asks, q.Message)
	}
	if n := r.counts(playback.Play)[store.PlaybackPresent]; n != 2 {
		t.Errorf("%d plays are recognized", n)
	}
	if len(r.undoable()) > 0 {
		t.Error("something can be undone")
	}
	if _, err := r.Answer(false); err != nil {
		t.Fatal(err)
	}
	r.watch(1, 900)
	r.looks(1)
	r.wrote("add 1 900")
	r.takeBack() // of the new database, what it wrote, and nothing else
	r.looks(1)
	r.wrote("delete 1 900")
	r.plays(1, 0, 1)
	r.plays(2)
	if r.stash.has[1].Rating != 80 {
		t.Errorf("the rating is %d", r.stash.has[1].Rating)
	}
}

// Writing and taking back are each other's opposite: whatever is written and undone, in
// whatever order and with whatever answers lost, Stash has what it had.
func TestUndoIsTheOppositeOfWriting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		r := settled(t, 2, playback.Kinds()...)
		lose := func(request string) fate {
			if !strings.HasPrefix(request, "played") && n("lost", 5) == 0 {
				return fate{done: n("arrives", 2) == 0, err: stashSays(fault.Unreachable)}
			}
			return fate{done: true}
		}
		for id := range r.stash.has {
			r.stash.has[id].Plays = at(n("own play", 4))
			r.stash.has[id].Watched = time.Hour
		}
		r.looks(1)
		before := map[scene.ID]string{}
		for id, s := range r.stash.has {
			before[id] = fmt.Sprint(seconds(s.Plays), s.Rating, s.Resume, s.Watched)
		}
		r.stash.fate = lose
		watched := map[string]bool{}
		for range 1 + n("looks", 4) {
			id := 1 + n("scene", 2)
			if s := n("second", 4); !watched[fmt.Sprint(id, s)] {
				watched[fmt.Sprint(id, s)] = true
				r.watch(id, s)
			}
			if n("rates", 2) == 0 {
				r.rate(id, fmt.Sprint(1+n("rating", 9)))
			}
			if n("leaves", 2) == 0 {
				r.leave(id, time.Duration(n("left", 20))*time.Minute)
			}
			r.looks(1)
			r.Clock.Pass(3 * time.Minute)
		}
		r.stash.fate = nil
		for range 3 { // all that is begun ends
			r.Clock.Pass(25 * time.Hour)
			r.looks(1)
		}
		r.stash.fate = lose
		for range 40 { // run after run, the newest first, until nothing is left
			list := r.undoable()
			if len(list) == 0 {
				break
			}
			list = slices.DeleteFunc(list, func(e store.JournalEntry) bool { return e.Run != list[0].Run })
			_, err := r.Undo(list)
			r.must(err)
			for range 3 {
				r.looks(1)
				r.Clock.Pass(3 * time.Minute)
			}
		}
		for id, s := range r.stash.has {
			if got := fmt.Sprint(seconds(s.Plays), s.Rating, s.Resume, s.Watched); got != before[id] {
				rt.Fatalf("scene %s has %s, had %s; told %q", id, got, before[id], r.told())
			}
		}
	})
}
