package notify

import (
	"context"
	"log/slog"
	"time"

	"lockstep/sync/api"
)

// Message is what a sender shows.
type Message struct {
	Tag         string
	Title, Body string
	// Open is called, on any goroutine, when the user clicks the message.
	Open func()
}

// Sender shows messages, one at a time: a new one takes the place of the old one.
// Both methods return within seconds, also when nobody can show anything.
type Sender interface {
	Send(Message) error
	// Withdraw takes the message of that tag away if it is still the one shown.
	Withdraw(tag string) error
}

// Run watches the engine and speaks up until ctx ends, which returns nil, or the watch
// breaks. open is
// called with the name of a window when a message is clicked. It sleeps until a
// snapshot or a moment the policy named; there is no ticker.
func Run(ctx context.Context, a api.API, out Sender, open func(window string)) error {
	r := &runner{api: a, out: out, open: open, begun: time.Now(), feed: api.Follow(ctx, a)}
	timer := time.NewTimer(time.Hour) // armed by the first step that has something to wait for
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case err := <-r.feed.Ended():
			r.leave()
			if ctx.Err() != nil {
				return nil
			}
			return err
		case <-r.feed.Changed():
		case <-timer.C:
		}
		timer.Stop()
		if wait := r.step(ctx); wait > 0 {
			timer.Reset(wait)
		}
	}
}

type runner struct {
	api    api.API
	out    Sender
	open   func(string)
	policy Policy
	begun  time.Time
	feed   *api.Feed
}

func (r *runner) step(ctx context.Context) time.Duration {
	s, _ := r.feed.Latest()
	acts := r.policy.Step(s, Instant{Wall: time.Now(), Mono: time.Since(r.begun)})
	r.note(ctx) // before a "back" is asked for, which needs it
	for _, a := range acts {
		if ctx.Err() == nil {
			r.do(ctx, a, s)
		}
	}
	return r.policy.Wait()
}

func (r *runner) do(ctx context.Context, a Act, s api.Snapshot) {
	if a.Withdraw != "" {
		if err := r.out.Withdraw(a.Withdraw); err != nil {
			slog.Debug("notification not withdrawn", "tag", a.Withdraw, "err", err)
		}
		return
	}
	if a.Say != "" && !r.allowed(ctx, a, s) {
		return
	}
	window := a.Note.Window
	m := Message{Tag: a.Tag, Title: a.Note.Title, Body: a.Note.Body, Open: func() { r.open(window) }}
	if err := r.out.Send(m); err != nil {
		r.policy.Failed()
		if r.policy.Undelivered() == 1 { // once, not at every try
			slog.Warn("notification not shown; it is retried while it is still true", "title", m.Title, "err", err)
		}
		return
	}
	if n := r.policy.Undelivered(); n > 0 {
		slog.Info("notifications are shown again", "title", m.Title, "tries", n+1)
	}
	r.policy.Sent(a)
	r.note(ctx)
}

// allowed asks the engine, which stores the announcement before it is made.
func (r *runner) allowed(ctx context.Context, a Act, s api.Snapshot) bool {
	ok, err := r.api.Say(ctx, a.said())
	if err != nil {
		slog.Info("announcement could not be stored", "outage", a.Outage, "kind", a.Say, "err", err)
	}
	ok = ok && err == nil
	r.policy.Answer(a, s, ok)
	return ok
}

// note has the engine store what was shown.
func (r *runner) note(ctx context.Context) {
	said, due := r.policy.Noting()
	if !due {
		return
	}
	_, err := r.api.Say(ctx, said)
	r.policy.Noted(err)
	if err != nil {
		slog.Info("could not store that an announcement was shown", "outage", said.Outage, "kind", said.Kind, "err", err)
	}
}

// leave takes away a message about Plex: once Lockstep has ended nobody would.
func (r *runner) leave() {
	if r.policy.Shown() != TagPlex {
		return
	}
	if err := r.out.Withdraw(TagPlex); err != nil {
		slog.Debug("notification not withdrawn at the end", "err", err)
	}
}
