package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/scene"
)

// lookState says which looks at the servers are wanted and when.
type lookState struct {
	running bool
	done    bool // every scene was seen since the start
	indexed bool // the index was brought up to date since Plex was connected
	at      time.Time
	cancel  context.CancelFunc

	// What the next look covers.
	newest, sweep, names, files, index, full, recheck bool

	probeAt             time.Time // when Stash is asked for its newest scene by the clock
	lastNewest          scene.Newest
	lastSweep, lastFile time.Time
	lastIndex           time.Time
	edited              time.Time // when an edit was last seen
	scenes              int
	waiters             []chan error // of SyncNow, for the next look
	served              []chan error // for the running one
	enqueued            int          // by the running look
	scan                *api.Scan    // how far the running one is
}

// firstScan is how far the first look is; nil once everything was seen: later looks are
// nobody's concern.
func (l *lookState) firstScan() *api.Scan {
	if l.done && l.indexed {
		return nil
	}
	return l.scan
}

// answer ends the wait of those who asked for a look that cannot begin.
func (l *lookState) answer(err error) {
	for _, w := range l.waiters {
		w <- err
	}
	l.waiters = nil
}

// soon makes a look at both servers due at once.
func (l *lookState) soon(now time.Time) {
	l.newest = true
	l.by(now)
}

// by makes a look due no later than t.
func (l *lookState) by(t time.Time) {
	if l.at.IsZero() || t.Before(l.at) {
		l.at = t
	}
}

// want is a copy of what a look covers, for the goroutine that looks. A quiet one does not
// sweep although an edit was seen: sweeping failed a moment ago.
type want struct {
	newest, sweep, names, files, index, full, recheck, quiet bool
}

const (
	// quickProbe and quickFor: right after an edit more edits are likely.
	quickProbe = 15 * time.Second
	quickFor   = 10 * time.Minute
)

// nothing reports that a look would ask for nothing.
func (w want) nothing() bool { return w == want{quiet: w.quiet} }

// dueLook starts a look when one is due: cheap probes decide when to sweep.
func (e *Engine) dueLook(ctx context.Context, now time.Time) time.Time {
	l := &e.look
	if l.running || !e.mayLook() {
		return time.Time{}
	}
	if l.at.After(now) {
		return l.at
	}
	w, next := e.affordable(e.wanted(now), now)
	if w.nothing() {
		return next
	}
	l.running = true
	l.served, l.waiters = append(l.served, l.waiters...), nil
	l.take(w)
	tctx, cancel := context.WithCancel(ctx)
	l.cancel, l.enqueued = cancel, 0
	lk := e.looker(w)
	l.scan = lk.reading.stash
	gen, epoch := e.health.Breaker.Generation, e.links.epoch
	e.spawn(func() {
		defer cancel()
		lk.run(tctx)
		e.post(func() { e.looked(epoch, gen, lk) })
	})
	if l.firstScan() != nil {
		e.publish()
	}
	return time.Time{}
}

// take takes off the list what a look covers; what it does not stays wanted.
func (l *lookState) take(w want) {
	l.newest, l.sweep, l.names = l.newest && !w.newest, l.sweep && !w.sweep, l.names && !w.names
	l.files, l.recheck = l.files && !w.files, l.recheck && !w.recheck
	l.index, l.full = l.index && !w.index, l.full && !w.index
}

// giveBack wants again what a look covered that came to nothing.
func (l *lookState) giveBack(w want) {
	l.newest, l.sweep, l.names = l.newest || w.newest, l.sweep || w.sweep, l.names || w.names
	l.files, l.recheck = l.files || w.files, l.recheck || w.recheck
	l.index, l.full = l.index || w.index, l.full || w.full
}

// mayLook reports whether looking makes sense: a pause stops sweeps, a Stash that is
// away is waited for by the connection check.
func (e *Engine) mayLook() bool {
	return e.links.stash != nil && e.links.stashState.OK && !e.paused() && e.stopping == "" && !e.recon.listing
}

// wanted adds to what was asked for whatever is due by the clock.
func (e *Engine) wanted(now time.Time) want {
	l := &e.look
	w := want{newest: l.newest || !l.probeAt.After(now), sweep: l.sweep, names: l.names, files: l.files, index: l.index, full: l.full, recheck: l.recheck}
	if now.Sub(l.lastSweep) >= e.settings.SweepEvery {
		w.sweep, w.names = true, true
	}
	if now.Sub(l.lastFile) >= e.settings.FilesEvery {
		w.files = true
	}
	if now.Sub(l.lastIndex) >= e.settings.PlexProbe {
		w.index = true
	}
	w.index = (w.index || w.full) && e.health.Breaker.Allows() && e.links.machine != ""
	return w
}

// affordable leaves out what failed a moment ago, and returns when the first of that may
// be tried again.
func (e *Engine) affordable(w want, now time.Time) (want, time.Time) {
	var next time.Time
	may := func(wanted bool, b *budget.Budget, k budget.Kind) bool {
		at := b.Next(k)
		if wanted && at.After(now) {
			next = host.Sooner(next, at)
			return false
		}
		return wanted
	}
	stash, plex := e.links.budgets.stash, e.links.budgets.plex
	w.newest = may(w.newest, stash, budget.Newest)
	w.sweep = may(w.sweep, stash, budget.Sweep)
	w.names = may(w.names && (w.sweep || e.look.names), stash, budget.NameSweep) // by the clock both go together
	w.files = may(w.files, stash, budget.FileSweep)
	w.recheck = may(w.recheck, stash, budget.Recheck)
	w.index = may(w.index, plex, budget.Index)
	w.full = w.full && w.index
	if stash.Fails(budget.Sweep) && !w.sweep || stash.Fails(budget.NameSweep) && !w.names {
		w.quiet = true
	}
	return w, next
}
