package notify

import (
	"context"
	"log/slog"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/health"
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
	plan := r.policy.Step(s, Instant{Wall: time.Now(), Mono: time.Since(r.begun)})
	for _, a := range plan.Acts {
		if ctx.Err() == nil {
			r.do(ctx, a)
		}
	}
	return plan.Wait
}

func (r *runner) do(ctx context.Context, a Act) {
	if a.Withdraw != "" {
		if err := r.out.Withdraw(a.Withdraw); err != nil {
			slog.Debug("notification not withdrawn", "tag", a.Withdraw, "err", err)
		}
		return
	}
	if a.Say != "" {
		ok, err := r.api.Say(ctx, health.Said{Outage: a.Outage, Kind: a.Say, At: time.Now()})
		r.policy.Answer(a, ok && err == nil, err)
		if err != nil || !ok {
			slog.Info("announcement not made", "outage", a.Outage, "kind", a.Say, "err", err)
			return
		}
	}
	window := a.Note.Window
	m := Message{Tag: a.Tag, Title: a.Note.Title, Body: a.Note.Body, Open: func() { r.open(window) }}
	if err := r.out.Send(m); err != nil {
		slog.Info("notification not shown", "title", m.Title, "err", err)
		return
	}
	r.policy.Sent(a)
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
