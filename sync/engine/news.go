package engine

import (
	"context"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/engine/scan"
)

// watchPlex keeps one listener for Plex's notifications.
func (e *Engine) watchPlex(ctx context.Context) {
	l := &e.links
	if l.watchPlex != nil {
		return
	}
	wctx, cancel := context.WithCancel(ctx)
	l.watchPlex = cancel
	k := keeper{budget: l.budgets.plex, now: e.now, lost: e.lost(l.epoch)}
	epoch, plex := l.epoch, l.plex
	e.spawn(func() {
		k.run(wctx, func(up func()) error {
			return plex.Watch(wctx, func() { up(); e.post(func() { e.plexNews(epoch, PlexNews{Appeared: true}) }) },
				func(n PlexNews) { e.post(func() { e.plexNews(epoch, n) }) })
		})
	})
}

// watchStash keeps one listener for Stash's finished jobs.
func (e *Engine) watchStash(ctx context.Context) {
	l := &e.links
	if l.watchStash != nil {
		return
	}
	wctx, cancel := context.WithCancel(ctx)
	l.watchStash = cancel
	k := keeper{budget: l.budgets.stash, now: e.now, lost: func(time.Duration) {}}
	epoch, stash := l.epoch, l.stash
	e.spawn(func() {
		k.run(wctx, func(up func()) error {
			up()
			return stash.WatchJobs(wctx, func() { e.post(func() { e.stashJobEnded(epoch) }) })
		})
	})
}

// stopWatching ends both listeners.
func (l *links) stopWatching() {
	l.stopWatchingPlex()
	if l.watchStash != nil {
		l.watchStash()
		l.watchStash = nil
	}
}

// stopWatchingPlex ends the listener of a server that is away; a check that succeeds
// begins another one.
func (l *links) stopWatchingPlex() {
	if l.watchPlex != nil {
		l.watchPlex()
		l.watchPlex = nil
	}
}

// keeper runs a listener again and again, as often as the budget allows.
type keeper struct {
	budget *budget.Budget
	now    func() time.Time
	lost   func(lived time.Duration) // called when a connection that had been up is gone
}

// steady is how long a connection must have lived not to count as a failure: a proxy may
// take each one and end it at once.
const steady = time.Minute

// leastRedial is between two connections in any case.
const leastRedial = time.Second

func (k keeper) run(ctx context.Context, listen func(up func()) error) {
	for ctx.Err() == nil {
		if wait := k.budget.Next(budget.Socket).Sub(k.now()); wait > 0 {
			nap(ctx, wait)
			continue
		}
		if k.budget.Allow(budget.Socket) != nil {
			continue // somebody else was faster; the next turn waits
		}
		began, up := k.now(), false
		err := listen(func() { up = true })
		lived := k.now().Sub(began)
		if up && lived >= steady {
			k.budget.Done(budget.Socket, nil)
		}
		k.budget.Done(budget.Socket, err)
		if up && ctx.Err() == nil {
			k.lost(lived)
		}
		nap(ctx, leastRedial)
	}
}

// nap waits for d or until ctx ends.
func nap(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// newsDelay collects announcements before the index is refreshed once for all.
const newsDelay = 5 * time.Second

func (e *Engine) plexNews(epoch int, n PlexNews) {
	if epoch != e.links.epoch || (!n.Appeared && !n.Scanned) {
		return
	}
	if e.dispatch.Active() && !n.Scanned {
		return // mostly the echo of our own writes; the index is refreshed after the batch
	}
	e.scan.WantBy(scan.What{Index: true}, e.now().Add(newsDelay))
}

// lost checks Plex at once when its notification socket died.
func (e *Engine) lost(epoch int) func(time.Duration) {
	return func(lived time.Duration) {
		e.post(func() {
			switch {
			case epoch != e.links.epoch:
			case lived < steady:
				e.links.plexCheck.doubt(e.now())
			default:
				e.links.plexCheck.want(e.now())
			}
		})
	}
}

func (e *Engine) stashJobEnded(epoch int) {
	if epoch == e.links.epoch {
		e.scan.WantBy(scan.Changes, e.now().Add(newsDelay))
	}
}
