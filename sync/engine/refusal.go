package engine

import (
	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/worker"
)

// refusal is what is known against writing: a write that changes nothing was refused. A
// server that can be read proves nothing about it, so only a write that was taken takes
// it back. It is no outage: Plex is there.
type refusal struct {
	asks api.Attention // what a person is asked
}

// refuse takes in that Plex takes no writes, and why. What waits is tried again by itself,
// within seconds at first: a proxy may refuse everything while Plex restarts.
func (e *Engine) refuse(f *fault.Error) {
	r := &refusal{api.Attention{Kind: api.FixPlex, Words: "Plex refuses every change: " + f.Words, Hint: "Look at Plex, then press Sync now.", Since: e.stamp()}}
	if f.Class == fault.Forbidden || f.Class == fault.Unauthorized {
		r.asks.Kind, r.asks.Words, r.asks.Hint = api.SignInPlex, f.Words, f.Hint
	}
	if old := e.work.refused; old != nil {
		r.asks.Since = old.asks.Since
	} else {
		e.log.Warn("Plex takes no writes", "class", f.Class, "detail", f.Error())
	}
	e.work.refused = r
	e.links.budgets.plex.Done(budget.Write, f)
	e.doubt(f) // perhaps it is not read with this token either
}

// writable takes in that Plex took a write.
func (e *Engine) writable() {
	if e.work.refused != nil {
		e.log.Info("Plex takes writes again")
		e.forgetRefusal()
	}
}

// forgetRefusal begins anew: a write was taken, a person asked for it, or the server or
// the token is another one.
func (e *Engine) forgetRefusal() {
	e.work.refused = nil
	e.links.budgets.plex.Done(budget.Write, nil)
}

// tookWrite reports a result that proves that an edit was accepted.
func tookWrite(r worker.Result) bool { return r.Wrote && r.Outcome == worker.Done }
