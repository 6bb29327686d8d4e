package engine

import (
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
)

// mayScan reports whether scanning makes sense: a pause stops sweeps, a Stash that is away
// is waited for by the connection check.
func (e *Engine) mayScan() bool {
	return e.links.Connected() && e.links.StashState().OK && !e.chosen.Paused() && e.stopping.IsZero() && !e.audit.Listing()
}

// mayWork reports whether jobs may be handed out at all. Nothing is written before
// every scene was seen and every item listed: only then is it known which scenes claim
// which files.
func (e *Engine) mayWork() bool {
	return e.links.Ready() && e.monitor.Allows() && !e.chosen.Paused() && e.stopping.IsZero() && e.scan.Complete()
}

// scanConditions is what the scanner decides by.
func (e *Engine) scanConditions() scan.Conditions {
	s := e.settings()
	return scan.Conditions{
		Times:       scan.Times{Newest: s.StashProbe, Sweep: s.SweepEvery, Files: s.FilesEvery, Index: s.PlexProbe},
		PlexUp:      e.monitor.Allows() && e.links.Machine() != "",
		StashBudget: e.links.Budget(fault.Stash), PlexBudget: e.links.Budget(fault.Plex),
	}
}

func (e *Engine) workBudgets() dispatch.Budgets {
	return dispatch.Budgets{Stash: e.links.Budget(fault.Stash), Plex: e.links.Budget(fault.Plex)}
}
