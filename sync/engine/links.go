package engine

import (
	"context"
	"slices"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// links are the connections to both servers.
type links struct {
	stash Stash // nil until both servers are configured
	plex  Plex

	stashState, plexState api.Connection
	stashCheck, plexCheck check
	stashKnock, plexKnock knock
	machine               string // of the Plex server, once it has answered
	sections              []scene.Section
	all                   []scene.Section

	budgets budgets
	epoch   int // grows when addresses change: answers of older adapters are ignored
	// watchStash and watchPlex end the listener of a server; nil while there is none.
	watchStash, watchPlex context.CancelFunc
}

// budgets hold back what fails, one for each server that is asked.
type budgets struct{ stash, plex, account *budget.Budget }

func (e *Engine) newBudgets() budgets {
	b := func() *budget.Budget { return budget.New(e.o.Now, e.o.Jitter) }
	return budgets{b(), b(), b()}
}

// of is the budget of a server.
func (b budgets) of(s fault.Server) *budget.Budget {
	if s == fault.Stash {
		return b.stash
	}
	return b.plex
}

// wake makes everything due that waits for a server to come back.
func (b budgets) wake() {
	b.stash.Wake()
	b.plex.Wake()
	b.account.Wake()
}

// forget begins anew, because a person asked for it.
func (b budgets) forget() {
	b.stash.Forget()
	b.plex.Forget()
	b.account.Forget()
}

// check is the check of one connection: when it is wanted, and whether one is under way.
type check struct {
	at      time.Time // zero: not wanted
	running bool
	ended   time.Time // when the last one that succeeded ended
}

// want asks for a check no later than t.
func (c *check) want(t time.Time) {
	if c.at.IsZero() || t.Before(c.at) {
		c.at = t
	}
}

// checkSpacing is how long a check that succeeded stands against the doubts that other
// requests raise: while only those fail it would be asked for again and again.
const checkSpacing = time.Minute

// doubt asks for a check because something else failed.
func (c *check) doubt(now time.Time) {
	if c.ended.IsZero() || now.Sub(c.ended) >= checkSpacing || now.Before(c.ended) {
		c.want(now)
	}
}

// recheck asks for a check of both connections no later than t.
func (l *links) recheck(t time.Time) {
	l.stashCheck.want(t)
	l.plexCheck.want(t)
}

// ready reports whether jobs can be worked on.
func (l *links) ready() bool {
	return l.stash != nil && l.stashState.OK && l.plexState.OK && l.machine != ""
}

func (l *links) plexOK(now time.Time)  { succeeded(&l.plexState, now) }
func (l *links) stashOK(now time.Time) { succeeded(&l.stashState, now) }

func succeeded(c *api.Connection, now time.Time) {
	if !c.OK || !c.Checked {
		c.Since = now.UTC()
	}
	c.OK, c.Checked = true, true
	c.Error, c.Hint, c.Class = "", "", ""
}

func (l *links) plexFault(f *fault.Error, now time.Time)  { failed(&l.plexState, f, now) }
func (l *links) stashFault(f *fault.Error, now time.Time) { failed(&l.stashState, f, now) }

func failed(c *api.Connection, f *fault.Error, now time.Time) {
	if c.OK || !c.Checked {
		c.Since = now.UTC()
	}
	c.OK, c.Checked = false, true
	c.Error, c.Hint, c.Class = f.Message.String(), f.Hint.String(), string(f.Class)
}

// dial makes new adapters for the present settings and forgets what was known of the
// servers behind the old ones.
func (e *Engine) dial() {
	l := &e.links
	l.stopWatching()
	epoch := l.epoch + 1
	*l = links{epoch: epoch, budgets: e.newBudgets()}
	e.forgetRefusal()
	e.scan.ForgetIndex()
	if e.o.Still || !e.settings.Configured() {
		return
	}
	l.stash, l.plex = e.o.Dial(e.address())
	if machine := e.bound(); machine != "" {
		l.plex.Expect(machine, errOtherPlex)
	}
	l.recheck(e.now())
}

// bound is the machine of the Plex server this database belongs to, empty when there is
// none yet or a person gave another address since.
func (e *Engine) bound() string {
	var known boundServer
	err := e.store.View(func(tx store.Tx) error { _, err := tx.Value(machineValue, &known); return err })
	if err != nil || known.URL != e.settings.PlexURL {
		return ""
	}
	return known.Machine
}

// address is what the settings say of both servers.
func (e *Engine) address() Address {
	return Address{
		StashURL: e.settings.StashURL, PlexURL: e.settings.PlexURL,
		StashCertificate: e.settings.StashCertificate, PlexCertificate: e.settings.PlexCertificate,
		APIKey: e.secret(StashAPIKey), Token: e.secret(PlexToken),
		StashLogin: e.secret(StashLogin), PlexLogin: e.secret(PlexLogin), ClientID: e.clientID(),
		StashBudget: e.links.budgets.stash, PlexBudget: e.links.budgets.plex,
		StashProven: e.settings.StashURL == e.proven.Stash, PlexProven: e.settings.PlexURL == e.proven.Plex,
	}
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

// proven are the addresses where the servers answered well the last time. A proxy shows
// pages of its own while both start with the machine.
type proven struct {
	Stash string `json:"stash"`
	Plex  string `json:"plex"`
}

// provenValue names the stored addresses.
const provenValue = "links.proven"

// answeredAt stores where both servers answered well, if that is new.
func (e *Engine) answeredAt(p proven) {
	if p == e.proven {
		return
	}
	e.proven = p
	if err := e.store.Update(func(tx store.Tx) error { return tx.PutValue(provenValue, p) }); err != nil {
		e.noteLocal(err)
	}
}

// checkTimeout bounds a check: a server that is silent for longer is of no use either.
const checkTimeout = 10 * time.Second

// dueChecks checks the connections that have not answered yet, that failed, or that
// somebody has doubts about.
func (e *Engine) dueChecks(ctx context.Context, now time.Time) time.Time {
	l := &e.links
	if l.stash == nil {
		return time.Time{}
	}
	next := e.dueCheck(ctx, &l.stashCheck, l.budgets.stash, now, e.checkStash)
	if e.health.Breaker.Allows() { // an open breaker is tried by its probe alone
		next = host.Sooner(next, e.dueCheck(ctx, &l.plexCheck, l.budgets.plex, now, e.checkPlex))
	}
	return next
}

// dueCheck begins a check when it is wanted and the budget allows it.
func (e *Engine) dueCheck(ctx context.Context, c *check, b *budget.Budget, now time.Time, begin func(context.Context)) time.Time {
	if c.running || c.at.IsZero() {
		return time.Time{}
	}
	if at := host.Later(c.at, b.Next(budget.Connect)); at.After(now) {
		return at
	}
	c.running, c.at = true, time.Time{} // who asks for a check from now on gets another one
	begin(ctx)
	return time.Time{}
}

func (e *Engine) checkStash(ctx context.Context) {
	epoch, stash := e.links.epoch, e.links.stash
	e.spawn(func() {
		bound, cancel := context.WithTimeout(ctx, checkTimeout)
		defer cancel()
		version, _, err := stash.Status(bound)
		e.post(func() { e.stashChecked(ctx, epoch, version, err) })
	})
}

func (e *Engine) stashChecked(ctx context.Context, epoch int, version string, err error) {
	l := &e.links
	if epoch != l.epoch || ctx.Err() != nil {
		return
	}
	now := e.now()
	l.stashCheck.running = false
	l.budgets.stash.Done(budget.Connect, err)
	if err != nil {
		e.noteFault(fault.At(err, fault.Stash))
		e.scan.Refuse(err) // no scan begins while Stash is away
		l.stashCheck.want(now)
		e.publish()
		return
	}
	if !l.stashState.OK && l.stashState.Checked {
		l.budgets.stash.Wake()
		e.scan.WantBy(scan.What{}, now) // what failed meanwhile is known to work, or not, at once
	}
	l.stashCheck.ended = now
	l.stashOK(now)
	l.stashState.Name = version
	e.answeredAt(proven{e.settings.StashURL, e.proven.Plex})
	e.watchStash(ctx)
	e.publish()
}

// answer is what a check of Plex brought.
type answer struct {
	identity scene.Identity
	sections []scene.Section
	err      error
	took     time.Duration
}

func (e *Engine) checkPlex(ctx context.Context) {
	gen, epoch, plex := e.health.Breaker.Generation, e.links.epoch, e.links.plex
	e.spawn(func() {
		bound, cancel := context.WithTimeout(ctx, checkTimeout)
		defer cancel()
		var a answer
		began := e.now()
		a.identity, a.sections, a.err = plex.Ready(bound)
		a.took = e.now().Sub(began)
		e.post(func() { e.plexChecked(ctx, epoch, gen, a) })
	})
}

func (e *Engine) plexChecked(ctx context.Context, epoch int, gen uint64, a answer) {
	if epoch != e.links.epoch || ctx.Err() != nil {
		return
	}
	e.links.plexCheck.running = false
	e.plexAnswered(ctx, gen, a)
	e.publish()
}

func (e *Engine) plexAnswered(ctx context.Context, gen uint64, a answer) {
	l, now := &e.links, e.now()
	err := a.err
	var chosen []scene.Section
	if err == nil {
		chosen, err = e.accept(a)
	}
	l.budgets.plex.Done(budget.Connect, err)
	if err != nil {
		e.noteFault(fault.At(err, fault.Plex))
		e.countSilence(gen, err, a.took)
		l.plexCheck.want(now)
		return
	}
	l.plexCheck.ended = now
	fresh := !l.plexState.OK || l.machine != a.identity.Machine || !sameSections(l.sections, chosen)
	l.plexOK(now)
	if l.machine != a.identity.Machine {
		e.scan.ForgetIndex()
	}
	e.answeredAt(proven{e.proven.Stash, e.settings.PlexURL})
	l.plexState.Name, l.machine = a.identity.Version, a.identity.Machine
	l.all, l.sections = a.sections, chosen
	e.countPlex(gen, nil)
	if fresh { // what was missed while Plex did not answer
		l.budgets.plex.Wake() // what another server was not asked for
		e.scan.WantBy(scan.What{Index: true}, now)
	}
	e.watchPlex(ctx)
}

func sameSections(a, b []scene.Section) bool {
	return slices.EqualFunc(a, b, func(x, y scene.Section) bool { return x.ID == y.ID })
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
	chosen, err := e.choose(a)
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
var errOtherPlex = fault.Old(fault.Config, fault.Plex, "Another Plex server answers at this address.",
	"Lockstep writes nothing to it. If this is meant to be, save the Plex address again in the settings.", nil)

// boundServer is the Plex server this database belongs to.
type boundServer struct {
	Machine string `json:"machine"`
	URL     string `json:"url"`
}

// countPlex feeds the breaker with the outcome of a call to Plex. A success proves
// nothing while something else that jobs need keeps failing.
func (e *Engine) countPlex(gen uint64, err error) {
	f := fault.Of(err)
	switch {
	case f == nil && e.lacking():
		return
	case f == nil:
		e.count(breaker.Event{Kind: breaker.Success, Generation: gen})
	case f.Class == fault.Unreachable && f.Server == fault.Plex && !budget.Held(f):
		e.count(breaker.Event{Kind: breaker.Failure, Generation: gen, Cause: f.Message.String()})
	}
}

func (e *Engine) count(ev breaker.Event) {
	if err := e.step(ev, nil); err != nil {
		e.noteLocal(err)
	}
}

// needed are the requests to Plex without which no job gets on. One item's read or write
// may fail for reasons of its own.
var needed = []budget.Kind{budget.Connect, budget.Identity, budget.Sections, budget.Index, budget.Listing}

// lacking reports that something jobs need fails in a way that counts as an outage.
func (e *Engine) lacking() bool {
	return slices.ContainsFunc(e.links.budgets.plex.Failing(), func(f budget.Failure) bool {
		return slices.Contains(needed, f.Kind) && f.Fault.Whole().Class == fault.Unreachable
	})
}

// silence is how long a check stays unanswered to weigh as much as another failure: in
// that time a server that refuses would have been tried again.
const silence = 4 * time.Second

// countSilence counts a failed check, one that nobody answered for as long as it took.
func (e *Engine) countSilence(gen uint64, err error, took time.Duration) {
	for range 1 + took/silence {
		e.countPlex(gen, err)
	}
}
