package engine

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"lockstep/sync/config"
	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/scan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Names of stored values.
const (
	settingsValue = "settings"
	clientValue   = "plex.client" // persistent client identifier towards Plex
	hashValue     = "settings.wanted"
	recheckValue  = "settings.recheck" // whether scenes are still to be looked at anew for them
	sweptValue    = "stash.swept"      // last complete look at Stash
	fileValue     = "stash.files"      // last complete file sweep
	newestValue   = "stash.newest"
)

// load reads and repairs the stored state: settings, pause, breaker with outage
// records, and the jobs a dying process left running.
func (e *Engine) load() error {
	var err error
	if e.dispatch, err = dispatch.New(e.host, e.o.Jitter); err != nil {
		return fmt.Errorf("read today's counts: %w", err)
	}
	if err := e.loadSettings(); err != nil {
		return err
	}
	if err := e.monitor.Load(); err != nil {
		return err
	}
	if e.upkeep.alive, err = e.monitor.LastAlive(); err != nil {
		return err
	}
	if err := e.loadSmall(); err != nil {
		return err
	}
	if err := e.wantedChanged(); err != nil {
		return err
	}
	if err := e.audit.Under(e.settings); err != nil {
		return err
	}
	if err := e.dispatch.ResumeOrphans(); err != nil {
		return err
	}
	if err := e.dispatch.Clamp(); err != nil {
		e.noteLocal(err)
	}
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

// loadSettings reads the settings and lays flags and variables over them.
func (e *Engine) loadSettings() error {
	s := config.Defaults()
	err := e.store.View(func(tx store.Tx) error { _, err := tx.Value(settingsValue, &s); return err })
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if e.o.Override != nil {
		if err := e.o.Override(&s); err != nil {
			return err
		}
	}
	e.settings = s
	return nil
}

// wantedChanged asks for a look at every scene when the settings that decide what is
// wanted differ from those the stored state was made with. That it is owed is stored until
// it is done: a process may end before. One that only looks brings nothing about with its
// settings, and leaves the stored state as it is.
func (e *Engine) wantedChanged() error {
	if e.o.Hold {
		return nil
	}
	now := e.settings.WantedHash()
	var before scene.Hash
	owed := false
	err := e.store.Update(func(tx store.Tx) error {
		if _, err := tx.Value(hashValue, &before); err != nil {
			return err
		}
		if _, err := tx.Value(recheckValue, &owed); err != nil {
			return err
		}
		if before == now {
			return nil
		}
		owed = owed || before != ""
		return errors.Join(tx.PutValue(hashValue, now), tx.PutValue(recheckValue, owed))
	})
	if err == nil && owed {
		e.scan.Want(scan.What{Recheck: true, Files: true, Sweep: true, Index: true, Full: true})
	}
	return err
}

// rechecked notes that all scenes are in the queue for the present settings.
func (e *Engine) rechecked() {
	if err := e.store.Update(func(tx store.Tx) error { return tx.DeleteValue(recheckValue) }); err != nil {
		e.noteLocal(err)
	}
}

func (e *Engine) loadSmall() error {
	var known scan.Stored
	err := e.store.View(func(tx store.Tx) error {
		for name, v := range map[string]any{
			pauseValue: &e.pause, sweptValue: &known.Swept, fileValue: &known.Files, newestValue: &known.Newest,
			upkeepValue: &e.upkeep.tidied,
		} {
			if _, err := tx.Value(name, v); err != nil {
				return err
			}
		}
		return nil
	})
	e.scan = scan.New(e.log, known, e.stamp())
	if err != nil {
		return err
	}
	e.audit, err = audit.New(e.host)
	return err
}

// clientID is this installation's identifier towards Plex, made once.
func (e *Engine) clientID() string {
	var id string
	err := e.store.Update(func(tx store.Tx) error {
		ok, err := tx.Value(clientValue, &id)
		if err != nil || ok {
			return err
		}
		id = uuid.NewString()
		return tx.PutValue(clientValue, id)
	})
	if err != nil {
		e.noteLocal(err)
	}
	return id
}

// storeEnd puts everything away: unreported jobs go back, the run ends, and the time
// of the end is kept so that the gap until the next start is known. When Stash was last
// swept is left as it is: what was seen in its last moments is worth another look.
func (e *Engine) storeEnd() error {
	return errors.Join(e.dispatch.GiveBack(), e.putLife(e.stamp(), nil))
}

// cancelTasks asks everything beside the loop to end; the batch ends after its step.
func (e *Engine) cancelTasks() {
	e.links.StopListening()
	e.cancelRun(errQuitting)
	e.dispatch.Halt()
}
