package engine

import (
	"context"
	"slices"

	"lockstep/sync/api"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
)

// SyncNow scans both servers at once and returns when that has ended; with ids it
// enqueues just these scenes, with All every known one.
func (e *Engine) SyncNow(ctx context.Context, q api.SyncRequest) (api.SyncResult, error) {
	var res api.SyncResult
	if slices.Contains(q.Scenes, 0) {
		return res, fault.New(fault.Rejected, fault.None, message.New(message.NoSceneZero), message.None, nil)
	}
	if len(q.Scenes) > 0 {
		err := e.loop.Ask(ctx, func() error {
			e.tryAgain()
			return e.enqueueEach(q.Scenes, queue.Wish{Cause: queue.AskedFor, Forced: true, Confirmed: true})
		})
		res.Enqueued = len(q.Scenes)
		return res, err
	}
	var done <-chan error
	before := 0
	err := e.loop.Ask(ctx, func() error {
		if !e.links.Connected() {
			return errNoServers
		}
		if err := e.chosen.MayWrite(message.New(message.AdviceResumeFirst)); err != nil {
			return err
		}
		before = e.store.Counts().Pending()
		e.tryAgain()
		e.scan.Want(scan.What{Sweep: true, Names: true, Files: true, Index: true, Recheck: q.All})
		e.scan.Soon(e.now())
		done = e.scan.Wait()
		return nil
	})
	if err != nil {
		return res, err
	}
	err = e.loop.Wait(ctx, done)
	res.Enqueued = max(0, e.store.Counts().Pending()-before)
	return res, err
}

// enqueueEach puts scenes into the queue that all have the same wish.
func (e *Engine) enqueueEach(ids []scene.ID, w queue.Wish) error {
	defer e.publish()
	return e.host.PutWishForEach(ids, w)
}

// ProbeNow tries an open breaker at once; while Plex is up it looks at both servers.
func (e *Engine) ProbeNow(ctx context.Context) error {
	return e.loop.Ask(ctx, func() error {
		if e.monitor.Open() {
			e.probe()
			return nil
		}
		e.wakeBudgets()
		e.links.Recheck(e.now())
		return nil
	})
}

// Quit asks the owning process to end gracefully.
func (e *Engine) Quit(context.Context) error {
	e.once.Do(func() { close(e.quit) })
	return nil
}
