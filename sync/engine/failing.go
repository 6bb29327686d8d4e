package engine

import (
	"slices"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/fault"
)

// failing lists what is tried again without success, the oldest first. Only what changes
// depend on is shown: one scene's cover is that scene's reason, unless the server named a
// time until which it wants no more of the kind.
func (e *Engine) failing() []api.Failing {
	var out []api.Failing
	for _, s := range []fault.Server{fault.Plex, fault.Stash} {
		for _, f := range e.links.budgets.of(s).Failing() {
			if !slices.Contains(vital, f.Kind) && f.Fault.RetryAfter == 0 {
				continue
			}
			out = append(out, api.Failing{
				Server: s, Kind: string(f.Kind), Class: f.Fault.Class, Words: f.Fault.Message.String(), Hint: f.Fault.Hint.String(),
				Since: f.Since.UTC().Round(0), Tries: f.Tries, Next: f.Next.UTC().Round(0),
			})
		}
	}
	slices.SortStableFunc(out, func(a, b api.Failing) int { return a.Since.Compare(b.Since) })
	return out
}

// vital are the kinds of request without which changes do not travel.
var vital = []budget.Kind{
	budget.Connect, budget.Identity, budget.Sections, budget.Index, budget.Listing, budget.Items, budget.Batch,
	budget.Status, budget.Count, budget.Newest, budget.Sweep, budget.Stamps, budget.NameSweep, budget.Names, budget.FileSweep,
	budget.Paths, budget.Recheck, budget.Scenes,
}

// failure tells one failing kind from another, for the log.
type failure struct {
	server fault.Server
	kind   string
	words  string
}

// tellFailing writes one line to the log when something begins to fail, fails in another
// way or works again, however often it is tried. What is no longer listed works only once it
// succeeded: new settings and a person's try have it begin anew, which mends nothing.
func (e *Engine) tellFailing(list []api.Failing) {
	now := map[failure]bool{}
	for _, f := range list {
		k := failure{f.Server, f.Kind, f.Words}
		now[k] = true
		if !e.told[k] {
			e.log.Warn("a request fails and is tried again", "server", f.Server, "request", f.Kind, "class", f.Class, "words", f.Words, "hint", f.Hint)
		}
	}
	for k := range e.told {
		switch {
		case slices.ContainsFunc(list, func(f api.Failing) bool { return f.Server == k.server && f.Kind == k.kind }):
		case e.links.budgets.of(k.server).Works(budget.Kind(k.kind)):
			e.log.Info("a request works again", "server", k.server, "request", k.kind)
		default:
			now[k] = true
		}
	}
	e.told = now
}
