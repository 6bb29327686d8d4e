package engine

import (
	"context"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/engine/link"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/fault"
	"lockstep/sync/health"
)

func (e *Engine) monitorSettings() monitor.Settings {
	return monitor.Settings{
		Breaker: breaker.Settings{Threshold: e.settings().BreakerThreshold, Backoff: e.settings().ProbeBackoff()},
		Watched: e.settings().Configured(),
	}
}

// dueProbe probes an open breaker when its time has come.
func (e *Engine) dueProbe(_ context.Context, now time.Time) time.Time {
	at := e.monitor.Due(now)
	if at.IsZero() || !e.links.Connected() {
		return time.Time{}
	}
	if at.After(now) {
		return at
	}
	e.probe()
	return time.Time{}
}

// probe sends one probe.
func (e *Engine) probe() {
	p, err := e.monitor.BeginProbe(e.probeTarget)
	if err != nil || p == nil {
		e.noteStored(err)
		return
	}
	e.loop.Beside(func() { p.Run(e.loop.Hard()) }, func() { e.probed(p) })
}

// probeTarget is what a probe that begins now tries.
func (e *Engine) probeTarget() monitor.Target {
	list, ready := e.links.DueInProbe()
	return monitor.Target{
		Plex: e.links.Plex(), Machine: e.links.Expected(), Other: link.ErrOtherPlex, Index: e.index(), List: list, Ready: ready,
	}
}

// probed takes in how a probe ended.
func (e *Engine) probed(p *monitor.Probe) {
	if found, listed, err := p.Listed(); listed {
		e.links.Budget(fault.Plex).Done(budget.Index, err)
		e.noteStored(e.dispatch.Appeared(found.Appeared))
		if err == nil {
			e.indexed(e.scan.Indexed(found.Failed, e.now()))
		}
	}
	t, f, err := e.monitor.Probed(p, e.loop.Hard().Err() != nil)
	e.noteStored(err)
	e.moved(t)
	if f != nil {
		e.noteFault(f) // after the breaker closed: a refusal is asked about, not waited for
	}
	e.publish()
}

// Say stores that an outage is about to be announced, in a transaction that reads breaker
// and record again and refuses when they disagree. Only after true may the message be
// sent. With Delivered it stores that the message was shown. A verdict that was not proved
// lately is refused and proved anew: the snapshot that follows says when it may be asked
// again.
func (e *Engine) Say(ctx context.Context, s health.Said) (bool, error) {
	said := false
	err := e.loop.Ask(ctx, func() error {
		a, err := e.monitor.Announce(s)
		switch a {
		case monitor.Allowed:
			said = true
			e.publish()
		case monitor.Stale:
			e.prove()
		}
		return err
	})
	return said && err == nil, err
}

// prove asks the servers anew, so that the verdict may be announced, or is another one.
func (e *Engine) prove() {
	if e.monitor.Open() {
		e.probe()
	}
	e.links.Recheck(e.now())
}
