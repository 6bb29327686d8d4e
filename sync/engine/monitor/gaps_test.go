package monitor_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"lockstep/sync/store"
)

func TestTheTimeLockstepDidNotRunIsAGap(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if at, err := r.LastAlive(); err != nil || !at.Equal(r.now()) {
		t.Errorf("watched until %v, %v; the start watches", at, err)
	}
	ever := r.gaps() // before the first start nobody watched
	r.pass(time.Hour)
	r.alive()
	off := r.now()
	r.pass(8 * time.Hour)
	r.restart()
	if got, want := r.gaps(), slices.Concat(ever, []outage.Gap{{From: off, To: r.now()}}); !slices.Equal(got, want) {
		t.Errorf("gaps %v, want %v", got, want)
	}
	r.restart()
	if got := r.gaps(); len(got) != len(ever)+1 {
		t.Errorf("a restart at once: %v", got)
	}
}

func TestWithoutAPlexTheGapGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.alive()
	ever, off := r.gaps(), r.now()
	r.settings.Watched = false
	r.pass(time.Hour)
	r.alive()
	r.pass(time.Hour)
	r.alive()
	r.settings.Watched = true
	r.must(r.Watches())
	got := r.gaps()
	if len(got) == len(ever) {
		t.Fatalf("no gap: %v", got)
	}
	var unknown time.Duration
	for _, g := range got[len(ever):] {
		if g.From.Before(off) {
			t.Errorf("gap %v begins before %v", g, off)
		}
		unknown = max(unknown, g.To.Sub(off))
	}
	if unknown != 2*time.Hour {
		t.Errorf("unknown for %v of two hours: %v", unknown, got)
	}
	r.pass(time.Hour)
	r.alive()
	if at, _ := r.LastAlive(); !at.Equal(r.now()) {
		t.Errorf("watched until %v, it is %v", at, r.now())
	}
}

func TestASleepIsAGapAndAClockSetBackIsNone(t *testing.T) {
	t.Parallel()
	const longest = 2 * time.Minute
	for name, tt := range map[string]struct {
		by    time.Duration
		slept bool
		gap   bool
	}{
		"a turn that came":     {time.Minute, false, false},
		"a night":              {8 * time.Hour, true, true},
		"just too long":        {longest, true, true},
		"a clock set back":     {-time.Hour, true, false},
		"a little":             {-5 * time.Second, false, false},
		"two clocks that part": {11 * time.Second, false, false}, // both clocks of a test go together
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			before, from := r.gaps(), r.now()
			r.pass(tt.by)
			slept, err := r.Turn(longest)
			if err != nil || slept != tt.slept {
				t.Errorf("slept %v, %v", slept, err)
			}
			want := before
			if tt.gap {
				want = append(slices.Clone(before), outage.Gap{From: from, To: r.now()})
			}
			got := r.gaps()
			if tt.by > 0 && !slices.Equal(got, want) || tt.by < 0 && len(got) > len(before) {
				t.Errorf("gaps %v, want %v", got, want)
			}
			for _, g := range got {
				if tt.slept && g.To.After(r.now()) {
					t.Errorf("gap %v ends in the future of %v", g, r.now())
				}
			}
			if again, err := r.Turn(longest); again || err != nil {
				t.Errorf("told twice: %v, %v", again, err)
			}
		})
	}
}

func TestWithoutAPlexASleepIsNoGapOfItsOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	before := r.gaps()
	r.settings.Watched = false
	r.pass(8 * time.Hour)
	if slept, err := r.Turn(2 * time.Minute); !slept || err != nil {
		t.Errorf("slept %v, %v", slept, err)
	}
	if got := r.gaps(); !slices.Equal(got, before) {
		t.Errorf("gaps %v, want %v", got, before)
	}
}

func TestWhatAWrongClockLeftInTheFutureIsDrawnBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	now := r.now()
	r.shelf.Update(t, func(tx store.Tx) error {
		return errors.Join(
			tx.PutOffGap(outage.Gap{From: now.Add(-time.Hour), To: now.Add(time.Hour)}),
			tx.PutOffGap(outage.Gap{From: now.Add(2 * time.Hour), To: now.Add(3 * time.Hour)}),
		)
	})
	r.restart()
	for _, g := range r.gaps() {
		if g.To.After(now) {
			t.Errorf("gap %v", g)
		}
	}
	if !slices.Contains(r.gaps(), outage.Gap{From: now.Add(-time.Hour), To: now}) {
		t.Errorf("gaps %v, want the one that had begun", r.gaps())
	}
}

func TestOldRecordsAndGapsAreDropped(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	now, old := r.now(), r.now().Add(-100*24*time.Hour)
	r.shelf.Update(t, func(tx store.Tx) error {
		return errors.Join(
			tx.PutOutage(outage.Record{ID: 1, Started: old, Ended: old.Add(time.Hour)}),
			tx.PutOutage(outage.Record{ID: 2, Started: now.Add(-time.Hour), Ended: now}),
			tx.PutOffGap(outage.Gap{From: old, To: old.Add(time.Hour)}),
			tx.PutOffGap(outage.Gap{From: now.Add(-2 * time.Hour), To: now.Add(-time.Hour)}),
		)
	})
	r.must(monitor.Prune(r.shelf.DB, 90*24*time.Hour, now))
	if list := r.records(); len(list) != 1 || list[0].ID != 2 {
		t.Errorf("records %+v", list)
	}
	for _, g := range r.gaps() {
		if g.To.Before(now.Add(-90 * 24 * time.Hour)) {
			t.Errorf("gap %v is kept", g)
		}
	}
	if !slices.Contains(r.gaps(), outage.Gap{From: now.Add(-2 * time.Hour), To: now.Add(-time.Hour)}) {
		t.Errorf("gaps %v, want the young one kept", r.gaps())
	}
}

func none(store.Tx) ([]outage.Record, error) { return nil, nil }

func TestTheHistoryCoversItsWindow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.down()
	r.pass(time.Hour)
	r.probe(nil)
	r.pass(40 * 24 * time.Hour)
	r.alive()
	r.down()
	r.pass(time.Hour)
	history := func(window time.Duration, watching bool) api.OutagePage {
		p, err := monitor.History(r.shelf.DB, r.now(), watching, api.OutageQuery{Window: window}, none)
		r.must(err)
		return p
	}
	if p := history(0, true); len(p.Records) != 1 || p.To.Sub(p.From) != 30*24*time.Hour {
		t.Errorf("%d records in %v", len(p.Records), p.To.Sub(p.From))
	}
	p := history(60*24*time.Hour, true)
	if len(p.Records) != 2 || !p.Records[0].Ongoing() || len(p.Timeline) == 0 {
		t.Errorf("%+v", p.Records)
	}
	watched := len(p.Gaps)
	if p := history(60*24*time.Hour, false); len(p.Gaps) != watched+1 || !p.Gaps[watched].To.Equal(p.To) {
		t.Errorf("while nobody watches: %v", p.Gaps)
	}
}

func TestWhatOthersWatchedIsListedAndNoPartOfTheTimeline(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.down()
	r.pass(time.Hour)
	r.probe(nil)
	theirs := outage.Record{ID: 9, Imported: true, Started: r.now().Add(-5 * time.Hour), Ended: r.now().Add(-4 * time.Hour)}
	p, err := monitor.History(r.shelf.DB, r.now(), true, api.OutageQuery{}, func(store.Tx) ([]outage.Record, error) { return []outage.Record{theirs}, nil })
	r.must(err)
	if len(p.Records) != 2 || p.Records[1] != theirs {
		t.Errorf("records %+v, want the newest first", p.Records)
	}
	alone, err := monitor.History(r.shelf.DB, r.now(), true, api.OutageQuery{}, none)
	r.must(err)
	if !slices.Equal(p.Timeline, alone.Timeline) {
		t.Errorf("timeline %v, want %v", p.Timeline, alone.Timeline)
	}
	broken := errors.New("broken")
	if _, err := monitor.History(r.shelf.DB, r.now(), true, api.OutageQuery{}, func(store.Tx) ([]outage.Record, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestAnAnnouncementIsStoredBeforeItIsSent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	said := func(k health.SaidKind, delivered bool) monitor.Answer {
		a, err := r.Announce(health.Said{Outage: 1, Kind: k, At: r.now(), Delivered: delivered})
		r.must(err)
		return a
	}
	if a := said(health.SaidDown, false); a != monitor.Refused {
		t.Errorf("while Plex is up: %v", a)
	}
	r.down()
	if a := said(health.SaidDown, false); a != monitor.Stale {
		t.Errorf("before a probe proved it: %v", a)
	}
	r.probe(away)
	if a := said(health.SaidDown, false); a != monitor.Allowed {
		t.Fatalf("after one: %v", a)
	}
	r.restart()
	var s api.Snapshot
	if r.Show(&s, time.Time{}); s.Said.Kind != health.SaidDown || s.Said.Delivered {
		t.Errorf("on disk is %+v", s.Said)
	}
	r.pass(5 * time.Second)
	r.probe(away)
	if a := said(health.SaidDown, true); a != monitor.Allowed {
		t.Errorf("that it was shown: %v", a)
	}
	if a := said(health.SaidDown, false); a != monitor.Refused {
		t.Errorf("twice: %v", a)
	}
	r.pass(time.Minute)
	r.probe(nil)
	r.step(breaker.Success)
	if a := said(health.SaidBack, false); a != monitor.Allowed {
		t.Errorf("that it is back: %v", a)
	}
	r.pass(time.Minute)
	if a := said(health.SaidBack, false); a != monitor.Stale {
		t.Errorf("a minute later: %v", a)
	}
}
