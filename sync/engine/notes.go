package engine

import (
	"slices"
	"strings"

	"lockstep/sync/api"
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
	e.log.Warn("needs you", "what", words, "hint", hint)
}

func (e *Engine) clear(kinds ...api.AttentionKind) {
	for _, k := range kinds {
		delete(e.notes, k)
	}
}

// noteFault takes the fault of a server into its connection state and asks a person
// when only a person can help.
func (e *Engine) noteFault(f *fault.Error) {
	if f.Class == fault.Canceled {
		return
	}
	if f.Class == fault.Local {
		e.noteLocal(f)
		return
	}
	signIn, fix := api.SignInPlex, api.FixPlex
	if f.Server == fault.Stash {
		signIn, fix = api.SignInStash, api.FixStash
		e.links.stashFault(f, e.now())
	} else {
		e.links.plexFault(f, e.now())
	}
	e.log.Info("a server did not answer as hoped", "server", f.Server, "class", f.Class, "detail", f.Error(), "hint", f.Hint)
	switch f.Class {
	case fault.Unauthorized:
		e.note(signIn, f.Words, f.Hint)
	case fault.Config:
		e.note(fix, f.Words, f.Hint)
	}
}

// settled takes back what was asked about a server that answers well again. That it
// refuses to be written stays: reading proves nothing about it.
func (e *Engine) settled(s fault.Server) {
	if s == fault.Stash {
		e.clear(api.SignInStash, api.FixStash)
		return
	}
	for _, k := range []api.AttentionKind{api.SignInPlex, api.FixPlex} {
		if r := e.work.refused; r == nil || r.kind != k {
			e.clear(k)
		}
	}
}

// noteLocal reports a fault of our own: a full disk, a damaged file, a bug. It is never
// a server's fault and never counts for the breaker.
func (e *Engine) noteLocal(err error) {
	f := fault.Of(err)
	e.log.Error("a fault of our own", "err", err)
	e.lastErr = f.Words
	e.note(api.DiskProblem, f.Words, f.Hint)
}

// attention lists what a person is asked for, the most pressing first.
func (e *Engine) attention() []api.Attention {
	order := []api.AttentionKind{
		api.DiskProblem, api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash, api.BrakeAsks, api.RestoredData, api.FirstRun,
	}
	out := make([]api.Attention, 0, len(e.notes))
	for _, a := range e.notes {
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
