package activity

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
)

// New makes a Recorder that knows nothing before Load. settings gives those in force.
func New(h host.Host, settings func() config.Settings) *Recorder {
	return &Recorder{host: h, settings: settings}
}

// Load reads what a person decided and how far Plex was read.
func (r *Recorder) Load() error {
	err := errors.Join(r.host.Get(permitValue, &r.permit), r.host.Get(marksValue, &r.marks), r.recount())
	if err != nil {
		return fmt.Errorf("read what Stash knows of plays: %w", err)
	}
	return nil
}

// Due begins a look when one is due; it is to be run beside the loop and handed to End.
// Without one it returns when to ask again; the zero time: not by the clock.
func (r *Recorder) Due(now time.Time, c Conditions) (*Look, time.Time) {
	if r.look != nil || !c.Answers {
		return nil, time.Time{}
	}
	if h := basis(c); h != r.under { // other settings, or another server
		r.under, r.next, r.failed = h, now, 0
	}
	if !r.wanted {
		undo := r.undoing() > 0
		if !c.Known || !c.Writes || len(playback.On(c.Settings)) == 0 && !undo {
			return nil, time.Time{}
		}
		if r.next.After(now) && r.next.Sub(now) <= longest(c.Settings) {
			return nil, r.next
		}
	}
	c.Writes = c.Writes && !r.preview
	r.wanted, r.preview = false, false
	r.running, r.waiters = append(r.running, r.waiters...), nil
	r.look = &Look{
		Conditions: c, host: r.host, kinds: playback.On(c.Settings), permit: r.permit.clone(), marks: r.marks, accounts: r.accounts, now: r.host.Stamp(),
	}
	return r.look, time.Time{}
}

// longest is how far off the next look may be: one that lies further is of a clock that was
// set back.
func longest(s config.Settings) time.Duration { return max(s.ActivityEvery, time.Hour) }

// basis identifies what decides what there is to be read.
func basis(c Conditions) scene.Hash {
	s := c.Settings
	return scene.HashOf([]string{
		c.Machine, viewers(c), fmt.Sprint(playback.On(s), s.ActivityEvery, s.BrakeMinimum), string(s.WantedHash()),
	})
}

// viewers identifies whose plays of what are read.
func viewers(c Conditions) string {
	ids := make([]string, len(c.Sections))
	for i, s := range c.Sections {
		ids[i] = s.ID
	}
	return fmt.Sprint(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(c.Settings.ActivityAccounts)))
}

const (
	// firstRetry is how long after a fault the next look begins; it doubles up to the usual
	// time between two looks, at most mostDoubled times.
	firstRetry  = 10 * time.Second
	mostDoubled = 10
)

// End takes in how a look ended. The error is of our own.
func (r *Recorder) End(l *Look) error {
	if l != r.look {
		return nil
	}
	now := r.host.Now()
	r.look = nil
	r.permit, r.marks, r.accounts = l.permit, l.marks, l.accounts
	r.take(l, now)
	if r.soon {
		r.next, r.soon = now, false
	}
	err := errors.Join(l.err, r.ask(l), r.recount())
	for _, done := range r.running {
		done <- answerOf(l, err)
	}
	r.running = nil
	return err
}

// take decides when to look again. A look in which what failed before was not tried again tells
// nothing about it.
func (r *Recorder) take(l *Look, now time.Time) {
	switch {
	case l.fault != nil && l.fault.Class != fault.Canceled:
		r.fault = l.fault
		r.failed++
	case l.fault == nil && !l.rested:
		r.fault, r.failed = nil, 0
	}
	every := l.Settings.ActivityEvery
	if r.fault == nil {
		r.next = now.Add(every)
		if !l.again.IsZero() {
			r.next = host.Sooner(r.next, l.again)
		}
		return
	}
	r.next = now.Add(min(every, firstRetry<<min(max(r.failed-1, 0), mostDoubled)))
	if r.fault.RetryAfter > 0 {
		r.next = host.Later(r.next, now.Add(min(r.fault.RetryAfter, every)))
	}
}

// answerOf is what those are told who wait for a look.
func answerOf(l *Look, err error) error {
	if err == nil && l.fault != nil {
		return l.fault
	}
	return err
}

// ask takes in what a look held back for a person to decide.
func (r *Recorder) ask(l *Look) error {
	asked := maps.Clone(l.held)
	if len(asked) == 0 {
		asked = nil
	}
	if maps.Equal(asked, r.permit.Asked) {
		return nil
	}
	next := r.permit.clone()
	next.Asked = asked
	switch {
	case asked == nil:
		next.Since = time.Time{}
	case next.Since.IsZero():
		next.Since = r.host.Stamp()
	}
	return r.setPermit(next)
}

// Question is what a person is asked before anything, or so much, is written to Stash.
func (r *Recorder) Question() (api.Attention, bool) {
	var list []message.Arg
	for _, k := range playback.On(r.settings()) {
		if n := r.permit.Asked[k]; n > 0 {
			list = append(list, message.Of(counted(k, n)))
		}
	}
	if len(list) == 0 {
		return api.Attention{}, false
	}
	return api.Attention{
		Kind: api.ActivityAsks, Message: message.New(message.ActivityAsks, message.List(list...)),
		Hint: message.New(message.AdviceActivityAsks), Since: r.permit.Since,
	}, true
}

func counted(k playback.Kind, n int) message.Message {
	switch k {
	case playback.Resume:
		return message.New(message.ActivityCountPoint, message.Count(n))
	case playback.Rating:
		return message.New(message.ActivityCountOther, message.Count(n))
	case playback.Play:
	}
	return message.New(message.ActivityCountPlays, message.Count(n))
}

// Shown is how far Stash knows; nil while nothing is switched on and nothing ever was.
func (r *Recorder) Shown() *api.Activity {
	if s := r.settings(); !s.ActivityPlays && !s.ActivityResume && !s.ActivityRatings && r.marks.Looked.IsZero() {
		return nil
	}
	out := r.state()
	return &out
}
