package engine

import "lockstep/sync/fault"

// noteFault takes the fault of a check into the state of the connection. What a person is
// asked follows from that state.
func (e *Engine) noteFault(f *fault.Error) {
	e.noteOurs(f)
	e.links.Failed(f)
}

// doubt has a connection checked because something else than its check failed there.
func (e *Engine) doubt(f *fault.Error) {
	e.noteOurs(f)
	e.links.Doubt(f)
}

// noteOurs reports a fault if it is one of our own.
func (e *Engine) noteOurs(f *fault.Error) {
	if f.Class == fault.Local {
		e.noteLocal(f)
	}
}

// noteStored reports what could not be stored, if anything.
func (e *Engine) noteStored(err error) {
	if err != nil {
		e.noteLocal(err)
	}
}

// noteLocal reports a fault of our own. It never counts for the breaker.
func (e *Engine) noteLocal(err error) {
	e.lastErr = fault.Of(err).Message
	e.upkeep.Trouble(err)
}
