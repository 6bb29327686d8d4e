package notify

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/outage"
)

// What fails is tried again after firstRetry, then after twice that and so on up to
// lastRetry, for as long as the message is true: a notification server may be started
// hours after Lockstep was, and costs nothing while it is not there.
const (
	firstRetry = 5 * time.Second
	lastRetry  = 5 * time.Minute
)

// retry is when something may be tried again, and how often it failed in a row. The zero
// value: at once.
type retry struct {
	at    time.Duration
	fails int
}

func (r *retry) failed(now time.Duration) {
	wait := lastRetry
	if r.fails < 6 { // 5, 10, 20, 40, 80, 160 s
		wait = firstRetry << r.fails
	}
	r.at, r.fails = now+wait, r.fails+1
}

// refusal is an announcement that the engine did not allow. It is asked for again when
// the engine knows more than it did, or else later and later.
type refusal struct {
	said   health.Said
	proved time.Time // what the snapshot said it was judged by
	since  time.Duration
	retry  retry
}

// Answer tells whether an act that has something to Say may be sent.
func (p *Policy) Answer(a Act, s api.Snapshot, allowed bool) {
	if allowed {
		p.said, p.refused = a.said(), refusal{}
		p.said.At = p.now.Wall
		return
	}
	if p.refused.said != a.said() {
		p.refused = refusal{said: a.said()}
	}
	p.refused.proved, p.refused.since = s.Proved, p.now.Mono
	p.refused.retry.failed(p.now.Mono)
	p.waitUntil(p.refused.retry.at)
}

// mayAsk reports whether the engine may be asked for leave to send.
func (p *Policy) mayAsk(a Act, s api.Snapshot) bool {
	r := p.refused
	if r.said != a.said() {
		return true
	}
	if !s.Proved.Equal(r.proved) { // once a second at most
		return p.due(min(r.retry.at, r.since+time.Second))
	}
	return p.due(r.retry.at)
}

// Sent tells that a message is on screen.
func (p *Policy) Sent(a Act) {
	p.shown, p.sending = a, retry{}
	if i := p.askedFor(a.ask); i >= 0 {
		p.asked[i].shown = true
	}
	p.report = max(p.report, a.run)
	if a.Say == "" {
		return
	}
	p.said.Delivered, p.unnoted, p.noting = true, true, retry{}
	if a.Say == health.SaidNetwork {
		p.networkAt = p.now.Mono
	}
}

// Failed tells that nobody showed a message.
func (p *Policy) Failed() {
	p.sending.failed(p.now.Mono)
	p.waitUntil(p.sending.at)
}

// Undelivered tells how often in a row nobody showed a message.
func (p *Policy) Undelivered() int { return p.sending.fails }

// Noting is what the engine has still to store as delivered, if now is the time to ask
// it to.
func (p *Policy) Noting() (health.Said, bool) {
	return p.said, p.unnoted && p.due(p.noting.at)
}

// Noted tells whether the engine could be asked; a refusal is an answer.
func (p *Policy) Noted(err error) {
	if p.unnoted = err != nil; p.unnoted {
		p.noting.failed(p.now.Mono)
		p.waitUntil(p.noting.at)
	}
}

// latest is what was announced last: what this process did itself is never older than
// the snapshot.
func (p *Policy) latest(s api.Snapshot) health.Said {
	if p.said.Kind != "" {
		return p.said
	}
	return s.Said
}

// about is what was announced about an outage, delivered or meant.
func (p *Policy) about(s api.Snapshot, r *outage.Record) health.Said {
	if said := p.latest(s); said.Outage == r.ID {
		return said
	}
	return health.Said{}
}
