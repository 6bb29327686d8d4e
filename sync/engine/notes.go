package engine

import (
	"errors"
	"slices"
	"strings"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/fault"
)

// note asks a person for something; the same kind is asked once until it is settled.
func (e *Engine) note(k api.AttentionKind, words, hint string) {
	old, asked := e.notes[k]
	if asked && old.Words == words && old.Hint == hint {
		return
	}
	a := api.Attention{Kind: k, Words: words, Hint: hint, Since: e.stamp()}
	if asked {
		a.Since = old.Since
	}
	e.notes[k] = a
}

func (e *Engine) clear(kinds ...api.AttentionKind) {
	for _, k := range kinds {
		delete(e.notes, k)
	}
}

// noteFault takes the fault of a check into the state of the connection. What a person is
// asked follows from that state.
func (e *Engine) noteFault(f *fault.Error) {
	switch {
	case f.Class == fault.Canceled:
	case f.Class == fault.Local:
		e.noteLocal(f)
	case f.Server == fault.Stash:
		e.links.stashFault(f, e.now())
	default:
		e.links.plexFault(f, e.now())
	}
}

// doubt has a connection checked because something else than its check failed there.
func (e *Engine) doubt(f *fault.Error) {
	switch {
	case f.Class == fault.Local:
		e.noteLocal(f)
		return
	case f.Class == fault.Canceled, budget.Held(f):
		return
	case errors.Is(f, errOtherPlex): // it was asked who it is a moment ago: there is no doubt
		e.links.plexFault(f, e.now())
		e.links.plexCheck.want(e.now())
		return
	}
	e.log.Debug("a request failed", "server", f.Server, "class", f.Class, "detail", f.Error())
	switch f.Class {
	case fault.Unreachable, fault.Unauthorized, fault.Config:
		if f.Server == fault.Stash {
			e.links.stashCheck.doubt(e.now())
		} else {
			e.links.plexCheck.doubt(e.now())
		}
	}
}

// noteLocal reports a fault of our own: a full disk, a damaged file, a bug. It is never
// a server's fault and never counts for the breaker. It is shown until something could be
// stored again.
func (e *Engine) noteLocal(err error) {
	f := fault.Of(err)
	e.lastErr = f.Message.String()
	a := api.Attention{Kind: api.DiskProblem, Words: f.Message.String(), Hint: f.Hint.String(), Since: e.stamp()}
	if old := e.local.shown(e.store.stored()); old != nil {
		a.Since = old.Since
		if old.Words == f.Message.String() {
			e.local = localTrouble{a, e.store.stored(), e.local.again}
			return
		}
	}
	e.log.Error("a fault of our own", "err", err)
	e.local = localTrouble{a, e.store.stored(), e.now().Add(localRetry)}
}

// localTrouble is the newest fault of our own.
type localTrouble struct {
	api.Attention
	stored uint64    // successful transactions by then
	again  time.Time // when to try whether it is over
}

// localRetry is how often it is tried whether the disk takes something again.
const localRetry = 10 * time.Second

// shown is the trouble if nothing was stored since.
func (t *localTrouble) shown(stored uint64) *api.Attention {
	if t.Words == "" || stored != t.stored {
		return nil
	}
	return &t.Attention
}

// attention lists what a person is asked for, the most pressing first. What is said of the
// servers and of the disk follows from how they are now.
func (e *Engine) attention() []api.Attention {
	found := map[api.AttentionKind]api.Attention{}
	for k, a := range e.notes {
		found[k] = a
	}
	for _, a := range e.stateOfServers(e.now()) {
		if _, asked := found[a.Kind]; !asked {
			found[a.Kind] = a
		}
	}
	if a, refused := e.dispatch.Refusal(); refused {
		found[a.Kind] = a
	}
	if a := e.local.shown(e.store.stored()); a != nil {
		found[a.Kind] = *a
	}
	if f := e.lostFile; f != nil {
		found[api.DiskProblem] = api.Attention{Kind: api.DiskProblem, Words: f.Message.String(), Hint: f.Hint.String()}
	}
	order := []api.AttentionKind{
		api.DiskProblem, api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash, api.BrakeAsks, api.RestoredData, api.FirstRun,
	}
	out := make([]api.Attention, 0, len(found))
	for _, a := range found {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b api.Attention) int {
		if d := slices.Index(order, a.Kind) - slices.Index(order, b.Kind); d != 0 {
			return d
		}
		return strings.Compare(string(a.Kind), string(b.Kind))
	})
	return out
}

// transient is how long an answer is not taken for a wrong setting when it contradicts what
// the same server said before: a proxy whose server restarts answers anything.
const transient = 30 * time.Second

// stateOfServers is what only a person can mend about the servers: a refused token, an
// address where something else answers.
func (e *Engine) stateOfServers(now time.Time) []api.Attention {
	l := &e.links
	var out []api.Attention
	for _, s := range []struct {
		server fault.Server
		state  api.Connection
		check  check
	}{{fault.Plex, l.plexState, l.plexCheck}, {fault.Stash, l.stashState, l.stashCheck}} {
		a, asked := asksFor(s.server, fault.Class(s.state.Class), s.state.Error, s.state.Hint)
		if asked && !s.state.OK && (s.check.ended.IsZero() || now.UTC().Sub(s.state.Since) >= transient) {
			a.Since = s.state.Since
			out = append(out, a)
			continue
		}
		for _, f := range lasting(l.budgets.of(s.server).Failing(), now) {
			if a, asked := asksFor(s.server, f.Fault.Class, f.Fault.Message.String(), f.Fault.Hint.String()); asked && s.state.OK {
				a.Since = f.Since.UTC().Round(0)
				out = append(out, a)
			}
		}
	}
	return out
}

// asksFor is what a person is asked about a fault of a class; false when it heals by itself.
func asksFor(s fault.Server, c fault.Class, words, hint string) (api.Attention, bool) {
	signIn, fix := api.SignInPlex, api.FixPlex
	if s == fault.Stash {
		signIn, fix = api.SignInStash, api.FixStash
	}
	switch c {
	case fault.Unauthorized:
		return api.Attention{Kind: signIn, Words: words, Hint: hint}, true
	case fault.Config, fault.NotFound:
		return api.Attention{Kind: fix, Words: words, Hint: hint}, true
	}
	return api.Attention{}, false
}

// lasting leaves out what failed only a moment ago, and what nothing depends on or only one
// scene does.
func lasting(list []budget.Failure, now time.Time) []budget.Failure {
	return slices.DeleteFunc(list, func(f budget.Failure) bool {
		return now.Sub(f.Since) < transient || !slices.Contains(vital, f.Kind)
	})
}
