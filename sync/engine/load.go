package engine

// load reads and repairs the stored state: settings, pause, breaker with outage
// records, and the jobs a dying process left running.
func (e *Engine) load() error {
	for _, load := range []func() error{
		e.dispatch.Load, e.chosen.Load, e.monitor.Load, e.loadUpkeep, e.scan.Load, e.audit.Load, e.activity.Load, e.shelves.Load,
		e.recheckIfOwed, e.underSettings, e.dispatch.ResumeOrphans, e.loadData, e.links.Load, e.account.Load,
	} {
		if err := load(); err != nil {
			return err
		}
	}
	e.noteStored(e.dispatch.Clamp())
	e.AllowPictures(e.settings().Pictures, e.loop.Spawn)
	e.dial()
	e.scan.Soon(e.now())
	return nil
}

// loadUpkeep reads when things were last done and up to when Plex was watched.
func (e *Engine) loadUpkeep() error {
	alive, err := e.monitor.LastAlive()
	if err != nil {
		return err
	}
	return e.upkeep.Load(alive)
}
