package brake_test

import (
	"strings"
	"testing"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

var (
	foreign = plan.Decision{Field: scene.FieldSummary, Action: plan.Write, Old: "theirs", New: "ours", Foreign: true}
	cleared = plan.Decision{Field: scene.FieldSummary, Action: plan.Clear, Old: "ours"}
	ours    = plan.Decision{Field: scene.FieldSummary, Action: plan.Write, Old: "ours before", New: "ours"}
	same    = plan.Decision{Field: scene.FieldSummary, Action: plan.Same, Old: "ours"}
	kept    = plan.Decision{Field: scene.FieldSummary, Action: plan.Keep, Old: "theirs"}
	adopted = plan.Decision{Field: scene.FieldSummary, Action: plan.Adopt, Old: "alike"}
	empty   = plan.Decision{Field: scene.FieldSummary, Action: plan.Write, New: "ours"}
)

func planOf(d plan.Decision) plan.Plan { return plan.Plan{Decisions: []plan.Decision{d}} }

type found map[*plan.Decision]int

func (f found) tally() *brake.Tally {
	t := brake.NewTally()
	for d, n := range f {
		for range n {
			t.Plan(planOf(*d))
		}
	}
	return t
}

var defaults = brake.LimitsOf(config.Defaults())

func TestWhatIsTooMuchIsMeasuredAgainstForeignValuesAlone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		found found
		over  bool
	}{
		"exactly the share":                 {found{&foreign: 50, &kept: 200}, false},
		"one more than the share":           {found{&foreign: 51, &kept: 200}, true},
		"adopted values are foreign ones":   {found{&foreign: 50, &adopted: 200}, false},
		"our own make no room":              {found{&foreign: 51, &kept: 199, &same: 10000, &ours: 10000}, true},
		"one less than the minimum":         {found{&foreign: 49}, false},
		"exactly the minimum":               {found{&foreign: 50}, true},
		"clears are a share of all values":  {found{&cleared: 60, &same: 240}, false},
		"clears over the share":             {found{&cleared: 61, &same: 240}, true},
		"clears and foreign values add up":  {found{&cleared: 30, &foreign: 30, &kept: 200}, true},
		"our own values may be overwritten": {found{&ours: 1000}, false},
		"empty items hold nothing":          {found{&foreign: 51, &kept: 199, &empty: 10000}, true},
		"empty items are not protected":     {found{&empty: 10000}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := brake.State{}.Counted(tt.found.tally(), defaults, 7, time.Unix(1, 0))
			if got := s.Question != nil; got != tt.over || (s.Held != 0) != tt.over {
				t.Errorf("asked %v, held %v, want %v: %+v", got, s.Held, tt.over, s.Question)
			}
			over := brake.State{}.Over(tt.found.tally(), defaults, time.Unix(1, 0))
			if (over != 0) != tt.over {
				t.Errorf("a comparison that enqueues finds %v, one that counts %v", over != 0, tt.over)
			}
		})
	}
}

func TestItemsThatWereNotReadCountAsOurs(t *testing.T) {
	t.Parallel()
	tally := found{&cleared: 60}.tally()
	for range 240 {
		tally.InStep(plan.Memory{Fields: map[scene.Field]plan.FieldMemory{scene.FieldSummary: {Sent: "x", Back: "x"}}})
	}
	if over := (brake.State{}).Over(tally, defaults, time.Unix(1, 0)); over != 0 {
		t.Errorf("60 of 300 clears are too much: %v", over)
	}
}

func TestWordsSayWhatWouldHappen(t *testing.T) {
	t.Parallel()
	for want, trip := range map[string]brake.Trip{
		"This would overwrite 412 of 1204 summaries that Lockstep did not write.": {Field: scene.FieldSummary, Load: brake.Load{Foreign: 412}, Of: 1204},
		"This would clear 300 of 1000 studios.":                                   {Field: scene.FieldStudio, Load: brake.Load{Cleared: 300}, Of: 1000},
		"This would clear or overwrite 60 of 100 lists of tags.":                  {Field: scene.FieldTags, Load: brake.Load{Foreign: 30, Cleared: 30}, Of: 100},
	} {
		if got := brake.Words([]brake.Trip{trip}); got.String() != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, f := range scene.Fields() {
		w := brake.Words([]brake.Trip{{Field: f, Load: brake.Load{Foreign: 1}, Of: 2}})
		if strings.Contains(w.String(), "of 2  that") {
			t.Errorf("%s has no noun", f)
		}
	}
}

func TestNumbersOfAQuestionAreThoseStillToBeWritten(t *testing.T) {
	t.Parallel()
	s, held := brake.State{}.Admit(batch(1, 40), defaults, time.Unix(1, 0))
	if len(held) != 0 {
		t.Fatalf("held %v", held)
	}
	s = s.Counted(found{&foreign: 30, &same: 40, &kept: 5}.tally(), defaults, 9, time.Unix(2, 0))
	want := brake.Trip{Field: scene.FieldSummary, Load: brake.Load{Foreign: 30}, Of: 35}
	if s.Question == nil || len(s.Question.Trips) != 1 || s.Question.Trips[0] != want || s.Question.Report != 9 {
		t.Errorf("asked %+v, want %+v", s.Question, want)
	}
}
