package monitor

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/scene"
)

const (
	// probeTimeout bounds a probe: a server that needs longer for the list of libraries
	// cannot take writes either.
	probeTimeout = 10 * time.Second
	// freshProbe is the longest wait between probes in the first minute of an outage, for which
	// the budget has 30 requests.
	freshFor   = time.Minute
	freshProbe = 5 * time.Second
	// youngProbe is that of a young one: three a minute, which leaves room in the budget for
	// the check that follows when one is answered.
	youngProbe = 20 * time.Second
)

// Due is when an open breaker is to be probed; zero while none is to be. One probe at a
// time; a pause does not stop it.
func (m *Monitor) Due(now time.Time) time.Time {
	at, open := m.state.Breaker.NextProbe()
	if !open {
		return time.Time{}
	}
	if m.Young(now) && !m.probing.listing { // a listing is more than one request
		every := youngProbe
		if now.Round(0).Sub(m.state.Breaker.OpenedAt) < freshFor {
			every = freshProbe
		}
		at = host.Sooner(at, m.probing.at.Add(max(every, m.probing.asked)))
	}
	return at
}

// ProbeSoon makes the next probe of a young outage due at once: somebody listens at the
// address again.
func (m *Monitor) ProbeSoon() { m.probing.at = time.Time{} }

// Plex is what a probe asks.
type Plex interface {
	// Probe is one cheap request against the library with the token.
	Probe(ctx context.Context) error
	// Ready answers when Plex can work.
	Ready(ctx context.Context) (scene.Identity, []scene.Section, error)
}

// Target is what a probe tries.
type Target struct {
	Plex    Plex
	Machine string // that has to answer, empty when any may
	Other   error  // what is wrong when another answers
	Index   *library.Index
	List    []scene.Section // to be listed; none when the listing did not fail
	Ready   bool            // Plex has to say that it has started: its libraries did not fail
}

// Probe is a cheap request, and the listing where that had failed too. A server that says
// who it is proves nothing about its listing.
type Probe struct {
	Target
	begun      time.Time
	generation uint64
	listOnly   bool // the cheap request proves nothing here
	answered   bool // the cheap request succeeded
	found      library.Refreshed
	err        error
}

// BeginProbe notes that a probe of the target begins, and asks for the target only then; nil
// when the breaker is closed or a probe is under way.
func (m *Monitor) BeginProbe(target func() Target) (*Probe, error) {
	if moved, err := m.Step(breaker.Event{Kind: breaker.ProbeStarted}, nil); err != nil || moved != breaker.HalfOpened {
		return nil, err
	}
	m.probing.at = m.host.Now()
	return &Probe{Target: target(), begun: m.probing.at, generation: m.Generation(), listOnly: m.probing.listing}, nil
}

// Run asks, beside the loop.
func (p *Probe) Run(ctx context.Context) {
	if !p.listOnly || len(p.List) == 0 {
		bound, cancel := context.WithTimeout(ctx, probeTimeout)
		defer cancel()
		if p.err = p.greet(bound); p.err != nil {
			return
		}
	}
	p.answered = true
	if len(p.List) > 0 {
		p.found, p.err = p.Index.Refresh(ctx, p.List, false)
	}
}

// greet is the cheap request.
func (p *Probe) greet(ctx context.Context) error {
	if !p.Ready {
		return p.Plex.Probe(ctx)
	}
	who, _, err := p.Plex.Ready(ctx)
	switch {
	case budget.Held(err):
		return p.Plex.Probe(ctx)
	case err == nil && p.Machine != "" && who.Machine != p.Machine:
		return p.Other
	}
	return err
}

// Listed reports what a probe found that came to list the libraries, and how that ended.
func (p *Probe) Listed() (found library.Refreshed, listed bool, err error) {
	return p.found, p.answered && len(p.List) > 0, p.err
}

// Probed takes in how a probe ended. Stopping says that the process ends, which may have
// ended the probe. The fault is what a check of Plex should know of it; nil when nothing.
func (m *Monitor) Probed(p *Probe, stopping bool) (t breaker.Transition, f *fault.Error, err error) {
	_, listed, ended := p.Listed()
	if listed && ended != nil {
		ended = fault.At(ended, fault.Plex).Whole()
	}
	m.probing.listing = listed && ended != nil && !budget.Held(ended)
	f = fault.Of(ended)
	if m.probing.asked = 0; f != nil {
		m.probing.asked = f.RetryAfter
	}
	ev := p.event(f, stopping)
	if f != nil && ev.Kind == breaker.ProbeFailed && !budget.Held(f) {
		m.failedProbe = p.begun
	}
	t, err = m.Step(ev, nil)
	if m.probing.listing {
		f = nil
	}
	return t, f, err
}

// event is what the end of a probe means to the breaker.
func (p *Probe) event(f *fault.Error, stopping bool) breaker.Event {
	ev := breaker.Event{Kind: breaker.ProbeSucceeded, Generation: p.generation}
	switch {
	case f == nil:
	case stopping, f.Class == fault.Local, f.Class == fault.Canceled:
		ev.Kind = breaker.ProbeAbandoned
	case budget.Held(f): // not asked at all: nothing new, least of all that it is over
		ev.Kind, ev.Cause = breaker.ProbeFailed, f.Message
	case proves(f) && (p.Other == nil || !errors.Is(f, p.Other)):
		// Plex answers, if only to refuse: that is not an outage.
	default:
		ev.Kind, ev.Cause = breaker.ProbeFailed, f.Message
	}
	return ev
}

// proves reports a fault that proves the server is there.
func proves(f *fault.Error) bool {
	switch f.Class {
	case fault.Unauthorized, fault.Forbidden, fault.Config, fault.NotFound, fault.Rejected, fault.Busy:
		return true
	}
	return false
}
