package engine

import (
	"context"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/collection"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/loop"
	"lockstep/sync/engine/shelves"
	"lockstep/sync/fault"
)

// shelfLoop is what the looks of collections stand on. They are written while no scene is.
func (e *Engine) shelfLoop() shelves.Loop {
	var gen uint64
	return shelves.Loop{
		Beside: func(run func(context.Context), then func()) {
			gen = e.monitor.Generation()
			e.loop.Beside(func() { run(e.loop.Hard()) }, then)
		},
		Ask: e.loop.Ask, Ready: e.links.Ready, Ended: func(err error) { e.shelved(gen, err) },
		Call: func(ask func() bool) bool { yes, ok := loop.Call(e.loop, ask); return yes && ok },
		May:  func() bool { return e.mayWork() && !e.dispatch.Active() && e.store.Counts().Empty() },
		Next: func() time.Time {
			return host.Later(e.links.Budget(fault.Stash).Next(budget.Shelves), e.links.Budget(fault.Plex).Next(budget.Shelves))
		},
		Deps: func() collection.Deps {
			return collection.Deps{
				Stash: e.links.Stash(), Plex: e.links.Plex(), Store: e.store, Settings: e.settings().Clone(), Machine: e.links.Machine(),
				Sections: e.links.Sections(), Clock: e.stamp,
			}
		},
	}
}

// shelved takes in how collections were compared and written.
func (e *Engine) shelved(gen uint64, err error) {
	e.unshown = true
	if err != nil {
		e.serverFault(budget.Shelves, fault.Of(err), gen)
		return
	}
	e.links.Budget(fault.Stash).Done(budget.Shelves, nil)
	e.links.Budget(fault.Plex).Done(budget.Shelves, nil)
	e.countPlex(gen, nil)
}
