package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// drain waits until an engine has looked at both servers and its queue is empty.
type drain struct {
	api     api.API
	maxWait time.Duration
	// wish starts what is to be waited for; nil when the engine begins by itself.
	wish func(ctx context.Context) error
	// onState is called when the state changes, and now and then while it does not.
	onState func(words string)

	wished   bool           // the wish was carried out
	since    uint64         // revision of the snapshot right after it
	reached  map[string]int // how far each thing got
	progress time.Time
	state    present.State
	words    string
	reported time.Time
}

// reportEvery is how often somebody who waits is told how far it is.
const reportEvery = 5 * time.Second

// run returns the last snapshot, and an error when the end was not reached.
func (d *drain) run(ctx context.Context) (api.Snapshot, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	feed, wished := api.Follow(ctx, d.api), make(chan error, 1)
	d.wished = d.wish == nil
	if d.wish != nil {
		go func() { wished <- d.wish(ctx) }()
	}
	d.progress = now()
	for {
		var ended error
		select {
		case <-feed.Changed():
		case <-time.After(time.Second): // the wait may be over without a new snapshot
		case err := <-feed.Ended():
			s, _ := feed.Latest()
			return s, wrap("watch the engine", err)
		case ended = <-wished:
			if ended == nil {
				ended = d.granted(ctx)
			}
		case <-ctx.Done():
			ended = ctx.Err()
		}
		s, ok := feed.Latest()
		if ended != nil {
			return s, ended
		}
		if ok && s.Revision >= d.since {
			if done, err := d.judge(s, now()); done || err != nil {
				return s, err
			}
		}
	}
}

// granted notes that the wish was carried out: an older snapshot tells nothing about it.
func (d *drain) granted(ctx context.Context) error {
	s, err := d.api.Snapshot(ctx)
	d.wished, d.since = true, s.Revision
	return err
}

// judge tells whether the end is reached, or cannot be.
func (d *drain) judge(s api.Snapshot, now time.Time) (done bool, err error) {
	d.tell(s, now)
	if err := blocked(s); err != nil {
		return false, err
	}
	if d.wished && idle(s) && !s.Awaiting {
		return true, nil
	}
	if d.gains(s) {
		d.progress = now
	}
	if now.Sub(d.progress) < d.maxWait {
		return false, nil
	}
	if d.wished && idle(s) {
		return true, nil // what Plex has not found by now is said to be missing there
	}
	return false, late(s, d.maxWait, d.reason(s))
}

// idle reports that nothing is left to do, nor to be counted by the brake.
func idle(s api.Snapshot) bool {
	return s.Scanned && !s.Active && s.Queue.Empty() && s.Run.Total == 0 && !s.Counting
}

// question is what the brake asks; false when it does not.
func question(s api.Snapshot) (api.Attention, bool) {
	for _, a := range s.Attention {
		if a.Kind == api.BrakeAsks {
			return a, true
		}
	}
	return api.Attention{}, false
}

func (d *drain) tell(s api.Snapshot, now time.Time) {
	state, words := present.StateOf(s), present.Status(s, present.Moment{Now: now})
	if d.onState == nil || words == d.words || (state == d.state || going(state) && going(d.state)) && now.Sub(d.reported) < reportEvery {
		return
	}
	d.state, d.words, d.reported = state, words, now
	d.onState(words)
}

// going reports work that goes on, batch after batch: between two of them nothing is in hand.
func going(s present.State) bool { return s == present.Writing || s == present.Held }

// gains reports that the engine got further than ever before: more jobs ended or written,
// more read from a server. What is done again and again is no gain.
func (d *drain) gains(s api.Snapshot) bool {
	gained := false
	for reached, n := range map[string]int{
		"ended": s.Queue.Done + s.Queue.Skipped + s.Queue.Dead + s.Queue.Parked, "run": s.Run.Finished() + s.Run.Unchecked,
		"runs": int(s.Run.Started), "found": s.Queue.Waiting + s.Queue.Running, "scanned": toInt(s.Scanned),
	} {
		gained = d.reach(reached, n) || gained
	}
	if s.Scan != nil {
		gained = d.reach("read from "+string(s.Scan.Server), s.Scan.Done) || gained
	}
	return gained
}

// reach notes how far something got, and reports that it is farther than before.
func (d *drain) reach(what string, n int) bool {
	if d.reached == nil {
		d.reached = map[string]int{}
	}
	if n <= d.reached[what] {
		return false
	}
	d.reached[what] = n
	return true
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// blocked is what only a person can settle.
func blocked(s api.Snapshot) error {
	if !s.Configured {
		return fault.New(fault.Config, fault.None, message.New(message.CommandNoServers), message.New(message.AdviceNoServers), nil)
	}
	if s.Hold {
		return fault.New(fault.Config, fault.None, message.New(message.CommandHeld), message.New(message.AdviceHeld), nil)
	}
	if s.Paused {
		return fault.New(fault.Local, fault.None, message.New(message.CommandPaused), message.New(message.AdviceResume), nil)
	}
	for _, a := range s.Attention {
		class, server := fault.Config, fault.None
		switch a.Kind {
		case api.SignInPlex:
			class, server = fault.Unauthorized, fault.Plex
		case api.SignInStash:
			class, server = fault.Unauthorized, fault.Stash
		case api.FixPlex:
			server = fault.Plex
		case api.FixStash:
			server = fault.Stash
		case api.DiskProblem:
			class = fault.Local
		default:
			continue
		}
		return fault.New(class, server, a.Message, a.Hint, nil)
	}
	return nil
}

// reason is what most of the jobs say that were tried in vain, None when there are none. One
// that is being tried again, or was given back untried, still has the reason of before.
func (d *drain) reason(s api.Snapshot) message.Message {
	if s.Queue.Empty() {
		return message.None
	}
	ctx, cancel := context.WithTimeout(context.Background(), reasonWait)
	defer cancel()
	states := []queue.State{queue.Retrying, queue.Running, queue.Waiting}
	page, err := d.api.Jobs(ctx, store.JobQuery{States: states, Limit: reasonSample})
	if err != nil {
		return message.None // the count alone is true as well
	}
	times, most := map[message.Message]int{}, message.None
	for _, j := range page.Jobs {
		if j.Message.IsZero() {
			continue
		}
		if times[j.Message]++; times[j.Message] > times[most] {
			most = j.Message
		}
	}
	return most
}

// reasonSample is how many jobs are asked for their reason, and reasonWait for how long.
const (
	reasonSample = 200
	reasonWait   = 5 * time.Second
)

// late says why the wait was in vain; reason is what the jobs themselves say.
func late(s api.Snapshot, waited time.Duration, reason message.Message) error {
	hint := message.New(message.CommandGaveUp, message.Span(waited))
	if f := away(s); f != nil {
		f.Hint = message.Sentences(f.Hint, hint)
		return f
	}
	if s.Counting && s.Queue.Empty() {
		return fault.New(fault.Temporary, fault.None, message.New(message.CommandNotCompared), hint, nil)
	}
	for _, f := range s.Failing {
		return fault.New(f.Class, f.Server, present.FailingMessage(f, moment().Now), message.Sentences(f.Hint, hint), nil)
	}
	if s.Scan != nil {
		return fault.New(fault.Temporary, s.Scan.Server, unread(s.Scan.Server), hint, nil)
	}
	left := message.New(message.CommandToBeDone, message.Count(s.Queue.Pending()))
	if !reason.IsZero() {
		left = message.New(message.CommandToBeDoneBecause, message.Count(s.Queue.Pending()), message.Of(reason))
	}
	return fault.New(fault.Temporary, fault.None, left, hint, nil)
}

// away is why a server cannot be worked with, nil when both can.
func away(s api.Snapshot) *fault.Error {
	silent := func(server fault.Server) *fault.Error {
		return fault.New(fault.Unreachable, server, message.New(message.CommandSilent, message.Word(server)), message.None, nil)
	}
	switch {
	case !s.Stash.OK && !s.Stash.Error.IsZero():
		return fault.New(fault.Unreachable, fault.Stash, s.Stash.Error, s.Stash.Hint, nil)
	case s.Verdict == health.Down, !s.Plex.OK && !s.Plex.Error.IsZero():
		return fault.New(fault.Unreachable, fault.Plex, plexDown(s), s.Plex.Hint, nil)
	case !s.Stash.Checked:
		return silent(fault.Stash)
	case !s.Plex.Checked:
		return silent(fault.Plex)
	}
	return nil
}

// plexDown says why Plex is held to be away: what it answered last, or what opened the
// breaker.
func plexDown(s api.Snapshot) message.Message {
	for _, m := range []message.Message{s.Plex.Error, s.Breaker.Cause} {
		if !m.IsZero() {
			return m
		}
	}
	return message.New(message.CommandSilent, message.Word(fault.Plex))
}

// unread says which server has not given all of its list yet.
func unread(server fault.Server) message.Message {
	if server == fault.Plex {
		return message.New(message.CommandUnreadPlex)
	}
	return message.New(message.CommandUnreadStash)
}

// join puts two sentences one after the other.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return present.Sentence(a) + " " + b
}

// announce writes the state for somebody who waits.
func (s *session) announce(words string) {
	if words = plain(words); s.g.JSON || !isTerminal(s.Err) {
		if s.log.masker.Load() != nil {
			words, _, _ = strings.Cut(words, " — ") // what follows is a title
		}
		s.log.log.Info(words)
		return
	}
	_, _ = fmt.Fprintln(s.Err, words)
}

// interrupted reports that the person did not want to wait any longer.
func (s *session) interrupted(err error) bool {
	return s.ctx.Err() != nil && errors.Is(err, context.Canceled)
}
