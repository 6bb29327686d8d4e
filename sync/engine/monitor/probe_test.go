package monitor_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/library"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

func TestAnOutageIsProbedOftenAtFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.settings.Breaker.Backoff = []time.Duration{time.Minute}
	if !r.Due(r.now()).IsZero() || r.Young(r.now()) {
		t.Error("a probe is due without an outage")
	}
	r.down()
	for _, tt := range []struct {
		age, wait time.Duration
		young     bool
	}{
		{0, 5 * time.Second, true}, {50 * time.Second, 5 * time.Second, true}, {65 * time.Second, 20 * time.Second, true},
		{9 * time.Minute, 20 * time.Second, true}, {11 * time.Minute, time.Minute, false}, {time.Hour, time.Minute, false},
	} {
		r.pass(testkit.Start.Add(tt.age).Sub(r.now()))
		r.probe(away)
		if wait := r.Due(r.now()).Sub(r.now()); wait != tt.wait || r.Young(r.now()) != tt.young {
			t.Errorf("after %v: probed again in %v, young %v", tt.age, wait, r.Young(r.now()))
		}
	}
}

func TestTheServerIsLeftAloneForAsLongAsItAsks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.settings.Breaker.Backoff = []time.Duration{time.Minute}
	r.down()
	asks := *away
	asks.RetryAfter = 40 * time.Second
	r.probe(&asks)
	if wait := r.Due(r.now()).Sub(r.now()); wait != 40*time.Second {
		t.Errorf("probed again in %v, want the 40 s it asked for", wait)
	}
	r.pass(40 * time.Second)
	r.probe(away)
	if wait := r.Due(r.now()).Sub(r.now()); wait != 5*time.Second {
		t.Errorf("probed again in %v", wait)
	}
}

func TestWhenSomebodyListensAgainTheProbeIsDueAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.down()
	r.ProbeSoon()
	if at := r.Due(r.now()); at.After(r.now()) {
		t.Errorf("due at %v, it is %v", at, r.now())
	}
}

// unasked is a target that no probe is begun of.
func unasked() monitor.Target { panic("a target was asked for") }

func TestOneProbeAtATime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if p, err := r.BeginProbe(unasked); p != nil || err != nil {
		t.Errorf("a probe of a breaker that is closed: %v, %v", p, err)
	}
	r.down()
	r.begin(&plex{})
	if !r.Due(r.now()).IsZero() || r.Allows() || r.Open() {
		t.Errorf("due %v, allows %v, open %v while one is under way", r.Due(r.now()), r.Allows(), r.Open())
	}
	if p, err := r.BeginProbe(unasked); p != nil || err != nil {
		t.Errorf("a second probe: %v, %v", p, err)
	}
}

func TestWhatTheEndOfAProbeMeans(t *testing.T) {
	t.Parallel()
	held := budget.New(func() time.Time { return testkit.Start }, func() float64 { return 0.5 })
	held.Done(budget.Connect, away)
	for name, tt := range map[string]struct {
		err      error
		stopping bool
		want     breaker.Transition
		told     bool // what a check of Plex should know
		proved   bool // that it is away
	}{
		"an answer":                      {nil, false, breaker.Recovered, false, false},
		"nobody answers":                 {away, false, breaker.Reopened, true, true},
		"an error of the server":         {testkit.Trouble(fault.Temporary, fault.Plex), false, breaker.Reopened, true, true},
		"it refuses the token":           {testkit.Trouble(fault.Unauthorized, fault.Plex), false, breaker.Recovered, true, false},
		"it is busy":                     {testkit.Trouble(fault.Busy, fault.Plex), false, breaker.Recovered, true, false},
		"it was not asked":               {held.Allow(budget.Connect), false, breaker.Reopened, true, false},
		"our own fault":                  {testkit.Trouble(fault.Local, fault.None), false, breaker.Withdrawn, true, false},
		"it was stopped":                 {testkit.Trouble(fault.Canceled, fault.None), false, breaker.Withdrawn, true, false},
		"the process ends":               {away, true, breaker.Withdrawn, true, false},
		"it answers as the process ends": {nil, true, breaker.Recovered, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.down()
			p := r.begin(&plex{err: tt.err})
			p.Run(context.Background())
			moved, f, err := r.Probed(p, tt.stopping)
			if moved != tt.want || (f != nil) != tt.told || err != nil {
				t.Errorf("%v, %v, %v; want %v, told %v", moved, f, err, tt.want, tt.told)
			}
			if a, err := r.Announce(health.Said{Outage: 1, Kind: health.SaidDown, At: r.now()}); err != nil || (a == monitor.Allowed) != tt.proved {
				t.Errorf("to announce it is %v, %v; proved %v", a, err, tt.proved)
			}
		})
	}
}

func TestAServerThatHasToStartSaysThatItHas(t *testing.T) {
	t.Parallel()
	other := testkit.Trouble(fault.Config, fault.Plex)
	held := budget.New(func() time.Time { return testkit.Start }, func() float64 { return 0.5 })
	held.Done(budget.Connect, away)
	for name, tt := range map[string]struct {
		x      plex
		want   breaker.Transition
		probed int
	}{
		"it has":                   {plex{machine: "m"}, breaker.Recovered, 0},
		"it has not":               {plex{readyErr: away}, breaker.Reopened, 0},
		"another answers":          {plex{machine: "another"}, breaker.Reopened, 0},
		"it may not be asked that": {plex{readyErr: held.Allow(budget.Connect)}, breaker.Recovered, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.down()
			p := r.begin(&tt.x)
			p.Ready, p.Machine, p.Other = true, "m", other
			p.Run(context.Background())
			if moved, _, err := r.Probed(p, false); moved != tt.want || err != nil {
				t.Errorf("%v, %v; want %v", moved, err, tt.want)
			}
			if tt.x.ready != 1 || tt.x.probed != tt.probed {
				t.Errorf("asked %d times whether it has started, probed %d times", tt.x.ready, tt.x.probed)
			}
		})
	}
}

// lists is a Plex whose listing fails or not.
type lists struct{ err error }

func (lists) Sections(context.Context) ([]scene.Section, error) { return nil, nil }

func (l lists) List(_ context.Context, _ string, _ scene.Listing, page func(scene.ItemPage) (bool, error)) error {
	if l.err != nil {
		return l.err
	}
	_, err := page(scene.ItemPage{Total: 1, Items: []scene.Item{{RatingKey: "5", UpdatedAt: 1, Files: []string{"/media/films/5.mkv"}}}})
	return err
}

// listing carries a probe out that has to list the library too.
func (r *rig) listing(x *plex, listing error) (*monitor.Probe, breaker.Transition, *fault.Error) {
	r.t.Helper()
	p := r.begin(x)
	p.List = []scene.Section{{ID: "1", Title: "Films"}}
	p.Index = &library.Index{Plex: lists{listing}, Store: r.shelf.DB, Machine: testkit.Machine, Clock: r.host.Stamp}
	p.Run(context.Background())
	moved, f, err := r.Probed(p, false)
	r.must(err)
	return p, moved, f
}

func TestAListingThatFailedEndsAnOutageOnlyWhenItSucceeds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.down()
	var x plex
	trouble := testkit.Trouble(fault.Temporary, fault.Plex)
	p, moved, f := r.listing(&x, trouble)
	if moved != breaker.Reopened || f != nil || x.probed != 1 {
		t.Errorf("the listing fails: %v, %v, probed %d times; a check has nothing to know of it", moved, f, x.probed)
	}
	if _, listed, err := p.Listed(); !listed || !errors.Is(err, trouble) {
		t.Errorf("listed %v, %v", listed, err)
	}
	if wait := r.Due(r.now()).Sub(r.now()); wait != time.Minute {
		t.Errorf("tried again in %v, want the wait of the breaker: a listing is more than one request", wait)
	}
	r.pass(time.Minute)
	p, moved, _ = r.listing(&x, nil)
	if moved != breaker.Recovered || x.probed != 1 {
		t.Errorf("the listing succeeds: %v, probed %d times; the cheap request proves nothing here", moved, x.probed)
	}
	found, listed, err := p.Listed()
	if !listed || err != nil || len(found.Appeared) == 0 {
		t.Errorf("found %+v, %v, %v", found, listed, err)
	}
}

func TestAServerThatDoesNotAnswerIsNotAskedToList(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.down()
	p, moved, f := r.listing(&plex{err: away}, nil)
	if _, listed, _ := p.Listed(); listed || moved != breaker.Reopened || f == nil {
		t.Errorf("listed %v, %v, %v", listed, moved, f)
	}
}

func TestAWakeUpWithdrawsAProbe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.down()
	p := r.begin(&plex{})
	if moved := r.step(breaker.Woke); moved != breaker.Withdrawn {
		t.Errorf("%v", moved)
	}
	p.Run(context.Background())
	if moved, _, err := r.Probed(p, false); moved != breaker.None || err != nil || r.Verdict() != health.Down {
		t.Errorf("an answer from before the wake-up: %v, %v, %v", moved, err, r.Verdict())
	}
	if at := r.Due(r.now()); at.After(r.now()) {
		t.Errorf("the next probe is due at %v", at)
	}
}
