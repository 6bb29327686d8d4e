package engine_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/sim"
)

// reports counts the reports there are.
func (l *life) reports() int {
	l.t.Helper()
	list, err := l.Reports(context.Background(), 0)
	must(l.t, err)
	return len(list)
}

// nudge has the loop look at what is due.
func (l *life) nudge() {
	l.t.Helper()
	_, err := l.Settings(context.Background())
	must(l.t, err)
}

func TestScheduledRunsSurviveRestartsAndSleep(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 51, Scenes: 15}, nil)
	b.settings.AtStart, b.settings.Reconcile = true, config.Daily
	l := b.start()
	s := l.until("the run at the start", func(s api.Snapshot) bool { return s.LastReconciliation != nil })
	if r := s.LastReconciliation; !r.Scheduled || r.Preview || r.Scope != "all" || r.Checked != 15 || r.Gaps != 0 {
		t.Errorf("got %+v", r)
	}
	l.end()

	b.clock.pass(50 * time.Minute)
	l = b.start()
	l.settled()
	l.nudge()
	if n := l.reports(); n != 1 {
		t.Errorf("%d reports after a restart within the hour, want 1", n)
	}
	b.clock.pass(25 * time.Hour) // asleep
	l.nudge()
	l.until("the run after the sleep", func(s api.Snapshot) bool { return s.LastReconciliation.ID == 2 })
	l.nudge()
	if n := l.reports(); n != 2 {
		t.Errorf("%d reports, want 2", n)
	}
}

func TestAFailedScheduledRunIsNotDone(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 52, Scenes: 15}, nil)
	b.settings.AtStart = true
	must(t, b.world.Plex.Wipe(b.world.TargetKeys(3)[0]))
	clear := b.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: http.StatusInternalServerError, Match: sim.Kinds("detail")})
	l := b.start()
	s := l.until("the failed run", func(s api.Snapshot) bool { return s.LastReconciliation != nil })
	if s.LastReconciliation.Incomplete.IsZero() {
		t.Errorf("got %+v", s.LastReconciliation)
	}
	clear()
	b.clock.pass(20 * time.Minute)
	l.nudge()
	l.until("another try", func(s api.Snapshot) bool {
		l.nudge()
		return s.LastReconciliation.Incomplete.IsZero() && s.LastReconciliation.ID > 1
	})
}

func TestNoScheduledRunWhilePaused(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 53, Scenes: 15}, func(s *config.Settings) { s.AtStart = false })
	l := b.start()
	l.settled()
	must(t, l.Pause(context.Background(), time.Time{}))
	l.end()
	b.settings.Reconcile = config.Hourly
	l = b.start()
	l.until("both servers", func(s api.Snapshot) bool { return s.Plex.OK && s.Stash.OK })
	l.nudge()
	if n := l.reports(); n != 0 {
		t.Errorf("%d reports while paused", n)
	}
	must(t, l.Resume(context.Background()))
	l.until("the run after the pause", func(s api.Snapshot) bool { return s.LastReconciliation != nil })
}

func TestAReportADyingProcessLeftIsEnded(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 54, Scenes: 15}, nil)
	l := b.start()
	l.settled()
	clear := b.world.Plex.Inject(sim.Fault{Effect: sim.Hang, Match: sim.Kinds("list")})
	id, err := l.Reconcile(context.Background(), api.ReconcileRequest{})
	must(t, err)
	if _, err := l.Reconcile(context.Background(), api.ReconcileRequest{}); err == nil {
		t.Error("a second run was accepted")
	}
	must(t, l.StopReconcile(context.Background()))
	rep, _ := l.report(id)
	if rep.Incomplete.String() != "You stopped it." {
		t.Errorf("stopped: %+v", rep)
	}
	id, err = l.Reconcile(context.Background(), api.ReconcileRequest{})
	must(t, err)
	l.end()
	clear()
	l = b.start()
	rep, _ = l.report(id)
	if rep.Incomplete.String() != "Lockstep was quit." {
		t.Errorf("quit: %+v", rep)
	}
}
