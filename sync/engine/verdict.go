package engine

import (
	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/store"
)

// storeVerdict applies one event to the verdict about Plex, stores it together with whatever
// else belongs to it, and does what follows.
func (e *Engine) storeVerdict(ev breaker.Event, also func(store.Tx) error) error {
	t, err := e.monitor.Step(ev, also)
	if err == nil {
		e.moved(t)
	}
	return err
}

// moved does what follows from a move of the breaker.
func (e *Engine) moved(t breaker.Transition) {
	switch t {
	case breaker.Opened:
		e.dispatch.Halt()
		e.links.StopListeningToPlex()
		e.noteStored(e.monitor.Hold())
	case breaker.Reopened:
		e.noteStored(e.monitor.Hold())
	case breaker.Recovered:
		e.dispatch.Ramp(e.now(), e.settings().RampFrom, e.settings().RampTo, e.settings().RampOver)
		e.dispatch.Release(e.now())
		e.links.PlexBack()
		e.scan.WantBy(scan.What{Index: true}, e.now()) // what was missed meanwhile
		e.noteStored(e.monitor.Requeue())
	}
}

// serverFault acts on the fault that ended a whole task: it is not one item's.
func (e *Engine) serverFault(k budget.Kind, f *fault.Error, generation uint64) {
	e.links.Budget(f.Server).Done(k, f)
	e.doubt(f)
	if f.Server == fault.Plex {
		e.countPlex(generation, f.Whole())
	}
}

// countPlex feeds the breaker with the outcome of a call to Plex.
func (e *Engine) countPlex(generation uint64, err error) {
	if ev, counts := monitor.EventOf(generation, err, e.links.PlexLacks()); counts {
		e.noteStored(e.storeVerdict(ev, nil))
	}
}
