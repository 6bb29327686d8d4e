// Package link owns the connections to both servers: the adapters, whether each server
// answers, which Plex server and which of its libraries it is, the listeners for what they
// announce, and the budgets that hold back what fails.
package link

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// New makes connections to nothing. Jitter is uniform in [0,1).
func New(h host.Host, dial Dial, jitter func() float64) *Links {
	l := &Links{host: h, dial: dial, jitter: jitter}
	l.Disconnect()
	return l
}

// Load reads where the servers answered well the last time.
func (l *Links) Load() error { return l.host.Get(provenValue, &l.proven) }

// Disconnect gives up the adapters and forgets what was known of the servers.
func (l *Links) Disconnect() {
	l.StopListening()
	l.epoch++
	l.server = server{stashBudget: l.newBudget(), plexBudget: l.newBudget()}
}

func (l *Links) newBudget() *budget.Budget { return budget.New(l.host.Now, l.jitter) }

// Connect makes new adapters in place of the present ones, with budgets of their own, and
// has both servers checked at once.
func (l *Links) Connect(a Address, c Chosen) {
	l.Disconnect()
	l.chosen = c
	a.StashBudget, a.PlexBudget = l.stashBudget, l.plexBudget
	l.stash, l.plex = l.dial(l.Known(a))
	if machine := l.Expected(); machine != "" {
		l.plex.Expect(machine, ErrOtherPlex)
	}
	l.Recheck(l.host.Now())
}

// Known adds to an address what is known of it: whether the servers answered well there.
func (l *Links) Known(a Address) Address {
	a.StashProven, a.PlexProven = a.StashURL == l.proven.Stash, a.PlexURL == l.proven.Plex
	return a
}

// Connected reports whether there are adapters.
func (l *Links) Connected() bool { return l.stash != nil }

// Stash is the present adapter to Stash, nil before both servers are configured.
func (l *Links) Stash() Stash { return l.stash }

// Plex is the present adapter to Plex, nil before both servers are configured.
func (l *Links) Plex() Plex { return l.plex }

// StashState is what the last check of Stash found.
func (l *Links) StashState() api.Connection { return l.stashState }

// PlexState is what the last check of Plex found.
func (l *Links) PlexState() api.Connection { return l.plexState }

// Machine is the Plex server that answered, "" before one did.
func (l *Links) Machine() string { return l.machine }

// Sections are the chosen libraries, none before Plex has answered.
func (l *Links) Sections() []scene.Section { return l.sections }

// Epoch tells one pair of adapters from the next.
func (l *Links) Epoch() int { return l.epoch }

// Budget holds back what fails at a server. It may be used by any goroutine.
func (l *Links) Budget(s fault.Server) *budget.Budget {
	if s == fault.Stash {
		return l.stashBudget
	}
	return l.plexBudget
}

// Requests is how many requests both servers got since the process began.
func (l *Links) Requests() (plex, stash int) {
	return l.plexBudget.Requests(), l.stashBudget.Requests()
}

// Ready reports whether jobs can be worked on.
func (l *Links) Ready() bool {
	return l.stash != nil && l.stashState.OK && l.plexState.OK && l.machine != ""
}

// Wake makes everything due that waits for a server to come back.
func (l *Links) Wake() {
	l.stashBudget.Wake()
	l.plexBudget.Wake()
}

// Forget begins the budgets anew, because a person asked for it.
func (l *Links) Forget() {
	l.stashBudget.Forget()
	l.plexBudget.Forget()
}

// Rest gives up idle connections: each would wake the machine once more when its time is
// over.
func (l *Links) Rest() {
	if l.Connected() {
		l.stash.Close()
		l.plex.Close()
	}
}

// answeredAt stores where both servers answered well, if that is new.
func (l *Links) answeredAt(p proven) error {
	if p == l.proven {
		return nil
	}
	l.proven = p
	return l.host.Put(provenValue, p)
}

func succeeded(c *api.Connection, now time.Time) {
	if !c.OK || !c.Checked {
		c.Since = now.UTC()
	}
	c.OK, c.Checked = true, true
	c.Error, c.Hint, c.Class = message.None, message.None, ""
}

func failed(c *api.Connection, f *fault.Error, now time.Time) {
	if c.OK || !c.Checked {
		c.Since = now.UTC()
	}
	c.OK, c.Checked = false, true
	c.Error, c.Hint, c.Class = f.Message, f.Hint, string(f.Class)
}

// Bind makes a Plex server the one this database belongs to: a person chose it.
func (l *Links) Bind(machine, url string) error {
	return l.host.Put(machineValue, boundServer{Machine: machine, URL: url})
}

// Unbind has whatever Plex server answers be accepted, as part of a transaction.
func Unbind(tx store.Tx) error { return tx.DeleteValue(machineValue) }

// Bound is the Plex server this database belongs to, "" before one was accepted.
func (l *Links) Bound() (machine string, err error) {
	b, err := l.bound()
	return b.Machine, err
}

// Expected is the machine that has to answer at the present address, "" when any may: there
// is none yet, or a person gave another address since.
func (l *Links) Expected() string {
	b, err := l.bound()
	if err != nil || b.URL != l.chosen.PlexURL {
		return ""
	}
	return b.Machine
}

func (l *Links) bound() (b boundServer, err error) {
	err = l.host.Get(machineValue, &b)
	return b, err
}

// Recheck asks for a check of both connections no later than t.
func (l *Links) Recheck(t time.Time) {
	l.stashCheck.want(t)
	l.plexCheck.want(t)
}

// StopListening ends both listeners.
func (l *Links) StopListening() {
	l.StopListeningToPlex()
	if l.stopStash != nil {
		l.stopStash()
		l.stopStash = nil
	}
}

// StopListeningToPlex ends the listener of a server that is away; a check that succeeds
// begins another one.
func (l *Links) StopListeningToPlex() {
	if l.stopPlex != nil {
		l.stopPlex()
		l.stopPlex = nil
	}
}
