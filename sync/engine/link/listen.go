package link

import (
	"context"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/event"
	"lockstep/sync/fault"
)

// Kind is what a listener was told.
type Kind string

// What a listener hears.
const (
	Appeared Kind = "appeared" // an item appeared in Plex, or may have while nobody listened
	Scanned  Kind = "scanned"  // Plex ended the scan of a library
	JobEnded Kind = "job"      // Stash ended a job, which may have changed any scene
	Lost     Kind = "lost"     // a connection that had been up is gone
)

// Announcement is one thing a server told its listener.
type Announcement struct {
	Kind   Kind
	server fault.Server
	epoch  int
	lived  time.Duration // of a connection that was lost
}

// Listener listens to one server until it is told to stop.
type Listener struct {
	server fault.Server
	epoch  int
	stash  Stash
	plex   Plex
	budget *budget.Budget
	now    func() time.Time
	ctx    context.Context
}

// Listen makes a listener for a server that has none; nil when there is one.
func (l *Links) Listen(ctx context.Context, s fault.Server) *Listener {
	stop := &l.stopPlex
	if s == fault.Stash {
		stop = &l.stopStash
	}
	if *stop != nil {
		return nil
	}
	ctx, *stop = context.WithCancel(ctx) //nolint:gosec // StopListening calls it
	return &Listener{server: s, epoch: l.epoch, stash: l.stash, plex: l.plex, budget: l.Budget(s), now: l.host.Now, ctx: ctx}
}

// Take takes in what a listener was told, and reports whether it concerns anybody.
func (l *Links) Take(a Announcement) bool {
	if a.epoch != l.epoch {
		return false
	}
	check := &l.plexCheck
	if a.server == fault.Stash {
		check = &l.stashCheck
	}
	switch { // a server is checked at once when its socket died
	case a.Kind != Lost:
	case a.lived < steady:
		check.doubt(l.host.Now())
	default:
		check.want(l.host.Now())
	}
	return true
}

// steady is how long a connection must have lived not to count as a failure: a proxy may
// take each one and end it at once.
const steady = time.Minute

// leastRedial is between two connections in any case.
const leastRedial = time.Second

// Run listens again and again, as often as the budget allows, beside the loop.
func (n *Listener) Run(tell func(Announcement)) {
	for n.ctx.Err() == nil {
		if wait := n.budget.Next(budget.Socket).Sub(n.now()); wait > 0 {
			event.Sleep(n.ctx, wait)
			continue
		}
		if n.budget.Allow(budget.Socket) != nil {
			continue // somebody else was faster; the next turn waits
		}
		n.once(tell)
		event.Sleep(n.ctx, leastRedial)
	}
}

// once listens over one connection.
func (n *Listener) once(tell func(Announcement)) {
	began, up := n.now(), false
	var err error
	if n.server == fault.Stash {
		err = n.stash.WatchJobs(n.ctx, func() { tell(Announcement{Kind: JobEnded, server: n.server, epoch: n.epoch}) })
		up = n.now().Sub(began) >= steady // it does not say when it is connected
	} else {
		err = n.plex.Watch(n.ctx, func() { up = true; tell(Announcement{Kind: Appeared, server: n.server, epoch: n.epoch}) }, func(e PlexEvent) { n.announce(e, tell) })
	}
	lived := n.now().Sub(began)
	if up && lived >= steady {
		n.budget.Done(budget.Socket, nil)
	}
	n.budget.Done(budget.Socket, err)
	if up && n.ctx.Err() == nil {
		tell(Announcement{Kind: Lost, server: n.server, epoch: n.epoch, lived: lived})
	}
}

func (n *Listener) announce(p PlexEvent, tell func(Announcement)) {
	switch {
	case p.Scanned:
		tell(Announcement{Kind: Scanned, server: n.server, epoch: n.epoch})
	case p.Appeared:
		tell(Announcement{Kind: Appeared, server: n.server, epoch: n.epoch})
	}
}
