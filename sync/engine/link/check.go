package link

import (
	"context"
	"errors"
	"slices"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/scene"
)

// checkTimeout bounds a check: a server that is silent for longer is of no use either.
const checkTimeout = 10 * time.Second

// Check asks one server whether it can work.
type Check struct {
	Server fault.Server
	epoch  int
	stash  Stash
	plex   Plex
	now    func() time.Time

	version  string // of Stash
	identity scene.Identity
	sections []scene.Section
	err      error
	took     time.Duration
}

// Run asks, beside the loop.
func (c *Check) Run(ctx context.Context) {
	bound, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	began := c.now()
	if c.Server == fault.Stash {
		c.version, _, c.err = c.stash.Status(bound)
	} else {
		c.identity, c.sections, c.err = c.plex.Ready(bound)
	}
	c.took = c.now().Sub(began)
}

// DueChecks are the checks to be run now of connections that have not answered yet, that
// failed, or that somebody has doubts about, and when the next ones are. Plex is left out
// while something else tries it.
func (l *Links) DueChecks(now time.Time, plexToo bool) (due []*Check, next time.Time) {
	if !l.Connected() {
		return nil, time.Time{}
	}
	take, next := l.stashCheck.due(l.stashBudget, now)
	if take {
		due = append(due, l.check(fault.Stash))
	}
	if !plexToo {
		return due, next
	}
	take, at := l.plexCheck.due(l.plexBudget, now)
	if take {
		due = append(due, l.check(fault.Plex))
	}
	return due, host.Sooner(next, at)
}

func (l *Links) check(s fault.Server) *Check {
	return &Check{Server: s, epoch: l.epoch, stash: l.stash, plex: l.plex, now: l.host.Now}
}

// Checked is what a check of one server says to others.
type Checked struct {
	Fault *fault.Error // why it failed, nil: the server can work
	// Fresh says that what was missed meanwhile is wanted: the server was away, or is another,
	// or has other libraries.
	Fresh bool
	// Returned says that a chosen library is there that was not before.
	Returned bool
	// NewMachine says that this Plex is not the one known before.
	NewMachine bool
	// Failures is as how many failures it counts that nobody answered.
	Failures int
}

// StashChecked takes in how a check of Stash ended; false when it concerns nobody any more.
// The error is a fault of our own: something could not be stored.
func (l *Links) StashChecked(c *Check) (out Checked, current bool, err error) {
	if c.epoch != l.epoch {
		return out, false, nil
	}
	now := l.host.Now()
	l.stashCheck.running = false
	l.stashBudget.Done(budget.Connect, c.err)
	if c.err != nil {
		out.Fault = fault.At(c.err, fault.Stash)
		l.Failed(out.Fault)
		l.stashCheck.want(now)
		return out, true, nil //nolint:nilerr // what came of it is in out
	}
	if out.Fresh = !l.stashState.OK && l.stashState.Checked; out.Fresh {
		l.stashBudget.Wake()
	}
	l.stashCheck.ended = now
	succeeded(&l.stashState, now)
	l.stashState.Name = c.version
	return out, true, l.answeredAt(proven{l.chosen.StashURL, l.proven.Plex})
}

// PlexChecked takes in how a check of Plex ended; false when it concerns nobody any more.
// What the check was accepted with stands for its answer.
func (l *Links) PlexChecked(c *Check, a Accepted) (out Checked, current bool, err error) {
	if c.epoch != l.epoch {
		return out, false, nil
	}
	l.plexCheck.running = false
	now := l.host.Now()
	l.plexBudget.Done(budget.Connect, a.Err)
	if a.Err != nil {
		out.Fault, out.Failures = fault.At(a.Err, fault.Plex), 1+int(c.took/silence)
		l.Failed(out.Fault)
		l.plexCheck.want(now)
		return out, true, nil //nolint:nilerr // what came of it is in out
	}
	l.plexCheck.ended = now
	out.NewMachine = l.machine != c.identity.Machine
	out.Fresh = !l.plexState.OK || out.NewMachine || !sameSections(l.sections, a.sections)
	out.Returned = l.lose(a.lost, now)
	succeeded(&l.plexState, now)
	l.plexState.Name, l.machine, l.sections = c.identity.Version, c.identity.Machine, a.sections
	if out.Fresh {
		l.plexBudget.Wake() // what another server was not asked for
	}
	return out, true, l.answeredAt(proven{l.proven.Stash, l.chosen.PlexURL})
}

// silence is how long a check stays unanswered to weigh as much as another failure: in
// that time a server that refuses would have been tried again.
const silence = 4 * time.Second

func sameSections(a, b []scene.Section) bool {
	return slices.EqualFunc(a, b, func(x, y scene.Section) bool { return x.ID == y.ID })
}

// PlexBack takes in that Plex was proven to answer after an outage: it is checked at once,
// and what waits for it is due.
func (l *Links) PlexBack() {
	now := l.host.Now()
	succeeded(&l.plexState, now)
	l.plexBudget.Wake()
	l.plexCheck.want(now)
}

// Failed takes the fault of a check into the state of a connection. What a person is asked
// follows from that state.
func (l *Links) Failed(f *fault.Error) {
	switch {
	case f.Class == fault.Canceled, f.Class == fault.Local:
	case f.Server == fault.Stash:
		failed(&l.stashState, f, l.host.Now())
	default:
		failed(&l.plexState, f, l.host.Now())
	}
}

// Doubt has a connection checked because something else than its check failed there.
func (l *Links) Doubt(f *fault.Error) {
	now := l.host.Now()
	switch {
	case f.Class == fault.Local, f.Class == fault.Canceled, budget.Held(f):
		return
	case errors.Is(f, ErrOtherPlex): // it was asked who it is a moment ago: there is no doubt
		failed(&l.plexState, f, now)
		l.plexCheck.want(now)
		return
	}
	l.host.Log.Debug("a request failed", "server", f.Server, "class", f.Class, "err", f)
	switch f.Class {
	case fault.Unreachable, fault.Unauthorized, fault.Config:
		if f.Server == fault.Stash {
			l.stashCheck.doubt(now)
		} else {
			l.plexCheck.doubt(now)
		}
	}
}

// Accepted is whether the Plex that answered a check is the one we wrote to before, and has
// the chosen libraries.
type Accepted struct {
	Err error // why not
	// Renamed are the names by which the chosen libraries are called now, none when they are
	// called as before. Whoever keeps the settings stores them, with Known, in one transaction.
	Renamed []string
	Known   library.Known

	sections []scene.Section
	lost     []library.Lost
}
