package brake_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

var start = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// batch is n scenes from an id on, each of which would overwrite a foreign summary.
func batch(from, n int) []brake.Asks {
	var out []brake.Asks
	for id := from; id < from+n; id++ {
		out = append(out, brake.Asks{Scene: scene.ID(id), Loads: brake.LoadOf(planOf(foreign))})
	}
	return out
}

// stored is what a restart makes of a state.
func stored(t interface{ Fatal(...any) }, s brake.State) brake.State {
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out brake.State
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// admit lets a batch pass as an engine does, and restarts it afterwards.
func admit(t *testing.T, s brake.State, b []brake.Asks, now time.Time) (brake.State, int) {
	t.Helper()
	next, held := s.Admit(b, defaults, now)
	return stored(t, next), len(b) - len(held)
}

func TestSmallBatchesAddUp(t *testing.T) {
	t.Parallel()
	var s brake.State
	passed := 0
	for from := 1; from < 1000; from += 10 {
		var n int
		s, n = admit(t, s, batch(from, 10), start)
		s = s.Through(idsOf(batch(from, 10))...)
		passed += n
	}
	if passed != 40 || !s.Uncounted() {
		t.Errorf("%d passed in batches of ten, uncounted %v; the next would be the 50th", passed, s.Uncounted())
	}
	if _, n := admit(t, brake.State{Held: s.Held, Spent: s.Spent, Began: s.Began}, batch(5000, 10), start.Add(brake.Span+1)); n != 0 {
		t.Errorf("%d passed because a day went by", n)
	}
}

func idsOf(list []brake.Asks) []scene.ID {
	var out []scene.ID
	for _, a := range list {
		out = append(out, a.Scene)
	}
	return out
}

func TestAnOrdinaryDayBeginsAtZero(t *testing.T) {
	t.Parallel()
	var s brake.State
	for day := range 10 {
		now := start.Add(time.Duration(day) * brake.Span)
		var n int
		if s, n = admit(t, s, batch(100*day+1, 30), now); n != 30 {
			t.Errorf("day %d: %d of 30 passed", day, n)
		}
	}
}

func TestASceneThatComesAgainIsCountedOnce(t *testing.T) {
	t.Parallel()
	var s brake.State
	for range 5 { // given back unwritten each time
		var n int
		if s, n = admit(t, s, batch(1, 30), start); n != 30 {
			t.Fatalf("%d of 30 passed", n)
		}
	}
	s = s.Through(idsOf(batch(1, 30))...)
	if _, n := admit(t, s, batch(1, 30), start); n != 0 {
		t.Errorf("%d values overwritten a second time passed, 60 in all", n)
	}
}

func TestWhatIsHeldStaysHeldUntilItIsCounted(t *testing.T) {
	t.Parallel()
	s, n := admit(t, brake.State{}, batch(1, 60), start)
	if n != 0 || !s.Uncounted() {
		t.Fatalf("%d passed", n)
	}
	for name, next := range map[string]brake.State{
		"as it is": s, "other settings": s.Under("others"), "a recount to come": s.Recount(), "finished scenes": s.Through(1, 2, 3), "a day": s,
	} {
		if _, n := admit(t, next, batch(500, 1), start.Add(brake.Span+time.Hour)); n != 0 {
			t.Errorf("%s: something passed", name)
		}
	}
	counted := s.Counted(found{&foreign: 60, &kept: 240}.tally(), defaults, 1, start)
	if counted.Held != 0 || counted.Question != nil {
		t.Fatalf("60 of 300 are asked about: %+v", counted.Question)
	}
	next, n := admit(t, counted, batch(1, 60), start)
	if n != 60 {
		t.Errorf("%d of the 60 passed after the count", n)
	}
	if _, n = admit(t, next, batch(100, 1), start); n != 0 {
		t.Error("the 61st of 300 passed")
	}
}

func TestAQuestionLastsUntilItsAnswer(t *testing.T) {
	t.Parallel()
	s, _ := admit(t, brake.State{}, batch(1, 60), start)
	s = s.Counted(found{&foreign: 60}.tally(), defaults, 5, start)
	for name, next := range map[string]brake.State{"more of the same": s.Hold(s.Held), "a restart": stored(t, s), "the same settings": s.Under(s.Basis)} {
		if next.Question == nil || next.Question.Report != 5 {
			t.Errorf("%s took the question away", name)
		}
	}
	more, n := admit(t, s, batch(100, 30), start)
	if more.Question == nil || n != 0 {
		t.Errorf("%d passed, question %+v", n, more.Question)
	}
	if a := s.Answered(start); a.Question != nil || a.Held != 0 {
		t.Errorf("after the answer: %+v", a)
	}
	if again := s.Answered(start).Counted(found{&foreign: 60}.tally(), defaults, 6, start); again.Question == nil {
		t.Error("a second 60 are not asked about")
	}
}

func TestOtherSettingsHaveTheQuestionCountedAnew(t *testing.T) {
	t.Parallel()
	s := brake.State{}.Under("some").Counted(found{&foreign: 60}.tally(), defaults, 5, start)
	s = s.Under("others")
	if s.Question != nil || !s.Uncounted() {
		t.Errorf("the question of other settings: %+v", s)
	}
	if s = s.Counted(found{&kept: 60}.tally(), defaults, 6, start); s.Held != 0 {
		t.Errorf("its cause is gone: %+v", s)
	}
}

func TestWhatWasNotPickedIsAskedAboutAgain(t *testing.T) {
	t.Parallel()
	s := brake.State{}.Counted(found{&foreign: 80}.tally(), defaults, 5, start).AnsweredInPart()
	if _, n := admit(t, s, batch(1, 1), start); n != 0 || !s.Uncounted() {
		t.Errorf("%d passed", n)
	}
	few := found{&foreign: 3, &kept: 500}.tally()
	if s = s.Counted(few, defaults, 6, start.Add(3*brake.Span)); s.Question == nil {
		t.Error("the rest was let pass because it is little")
	}
	if s = s.Counted(found{&kept: 500}.tally(), defaults, 7, start); s.Question != nil || s.Held != 0 || s.Picked != 0 {
		t.Errorf("asked about nothing: %+v", s)
	}
}

func TestAClockSetBackBeginsANewSpan(t *testing.T) {
	t.Parallel()
	s, _ := admit(t, brake.State{}, batch(1, 40), start)
	if s, n := admit(t, s, batch(100, 40), start.Add(-48*time.Hour)); n != 40 || !s.Began.Before(start) {
		t.Errorf("%d passed, span from %v", n, s.Began)
	}
	if _, n := admit(t, s, batch(100, 40), start.Add(-time.Minute)); n != 0 {
		t.Errorf("%d passed because the clock was set a little", n)
	}
}

func TestWhatIsLeftOpenCountsOnTheNextDayToo(t *testing.T) {
	t.Parallel()
	s, _ := admit(t, brake.State{}, batch(1, 30), start)
	if _, n := admit(t, s, batch(1, 50), start.Add(brake.Span)); n != 0 {
		t.Errorf("%d of 50 passed", n)
	}
}

func TestWhatWasTakenAwayWasHeldBefore(t *testing.T) {
	t.Parallel()
	forty := func(loads brake.Loads) []brake.Asks {
		var out []brake.Asks
		for id := range scene.ID(40) {
			out = append(out, brake.Asks{Scene: id, Loads: loads})
		}
		return out
	}
	for name, tt := range map[string]struct {
		spent brake.Loads
		found found
	}{
		"foreign values": {brake.LoadOf(planOf(foreign)), found{&foreign: 20, &kept: 250, &same: 40}},
		"clears":         {brake.LoadOf(planOf(cleared)), found{&cleared: 20, &same: 250}},
	} {
		s, _ := admit(t, brake.State{}, forty(tt.spent), start)
		if s = s.Counted(tt.found.tally(), defaults, 1, start); s.Question != nil {
			t.Errorf("%s: 60 of 310 are asked about: %+v", name, s.Question)
		}
	}
}

func TestAPartialComparisonIsMeasuredAgainstACompleteOne(t *testing.T) {
	t.Parallel()
	s := brake.State{}.Counted(found{&foreign: 60, &kept: 240}.tally(), defaults, 1, start)
	s, n := admit(t, s, batch(1, 30), start)
	if over := s.Over(found{&foreign: 30}.tally(), defaults, start); n != 30 || over != 0 {
		t.Errorf("%d passed, 60 of 300 are too much: %v", n, over)
	}
}

func TestAnotherFieldHasTheQuestionAskedAboutBoth(t *testing.T) {
	t.Parallel()
	s := brake.State{}.Counted(found{&foreign: 60}.tally(), defaults, 5, start)
	title := brake.LoadOf(planOf(plan.Decision{Field: scene.FieldTitle, Foreign: true})).Fields()
	if s = s.Hold(title); !s.Uncounted() || !s.Held.Has(scene.FieldSummary) || !s.Held.Has(scene.FieldTitle) {
		t.Errorf("%+v", s)
	}
	if over := s.Over(brake.NewTally(), defaults, start); over != s.Held {
		t.Errorf("a comparison must not write %v, but %v is held", over, s.Held)
	}
}

func TestAnAnswerBeginsAnew(t *testing.T) {
	t.Parallel()
	s, _ := admit(t, brake.State{}.Under("some"), batch(1, 40), start)
	s = s.Counted(found{&foreign: 60}.tally(), defaults, 5, start).Answered(start)
	if _, n := admit(t, s, batch(100, 40), start); n != 40 || s.Basis != "some" {
		t.Errorf("%d of 40 passed after the answer, basis %q", n, s.Basis)
	}
}

func TestClearsAreToldAsAShareOfAllValues(t *testing.T) {
	t.Parallel()
	s := brake.State{}.Counted(found{&cleared: 61, &same: 239}.tally(), defaults, 5, start)
	if q := s.Question; q == nil || q.Trips[0].Of != 300 || q.Trips[0].Cleared != 61 {
		t.Errorf("asked %+v", q)
	}
}

func TestACountUnderOtherSettingsMakesRoomForNothing(t *testing.T) {
	t.Parallel()
	counted := brake.State{}.Under("some").Counted(found{&kept: 1000}.tally(), defaults, 5, start)
	if _, n := admit(t, counted, batch(1, 60), start); n != 60 {
		t.Fatalf("%d of 60 passed, where 1000 foreign values were counted", n)
	}
	if next, n := admit(t, counted.Under("others"), batch(1, 60), start); n != 0 || !next.Uncounted() {
		t.Errorf("%d of 60 passed by the count of other settings", n)
	}
}

// A state that is taken for the same is not stored.
func TestStatesThatDifferInAnythingAreNotTheSame(t *testing.T) {
	t.Parallel()
	full := func() brake.State {
		return brake.State{
			Began: start, Spent: brake.Loads{scene.FieldSummary: {Foreign: 1}}, Known: map[scene.Field]brake.Total{scene.FieldSummary: {Held: 3}},
			Open: map[scene.ID]brake.Fields{7: 1}, Held: 1, Picked: 1, Question: &brake.Question{Report: 5}, Basis: "some",
		}
	}
	s := full()
	same := full()
	same.Question, same.Began = s.Question, start.Local()
	if !s.Same(same) {
		t.Error("two alike are not the same")
	}
	for i := range reflect.TypeFor[brake.State]().NumField() {
		name := reflect.TypeFor[brake.State]().Field(i).Name
		less := s
		reflect.ValueOf(&less).Elem().Field(i).SetZero()
		if reflect.ValueOf(s).Field(i).IsZero() {
			t.Fatalf("the test says nothing about %s", name)
		}
		if s.Same(less) || less.Same(s) {
			t.Errorf("the same without %s", name)
		}
	}
}
