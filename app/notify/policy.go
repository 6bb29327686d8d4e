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
)

const (
	// WarmUp is the silence after the start and after a wake-up: the first answers
	// after either are about networks that are not up yet.
	WarmUp = 5 * time.Second
	// jump is how late a step may come, and the difference between wall clock and running time that means the machine
	// slept or its clock was set. Corrections by a time service stay below it.
	jump = 5 * time.Second
	// flapTimes outages within outage.Lately are one message; it is over after that time
	// without a change.
	flapTimes = 3
	// forgetAfter is how long something asked for must be settled before it may be
	// asked for again: a single good answer between two refusals settles nothing.
	forgetAfter = time.Minute
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

	flap bool              // the message sums up an unstable time
	ask  api.AttentionKind // what it asks for, if it asks
	run  uint64            // the reconciliation it tells about, if it does
}

// said is the announcement that the act makes.
func (a Act) said() health.Said {
	return health.Said{Outage: a.Outage, Kind: a.Say, Flapping: a.flap}
}

// Policy decides what is said. The zero value is ready; it must be used by one
// goroutine.
type Policy struct {
	// Zone is the zone of the times in messages; nil means the machine's.
	Zone *time.Location

	started   bool
	now, last Instant
	warmUntil time.Duration
	wait      time.Duration // until the next step, 0 for none; before a step the one asked for last

	verdict   health.Verdict
	downSince time.Duration // of the present unbroken Down
	awayUntil time.Duration // the last moment Stash was away too
	newest    uint64        // newest outage id seen
	hushed    uint64        // the outage that was over while outages were muted
	networkAt time.Duration // when "No network?" was shown last, zero never

	said    health.Said // what this process announced last
	unnoted bool        // it was shown, and that is not stored yet
	noting  retry       // storing it
	refused refusal     // what was not allowed
	sending retry       // showing anything at all
	shown   Act         // the message on screen, as far as known

	asked  []asked
	report uint64 // newest reconciliation known
}

type asked struct {
	kind  api.AttentionKind
	shown bool
	away  bool          // settled since gone
	gone  time.Duration // when it was first seen settled
}

// Step takes a look at a snapshot and says what to do about it. What became of it is to
// be told by Answer, Sent and Failed; then Wait says when to step again.
func (p *Policy) Step(s api.Snapshot, now Instant) []Act {
	p.now = now
	p.observe(s)
	p.wait = 0
	acts := p.withdrawals(s)
	if p.silent(s) || !p.due(p.sending.at) {
		return acts
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
	return acts
}

// Wait is the time after which to step again even though nothing changed; zero when only
// a new snapshot can bring news.
func (p *Policy) Wait() time.Duration { return p.wait }

// Shown is the tag of the message on screen, as far as known; empty for none.
func (p *Policy) Shown() string { return p.shown.Tag }

func (p *Policy) moment() present.Moment { return present.Moment{Now: p.now.Wall, Zone: p.Zone} }

// silent reports whether nothing may be said now.
func (p *Policy) silent(s api.Snapshot) bool {
	if !p.due(p.warmUntil) {
		return true
	}
	known := s.Verdict == health.Up || s.Verdict == health.Down
	return !s.Live || s.Paused || s.Quiet || !known
}

// due reports whether the moment has come, and sees to it that the policy is asked again
// then.
func (p *Policy) due(at time.Duration) bool {
	if p.now.Mono >= at {
		return true
	}
	p.waitUntil(at)
	return false
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
		p.verdict, p.downSince = s.Verdict, p.now.Mono
		if s.Outage != nil && !s.Outage.Ongoing() {
			p.newest = s.Outage.ID
		}
	case p.jumped(), p.frozen():
		p.warmUntil, p.downSince = p.now.Mono+WarmUp, p.now.Mono
	}
	p.last = p.now
	p.remember(s)
	if s.Verdict != p.verdict {
		p.verdict, p.downSince = s.Verdict, p.now.Mono
	}
	if s.Outage != nil && s.Outage.ID > p.newest {
		p.newest, p.downSince = s.Outage.ID, p.now.Mono
	}
	if s.Muted.Outages && s.Outage != nil && !s.Outage.Ongoing() {
		p.hushed = s.Outage.ID
	}
	if s.Verdict == health.Down && present.Away(s.Stash) {
		p.awayUntil = p.now.Mono
	}
}

// frozen reports whether this step was to come much sooner: the process stood still.
func (p *Policy) frozen() bool {
	return p.wait > 0 && p.now.Mono-p.last.Mono-p.wait > jump
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
