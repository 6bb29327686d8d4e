package engine

import (
	"context"
	"time"

	"lockstep/sync/scene"
	"lockstep/sync/worker"
)

// awaitedState are the scans Plex was asked for, of libraries whose new items were not
// listed yet: what they reveal belongs to the work in progress.
type awaitedState struct {
	since   map[string]time.Time // by section: when the newest scan was asked for
	at      time.Time            // when to ask Plex whether it still scans
	wait    time.Duration
	asking  bool
	listing time.Time // scans asked for before this have ended: the index is to be listed
}

const (
	// firstScanCheck is how long Plex takes at most to begin a scan it was asked for.
	firstScanCheck = 2 * time.Second
	lastScanCheck  = 30 * time.Second
	// giveUpScan is when a scan is no longer waited for: the notification socket and the
	// regular looks at the index still see what it finds.
	giveUpScan = 10 * time.Minute
)

// scanNoter tells the engine which scans the worker asks for.
type scanNoter struct {
	worker.Plex
	asked func(section string)
}

func (n scanNoter) Scan(ctx context.Context, section, dir string) error {
	err := n.Plex.Scan(ctx, section, dir)
	if err == nil {
		n.asked(section)
	}
	return err
}

// scanAsked notes a scan Plex took on.
func (e *Engine) scanAsked(section string) {
	e.post(func() {
		a, now := &e.awaited, e.now()
		if a.since == nil {
			a.since = map[string]time.Time{}
		}
		a.since[section] = now
		a.wait, a.at = firstScanCheck, now.Add(firstScanCheck)
	})
}

// awaits reports that items may appear soon because of what was asked for.
func (e *Engine) awaits() bool {
	return len(e.awaited.since) > 0 || e.store.Counts().Parked > 0 && (e.look.index || e.look.full)
}

// dueAwaited asks Plex whether it still scans.
func (e *Engine) dueAwaited(ctx context.Context, now time.Time) time.Time {
	a := &e.awaited
	if len(a.since) == 0 || a.asking || !a.listing.IsZero() || !e.mayWork() {
		return time.Time{}
	}
	if a.at.After(now) {
		return a.at
	}
	a.asking = true
	epoch, plex := e.links.epoch, e.links.plex
	e.spawn(func() {
		sections, err := plex.Sections(ctx)
		e.post(func() { e.scansChecked(epoch, now, sections, err) })
	})
	return time.Time{}
}

// scansChecked has the index listed once all scans that were asked for have ended.
func (e *Engine) scansChecked(epoch int, asked time.Time, sections []scene.Section, err error) {
	a, now := &e.awaited, e.now()
	a.asking = false
	a.wait = min(2*a.wait, lastScanCheck)
	a.at = now.Add(a.wait)
	if epoch != e.links.epoch {
		*a = awaitedState{}
		return
	}
	for id, since := range a.since {
		if now.Sub(since) > giveUpScan {
			delete(a.since, id)
		}
	}
	if err != nil || e.scanning(sections, asked) {
		e.publish()
		return
	}
	a.listing = asked
	e.look.index = true
	e.look.soon(now)
	e.publish()
}

func (e *Engine) scanning(sections []scene.Section, asked time.Time) bool {
	for _, s := range sections {
		if since, ok := e.awaited.since[s.ID]; ok && (s.Refreshing || since.After(asked)) {
			return true
		}
	}
	return false
}

// scansListed takes in that the index was listed, unless it is to be listed once more.
func (e *Engine) scansListed() {
	a := &e.awaited
	if a.listing.IsZero() || e.look.index {
		return
	}
	for id, since := range a.since {
		if !since.After(a.listing) {
			delete(a.since, id)
		}
	}
	a.listing = time.Time{}
}
