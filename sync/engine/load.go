package engine

import (
	"fmt"

	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/scan"
	"lockstep/sync/store"
)

// load reads and repairs the stored state: settings, pause, breaker with outage
// records, and the jobs a dying process left running.
func (e *Engine) load() error {
	var err error
	if e.dispatch, err = dispatch.New(e.host, e.o.Jitter); err != nil {
		return fmt.Errorf("read today's counts: %w", err)
	}
	if err := e.chosen.Load(); err != nil {
		return err
	}
	if err := e.monitor.Load(); err != nil {
		return err
	}
	alive, err := e.monitor.LastAlive()
	if err != nil {
		return err
	}
	if err := e.upkeep.Load(alive); err != nil {
		return err
	}
	if err := e.loadScan(); err != nil {
		return err
	}
	if err := e.recheckIfOwed(); err != nil {
		return err
	}
	if err := e.audit.Under(e.settings()); err != nil {
		return err
	}
	if err := e.dispatch.ResumeOrphans(); err != nil {
		return err
	}
	e.noteStored(e.dispatch.Clamp())
	if err := e.loadData(); err != nil {
		return err
	}
	if err := e.links.Load(); err != nil {
		return err
	}
	e.dial()
	e.scan.Soon(e.now())
	return e.account.Load()
}

// loadScan reads what was seen by the last process.
func (e *Engine) loadScan() error {
	var known scan.Stored
	err := e.store.View(func(tx store.Tx) (err error) { known, err = scan.Read(tx); return err })
	e.scan = scan.New(e.log, known, e.stamp())
	if err != nil {
		return err
	}
	e.audit, err = audit.New(e.host)
	return err
}
