// Package notify decides when Lockstep speaks up on the desktop, and says it. The
// policy is a state machine over snapshots without clock or I/O; Run feeds it and
// stores through the API what is announced before it is sent; senders show it. It
// knows no toolkit, and never takes Plex for down unless the verdict says so.
package notify

import (
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/outage"
)

const (
	// WarmUp is the silence after the start and after a wake-up: the first answers
	// after either are about networks that are not up yet.
	WarmUp = 5 * time.Second
	// jump is the difference between wall clock and running time that means the machine
	// slept or its clock was set. Corrections by a time service stay below it.
	jump = 5 * time.Second
	// flapTimes outages within flapSpan are one message; it is over after flapSpan
	// without a change.
	flapTimes = 3
	flapSpan  = 30 * time.Minute
	// forgetAfter is how long something asked for must be settled before it may be
	// asked for again: a single good answer between two refusals settles nothing.
	forgetAfter = time.Minute
	// askAgain is when an announcement that could not be stored is tried again.
	askAgain = 30 * time.Second
)

// The subjects of messages. One message is shown at a time; the tag says which one
// may be taken away.
const (
	TagPlex      = "plex"
	TagAttention = "attention"
	TagReconcile = "reconcile"
)

// Instant is a moment by both clocks: Wall is for people and jumps, Mono counts the
// time the machine was awake since the policy's start and never jumps.
type Instant struct {
	Wall time.Time
	Mono time.Duration
}

// Act is one thing to do, in order. Either Withdraw names a tag to take away, or Note
// is to be shown; with Say, only after the announcement about Outage was stored.
type Act struct {
	Withdraw string
	Tag      string
	Note     present.Note
	Say      health.SaidKind
	Outage   uint64

	flap bool // the message sums up an unstable time
}

// Plan is what a step asks for: acts, and the time after which to step again even
// though nothing changed; zero when only a new snapshot can bring news.
type Plan struct {
	Acts []Act
	Wait time.Duration
}

// Policy decides what is said. The zero value is ready; it must be used by one
// goroutine.
type Policy struct {
	// Zone is the zone of the times in messages; nil means the machine's.
	Zone *time.Location

	started   bool
	now, last Instant
	warmUntil time.Duration
	wait      time.Duration

	verdict   health.Verdict
	changed   time.Duration // when the verdict last moved between Up and Down
	downSince time.Duration // of the present unbroken Down
	awayUntil time.Duration // the last moment Stash was away too
	newest    uint64        // newest outage id seen
	begun     []begun

	said     health.Said // what this process announced last
	refused  health.Said // what must not be tried again …
	retryAt  time.Duration
	shown    Act // the message on screen, as far as known
	flapping bool
	network  time.Duration // when "No network?" was said last; zero never
	offlined uint64        // during which outage

	asked  []asked
	report uint64 // newest reconciliation known
}

type begun struct {
	wall time.Time
	mono time.Duration
}

type asked struct {
	kind api.AttentionKind
	told bool
	away bool          // settled since gone
	gone time.Duration // when it was first seen settled
}

// Step takes a look at a snapshot and says what to do about it.
func (p *Policy) Step(s api.Snapshot, now Instant) Plan {
	p.now, p.wait = now, 0
	p.observe(s)
	acts := p.withdrawals(s)
	if p.silent(s) {
		return Plan{acts, p.wait}
	}
	if a, ok := p.plex(s); ok {
		acts = append(acts, a)
	}
	if a, ok := p.attention(s); ok {
		acts = append(acts, a)
	}
	if a, ok := p.reconciled(s); ok {
		acts = append(acts, a)
	}
	return Plan{acts, p.wait}
}

// Answer tells what became of an act that had something to Say: stored and so to be
// sent, refused for good, or failed and to be tried again.
func (p *Policy) Answer(a Act, stored bool, err error) {
	said := health.Said{Outage: a.Outage, Kind: a.Say}
	if !stored {
		p.refused, p.retryAt = said, 0
		if err != nil {
			p.retryAt = p.now.Mono + askAgain
		}
		return
	}
	p.said = said
	p.flapping = p.flapping || a.flap
}

// Sent tells that a message is on screen.
func (p *Policy) Sent(a Act) { p.shown = a }

// Shown is the tag of the message on screen, as far as known; empty for none.
func (p *Policy) Shown() string { return p.shown.Tag }

func (p *Policy) moment() present.Moment { return present.Moment{Now: p.now.Wall, Zone: p.Zone} }

// silent reports whether nothing may be said now.
func (p *Policy) silent(s api.Snapshot) bool {
	if p.now.Mono < p.warmUntil {
		p.waitUntil(p.warmUntil)
		return true
	}
	known := s.Verdict == health.Up || s.Verdict == health.Down
	return !s.Live || s.Paused || s.Quiet || !known
}

func (p *Policy) waitUntil(at time.Duration) {
	d := max(at-p.now.Mono, time.Millisecond)
	if p.wait == 0 || d < p.wait {
		p.wait = d
	}
}

// observe notes what moved since the last step.
func (p *Policy) observe(s api.Snapshot) {
	switch {
	case !p.started:
		p.started, p.warmUntil, p.report = true, p.now.Mono+WarmUp, reportID(s)
		p.changed, p.verdict = p.now.Mono, s.Verdict
		p.downSince = p.now.Mono
		if s.Outage != nil && !s.Outage.Ongoing() {
			p.newest = s.Outage.ID
		}
	case p.jumped():
		p.warmUntil, p.downSince = p.now.Mono+WarmUp, p.now.Mono
	}
	p.last = p.now
	p.remember(s)
	if s.Verdict != p.verdict {
		p.verdict, p.changed, p.downSince = s.Verdict, p.now.Mono, p.now.Mono
	}
	if s.Outage != nil && s.Outage.ID > p.newest {
		p.newest, p.changed, p.downSince = s.Outage.ID, p.now.Mono, p.now.Mono
		p.begun = append(p.begun, begun{s.Outage.Started, p.now.Mono})
	}
	if s.Verdict == health.Down && present.Away(s.Stash) {
		p.awayUntil = p.now.Mono
	}
	for len(p.begun) > 0 && p.now.Mono-p.begun[0].mono > flapSpan {
		p.begun = p.begun[1:]
	}
}

func (p *Policy) jumped() bool {
	wall := p.now.Wall.Round(0).Sub(p.last.Wall.Round(0))
	drift := wall - (p.now.Mono - p.last.Mono)
	return drift > jump || drift < -jump
}

func reportID(s api.Snapshot) uint64 {
	if s.LastReconciliation == nil {
		return 0
	}
	return s.LastReconciliation.ID
}

// about is what was announced about an outage: what this process did itself is never
// older than the snapshot.
func (p *Policy) about(s api.Snapshot, r *outage.Record) health.SaidKind {
	if p.said.Outage == r.ID {
		return p.said.Kind
	}
	if s.Said.Outage == r.ID {
		return s.Said.Kind
	}
	return ""
}

func (p *Policy) mayTry(a Act) bool {
	if p.refused.Outage != a.Outage || p.refused.Kind != a.Say {
		return true
	}
	if p.retryAt == 0 {
		return false
	}
	if p.now.Mono < p.retryAt {
		p.waitUntil(p.retryAt)
		return false
	}
	return true
}
