package notify

import (
	"context"
	"log/slog"
	"sync"
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
	r := &runner{api: a, out: out, open: open, begun: time.Now(), wake: make(chan struct{}, 1)}
	ended := make(chan error, 1)
	go func() { ended <- a.Watch(ctx, r.put) }()
	timer := time.NewTimer(time.Hour) // armed by the first step that has something to wait for
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case err := <-ended:
			r.leave()
			if ctx.Err() != nil {
				return nil
			}
			return err
		case <-r.wake:
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
	wake   chan struct{}

	mu     sync.Mutex
	latest api.Snapshot
}

func (r *runner) put(s api.Snapshot) {
	r.mu.Lock()
	r.latest = s
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default: // already awake: it will read this snapshot
	}
}

func (r *runner) step(ctx context.Context) time.Duration {
	r.mu.Lock()
	s := r.latest
	r.mu.Unlock()
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
