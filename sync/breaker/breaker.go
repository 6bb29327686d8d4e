// Package breaker owns the state machine that decides whether Plex may be asked at all. It is a plain
// value: no clock, no lock, no timer, no callback. The owner applies events, stores the result and arms
// the timer that NextProbe names.
//
//	closed ──threshold failures──▶ open ──ProbeStarted──▶ half-open ──ProbeSucceeded──▶ closed
//	                                ▲────ProbeFailed · ProbeAbandoned · Woke────┘
package breaker

import (
	"time"

	"lockstep/sync/message"
	"lockstep/sync/zone"
)

// State is one of the three positions; it is stored, so its values never change.
type State string

// The positions. The zero value "" is treated as Closed; anything else is garbage until Load has seen it.
const (
	Closed   State = "closed"
	Open     State = "open"
	HalfOpen State = "half-open" // exactly one probe is under way
)

// Valid reports whether the state is one that this package writes, or the zero value.
func (s State) Valid() bool {
	return s == "" || s == Closed || s == Open || s == HalfOpen
}

// Breaker is the whole durable state. Values made by Apply and Load are comparable with ==.
type Breaker struct {
	// State is the position.
	State State `json:"state"`
	// Failures counts consecutive counted failures while closed.
	Failures int `json:"failures,omitempty"`
	// FailingSince is when the first of them was, as far as this process saw it; zero without one.
	FailingSince time.Time `json:"failing_since,omitzero"`
	// Generation changes whenever results of calls already begun stop to count.
	Generation uint64 `json:"generation"`
	// OpenedAt is when the failures were enough to open; zero while closed.
	OpenedAt time.Time `json:"opened_at,omitzero"`
	// ProbeAt is when the next probe is due; zero while closed.
	ProbeAt time.Time `json:"probe_at,omitzero"`
	// Probes counts the failed probes of the running outage.
	Probes int `json:"probes,omitempty"`
	// Cause is the newest failure in words; empty after a success.
	Cause message.Message `json:"cause,omitzero"`
}

// Allows reports whether jobs may run. Only a closed breaker allows them: half-open belongs to the probe.
func (b Breaker) Allows() bool { return b.State == "" || b.State == Closed }

// Tripped reports whether the breaker is open or half-open, that is, takes the server to be down.
func (b Breaker) Tripped() bool { return b.State == Open || b.State == HalfOpen }

// NextProbe says when the next probe is due; false while closed and while a probe is under way.
func (b Breaker) NextProbe() (time.Time, bool) {
	if b.State != Open {
		return time.Time{}, false
	}
	return b.ProbeAt, true
}

// Apply returns the breaker after e and the transition that made. A value that differs from b has to be
// stored even when the transition is None. Stamps that a clock set back left in the future are drawn back.
func (b Breaker) Apply(s Settings, e Event, now time.Time) (Breaker, Transition) {
	s, now = s.orDefault(), zone.Stamp(now)
	b, _ = b.sane(s, now)
	switch e.Kind {
	case Woke:
		return b.woke(now)
	case ProbeStarted:
		return b.probeStarted()
	case Success, Failure, ProbeSucceeded, ProbeFailed, ProbeAbandoned:
	}
	if e.Generation != b.Generation {
		return b, None
	}
	if b.State == HalfOpen {
		return b.probed(s, e, now)
	}
	if b.State == Closed {
		return b.called(s, e, now)
	}
	return b, None
}

func (b Breaker) woke(now time.Time) (Breaker, Transition) {
	b.Generation++
	switch b.State {
	case HalfOpen:
		b.State, b.ProbeAt = Open, now
		return b, Withdrawn
	case Open:
		b.ProbeAt = now
	default:
		b.Failures, b.FailingSince, b.Cause = 0, time.Time{}, message.None
	}
	return b, None
}

func (b Breaker) probeStarted() (Breaker, Transition) {
	if b.State != Open {
		return b, None
	}
	b.State = HalfOpen
	b.Generation++
	return b, HalfOpened
}

func (b Breaker) probed(s Settings, e Event, now time.Time) (Breaker, Transition) {
	switch e.Kind {
	case ProbeSucceeded:
		return Breaker{State: Closed, Generation: b.Generation + 1}, Recovered
	case ProbeFailed:
		b.Probes++
		if !e.Cause.IsZero() {
			b.Cause = e.Cause
		}
		return b.reopened(s, now), Reopened
	case ProbeAbandoned:
		return b.reopened(s, now), Withdrawn
	default:
		return b, None
	}
}

func (b Breaker) reopened(s Settings, now time.Time) Breaker {
	b.State, b.ProbeAt = Open, now.Add(s.delay(b.Probes))
	b.Generation++
	return b
}

func (b Breaker) called(s Settings, e Event, now time.Time) (Breaker, Transition) {
	switch e.Kind {
	case Success:
		b.Failures, b.FailingSince, b.Cause = 0, time.Time{}, message.None
	case Failure:
		b.Failures++
		if b.FailingSince.IsZero() {
			b.FailingSince = now
		}
		if !e.Cause.IsZero() {
			b.Cause = e.Cause
		}
		if b.Failures >= s.Threshold {
			return b.opened(s, now), Opened
		}
	default:
	}
	return b, None
}

func (b Breaker) opened(s Settings, now time.Time) Breaker {
	return Breaker{
		State:      Open,
		Generation: b.Generation + 1,
		OpenedAt:   now,
		ProbeAt:    now.Add(s.delay(0)),
		Cause:      b.Cause,
	}
}

// stamp drops the monotonic reading and the zone, so that stored and fresh values compare with ==.
