package engine

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/scene"
)

// probing is what is known of the tries of an open breaker.
type probing struct {
	at    time.Time     // of the newest probe
	asked time.Duration // for how long the server asked to be left alone then
	// listing is set when a probe was answered and the listing still failed: then only a
	// listing that succeeds shows that it is over.
	listing bool
}

const (
	// probeTimeout bounds a probe: a server that needs longer for the list of libraries
	// cannot take writes either.
	probeTimeout = 10 * time.Second
	// youngFor is how long an outage is young: its end is noticed within seconds.
	youngFor = 10 * time.Minute
	// freshProbe is the longest wait between probes in the first minute of an outage, for which
	// the budget has 30 requests.
	freshFor   = time.Minute
	freshProbe = 5 * time.Second
	// youngProbe is that of a young one: three a minute, which leaves room in the budget for
	// the check that follows when one is answered.
	youngProbe = 20 * time.Second
)

// opened ends what is of no use while the breaker is open.
func (e *Engine) opened() {
	e.links.StopListeningToPlex()
	e.probing = probing{at: e.now()}
}

// dueProbe probes an open breaker when its time has come. One probe at a time; a pause
// does not stop it.
func (e *Engine) dueProbe(_ context.Context, now time.Time) time.Time {
	at, open := e.health.Breaker.NextProbe()
	if !open || !e.links.Connected() {
		return time.Time{}
	}
	if e.young(now) && !e.probing.listing { // a listing is more than one request
		every := youngProbe
		if now.Round(0).Sub(e.health.Breaker.OpenedAt) < freshFor {
			every = freshProbe
		}
		at = host.Sooner(at, e.probing.at.Add(max(every, e.probing.asked)))
	}
	if at.After(now) {
		return at
	}
	e.probe()
	return time.Time{}
}

// young reports that the present outage began a short while ago.
func (e *Engine) young(now time.Time) bool {
	age := now.Round(0).Sub(e.health.Breaker.OpenedAt)
	return e.health.Breaker.Tripped() && age >= 0 && age < youngFor
}

// probe sends one probe and applies its result.
func (e *Engine) probe() {
	if err := e.step(breaker.Event{Kind: breaker.ProbeStarted}, nil); err != nil {
		e.noteLocal(err)
		return
	}
	if e.health.Breaker.State != breaker.HalfOpen {
		return
	}
	e.probing.at = e.now()
	t := trial{begun: e.probing.at, gen: e.health.Breaker.Generation, plex: e.links.Plex(), machine: e.links.Expected(), index: e.index(), skip: e.probing.listing}
	if b := e.links.Budget(fault.Plex); len(e.links.Sections()) > 0 && (b.Fails(budget.Listing) || b.Fails(budget.Index)) {
		t.sections = e.links.Sections()
		b.Due(budget.Listing)
		b.Due(budget.Identity) // which a listing over a new connection asks first
	}
	if b := e.links.Budget(fault.Plex); b.Fails(budget.Connect) && !b.Fails(budget.Sections) {
		t.ready = true
		b.Due(budget.Identity)
	}
	e.spawn(func() {
		t.run(e.hard)
		e.post(func() { e.tried(t) })
	})
}

// trial is one probe: a cheap request, and the listing where that had failed too. A
// server that says who it is proves nothing about its listing.
type trial struct {
	begun    time.Time
	gen      uint64
	plex     link.Plex
	machine  string // that has to answer; empty when any may
	index    *library.Index
	sections []scene.Section // to be listed; none when the listing did not fail
	skip     bool            // the cheap request proves nothing here
	ready    bool            // Plex has to say that it has started: its libraries did not fail

	answered bool // the cheap request succeeded
	found    library.Refreshed
	err      error
}

func (t *trial) run(ctx context.Context) {
	if !t.skip || len(t.sections) == 0 {
		bound, cancel := context.WithTimeout(ctx, probeTimeout)
		defer cancel()
		if t.err = t.greet(bound); t.err != nil {
			return
		}
	}
	t.answered = true
	if len(t.sections) > 0 {
		t.found, t.err = t.index.Refresh(ctx, t.sections, false)
	}
}

// greet is the cheap request.
func (t *trial) greet(ctx context.Context) error {
	if !t.ready {
		return t.plex.Probe(ctx)
	}
	who, _, err := t.plex.Ready(ctx)
	switch {
	case budget.Held(err):
		return t.plex.Probe(ctx)
	case err == nil && t.machine != "" && who.Machine != t.machine:
		return link.ErrOtherPlex
	}
	return err
}

// tried takes in how a probe ended.
func (e *Engine) tried(t trial) {
	listed := t.answered && len(t.sections) > 0
	if listed {
		e.links.Budget(fault.Plex).Done(budget.Index, t.err)
		e.appeared(t.found.Appeared)
		if t.err == nil {
			e.indexed(e.scan.Indexed(e.now()))
		} else {
			t.err = fault.At(t.err, fault.Plex).Whole()
		}
	}
	e.probing.listing = listed && t.err != nil && !budget.Held(t.err)
	e.probed(t.gen, t.begun, t.err)
}

func (e *Engine) probed(gen uint64, begun time.Time, err error) {
	ev := breaker.Event{Kind: breaker.ProbeSucceeded, Generation: gen}
	f := fault.Of(err)
	if e.probing.asked = 0; err != nil {
		e.probing.asked = f.RetryAfter
	}
	switch {
	case err == nil:
	case e.hard.Err() != nil:
		ev.Kind = breaker.ProbeAbandoned
	case f.Class == fault.Local || f.Class == fault.Canceled:
		ev.Kind = breaker.ProbeAbandoned
	case budget.Held(f): // not asked at all: nothing new, least of all that it is over
		ev.Kind, ev.Cause = breaker.ProbeFailed, f.Message.String()
	case answered(f) && !errors.Is(f, link.ErrOtherPlex):
		// Plex answers, if only to refuse: that is not an outage.
	default:
		ev.Kind, ev.Cause = breaker.ProbeFailed, f.Message.String()
		e.failedProbe = begun
	}
	e.count(ev)
	if err != nil && !e.probing.listing {
		e.noteFault(f) // after the breaker closed: a refusal is asked about, not waited for
	}
	e.publish()
}
