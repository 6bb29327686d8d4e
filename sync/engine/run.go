package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/activity"
	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/explain"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/link"
	"lockstep/sync/engine/loop"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/movein"
	"lockstep/sync/engine/pictures"
	"lockstep/sync/engine/records"
	"lockstep/sync/engine/scan"
	"lockstep/sync/engine/settings"
	"lockstep/sync/engine/shelves"
	"lockstep/sync/engine/signin"
	"lockstep/sync/engine/upkeep"
	"lockstep/sync/message"
)

// New makes an engine. Nothing runs before Run.
func New(o Options) *Engine {
	stored := &upkeep.Ledger{Store: o.Store}
	h := host.Host{Now: o.Now, Store: stored, Log: o.Log}
	e := &Engine{
		o: o, log: o.Log, store: stored, host: h,
		loop: loop.New[api.Snapshot](errStopped), quit: make(chan struct{}),
		owner: owner{
			links: link.New(h, o.Dial, o.Jitter), upkeep: upkeep.New(h, stored, o.Data, o.Free),
			dispatch: dispatch.New(h, o.Jitter), scan: scan.New(h), audit: audit.New(h),
			chosen: settings.New(h, settings.Options{Secrets: o.Secrets, Override: o.Override, Overridden: o.Overridden, Hold: o.Hold}),
		},
	}
	e.Reader = records.New(stored, func() []api.Attention { return e.loop.Latest().Attention })
	e.Explainer = explain.New(h, situations{e})
	e.Fetcher = pictures.New(h, o.Pictures, e.wellServers)
	e.Importer = movein.NewImporter(h, movein.Loop{Present: e.present, Ask: e.loop.Ask, Done: e.publish, Save: e.SaveSettings})
	e.Applier = audit.NewApplier(h, e.audit, audit.ApplierLoop{Ask: e.loop.Ask, Report: e.Report, Settings: e.settings, Done: e.publish})
	e.shelves = shelves.New(h, e.shelfLoop())
	e.Viewer = shelves.NewViewer(e.shelves)
	e.monitor = monitor.New(h, e.monitorSettings)
	e.account = signin.New(h, o.Secrets, o.Jitter, e.accountLoop())
	e.Dialog = signin.NewDialog(e.account)
	e.activity = activity.New(h, e.settings)
	e.Commands = dispatch.NewCommands(h, dispatch.Loop{
		Do: e.loop.Ask, CheckData: e.CheckData, TryAgain: e.tryAgain, TakeBack: e.activity.Undo, GiveBack: e.shelves.Undo, Changed: e.publish,
	})
	e.Desk = activity.NewDesk(e.activity, activity.Loop{Do: e.loop.Ask, Wait: e.loop.Wait, Changed: e.publish})
	e.dispatch.CountRequests(e.links.Requests)
	return e
}

// Run loads the state, works until ctx ends and puts everything away. It returns nil
// after a graceful stop.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.load(); err != nil {
		return fmt.Errorf("load the state: %w", err)
	}
	e.publish()
	e.loop.Ready()
	e.loop.Spawn(func() { e.upkeep.Watch(ctx, func() { e.loop.Post(e.checkData) }) })
	e.loop.Run(ctx, func() time.Duration { return e.turn(ctx) })
	e.shutdown()
	return nil
}

// Done is closed when somebody asked the process to end.
func (e *Engine) Done() <-chan struct{} { return e.quit }

// shutdown ends the work in hand, bounded, and stores that the process ended well.
func (e *Engine) shutdown() {
	e.stopping = message.New(message.StepInHand)
	e.publish()
	e.cancelTasks()
	if !e.loop.End(stopBound) {
		e.log.Warn("the current scene was not finished in time; it will be checked at the next start")
	}
	if err := e.storeEnd(); err != nil && !errors.Is(err, context.Canceled) {
		e.log.Error("store the end of this run", "err", err)
	}
}

// storeEnd puts everything away: unreported jobs go back, the run ends, and the time
// of the end is kept so that the gap until the next start is known. When Stash was last
// swept is left as it is: what was seen in its last moments is worth another scan.
func (e *Engine) storeEnd() error {
	return errors.Join(e.dispatch.GiveBack(), e.putLife(false))
}

// cancelTasks asks everything beside the loop to end; the batch ends after its step.
func (e *Engine) cancelTasks() {
	e.links.StopListening()
	e.cancelRun(errQuitting)
	e.dispatch.Halt()
}

// stopBound is how long quitting may take: the step in hand is one request, and Plex
// answers within 45 s or not at all, but nobody waits that long for a desktop to log out.
const stopBound = 10 * time.Second
