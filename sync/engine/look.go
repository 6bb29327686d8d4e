package engine

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/match"
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

	lastNewest          scene.Newest
	lastSweep, lastFile time.Time
	lastIndex           time.Time
	edited              time.Time // when an edit was last seen
	wait                time.Duration
	scenes              int
	waiters             []chan error // of SyncNow, for the next look
	served              []chan error // for the running one
	enqueued            int          // by the running look
}

// answer ends the wait of those who asked for a look that cannot begin.
func (l *lookState) answer(err error) {
	for _, w := range l.waiters {
		w <- err
	}
	l.waiters = nil
}

// soon makes a look due at once.
func (l *lookState) soon(now time.Time) { l.by(now) }

// by makes a look due no later than t.
func (l *lookState) by(t time.Time) {
	if l.at.IsZero() || t.Before(l.at) {
		l.at = t
	}
}

// want is a copy of what a look covers, for the goroutine that looks.
type want struct {
	newest, sweep, names, files, index, full, recheck bool
}

const (
	// quickProbe and quickFor: right after an edit more edits are likely.
	quickProbe = 15 * time.Second
	quickFor   = 10 * time.Minute
)

// dueLook starts a look when one is due: cheap probes decide when to sweep.
func (e *Engine) dueLook(ctx context.Context, now time.Time) time.Time {
	l := &e.look
	if l.running || !e.mayLook() {
		return time.Time{}
	}
	if l.at.After(now) {
		return l.at
	}
	w := e.wanted(now)
	l.running = true
	l.served, l.waiters = append(l.served, l.waiters...), nil
	l.index, l.full = l.index && !w.index, l.full && !w.index // what cannot be done now stays wanted
	l.newest, l.sweep, l.names, l.files, l.recheck = false, false, false, false, false
	tctx, cancel := context.WithCancel(ctx)
	l.cancel, l.enqueued = cancel, 0
	lk := e.looker(w)
	gen, epoch := e.health.Breaker.Generation, e.links.epoch
	e.spawn(func() {
		defer cancel()
		lk.run(tctx)
		e.post(func() { e.looked(epoch, gen, lk) })
	})
	return time.Time{}
}

// mayLook reports whether looking makes sense: a pause stops sweeps, a Stash that is
// away is waited for by the connection check.
func (e *Engine) mayLook() bool {
	return e.links.stash != nil && e.links.stashState.OK && !e.paused() && e.stopping == "" && !e.recon.listing
}

// wanted adds to what was asked for whatever is due by the clock.
func (e *Engine) wanted(now time.Time) want {
	l := &e.look
	w := want{true, l.sweep, l.names, l.files, l.index, l.full, l.recheck}
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

// looker carries out one look beside the loop.
type looker struct {
	want
	finder   *change.Finder
	index    *library.Index
	sections []scene.Section
	stash    Stash
	last     scene.Newest

	newestNow         scene.Newest
	found             change.Found
	refreshed         library.Refreshed
	stashErr, plexErr error
	swept             bool
}

func (e *Engine) looker(w want) *looker {
	return &looker{
		want: w, stash: e.links.stash, last: e.look.lastNewest, sections: e.links.sections,
		finder: e.finder(),
		index:  &library.Index{Plex: e.links.plex, Store: e.store, Machine: e.links.machine, Clock: e.stamp},
	}
}

func (e *Engine) finder() *change.Finder {
	m := match.NewMapper(e.settings.PathMap)
	return &change.Finder{
		Stash: e.links.stash, Store: e.store, Settings: e.settings.Clone(), Clock: e.stamp,
		Claims: func(s scene.Scene) []string {
			var keys []string
			for _, p := range s.Paths() {
				keys = append(keys, match.Keys(m.Map(p))...)
			}
			return keys
		},
	}
}

func (k *looker) run(ctx context.Context) {
	k.stashErr = k.lookAtStash(ctx)
	if k.want.index {
		k.refreshed, k.plexErr = k.index.Refresh(ctx, k.sections, k.want.full)
	}
}

func (k *looker) lookAtStash(ctx context.Context) error {
	var err error
	if k.newestNow, err = k.stash.Newest(ctx); err != nil {
		return err
	}
	k.swept = k.want.sweep || k.newestNow != k.last
	steps := []struct {
		wanted bool
		do     func(context.Context) (change.Found, error)
	}{
		{k.swept, k.finder.Sweep}, {k.want.names || k.swept, k.finder.Names}, {k.want.files, k.finder.Files},
		{k.want.recheck, func(context.Context) (change.Found, error) {
			n, err := k.finder.Recheck("settings")
			return change.Found{Enqueued: n}, err
		}},
	}
	for _, s := range steps {
		if !s.wanted {
			continue
		}
		f, err := s.do(ctx)
		k.found.Enqueued += f.Enqueued
		k.found.Deleted += f.Deleted
		k.found.Doubtful += f.Doubtful
		k.found.Scenes = max(k.found.Scenes, f.Scenes)
		if err != nil {
			return err
		}
	}
	return nil
}

// looked takes in what a look brought.
func (e *Engine) looked(epoch int, gen uint64, k *looker) {
	l := &e.look
	l.running, l.cancel = false, nil
	if k.swept || k.want.files || k.refreshed.Full > 0 || len(k.refreshed.Appeared) > 0 {
		e.upkeep.worked = e.now()
	}
	if epoch != e.links.epoch {
		l.soon(e.now())
		return
	}
	now := e.now()
	asked := l.pending(e.health.Breaker.Allows())
	e.lookedAtStash(k, now)
	if k.want.index {
		e.lookedAtPlex(gen, k, now)
	}
	l.done = l.done || k.stashErr == nil
	e.scheduleLook(now)
	if asked {
		l.soon(now) // somebody wants more than the look that just ended covered
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
	if k.stashErr != nil {
		l.sweep, l.names = l.sweep || k.want.sweep || k.swept, l.names || k.want.names
		l.files, l.recheck = l.files || k.want.files, l.recheck || k.want.recheck
		e.noteFault(asServer(k.stashErr, fault.Stash))
		e.links.recheck(now.Add(firstRecheck))
		return
	}
	e.links.stashOK(now)
	if k.newestNow != l.lastNewest && l.lastNewest != (scene.Newest{}) {
		l.edited = now
	}
	l.lastNewest, l.scenes = k.newestNow, k.newestNow.Count
	if k.swept {
		l.lastSweep = now
	}
	if k.want.files {
		l.lastFile = now
	}
	if k.found.Doubtful > 0 {
		e.log.Warn("many scenes seem to have vanished from Stash at once; not believed", "scenes", k.found.Doubtful)
	}
	if k.found.Enqueued > 0 || k.found.Deleted > 0 {
		e.log.Info("changes found in Stash", "waiting", e.store.Counts().Pending(), "deleted", k.found.Deleted)
	}
}

func (e *Engine) lookedAtPlex(gen uint64, k *looker, now time.Time) {
	if err := errors.Join(e.wakeParked(k.refreshed.Appeared), e.wishAppeared(k.refreshed.Appeared)); err != nil { // also before a fault: it is told only once
		e.noteLocal(err)
	}
	if k.plexErr != nil {
		e.look.index, e.look.full = true, e.look.full || k.want.full
		e.noteFault(asServer(k.plexErr, fault.Plex))
		e.countPlex(gen, k.plexErr)
		e.links.recheck(now)
		return
	}
	if !e.look.indexed {
		if err := e.wakeFound(); err != nil {
			e.noteLocal(err)
		}
	}
	e.look.lastIndex, e.look.indexed = now, true
	e.scansListed()
	e.countPlex(gen, nil)
}

// pending reports whether something is wanted that could be looked at now.
func (l *lookState) pending(plex bool) bool {
	return l.sweep || l.names || l.files || l.recheck || plex && (l.index || l.full)
}

// scheduleLook arms the next look.
func (e *Engine) scheduleLook(now time.Time) {
	l := &e.look
	every := e.settings.StashProbe
	if !l.edited.IsZero() && now.Sub(l.edited) < quickFor {
		every = min(every, quickProbe)
	}
	l.at = now.Add(every)
	if l.pending(e.health.Breaker.Allows()) {
		l.wait = min(max(firstRecheck, 2*l.wait), lastRecheck)
		l.by(now.Add(l.wait))
		return
	}
	l.wait = 0
}
