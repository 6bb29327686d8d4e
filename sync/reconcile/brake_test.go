package reconcile_test

import (
	"fmt"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
)

// summaries counts plans for a summary field into a brake.
func summaries(b *reconcile.Brake, n int, d plan.Decision) {
	d.Field = scene.FieldSummary
	for range n {
		b.Plan(plan.Plan{Decisions: []plan.Decision{d}})
	}
}

func TestBrakeTripsAboveShareAndMinimumOnly(t *testing.T) {
	t.Parallel()
	foreign := plan.Decision{Action: plan.Write, Old: "theirs", New: "ours", Foreign: true}
	clear := plan.Decision{Action: plan.Clear, Old: "ours"}
	ours := plan.Decision{Action: plan.Write, Old: "ours before", New: "ours"}
	same := plan.Decision{Action: plan.Same, Old: "ours"}
	empty := plan.Decision{Action: plan.Write, New: "ours"}
	for name, tt := range map[string]struct {
		count map[string]int
		trips bool
	}{
		"exactly the share":             {map[string]int{"foreign": 50, "same": 200}, false},
		"one more than the share":       {map[string]int{"foreign": 51, "same": 199}, true},
		"one less than the minimum":     {map[string]int{"foreign": 49}, false},
		"exactly the minimum":           {map[string]int{"foreign": 50}, true},
		"clears count":                  {map[string]int{"clear": 60, "same": 40}, true},
		"clears and foreign together":   {map[string]int{"clear": 30, "foreign": 30, "same": 40}, true},
		"our own values do not":         {map[string]int{"ours": 1000}, false},
		"empty items are no holders":    {map[string]int{"foreign": 51, "same": 199, "empty": 10000}, true},
		"empty items are not protected": {map[string]int{"empty": 10000}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := reconcile.NewBrake(config.Defaults())
			for kind, d := range map[string]plan.Decision{"foreign": foreign, "clear": clear, "ours": ours, "same": same, "empty": empty} {
				summaries(b, tt.count[kind], d)
			}
			if got := len(b.Tripped()) > 0; got != tt.trips {
				t.Errorf("tripped %v, want %v: %+v", got, tt.trips, b.Tripped())
			}
		})
	}
}

func TestClearsAreMeasuredAgainstTheLibrary(t *testing.T) {
	t.Parallel()
	clear := plan.Decision{Action: plan.Clear, Old: "ours"}
	for cleared, trips := range map[int]bool{200: false, 201: true} {
		b := reconcile.NewBrake(config.Defaults())
		b.Library = 1000
		summaries(b, cleared, clear)
		if got := len(b.Tripped()) > 0; got != trips {
			t.Errorf("%d of 1000 cleared: tripped %v, want %v", cleared, got, trips)
		}
	}
}

func TestBrakeWordsSayWhatWouldHappen(t *testing.T) {
	t.Parallel()
	for want, trip := range map[string]reconcile.Trip{
		"This would overwrite 412 of 1\u202f204 summaries that Lockstep did not write.": {Field: scene.FieldSummary, Held: 1204, Foreign: 412},
		"This would clear 300 of 1\u202f000 studios.":                                   {Field: scene.FieldStudio, Held: 1000, Cleared: 300},
		"This would clear or overwrite 60 of 100 lists of tags.":                        {Field: scene.FieldTags, Held: 100, Cleared: 30, Foreign: 30},
	} {
		if got := reconcile.BrakeWords([]reconcile.Trip{trip}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, f := range scene.Fields() {
		if w := reconcile.BrakeWords([]reconcile.Trip{{Field: f, Held: 2, Foreign: 1}}); w == fmt.Sprintf("This would overwrite 1 of 2 %s that Lockstep did not write.", "") {
			t.Errorf("%s has no noun", f)
		}
	}
}
