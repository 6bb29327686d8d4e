package engine

import (
	"context"
	"time"
)

// watch keeps one listener per server: Plex's notifications and Stash's finished jobs.
func (e *Engine) watch(ctx context.Context) {
	l := &e.links
	if l.stopWatch != nil {
		return
	}
	wctx, cancel := context.WithCancel(ctx)
	l.stopWatch = cancel
	epoch, stash, plex := l.epoch, l.stash, l.plex
	e.spawn(func() {
		keep(wctx, func(up func()) error {
			return plex.Watch(wctx, func() { up(); e.post(func() { e.plexNews(epoch, PlexNews{Appeared: true}) }) },
				func(n PlexNews) { e.post(func() { e.plexNews(epoch, n) }) })
		}, func() { e.post(func() { e.lostPlex(epoch) }) })
	})
	e.spawn(func() {
		keep(wctx, func(up func()) error {
			up()
			return stash.WatchJobs(wctx, func() { e.post(func() { e.stashJobEnded(epoch) }) })
		}, func() {})
	})
}

const (
	firstRedial = time.Second
	lastRedial  = 5 * time.Minute
)

// keep runs a listener again and again with growing waits until ctx ends. lost is
// called when a connection that had been up is gone.
func keep(ctx context.Context, listen func(up func()) error, lost func()) {
	wait := firstRedial
	for ctx.Err() == nil {
		began, up := time.Now(), false
		_ = listen(func() { up = true }) // why it ended is what the next look at the server tells
		if up && ctx.Err() == nil {
			lost()
		}
		if time.Since(began) > lastRedial {
			wait = firstRedial
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
		wait = min(2*wait, lastRedial)
	}
}

// newsDelay collects announcements before the index is refreshed once for all.
const newsDelay = 5 * time.Second

func (e *Engine) plexNews(epoch int, n PlexNews) {
	if epoch != e.links.epoch || (!n.Appeared && !n.Scanned) {
		return
	}
	if e.work.active && !n.Scanned {
		return // mostly the echo of our own writes; the index is refreshed after the batch
	}
	e.look.index = true
	e.look.by(e.now().Add(newsDelay))
}

// lostPlex looks at Plex at once when its notification socket died.
func (e *Engine) lostPlex(epoch int) {
	if epoch == e.links.epoch {
		e.links.recheck(e.now())
	}
}

func (e *Engine) stashJobEnded(epoch int) {
	if epoch == e.links.epoch {
		e.look.sweep, e.look.names, e.look.files = true, true, true
		e.look.by(e.now().Add(newsDelay))
	}
}
