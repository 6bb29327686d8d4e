package link

import (
	"slices"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// servers are both, in the order they are told of.
var servers = []fault.Server{fault.Plex, fault.Stash}

// Failing lists what is tried again without success, the oldest first. Only what changes
// depend on is shown: one scene's cover is that scene's reason, unless the server named a
// time until which it wants no more of the kind.
func (l *Links) Failing() []api.Failing {
	var out []api.Failing
	for _, s := range servers {
		for _, f := range l.Budget(s).Failing() {
			shown := slices.Contains(vital, f.Kind.Base()) || slices.Contains(besides, f.Kind.Base()) || f.Fault.RetryAfter > 0
			if f.Kind == budget.Thumbnail || !shown {
				continue
			}
			said := f.Fault.Message
			if title := l.titled(f.Kind.Part()); title != "" {
				said = message.New(message.LibraryFails, message.Title(title), message.Of(said))
			}
			out = append(out, api.Failing{
				Server: s, Kind: string(f.Kind.Base()), Class: f.Fault.Class, Message: said, Hint: f.Fault.Hint,
				Since: f.Since.UTC().Round(0), Tries: f.Tries, Next: f.Next.UTC().Round(0),
			})
		}
	}
	slices.SortStableFunc(out, func(a, b api.Failing) int { return a.Since.Compare(b.Since) })
	return out
}

// WellStash is the adapter to Stash while Stash answers well and nothing that changes depend
// on fails there, else nil: what is only looked at may then be asked for.
func (l *Links) WellStash() Stash {
	if l.stash == nil || !l.stashState.OK || lacks(l.stashBudget) {
		return nil
	}
	return l.stash
}

// WellPlex is the same for Plex, if its breaker allows requests.
func (l *Links) WellPlex(allowed bool) Plex {
	if l.plex == nil || !allowed || !l.plexState.OK || lacks(l.plexBudget) {
		return nil
	}
	return l.plex
}

// lacks reports whether anything that changes depend on fails.
func lacks(b *budget.Budget) bool {
	return slices.ContainsFunc(b.Failing(), func(f budget.Failure) bool {
		return slices.Contains(vital, f.Kind.Base()) && (f.Kind.Part() == "" || !b.Works(f.Kind.Base()))
	})
}

// vital are the kinds of request without which changes do not travel.
var vital = []budget.Kind{
	budget.Connect, budget.Identity, budget.Sections, budget.Index, budget.Listing, budget.Items, budget.Batch,
	budget.Status, budget.Count, budget.Newest, budget.Sweep, budget.Stamps, budget.NameSweep, budget.Names, budget.FileSweep,
	budget.Paths, budget.Recheck, budget.Scenes,
}

// besides are the kinds of request without which changes travel and something else that was
// asked for does not.
var besides = []budget.Kind{
	budget.History, budget.Viewers, budget.Played, budget.Play, budget.Resume, budget.Rate,
	budget.Subjects, budget.Collections, budget.CollectionEdit,
}

// LogFailing writes one line to the log when something begins to fail, fails in another
// way or works again, however often it is tried. What is no longer listed works only once it
// succeeded: new settings and a person's try have it begin anew, which mends nothing.
func (l *Links) LogFailing(list []api.Failing) {
	now := map[failure]bool{}
	for _, f := range list {
		k := failure{f.Server, f.Kind, f.Message}
		now[k] = true
		if !l.logged[k] {
			l.host.Log.Warn("a request failed and will be retried", "server", f.Server, "request", f.Kind, "class", f.Class, "words", f.Message, "hint", f.Hint)
		}
	}
	for k := range l.logged {
		switch {
		case slices.ContainsFunc(list, func(f api.Failing) bool { return f.Server == k.server && f.Kind == k.kind }):
		case l.Budget(k.server).Works(budget.Kind(k.kind)):
			l.host.Log.Info("a request works again", "server", k.server, "request", k.kind)
		default:
			now[k] = true
		}
	}
	l.logged = now
}

// needed are the requests to Plex without which no job gets on. One item's read or write
// may fail for reasons of its own.
var needed = []budget.Kind{budget.Connect, budget.Identity, budget.Sections, budget.Index, budget.Listing}

// PlexLacks reports that something jobs need of Plex fails in a way that counts as an
// outage: a success of something else proves nothing then. A library that cannot be listed is
// none while another one can.
func (l *Links) PlexLacks() bool {
	return slices.ContainsFunc(l.plexBudget.Failing(), func(f budget.Failure) bool {
		if f.Kind.Part() != "" && l.plexBudget.Works(f.Kind.Base()) {
			return false
		}
		return slices.Contains(needed, f.Kind.Base()) && f.Fault.Whole().Class == fault.Unreachable
	})
}

// DueInProbe is what a probe of Plex has to try beside its cheap request, and makes it due:
// the libraries to list, where listing fails, and whether Plex has to say that it has
// started.
func (l *Links) DueInProbe() (list []scene.Section, ready bool) {
	b := l.plexBudget
	if len(l.sections) > 0 && (b.Fails(budget.Listing) && !b.Works(budget.Listing) || b.Fails(budget.Index)) {
		list = l.sections
		b.Due(budget.Listing)
		b.Due(budget.Identity) // which a listing over a new connection asks first
	}
	if ready = b.Fails(budget.Connect) && !b.Fails(budget.Sections); ready {
		b.Due(budget.Identity)
	}
	return list, ready
}

// transient is how long an answer is not taken for a wrong setting when it contradicts what
// the same server said before: a proxy whose server restarts answers anything.
const transient = 30 * time.Second

// Asks is what only a person can mend about the servers: a refused token, an address where
// something else answers.
func (l *Links) Asks(now time.Time) []api.Attention {
	var out []api.Attention
	for _, x := range l.lost {
		out = append(out, api.Attention{Kind: api.FixPlex, Message: x.Fault.Message, Hint: x.Fault.Hint, Since: x.since.UTC().Round(0)})
	}
	for _, s := range servers {
		state, ended := l.plexState, l.plexCheck.ended
		if s == fault.Stash {
			state, ended = l.stashState, l.stashCheck.ended
		}
		a, asked := asksFor(s, fault.Class(state.Class), state.Error, state.Hint)
		if asked && !state.OK && (ended.IsZero() || now.UTC().Sub(state.Since) >= transient) {
			a.Since = state.Since
			out = append(out, a)
			continue
		}
		for _, f := range lasting(l.Budget(s).Failing(), now) {
			if a, asked := asksFor(s, f.Fault.Class, f.Fault.Message, f.Fault.Hint); asked && state.OK {
				a.Since = f.Since.UTC().Round(0)
				out = append(out, a)
			}
		}
	}
	return out
}

// asksFor is what a person is asked about a fault of a class; false when it heals by itself.
func asksFor(s fault.Server, c fault.Class, words, hint message.Message) (api.Attention, bool) {
	signIn, fix := api.SignInPlex, api.FixPlex
	if s == fault.Stash {
		signIn, fix = api.SignInStash, api.FixStash
	}
	switch c {
	case fault.Unauthorized:
		return api.Attention{Kind: signIn, Message: words, Hint: hint}, true
	case fault.Config, fault.NotFound:
		return api.Attention{Kind: fix, Message: words, Hint: hint}, true
	}
	return api.Attention{}, false
}

// lasting leaves out what failed only a moment ago, and what nothing depends on or only one
// scene does.
func lasting(list []budget.Failure, now time.Time) []budget.Failure {
	return slices.DeleteFunc(list, func(f budget.Failure) bool {
		return now.Sub(f.Since) < transient || !slices.Contains(vital, f.Kind.Base())
	})
}
