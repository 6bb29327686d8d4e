package engine

import (
	"context"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/compare"
	"lockstep/sync/engine/link"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
)

// dial makes new adapters for the present settings and forgets what was known of the
// servers behind the old ones.
func (e *Engine) dial() {
	e.account.Budget().Forget()
	e.links.Disconnect()
	e.forgetRefusal()
	e.scan.ForgetIndex()
	e.recent = &compare.Recent{}
	if e.o.Still || !e.settings().Configured() {
		return
	}
	e.links.Connect(e.address(), link.Chosen{
		StashURL: e.settings().StashURL, PlexURL: e.settings().PlexURL,
		Libraries: e.settings().Libraries, FixedLibraries: e.chosen.Overridden("plex-library"),
	})
}

// address is what the settings say of both servers.
func (e *Engine) address() link.Address {
	return link.Address{
		StashURL: e.settings().StashURL, PlexURL: e.settings().PlexURL,
		StashCertificate: e.settings().StashCertificate, PlexCertificate: e.settings().PlexCertificate,
		APIKey: e.chosen.Secret(StashAPIKey), Token: e.chosen.Secret(PlexToken),
		StashLogin: e.chosen.Secret(StashLogin), PlexLogin: e.chosen.Secret(PlexLogin), ClientID: e.clientID(),
	}
}

// wakeBudgets makes everything due that waits for a server to come back.
func (e *Engine) wakeBudgets() {
	e.links.Wake()
	e.account.Budget().Wake()
}

// dueChecks checks the connections that have not answered yet, that failed, or that
// somebody has doubts about. An open breaker is tried by its probe alone.
func (e *Engine) dueChecks(ctx context.Context, now time.Time) time.Time {
	due, next := e.links.DueChecks(now, e.monitor.Allows())
	for _, c := range due {
		gen := e.monitor.Generation()
		e.loop.Beside(func() { c.Run(ctx) }, func() { e.checked(ctx, c, gen) })
	}
	return next
}

// checked takes in how the check of a connection ended.
func (e *Engine) checked(ctx context.Context, c *link.Check, gen uint64) {
	switch {
	case ctx.Err() != nil:
	case c.Server == fault.Stash:
		e.stashChecked(ctx, c)
	default:
		e.plexChecked(ctx, c, gen)
	}
}

func (e *Engine) stashChecked(ctx context.Context, c *link.Check) {
	got, current, err := e.links.StashChecked(c)
	if !current {
		return
	}
	e.noteStored(err)
	switch {
	case got.Fault != nil:
		e.noteOurs(got.Fault)
		e.scan.Refuse(got.Fault) // no scan begins while Stash is away
	default:
		if got.Fresh {
			e.scan.WantBy(scan.What{}, e.now()) // what failed meanwhile is known to work, or not, at once
		}
		e.listen(ctx, fault.Stash)
	}
	e.publish()
}

func (e *Engine) plexChecked(ctx context.Context, c *link.Check, gen uint64) {
	a := e.links.Accept(c)
	if a.Renamed != nil && a.Err == nil {
		a = e.links.Renamed(a, e.chosen.Rename(a.Renamed, a.PutRenamed))
	}
	got, current, err := e.links.PlexChecked(c, a)
	if !current {
		return
	}
	defer e.publish()
	e.noteStored(err)
	if got.Fault != nil {
		e.noteOurs(got.Fault)
		for range got.Failures {
			e.countPlex(gen, got.Fault)
		}
		return
	}
	if got.NewMachine {
		e.scan.ForgetIndex()
	}
	e.countPlex(gen, nil)
	if got.Fresh {
		e.scan.WantBy(scan.What{Index: true, Recheck: got.Returned}, e.now())
	}
	e.listen(ctx, fault.Plex)
}

// listen keeps one listener for what a server announces.
func (e *Engine) listen(ctx context.Context, s fault.Server) {
	if l := e.links.Listen(ctx, s); l != nil {
		e.loop.Spawn(func() { l.Run(func(h link.Announcement) { e.loop.Post(func() { e.announced(h) }) }) })
	}
}

// newsDelay collects announcements before the index is refreshed once for all.
const newsDelay = 5 * time.Second

// jobDelay collects the ends of jobs of Stash, which often come several at once. People who
// started one wait for what it does to be seen.
const jobDelay = 2 * time.Second

// announced takes in what a server announced.
func (e *Engine) announced(h link.Announcement) {
	if !e.links.Take(h) {
		return
	}
	soon := e.now().Add(newsDelay)
	switch h.Kind {
	case link.Appeared:
		if e.dispatch.Active() {
			return // mostly the echo of our own writes; the index is refreshed after the batch
		}
		e.scan.WantBy(scan.What{Index: true}, soon)
	case link.Scanned:
		e.scan.WantBy(scan.What{Index: true}, soon)
	case link.JobEnded:
		e.scan.WantBy(scan.Changes, e.now().Add(jobDelay))
	}
}

// dueKnock knocks at servers that are away, and has the one that listens again asked.
func (e *Engine) dueKnock(ctx context.Context, now time.Time) time.Time {
	due, next := e.links.DueKnocks(now, e.monitor.Young(now))
	for _, k := range due {
		e.loop.Beside(func() { k.Run(ctx) }, func() {
			if e.links.Knocked(k) && k.Server == fault.Plex {
				e.monitor.ProbeSoon()
			}
		})
	}
	return next
}

// clientID is this installation's identifier towards Plex.
func (e *Engine) clientID() string {
	id, err := e.chosen.ClientID()
	e.noteStored(err)
	return id
}

// forgetRefusal begins anew with writing.
func (e *Engine) forgetRefusal() {
	e.dispatch.ForgetRefusal()
	e.links.Budget(fault.Plex).Done(budget.Write, nil)
}

// tryAgain takes back what holds work until a person does something.
func (e *Engine) tryAgain() {
	e.dispatch.Release(e.now())
	e.links.Forget()
	e.account.Budget().Forget()
	e.upkeep.Forget()
	e.forgetRefusal()
	e.links.Recheck(e.now())
	e.scan.TryAgain(e.now())
}
