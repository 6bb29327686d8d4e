package engine_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/offline"
	"lockstep/sync/outage"
	"lockstep/sync/sim"
)

const night = 8 * time.Hour

// spent is how much of a chart is of one kind.
func spent(p api.OutagePage, k outage.Kind) time.Duration {
	var sum time.Duration
	for _, s := range p.Timeline {
		if s.Kind == k {
			sum += s.To.Sub(s.From)
		}
	}
	return sum
}

// chart waits for a chart of the last day that fits.
func (l *life) chart(what string, fits func(api.OutagePage) bool) api.OutagePage {
	l.t.Helper()
	for end := time.Now().Add(patience); ; {
		p, err := l.Outages(context.Background(), api.OutageQuery{Window: 24 * time.Hour})
		must(l.t, err)
		if fits(p) {
			return p
		}
		if time.Now().After(end) {
			l.t.Fatalf("waited in vain for %s: gaps %v, records %v", what, p.Gaps, p.Records)
		}
		l.nudge()
	}
}

// asleep reports a chart in which little but the night before now is known to be unknown.
func asleep(p api.OutagePage) bool {
	return spent(p, outage.Up)+spent(p, outage.Down) < time.Hour
}

func TestSleepIsNeitherUpNorDown(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 61, Scenes: 10}, nil)
	l := b.start()
	l.settled()
	b.clock.pass(night)
	l.chart("a night nothing is known of", asleep)
}

func TestANightAsleepDoesNotMakeAnOutageLonger(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 62, Scenes: 10}, nil)
	l := b.start()
	l.settled()
	clear := b.world.Plex.Inject(sim.Fault{Effect: sim.Maintenance})
	must(t, b.world.Stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited in the outage" }))
	_, _ = l.SyncNow(context.Background(), api.SyncRequest{}) // the outage ends it
	l.until("the outage", func(s api.Snapshot) bool { return s.Verdict == health.Down })
	b.clock.pass(night)
	l.chart("a night nothing is known of", asleep)
	clear()
	l.until("the end", func(s api.Snapshot) bool { return s.Verdict == health.Up })
	p := l.chart("an outage that is over", func(p api.OutagePage) bool { return len(p.Records) == 1 && !p.Records[0].Ongoing() })
	if down := p.Metrics.Downtime; down <= 0 || down > time.Hour {
		t.Errorf("down for %v, want only what was watched", down)
	}
}

func TestNothingIsKnownBeforePlexIsSetUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 63, Scenes: 10}, nil)
	address := b.settings.PlexURL
	l := b.start()
	l.settled()
	b.at(l, "")
	b.clock.pass(2 * 24 * time.Hour)
	l.chart("nothing known", func(p api.OutagePage) bool { return spent(p, outage.Off) == 24*time.Hour })
	b.at(l, address)
	l.settled()
	l.chart("the time since the set-up", func(p api.OutagePage) bool { up := spent(p, outage.Up); return 0 < up && up < time.Hour })
}

// at stores another address of Plex.
func (b *bench) at(l *life, plex string) {
	b.settings.PlexURL = plex
	l.keep(b.rig, api.SettingsChange{})
}

func TestNothingIsKnownWhileNoEngineRuns(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 64, Scenes: 10}, nil)
	l := b.start()
	l.settled()
	l.end()
	b.clock.pass(night)
	db := b.open().db
	defer func() { must(t, db.Close()) }()
	p, err := offline.New(db, b.now).Outages(context.Background(), api.OutageQuery{Window: night - time.Minute})
	must(t, err)
	if off := spent(p, outage.Off); off != night-time.Minute {
		t.Errorf("not known for %v of %v", off, night-time.Minute)
	}
}

func TestAWrongClockHidesNoTimeToCome(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 65, Scenes: 10}, nil)
	l := b.start()
	l.settled()
	b.clock.pass(night)
	l.chart("a night nothing is known of", asleep)
	b.clock.pass(-night)
	now := b.now()
	l.chart("no gap in the future", func(p api.OutagePage) bool {
		return !slices.ContainsFunc(p.Gaps, func(g outage.Gap) bool { return g.To.After(now.Add(time.Minute)) })
	})
}
