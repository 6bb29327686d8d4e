package audit

import (
	"log/slog"
	"testing"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

func TestScheduleIsByTheWallClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for name, tt := range map[string]struct {
		state    schedule
		interval config.Interval
		atStart  bool
		want     time.Time
	}{
		"never":                           {schedule{done: ago(1000 * time.Hour)}, config.Never, false, time.Time{}},
		"hourly, half an hour to go":      {schedule{done: ago(30 * time.Minute)}, config.Hourly, false, now.Add(30 * time.Minute)},
		"daily, slept over it":            {schedule{done: ago(40 * time.Hour)}, config.Daily, false, ago(16 * time.Hour)},
		"weekly, never yet":               {schedule{}, config.Weekly, false, now},
		"the clock was set back":          {schedule{done: now.Add(48 * time.Hour)}, config.Hourly, false, now.Add(time.Hour)},
		"at start, over an hour ago":      {schedule{done: ago(61 * time.Minute), stale: true}, config.Never, true, now},
		"at start, within the hour":       {schedule{done: ago(59 * time.Minute)}, config.Daily, true, now.Add(24*time.Hour - 59*time.Minute)},
		"at start, done already":          {schedule{done: ago(2 * time.Hour)}, config.Never, true, time.Time{}},
		"at start, never yet":             {schedule{stale: true}, config.Never, true, now},
		"a failed run waits":              {schedule{done: ago(30 * time.Hour), retryAt: now.Add(10 * time.Minute)}, config.Daily, false, now.Add(10 * time.Minute)},
		"a wait no clock can have set":    {schedule{done: ago(30 * time.Hour), retryAt: now.Add(10 * time.Hour)}, config.Daily, false, ago(6 * time.Hour)},
		"a failed run does not hasten it": {schedule{done: ago(time.Hour), retryAt: now.Add(10 * time.Minute)}, config.Daily, false, now.Add(23 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := config.Defaults()
			s.Reconcile, s.AtStart = tt.interval, tt.atStart
			if got := tt.state.due(s, now); !got.Equal(tt.want) {
				t.Errorf("due %v, want %v", got, tt.want)
			}
		})
	}
}

// TestScheduledRunThatFailsForADayIsTriedAFewTimes: each reads both libraries.
func TestScheduledRunThatFailsForADayIsTriedAFewTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	r, s := &schedule{stale: true}, config.Defaults()
	s.Reconcile, s.AtStart = config.Daily, true
	var waits []time.Duration
	for end := now.Add(24 * time.Hour); ; {
		r.failed(now)
		at := r.due(s, now)
		waits = append(waits, at.Sub(now))
		if now = at; now.After(end) {
			break
		}
	}
	if len(waits) > 9 || waits[0] != retryRun || waits[len(waits)-1] != retryRunMax {
		t.Errorf("waits within a day: %v", waits)
	}
}

func TestOnlyACompleteRunOfTheScheduleCounts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		report   store.Report
		counts   bool
		complete bool
		done     bool
		wait     time.Duration
	}{
		"complete":                  {store.Report{Scope: "all"}, false, true, true, 0},
		"of what the schedule is":   {store.Report{Scope: "films"}, false, true, true, 0},
		"of something else":         {store.Report{Scope: "new"}, false, true, false, 0},
		"a preview":                 {store.Report{Scope: "all", Preview: true}, false, true, false, 0},
		"incomplete, asked for":     {store.Report{Scope: "all"}, false, false, false, 0},
		"incomplete, scheduled":     {store.Report{Scope: "all", Scheduled: true}, false, false, false, retryRun},
		"incomplete, for the brake": {store.Report{Scope: "all", Scheduled: true, Preview: true}, true, false, false, retryRun},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.NewShelf(t, 0)
			a := New(host.Host{Now: s.Clock.Now, Store: s.DB, Log: slog.New(slog.DiscardHandler)})
			if err := a.Load(); err != nil {
				t.Fatal(err)
			}
			settings := config.Defaults()
			settings.Scope = "films"
			if err := a.ran(&run{report: tt.report, counts: tt.counts}, tt.complete, settings); err != nil {
				t.Fatal(err)
			}
			if got := a.schedule.done.Equal(s.Clock.Now()); got != tt.done {
				t.Errorf("done %v, want %v", got, tt.done)
			}
			if wait := a.schedule.retryAt.Sub(s.Clock.Now()); wait != tt.wait && tt.wait > 0 || a.schedule.retryAt.IsZero() != (tt.wait == 0) {
				t.Errorf("waits %v, want %v", wait, tt.wait)
			}
			again := New(a.host)
			if err := again.Load(); err != nil || again.schedule.done.Equal(s.Clock.Now()) != tt.done || again.schedule.stale == tt.done {
				t.Errorf("after a restart %+v", again.schedule)
			}
		})
	}
}

func TestTheScheduleWantsItsScope(t *testing.T) {
	t.Parallel()
	for scope, want := range map[config.Scope]string{"": "all", "new": "new"} {
		s := testkit.NewShelf(t, 0)
		a := New(host.Host{Now: s.Clock.Now, Store: s.DB, Log: slog.New(slog.DiscardHandler)})
		if err := a.Load(); err != nil {
			t.Fatal(err)
		}
		settings := config.Defaults()
		settings.Reconcile, settings.Scope = config.Daily, scope
		if at := a.Due(s.Clock.Now(), settings); !at.Equal(s.Clock.Now()) {
			t.Fatalf("due %v", at)
		}
		if err := a.WantDue(s.Clock.Now(), settings, 1); err != nil {
			t.Fatal(err)
		}
		if r := a.run.report; r.Scope != want || !r.Scheduled || r.Preview || a.run.counts {
			t.Errorf("scope %q wants %+v", scope, r)
		}
		if at := a.Due(s.Clock.Now(), settings); !at.IsZero() {
			t.Errorf("another is due at %v", at)
		}
	}
}
