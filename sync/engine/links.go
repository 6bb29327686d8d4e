package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// links are the connections to both servers.
type links struct {
	stash Stash // nil until both servers are configured
	plex  Plex

	stashState, plexState api.Connection
	machine               string // of the Plex server, once it has answered
	sections              []scene.Section
	all                   []scene.Section

	connecting bool
	connectAt  time.Time // when to look at the servers again
	wait       time.Duration
	epoch      int // grows when addresses change: answers of older adapters are ignored
	stopWatch  context.CancelFunc
}

// ready reports whether jobs can be worked on.
func (l *links) ready() bool {
	return l.stash != nil && l.stashState.OK && l.plexState.OK && l.machine != ""
}

// recheck asks for a look at the servers no later than t.
func (l *links) recheck(t time.Time) {
	if l.connectAt.IsZero() || t.Before(l.connectAt) {
		l.connectAt = t
	}
}

func (l *links) plexOK(now time.Time) {
	if !l.plexState.OK || !l.plexState.Checked {
		l.plexState.Since = now.UTC()
	}
	l.plexState.OK, l.plexState.Checked = true, true
	l.plexState.Error, l.plexState.Hint, l.plexState.Class = "", "", ""
}

func (l *links) plexFault(f *fault.Error, now time.Time) { failed(&l.plexState, f, now) }

func (l *links) stashOK(now time.Time) {
	if !l.stashState.OK || !l.stashState.Checked {
		l.stashState.Since = now.UTC()
	}
	l.stashState.OK, l.stashState.Checked = true, true
	l.stashState.Error, l.stashState.Hint, l.stashState.Class = "", "", ""
}

func (l *links) stashFault(f *fault.Error, now time.Time) { failed(&l.stashState, f, now) }

func failed(c *api.Connection, f *fault.Error, now time.Time) {
	if c.OK || !c.Checked {
		c.Since = now.UTC()
	}
	c.OK, c.Checked = false, true
	c.Error, c.Hint, c.Class = f.Words, f.Hint, string(f.Class)
}

const (
	// firstRecheck is the first wait before a failing server is looked at again; it
	// doubles. Five of them pass in about 8 s, which is when the breaker opens.
	firstRecheck = 500 * time.Millisecond
	// lastRecheck caps the wait; a breaker that opened takes over for Plex.
	lastRecheck = time.Minute
	// askRecheck is how often a refusal that needs a person is looked at quietly.
	askRecheck = 5 * time.Minute
)

// dial makes new adapters for the present settings and forgets what was known of the
// servers behind the old ones.
func (e *Engine) dial() {
	l := &e.links
	if l.stopWatch != nil {
		l.stopWatch()
		l.stopWatch = nil
	}
	epoch := l.epoch + 1
	*l = links{epoch: epoch}
	e.forgetRefusal()
	e.look.indexed = false
	if e.o.Still || !e.settings.Configured() {
		return
	}
	l.stash, l.plex = e.o.Dial(Address{
		StashURL: e.settings.StashURL, PlexURL: e.settings.PlexURL,
		StashCertificate: e.settings.StashCertificate, PlexCertificate: e.settings.PlexCertificate,
		APIKey: e.secret(StashAPIKey), Token: e.secret(PlexToken), ClientID: e.clientID(),
	})
	l.connectAt = e.now()
}

func (e *Engine) secret(name string) func() string {
	return func() string {
		v, err := e.o.Secrets.Get(name)
		if err != nil {
			e.log.Warn("read a secret", "name", name, "err", err)
		}
		return v
	}
}

// answer is what a look at both servers brought.
type answer struct {
	version  string
	scenes   int
	stashErr error
	identity scene.Identity
	sections []scene.Section
	plexErr  error
	askPlex  bool
}

// dueConnect looks at the servers when they have not answered yet, or failed, or when
// somebody asked for a look.
func (e *Engine) dueConnect(ctx context.Context, now time.Time) time.Time {
	l := &e.links
	if l.stash == nil || l.connecting || l.connectAt.IsZero() {
		return time.Time{}
	}
	if l.connectAt.After(now) {
		return l.connectAt
	}
	l.connecting, l.connectAt = true, time.Time{} // who asks for a look from now on gets another one
	gen, epoch := e.health.Breaker.Generation, l.epoch
	stash, plex, askPlex := l.stash, l.plex, e.health.Breaker.Allows()
	e.spawn(func() {
		a := answer{askPlex: askPlex}
		a.version, a.scenes, a.stashErr = stash.Status(ctx)
		if askPlex { // an open breaker is tried by its probe alone
			a.identity, a.sections, a.plexErr = plex.Ready(ctx)
		}
		e.post(func() { e.connected(ctx, epoch, gen, a) })
	})
	return time.Time{}
}

func (e *Engine) connected(ctx context.Context, epoch int, gen uint64, a answer) {
	l := &e.links
	if epoch != l.epoch || ctx.Err() != nil {
		return
	}
	l.connecting = false
	now := e.now()
	if a.stashErr != nil {
		e.noteFault(asServer(a.stashErr, fault.Stash))
		e.look.answer(a.stashErr) // no look begins while Stash is away
	} else {
		l.stashOK(now)
		l.stashState.Name = a.version
		e.settled(fault.Stash)
	}
	if a.askPlex {
		e.plexAnswered(ctx, gen, a)
	}
	e.scheduleRecheck(now)
	e.publish()
}

func (e *Engine) plexAnswered(ctx context.Context, gen uint64, a answer) {
	err := a.plexErr
	var chosen []scene.Section
	if err == nil {
		chosen, err = e.accept(a)
	}
	if err != nil {
		e.noteFault(asServer(err, fault.Plex))
		e.countPlex(gen, err)
		return
	}
	l := &e.links
	l.plexOK(e.now())
	if l.machine != a.identity.Machine {
		e.look.indexed = false
	}
	l.plexState.Name, l.machine = a.identity.Version, a.identity.Machine
	l.all, l.sections = a.sections, chosen
	e.settled(fault.Plex)
	if err := e.step(breaker.Event{Kind: breaker.Success, Generation: gen}, nil); err != nil {
		e.noteLocal(err)
	}
	e.look.index, e.look.wait = true, 0
	e.look.soon(e.now())
	e.watch(ctx)
}

// machineValue names the stored identifier of the Plex server last accepted.
const machineValue = "plex.machine"

// accept checks that the server is the one we wrote to before and has the chosen
// libraries. A changed address in the settings accepts a new server.
func (e *Engine) accept(a answer) ([]scene.Section, error) {
	var known boundServer
	if err := e.store.View(func(tx store.Tx) error { _, err := tx.Value(machineValue, &known); return err }); err != nil {
		return nil, err
	}
	if known.Machine != "" && known.Machine != a.identity.Machine && known.URL == e.settings.PlexURL {
		return nil, errOtherPlex
	}
	chosen, err := library.Chosen(a.sections, e.settings.Libraries)
	if err != nil {
		return nil, err
	}
	next := boundServer{Machine: a.identity.Machine, URL: e.settings.PlexURL}
	if next != known {
		err = e.store.Update(func(tx store.Tx) error { return tx.PutValue(machineValue, next) })
	}
	if err == nil {
		e.links.plex.Expect(next.Machine, errOtherPlex)
	}
	return chosen, err
}

// errOtherPlex is for a server that is not the one this database belongs to.
var errOtherPlex = fault.New(fault.Config, fault.Plex, "Another Plex server answers at this address.",
	"Lockstep writes nothing to it. If this is meant to be, save the Plex address again in the settings.", nil)

// boundServer is the Plex server this database belongs to.
type boundServer struct {
	Machine string `json:"machine"`
	URL     string `json:"url"`
}

// countPlex feeds the breaker with the outcome of a call to Plex.
func (e *Engine) countPlex(gen uint64, err error) {
	ev := breaker.Event{Kind: breaker.Success, Generation: gen}
	if f := fault.Of(err); f != nil {
		if f.Class != fault.Unreachable || f.Server != fault.Plex {
			return
		}
		ev.Kind, ev.Cause = breaker.Failure, f.Words
	}
	if err := e.step(ev, nil); err != nil {
		e.noteLocal(err)
	}
}

// scheduleRecheck decides when to look at failing servers again.
func (e *Engine) scheduleRecheck(now time.Time) {
	l := &e.links
	plexWaits := !l.plexState.OK && e.health.Breaker.Allows()
	if l.stashState.OK && !plexWaits {
		l.wait = 0
		return
	}
	asked := func(c api.Connection) bool {
		return c.OK || c.Class == string(fault.Unauthorized) || c.Class == string(fault.Config)
	}
	if asked(l.stashState) && (asked(l.plexState) || !plexWaits) {
		l.recheck(now.Add(askRecheck))
		return
	}
	l.wait = min(max(firstRecheck, 2*l.wait), lastRecheck)
	l.recheck(now.Add(l.wait))
}

// asServer gives a fault its server where the adapter's caller knows better: an error
// of our own stays ours.
func asServer(err error, s fault.Server) *fault.Error {
	f := fault.Of(err)
	if f.Server == fault.None && f.Class != fault.Local && f.Class != fault.Canceled {
		f.Server = s
	}
	return f
}
