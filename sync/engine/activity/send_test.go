package activity_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/playback"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestOneRequestForTheNewPlaysOfAScene(t *testing.T) {
	t.Parallel()
	r := settled(t, 2, playback.Play, playback.Rating)
	r.watch(1, 0, 100, 200)
	r.watch(2, 50)
	r.rate(1, "8")
	r.looks(1)
	r.wrote("add 1 0 100 200", "add 2 50", "rate 1 80")
	runs := r.runs()
	if len(runs) != 1 || runs[0].Written != 3 || runs[0].Cause != queue.Activity || runs[0].Ended.IsZero() {
		t.Errorf("%+v", runs)
	}
	if j := r.undoable(); len(j) != 5 {
		t.Errorf("%d entries in the journal", len(j))
	}
	for _, p := range r.rows() {
		if p.Run != runs[0].ID || p.Confirmed || p.Tries != 0 {
			t.Errorf("%+v", p)
		}
	}
	r.looks(3)
	r.wrote()
	if len(r.runs()) != 1 {
		t.Error("looks that write nothing are runs")
	}
}

// runs are those of the database, the newest first.
func (r *rig) runs() (runs []store.Run) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) (err error) { runs, err = tx.Runs(0); return err })
	return runs
}

// The intent and what Stash had are on disk before anything is sent.
func TestTheIntentIsStoredBeforeTheRequest(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Kinds()...)
	r.stash.has[1].Rating, r.stash.has[1].Resume, r.stash.has[1].Watched = 0, 0, 5*time.Minute
	r.watch(1, 0)
	r.rate(1, "8")
	r.leave(1, 3*time.Minute)
	sent := 0
	r.stash.fate = func(request string) fate {
		if strings.HasPrefix(request, "played") {
			return fate{done: true}
		}
		sent++
		if n := len(r.undoable()); n != sent {
			t.Errorf("at %q the journal has %d entries, want %d", request, n, sent)
		}
		for _, p := range r.rows() {
			if strings.HasPrefix(request, map[playback.Kind]string{playback.Play: "add", playback.Rating: "rate", playback.Resume: "save"}[p.Kind]) && p.State != store.PlaybackIntent {
				t.Errorf("at %q the record is %s", request, p.State)
			}
		}
		return fate{done: true}
	}
	r.looks(1)
	if sent != 3 {
		t.Errorf("%d requests", sent)
	}
	for _, e := range r.journal() {
		s := *e.Sent
		s.At = time.Time{}
		want := map[playback.Kind]store.Sent{
			playback.Play: {Kind: playback.Play, Account: 1}, playback.Rating: {Kind: playback.Rating, New: 80},
			playback.Resume: {Kind: playback.Resume, New: 180_000, Gained: 180_000, OldWatched: 300_000},
		}[s.Kind]
		if s != want || e.Scene != 1 || e.Item != r.key(1) || e.Name != "Film 1" {
			t.Errorf("%+v, want %+v", s, want)
		}
	}
}

func TestADiskWithoutRoomSendsNothing(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Play)
	r.watch(1, 0)
	r.with.Writes = false
	r.looks(1)
	r.with.Writes = true
	r.stash.fate = func(string) fate { r.disk.broken = true; return fate{done: true} } // full from when the scene is read
	if err := r.look(); !fault.Is(err, fault.Local) {
		t.Errorf("%v", err)
	}
	r.wrote()
	r.disk.broken, r.stash.fate = false, nil
	r.looks(1)
	r.plays(1, 0)
}

func TestWhilePausedNothingIsSentAndNothingIsSpent(t *testing.T) {
	t.Parallel()
	r := settled(t, 3, playback.Play)
	r.Settings.BrakeMinimum = 2
	r.with.Writes = false
	for id := 1; id <= 2; id++ {
		r.watch(id, 0)
		r.looks(3)
	}
	r.wrote()
	r.with.Writes = true
	r.looks(1)
	r.wrote("add 1 0", "add 2 0")
}

func TestTheBrakeHoldsTheWholeOfAKind(t *testing.T) {
	t.Parallel()
	r := settled(t, 6, playback.Play, playback.Rating)
	r.Settings.BrakeMinimum = 4
	r.watch(1, 0, 100, 200, 300)
	r.looks(1)
	r.wrote("add 1 0 100 200 300")
	r.watch(2, 0)
	r.rate(3, "8")
	r.looks(1)
	r.wrote("rate 3 80")
	for _, p := range r.rows() {
		if p.Scene == 2 && (p.State != store.PlaybackWaiting || p.Why.String() != "more than 4 in a day: waits for your decision") {
			t.Errorf("%s, %q", p.State, p.Why)
		}
	}
	if q, asks := r.Question(); !asks || q.Message.String() != "Stash would get 1 play from Plex." {
		t.Errorf("%v, %q", asks, q.Message)
	}
	r.Clock.Pass(48 * time.Hour)
	r.looks(2) // what a person has to decide about stays with him
	r.wrote()
	r.watch(4, 7)
	r.looks(1)
	r.wrote("add 4 7")
	r.allow()
	r.looks(1)
	r.wrote("add 2 0")
}

// A no leaves out what is held; a yes counts for nothing in the day.
func TestWhatAPersonConfirmedIsNotCountedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, 5).only(playback.Play)
	r.Settings.BrakeMinimum = 2
	r.watch(1, 0, 100, 200, 300)
	r.looks(1)
	if r.allow() != 4 {
		t.Error("not all were confirmed")
	}
	r.watch(2, 0)
	r.watch(3, 0)
	r.looks(1)
	r.wrote("add 1 0 100 200 300", "add 2 0", "add 3 0")
	r.watch(4, 0)
	r.looks(1)
	r.wrote()
	if _, err := r.Answer(false); err != nil {
		t.Fatal(err)
	}
	r.looks(2)
	r.wrote()
}

func TestWhatIsSpentIsStoredBeforeItIsWritten(t *testing.T) {
	t.Parallel()
	r := settled(t, 3, playback.Play)
	r.Settings.BrakeMinimum = 2
	r.watch(1, 0, 100)
	r.stash.spoil(fate{err: stashSays(fault.Unreachable)}, "add") // it may have arrived
	r.looks(1)
	r.stash.fate = nil
	r.restart()
	r.watch(2, 0)
	r.stash.asked = nil
	r.looks(1)
	r.wrote()
}

// Whose fault a refusal is: a Stash that takes others' values refuses the scene's.
func TestWhoseFaultARefusalIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fate   map[string]fate // by what the request begins with
		scenes int             // of so many something is sent
		sent   int
		blamed bool // the scene, not Stash
	}{
		"one of several":             {map[string]fate{"add 1 ": {err: stashSays(fault.Rejected)}}, 3, 3, true},
		"its id is not known":        {map[string]fate{"add 1 ": {err: stashSays(fault.NotFound)}}, 3, 3, true},
		"a 500 for it alone":         {map[string]fate{"add 1 ": {err: stashSays(fault.Temporary)}}, 3, 3, true},
		"the only one":               {map[string]fate{"add 1 ": {err: stashSays(fault.Rejected)}}, 1, 1, true},
		"all of few":                 {map[string]fate{"add": {err: stashSays(fault.Rejected)}}, 3, 3, true},
		"all, and others' as well":   {map[string]fate{"add": {err: stashSays(fault.Rejected)}, "save": {err: stashSays(fault.Rejected)}}, 3, 3, false},
		"all of many":                {map[string]fate{"add": {err: stashSays(fault.Rejected)}, "save": {err: stashSays(fault.Rejected)}}, 9, 4, false},
		"Stash is away":              {map[string]fate{"add": {err: stashSays(fault.Unreachable)}}, 9, 1, false},
		"a token that may not write": {map[string]fate{"add": {err: stashSays(fault.Forbidden)}}, 9, 1, false},
		"a token that is not known":  {map[string]fate{"add": {err: stashSays(fault.Unauthorized)}}, 9, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := settled(t, 10, playback.Play)
			for id := 1; id <= c.scenes; id++ {
				r.watch(id, id)
			}
			r.stash.fate = func(request string) fate {
				for begin, f := range c.fate {
					if strings.HasPrefix(request, begin) {
						return f
					}
				}
				return fate{done: true}
			}
			r.looks(1)
			sent := len(slices.DeleteFunc(r.stash.writes(), func(w string) bool { return strings.HasPrefix(w, "save") }))
			if sent != c.sent {
				t.Errorf("%d were sent, want %d: %q", sent, c.sent, r.stash.asked)
			}
			tries := 0
			for _, p := range r.rows() {
				tries += p.Tries
			}
			if why := r.Shown().Why; why.IsZero() != c.blamed || (tries > 0) != c.blamed {
				t.Errorf("Stash is said to refuse: %q; %d tries are counted", why, tries)
			}
			r.stash.fate = nil
			r.Clock.Pass(2 * time.Minute)
			r.looks(3)
			for id := 1; id <= c.scenes; id++ {
				r.plays(id, id)
			}
			if !r.Shown().Why.IsZero() {
				t.Errorf("afterwards: %q", r.Shown().Why)
			}
		})
	}
}

// What was refused before comes last, so that it holds nothing up.
func TestWhatWasRefusedComesLast(t *testing.T) {
	t.Parallel()
	r := settled(t, 3, playback.Play)
	r.watch(1, 0)
	r.stash.spoil(fate{err: stashSays(fault.Rejected)}, "add 1")
	r.looks(1)
	r.watch(2, 0)
	r.watch(3, 0)
	r.stash.asked = nil
	for range 3 {
		r.looks(1)
	}
	w := r.stash.writes()
	if i, j := slices.Index(w, "add 1 0"), slices.Index(w, "add 3 0"); i < j || j < 0 {
		t.Errorf("%q", w)
	}
}

func TestAfterSoManyRefusalsAValueRestsForADay(t *testing.T) {
	t.Parallel()
	r := settled(t, 2, playback.Play)
	r.watch(1, 0)
	r.stash.spoil(fate{err: stashSays(fault.Rejected)}, "add 1")
	began := r.Clock.Now()
	for r.looks(1); r.row().State != store.PlaybackFailed; {
		if r.looks(1); r.Clock.Now().Sub(began) > 5*time.Hour {
			t.Fatalf("%+v", r.row())
		}
	}
	sent := len(slices.DeleteFunc(r.stash.writes(), func(w string) bool { return !strings.HasPrefix(w, "add") }))
	if p := r.row(); sent != 5 || p.Tries != 5 || p.Why.IsZero() {
		t.Errorf("sent %d times, %+v", sent, p)
	}
	if r.journal(); len(r.undoable()) > 0 {
		t.Errorf("what never arrived can be taken back: %+v", r.undoable())
	}
	r.stash.asked = nil
	r.stash.fate = nil
	failed := r.Clock.Now()
	for r.row().State == store.PlaybackFailed {
		if r.looks(1); r.Clock.Now().Sub(failed) > 30*time.Hour {
			t.Fatal("it rests for good")
		}
	}
	if rested := r.Clock.Now().Sub(failed); rested < 24*time.Hour {
		t.Errorf("it rested %v", rested)
	}
	r.plays(1, 0)
	if p := r.row(); p.State != store.PlaybackWritten || p.Tries != 0 || !p.Next.IsZero() {
		t.Errorf("%+v", p)
	}
}

func TestALookThatIsStoppedSendsNothingMore(t *testing.T) {
	t.Parallel()
	r := settled(t, 3, playback.Play)
	for id := 1; id <= 3; id++ {
		r.watch(id, id)
	}
	ctx, stop := context.WithCancel(t.Context())
	r.stash.fate = func(request string) fate {
		if request == "add 1 1" {
			stop()
		}
		return fate{done: true}
	}
	l := r.begin()
	l.Run(ctx)
	r.must(r.End(l))
	r.wrote("add 1 1")
	r.stash.fate = nil
	r.looks(1)
	for id := 1; id <= 3; id++ {
		r.plays(id, id)
	}
	l = r.begin()
	l.Run(ctx)
	r.must(r.End(l))
	if r.stash.asked = nil; !r.Shown().Why.IsZero() {
		t.Errorf("%q", r.Shown().Why)
	}
}

// The budget of Stash learns what arrived, even of a kind that is off but was asked with.
func TestTheBudgetLearnsWhatArrived(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kinds []playback.Kind
		want  []budget.Kind
	}{
		"resume points are off": {[]playback.Kind{playback.Play}, []budget.Kind{budget.Resume}},
		"resume points are on":  {[]playback.Kind{playback.Play, playback.Resume}, nil},
	} {
		r := settled(t, 1, c.kinds...)
		r.arrived = nil
		r.watch(1, 0)
		r.looks(1)
		if !slices.Equal(r.arrived, c.want) {
			t.Errorf("%s: %q, want %q", name, r.arrived, c.want)
		}
	}
}

// However much waits, one request of a scene's goes after the other, and each scene gets its
// own.
func TestManyScenesGetWhatIsTheirs(t *testing.T) {
	t.Parallel()
	r := settled(t, 120, playback.Play, playback.Rating)
	r.Settings.BrakeMinimum = 1000
	for id := 1; id <= 120; id++ {
		r.watch(id, id)
		r.rate(id, fmt.Sprint(1+id%9))
	}
	r.looks(1)
	for id := 1; id <= 120; id++ {
		r.plays(id, id)
		if got, want := r.stash.has[scene.ID(id)].Rating, 10*(1+id%9); got != want {
			t.Errorf("scene %d is rated %d, want %d", id, got, want)
		}
	}
	if n := len(r.stash.writes()); n != 240 {
		t.Errorf("%d requests", n)
	}
}
