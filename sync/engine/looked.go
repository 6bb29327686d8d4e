package engine

import (
	"errors"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/scene"
)

// looked takes in what a look brought.
func (e *Engine) looked(epoch int, gen uint64, k *looker) {
	l := &e.look
	l.running, l.cancel, l.scan = false, nil, nil
	if k.swept || k.want.files || k.refreshed.Full > 0 || len(k.refreshed.Appeared) > 0 {
		e.upkeep.worked = e.now()
	}
	if epoch != e.links.epoch {
		l.giveBack(k.want)
		l.soon(e.now())
		return
	}
	now := e.now()
	asked := l.newest || l.pending(e.health.Breaker.Allows()) && !e.nextPending(now).After(now)
	e.lookedAtStash(k, now)
	if k.want.index {
		e.lookedAtPlex(gen, k, now)
	}
	l.done = l.done || k.stashErr == nil && !l.sweep
	e.scheduleLook(k, now)
	if asked {
		l.by(now) // somebody wants more than the look that just ended covered
	}
	err := k.stashErr
	if err == nil {
		err = k.plexErr
	}
	for _, w := range l.served {
		w <- err
	}
	l.served = nil
	e.hangUp()
	e.publish()
}

// hangUp gives up the connections nobody needs until the next look: each would wake
// the machine once more when its time is over.
func (e *Engine) hangUp() {
	if !e.work.active && e.store.Counts().Empty() {
		e.links.stash.Close()
		e.links.plex.Close()
	}
}

func (e *Engine) lookedAtStash(k *looker, now time.Time) {
	l := &e.look
	l.enqueued = k.found.Enqueued
	for _, s := range k.did {
		if s.kind != budget.Newest { // a single request, which the adapter has reported
			e.links.budgets.stash.Done(s.kind, s.err)
		}
		e.lookStep(s, now)
	}
	l.giveBack(k.undone())
	if k.stashErr != nil {
		e.doubt(fault.At(k.stashErr, fault.Stash))
	}
	if k.newestNow != l.lastNewest && l.lastNewest != (scene.Newest{}) {
		l.edited = now
	}
	if k.newestNow != (scene.Newest{}) {
		l.lastNewest, l.scenes = k.newestNow, k.newestNow.Count
	}
	if k.found.Bare > 0 {
		e.log.Warn("scenes have no files according to Stash; looking again", "scenes", k.found.Bare)
		l.lastSweep = now.Add(bareAgain - e.settings.SweepEvery)
	}
	if k.found.Doubtful > 0 {
		e.log.Warn("many scenes seem to have vanished from Stash at once; not believed", "scenes", k.found.Doubtful)
	}
	if k.found.Deleted > 0 {
		e.recount()
	}
	if k.found.Enqueued > 0 || k.found.Deleted > 0 {
		e.log.Info("changes found in Stash", "waiting", e.store.Counts().Pending(), "deleted", k.found.Deleted)
	}
}

// bareAgain is how long to wait before scenes that lost their files are looked at again.
const bareAgain = time.Minute

// lookStep notes when a step was last done, or that it is still wanted.
func (e *Engine) lookStep(s step, now time.Time) {
	l, failed := &e.look, s.err != nil
	switch s.kind {
	case budget.Newest:
		l.newest = l.newest || failed
	case budget.Sweep:
		l.sweep = l.sweep || failed
		if !failed {
			l.lastSweep = now
		}
	case budget.NameSweep:
		l.names = l.names || failed
	case budget.FileSweep:
		l.files = l.files || failed
		if !failed {
			l.lastFile = now
		}
	case budget.Recheck:
		l.recheck = l.recheck || failed
		if !l.recheck {
			e.rechecked()
		}
	}
}

func (e *Engine) lookedAtPlex(gen uint64, k *looker, now time.Time) {
	e.appeared(k.refreshed) // also before a fault: it is told only once
	e.links.budgets.plex.Done(budget.Index, k.plexErr)
	if k.plexErr != nil {
		e.look.index, e.look.full = true, e.look.full || k.want.full
		f := fault.At(k.plexErr, fault.Plex)
		e.doubt(f)
		e.countPlex(gen, f.Whole())
		return
	}
	e.indexed(now)
	e.countPlex(gen, nil)
}

// appeared wakes what waited for items that turned up.
func (e *Engine) appeared(r library.Refreshed) {
	if err := errors.Join(e.wakeParked(r.Appeared), e.wishAppeared(r.Appeared)); err != nil {
		e.noteLocal(err)
	}
}

// indexed notes that the index is up to date.
func (e *Engine) indexed(now time.Time) {
	if !e.look.indexed {
		if err := e.wakeFound(); err != nil {
			e.noteLocal(err)
		}
	}
	e.look.lastIndex, e.look.indexed = now, true
	e.scansListed()
}

// pending reports whether something is wanted that could be looked at now.
func (l *lookState) pending(plex bool) bool {
	return l.newest || l.sweep || l.names || l.files || l.recheck || plex && (l.index || l.full)
}

// scheduleLook arms the next look.
func (e *Engine) scheduleLook(k *looker, now time.Time) {
	l := &e.look
	every := e.settings.StashProbe
	if !l.edited.IsZero() && now.Sub(l.edited) < quickFor {
		every = min(every, quickProbe)
	}
	if k.want.newest || !l.probeAt.After(now) || l.probeAt.Sub(now) > every {
		l.probeAt = now.Add(every)
	}
	l.at = l.probeAt
	if l.pending(e.health.Breaker.Allows()) {
		l.by(e.nextPending(now))
	}
}

// nextPending is when the first of what is still wanted may be tried again.
func (e *Engine) nextPending(now time.Time) time.Time {
	l, stash, plex := &e.look, e.links.budgets.stash, e.links.budgets.plex
	next := now.Add(maxNap)
	for _, p := range []struct {
		wanted bool
		at     time.Time
	}{
		{l.newest, stash.Next(budget.Newest)}, {l.sweep, stash.Next(budget.Sweep)}, {l.names, stash.Next(budget.NameSweep)}, {l.files, stash.Next(budget.FileSweep)},
		{l.recheck, stash.Next(budget.Recheck)}, {l.index || l.full, plex.Next(budget.Index)},
	} {
		if p.wanted {
			next = host.Sooner(next, host.Later(now, p.at))
		}
	}
	return next
}
