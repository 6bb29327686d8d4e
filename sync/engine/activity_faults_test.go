package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/sim"
)

// TestWhatFailsForADayOnTheWayToStashHoldsNothingElseUp: each request of its own fails for a
// day in each way. It is asked within the budget, the reason is shown, edits of Stash reach
// Plex, and afterwards every play arrives once.
func TestWhatFailsForADayOnTheWayToStashHoldsNothingElseUp(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	history, writes := sim.Kinds("history"), sim.Named("AddPlays", "SaveActivity", "Rate")
	for name, c := range map[string]struct {
		host  string
		fault sim.Fault
	}{
		"the history answers 401":        {plexHost, sim.Fault{Effect: sim.Status, Status: 401, Match: history}},
		"the history answers 403":        {plexHost, sim.Fault{Effect: sim.Status, Status: 403, Match: history}},
		"the history answers 404":        {plexHost, sim.Fault{Effect: sim.Status, Status: 404, Match: history}},
		"the history answers 500":        {plexHost, sim.Fault{Effect: sim.Status, Status: 500, Match: history}},
		"the history hangs":              {plexHost, sim.Fault{Effect: sim.Hang, Match: history}},
		"the history is a web page":      {plexHost, sim.Fault{Effect: sim.HTML, Match: history}},
		"Stash refuses changes":          {stashHost, sim.Fault{Effect: sim.Errors, Match: writes}},
		"a proxy refuses changes":        {stashHost, sim.Fault{Effect: sim.Status, Status: 403, Match: writes}},
		"Stash hangs when it changes":    {stashHost, sim.Fault{Effect: sim.Hang, Match: writes}},
		"answers about changes get lost": {stashHost, sim.Fault{Effect: sim.Lost, Match: writes}},
		"scenes with plays are not read": {stashHost, sim.Fault{Effect: sim.Status, Status: 500, Match: sim.Named("Played")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				v := allowedPlays(t, dir)
				at := v.watch(1)
				server := &v.world.Plex.Server
				if c.host == stashHost {
					server = &v.world.Stash.Server
				}
				end := server.Inject(c.fault)
				start := time.Now()
				v.later(12 * time.Hour)
				s := v.snapshot()
				if c.fault.Effect != sim.Lost && (len(s.Failing) == 0 || s.Activity == nil || s.Activity.Why.IsZero()) {
					t.Errorf("nothing is shown: failing %+v, activity %+v", s.Failing, s.Activity)
				}
				if len(s.Attention) > 0 || s.Breaker.State != "closed" {
					t.Errorf("attention %+v, breaker %s", s.Attention, s.Breaker.State)
				}
				if err := v.world.Stash.Edit(2, func(s *sim.Scene) { s.Title = "Edited meanwhile" }); err != nil {
					t.Fatal(err)
				}
				v.later(3 * time.Minute)
				if it, _ := v.world.Plex.Item(v.keys[2]); it.Fields["title"] != "Edited meanwhile" {
					t.Errorf("an edit waits: %q", it.Fields["title"])
				}
				v.later(12 * time.Hour)
				counts := func(k sim.Call) bool { return c.fault.Match(k) }
				if n := most(v.requests(c.host), start, time.Now(), counts); n > 30 {
					t.Errorf("%d requests in a minute", n)
				}
				if n := most(v.requests(c.host), start.Add(2*time.Minute), time.Now(), counts); n > 4 {
					t.Errorf("%d requests a minute later on", n)
				}
				end()
				v.later(time.Hour)
				v.hasPlays(1, at)
				if s := v.snapshot(); len(s.Failing) > 0 {
					t.Errorf("still failing: %+v", s.Failing)
				}
				v.stop()
			})
		})
	}
}

// allowedPlays is a viewer whose plays, and nothing else, a person has let go to Stash.
func allowedPlays(t *testing.T, dir string) *viewer {
	t.Helper()
	v := newViewer(t, 4, only(true, false, false))
	v.run(dir)
	v.later(20 * time.Minute)
	v.allow()
	v.later(time.Minute)
	return v
}

// TestASceneWhosePlayStashRefusesHoldsNoOtherUp: one scene's fault is its own reason.
func TestASceneWhosePlayStashRefusesHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		v := allowedPlays(t, dir)
		end := v.world.Stash.Inject(sim.Fault{Effect: sim.Errors, Match: sim.All(sim.Named("AddPlays"), sim.ForItem("1"))})
		bad := v.watch(1)
		v.later(time.Hour)
		good := v.watch(2)
		v.later(4 * time.Hour)
		v.hasPlays(2, good)
		v.hasPlays(1)
		page, err := v.eng.Activity(context.Background(), api.ActivityQuery{})
		if err != nil || page.Total != 1 || page.Rows[0].State != "failed" || page.Rows[0].Why.IsZero() {
			t.Errorf("%+v, %v", page.Rows, err)
		}
		if s := v.snapshot(); s.Activity == nil || !s.Activity.Why.IsZero() {
			t.Errorf("Stash is blamed for one scene: %+v", s.Activity)
		}
		end()
		v.later(25 * time.Hour)
		v.hasPlays(1, bad)
		v.stop()
	})
}
