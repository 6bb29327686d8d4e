package engine

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/engine/settings"
	"lockstep/sync/engine/upkeep"
)

// publish makes a new snapshot of the present state. It is called after the disk has
// it, never before.
func (e *Engine) publish() {
	e.revision++
	e.unshown = false
	now := e.now()
	q := e.store.Counts()
	s := api.Snapshot{
		Revision: e.revision, At: e.stamp(), Version: e.o.Version, Live: true,
		Queue: q, Standing: e.standing(), InHand: e.dispatch.InHand(),
		Today: e.dispatch.Today(now),
		Hold:  e.chosen.Held(), Stopping: e.stopping,
		Configured: e.settings().Configured(), Stash: e.links.StashState(), Plex: e.links.PlexState(), Scenes: e.scan.Scenes(),
		Reconcile: e.audit.Running(),
		Attention: e.attention(), Failing: e.links.Failing(), Scan: e.scan.Progress(), LastError: e.lastErr, Counting: e.audit.Counting(), Awaiting: e.scan.Awaits(q.Parked > 0),
		NotifyDelay: e.settings().NotifyDelay, Muted: settings.Muted(e.settings()),
		Quiet: settings.Quiet(e.settings(), now), Scanned: e.scan.Complete() && !e.scan.Running(), Active: e.dispatch.Active(),
		Language: e.settings().Language, Theme: e.settings().Theme, Pictures: e.settings().Pictures, Activity: e.activity.Shown(),
	}
	s.Reasons = e.dispatch.Reasons()
	s.Retrying = e.dispatch.Retrying(q)
	s.LastReconciliation, s.NeedAction = e.audit.Last()
	s.Paused, s.PausedTill = e.chosen.PausedByPerson()
	s.Plex.NewToken = e.account.Swapped()
	e.monitor.Show(&s, e.links.PlexState().Since)
	s.Run = e.dispatch.Progress(now, q.Pending())
	e.links.LogFailing(s.Failing)
	e.loop.Publish(s)
}

func (e *Engine) standing() api.Standing {
	value, err := e.dispatch.Standing()
	e.noteStored(err)
	return value
}

// Snapshot returns the latest snapshot.
func (e *Engine) Snapshot(ctx context.Context) (api.Snapshot, error) { return e.loop.Snapshot(ctx) }

// Watch calls fn with the latest snapshot at once and after every change until ctx
// ends, skipping intermediate ones.
func (e *Engine) Watch(ctx context.Context, fn func(api.Snapshot)) error {
	return e.loop.Watch(ctx, fn)
}

// attention lists what a person is asked for, the most pressing first.
func (e *Engine) attention() []api.Attention {
	asked := e.upkeep.Asks()
	if a, asks := e.audit.Question(); asks {
		asked = append(asked, a)
	}
	if a, asks := e.activity.Question(); asks {
		asked = append(asked, a)
	}
	if a, refused := e.dispatch.Refusal(); refused {
		asked = append(asked, a)
	}
	return upkeep.InOrder(append(append(asked, e.shelves.Asks()...), e.links.Asks(e.now())...))
}
