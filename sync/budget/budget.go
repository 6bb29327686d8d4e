// Package budget decides when a server may be asked again for what just failed. It counts
// failures by kind of request, makes the wait grow from half a second to a minute and keeps
// to a hard limit: at most 30 requests in the first minute of a fault and 4 a minute
// afterwards, whoever asks; the first few failures in a row that may each be another item's
// are not counted. Only a success of the same kind ends it. It starts nothing,
// sleeps nowhere and knows no server: there is one Budget for each.
package budget

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"lockstep/sync/fault"
)

// ErrHeld is in the chain of the faults Allow returns: no request was made.
var ErrHeld = errors.New("not asked: this failed a moment ago")

// Held reports a fault that is the echo of an older one. It proves nothing new about the
// server, so it must be counted nowhere.
func Held(err error) bool { return errors.Is(err, ErrHeld) }

// MayHaveArrived reports whether a write to Plex that ended so may have been carried out: it was,
// or nobody knows. An answer that refuses it says that it was not, and so does a write that was
// held back.
func MayHaveArrived(err error) bool {
	if err == nil {
		return true
	}
	switch f := fault.Of(err); f.Class {
	case fault.Unreachable, fault.Canceled:
		return f.Server != fault.Stash && !Held(err)
	}
	return false
}

// Failure is a kind that fails at present.
type Failure struct {
	Kind  Kind
	Since time.Time // of the first failure without a success since
	Tries int       // failures without a success between
	Next  time.Time // when it may be tried again
	Fault *fault.Error
}

// Budget is the record of one server. It is safe for concurrent use. A nil Budget allows
// everything and remembers nothing.
type Budget struct {
	now    func() time.Time
	jitter func() float64

	mu    sync.Mutex
	sent  int // requests, whatever their limit
	kinds map[Kind]*record
	works map[Kind]bool // what succeeded and has not failed since
	young []try         // of kinds whose fault is younger than burstFor
	old   []try         // of the others
}

// try is a request of a kind that fails.
type try struct {
	kind Kind
	at   time.Time
}

// record is what is known of one kind; there is none for a kind that works.
type record struct {
	since time.Time
	tries int
	step  int // position in the back-off; behind tries after a Wake
	next  time.Time
	fault *fault.Error
}

// New makes a budget that has seen nothing fail. jitter is uniform in [0,1).
func New(now func() time.Time, jitter func() float64) *Budget {
	return &Budget{now: now, jitter: jitter, kinds: map[Kind]*record{}, works: map[Kind]bool{}}
}

// Allow reports nil when a request of the kind may be made now. Otherwise it returns the
// fault that stands in the way with RetryAfter set to the wait that is left; Held tells it
// from a fresh one. Each request allowed is one that has to be made and reported with Done.
func (b *Budget) Allow(k Kind) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.kinds[k]
	if r == nil {
		return nil
	}
	now := b.now()
	if wait := b.due(k, r, now).Sub(now); wait > 0 {
		return held(r.fault, wait)
	}
	b.spend(k, r, now)
	r.next = now.Add(b.delay(k, r, now)) // one at a time: others wait for how this one ends
	return nil
}

func held(f *fault.Error, wait time.Duration) error {
	echo := *f
	echo.RetryAfter = wait
	echo.Err = fmt.Errorf("%w; asked again in %s", ErrHeld, wait.Round(time.Millisecond))
	return &echo
}

// Sent notes that a request is made.
func (b *Budget) Sent() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent++
}

// Requests is how many requests were made since New, also of those that were not counted
// against a limit.
func (b *Budget) Requests() int {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sent
}

// Done reports how a request ended. Nil ends what stood in the way of its kind; a request
// that was stopped, that was never made, or that failed on our side changes nothing. A task
// that was held back for one of its requests waits as long as that one.
func (b *Budget) Done(k Kind, err error) {
	if b == nil {
		return
	}
	f := fault.Of(err)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case Held(err):
		b.wait(k, f)
	case f == nil, f.Class == fault.NotFound && ruleOf(k).missing:
		b.worked(k)
	case f.Class == fault.Canceled, f.Class == fault.Local:
	default:
		b.failed(k, f)
	}
}

// worked ends what stood in the way of a kind. Its tries no longer weigh on others: what
// they had in common is over, and what is asked next tells whether theirs is too.
func (b *Budget) worked(k Kind) {
	if b.kinds[k] != nil {
		b.back(k)
	}
	delete(b.kinds, k)
	b.works[k] = true
	over := func(t try) bool { return t.kind == k }
	b.young, b.old = slices.DeleteFunc(b.young, over), slices.DeleteFunc(b.old, over)
}

// back makes due what tells whether a server is back and waits for a kind that works again:
// somebody else was the first to ask.
func (b *Budget) back(k Kind) {
	for task, r := range b.kinds {
		if rule := ruleOf(task); rule.eager && slices.Contains(rule.needs, k) && r.fault.RetryAfter == 0 {
			r.next = b.now()
		}
	}
}

// wait puts a task off that was held back.
func (b *Budget) wait(k Kind, f *fault.Error) {
	if len(ruleOf(k).needs) == 0 {
		return
	}
	now := b.now()
	r := b.kinds[k]
	if r == nil {
		r = &record{since: now, fault: f}
		b.kinds[k] = r
	}
	r.next = later(r.next, now.Add(max(f.RetryAfter, first))) // whoever passed it on may have lost the time
}

func (b *Budget) failed(k Kind, f *fault.Error) {
	now := b.now()
	delete(b.works, k)
	r := b.kinds[k]
	if r == nil {
		r = &record{since: now}
		b.kinds[k] = r
		b.spend(k, r, now) // the one that failed; later ones are counted when they begin
	}
	r.tries++
	r.step++
	r.fault = f
	r.next = now.Add(max(b.delay(k, r, now), min(f.RetryAfter, longestRetry)))
}

// delay is how long to wait after the failures of a record.
func (b *Budget) delay(k Kind, r *record, now time.Time) time.Duration {
	rule := ruleOf(k)
	n := r.step - rule.free
	if n <= 0 {
		return 0
	}
	wait := longestFor(rule, r, now)
	if n < 13 { // first·2¹² is more than any cap
		wait = min(wait, first<<(n-1))
	}
	return wait - time.Duration(spread*b.jitter()*float64(wait))
}

// askClasses are the faults that a person has to mend if they last.
var askClasses = []fault.Class{fault.Unauthorized, fault.Forbidden, fault.Config, fault.Rejected}

func longestFor(rule rule, r *record, now time.Time) time.Duration {
	switch {
	case rule.rare:
		return longestSign
	case slices.Contains(askClasses, r.fault.Class):
		return longestAsk
	case rule.eager && now.Sub(r.since) < eagerFor:
		return eagerCap
	}
	return longest
}

// due is when a record may be tried, by its own back-off and by the limit for all.
func (b *Budget) due(k Kind, r *record, now time.Time) time.Time {
	at := r.next
	if at.After(now.Add(longestRetry)) { // the clock was set back
		at = now
	}
	if rule := ruleOf(k); len(rule.needs) > 0 || r.step < rule.free {
		return at
	}
	tries, limit := &b.old, steady
	if now.Sub(r.since) < burstFor {
		tries, limit = &b.young, burst
	}
	*tries = recent(*tries, now)
	if n := len(*tries); n >= limit {
		at = later(at, (*tries)[n-limit].at.Add(burstFor))
	}
	return at
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// spend counts a try against the limit.
func (b *Budget) spend(k Kind, r *record, now time.Time) {
	if rule := ruleOf(k); len(rule.needs) > 0 || r.step < rule.free {
		return // a task is counted by its requests; what may be one item's fault is not counted
	}
	if now.Sub(r.since) < burstFor {
		b.young = append(recent(b.young, now), try{k, now})
		return
	}
	b.old = append(recent(b.old, now), try{k, now})
}

// recent drops what is older than the span of the limits, or in a future that a clock set
// back made up.
func recent(tries []try, now time.Time) []try {
	return slices.DeleteFunc(tries, func(t try) bool { return now.Sub(t.at) >= burstFor || t.at.After(now) })
}

// Next is when a request of the kind, or a task with all its requests, may be made; not
// after now for one that works.
func (b *Budget) Next(k Kind) time.Time {
	var at time.Time
	if b == nil {
		return at
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	for _, k := range append([]Kind{k}, ruleOf(k).needs...) {
		if r := b.kinds[k]; r != nil {
			at = later(at, b.due(k, r, now))
		}
	}
	return at
}

// Failing lists what fails at present, the oldest first: of a task and its requests only the
// requests.
func (b *Budget) Failing() []Failure {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]Failure, 0, len(b.kinds))
	for k, r := range b.kinds {
		if slices.ContainsFunc(ruleOf(k).needs, b.failing) {
			continue
		}
		out = append(out, Failure{Kind: k, Since: r.since, Tries: r.tries, Next: b.due(k, r, b.now()), Fault: r.fault})
	}
	slices.SortFunc(out, func(x, y Failure) int {
		return cmp.Or(x.Since.Compare(y.Since), cmp.Compare(x.Kind, y.Kind))
	})
	return out
}

// failing reports whether a kind fails, for the server as a whole or for a part of it.
func (b *Budget) failing(k Kind) bool {
	for have := range b.kinds {
		if have == k || have.Base() == k {
			return true
		}
	}
	return false
}

// Fails reports whether a kind fails at present, if only for a part of the server.
func (b *Budget) Fails(k Kind) bool {
	if b == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failing(k)
}

// Works reports whether a kind succeeded when it was last tried, if only for a part of the
// server. After a Forget nothing is known to work until it was tried again.
func (b *Budget) Works(k Kind) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for have := range b.works {
		if have == k || have.Base() == k {
			return true
		}
	}
	return false
}

// wakeStep is where the back-off begins anew after a Wake: at a few seconds.
const wakeStep = 3

// Wake makes everything due at once, because the server seems to be back or the machine
// slept. What fails again waits for a few seconds, then longer. The limit still holds.
func (b *Budget) Wake() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	for k, r := range b.kinds {
		if r.fault.RetryAfter > 0 && r.next.After(now) {
			continue // the server itself named the time
		}
		r.step = min(r.step, ruleOf(k).free+wakeStep)
		r.next = now
	}
}

// Due makes one kind due at once, for all parts of the server, for a try that has a timetable
// of its own. The limit and what the server asked for still hold.
func (b *Budget) Due(k Kind) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for have, r := range b.kinds {
		if (have == k || have.Base() == k) && r.fault.RetryAfter == 0 {
			r.next = b.now()
		}
	}
}

// Forget begins anew, because a person asked for it or the server is another one.
func (b *Budget) Forget() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.kinds)
	clear(b.works)
	b.young, b.old = nil, nil
}
