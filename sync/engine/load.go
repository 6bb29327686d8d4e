package engine

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/config"
	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/scan"
	"lockstep/sync/health"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Names of stored values.
const (
	settingsValue = "settings"
	clientValue   = "plex.client" // persistent client identifier towards Plex
	aliveValue    = "alive"       // up to when Plex was watched
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
	if err := e.loadHealth(); err != nil {
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
	return e.loadAccount()
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

// loadHealth reads breaker and outage records, repairs every disagreement in one
// transaction, and notes the time Plex was not watched.
func (e *Engine) loadHealth() error {
	now := e.stamp()
	var words []string
	err := e.store.Update(func(tx store.Tx) error {
		stored, err := readHealth(tx)
		if err != nil {
			return err
		}
		fix := health.Load(stored, e.breakerSettings(), now)
		e.health, words = fix.State, fix.Words
		for _, r := range fix.Dropped {
			if err := tx.DeleteOutage(r.ID); err != nil {
				return err
			}
		}
		err = putHealth(tx, fix.State, health.Change{Breaker: fix.Breaker, Contact: fix.Contact, Records: fix.Records})
		if err != nil {
			return err
		}
		if e.said, _, err = tx.Said(); err != nil {
			return err
		}
		stored.Records, err = tx.Outages(0)
		if err != nil {
			return err
		}
		e.outages = lately(stored.Records, now)
		return e.began(tx, now)
	})
	for _, w := range words {
		e.log.Warn("repaired", "what", w)
	}
	return err
}

func readHealth(tx store.Tx) (health.Stored, error) {
	var d health.Stored
	b, _, err := tx.Breaker()
	if err != nil {
		return d, err
	}
	d.Breaker = b
	if d.Records, err = tx.Outages(0); err != nil {
		return d, err
	}
	_, err = tx.Value(contactValue, &d.LastContact)
	return d, err
}

func (e *Engine) loadSmall() error {
	var known scan.Stored
	err := e.store.View(func(tx store.Tx) error {
		for name, v := range map[string]any{
			pauseValue: &e.pause, sweptValue: &known.Swept, fileValue: &known.Files, newestValue: &known.Newest,
			aliveValue: &e.upkeep.alive, upkeepValue: &e.upkeep.tidied,
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

// breakerShown is the breaker as the snapshot has it.
func breakerShown(b breaker.Breaker) api.Breaker {
	s := api.Breaker{State: b.State, Failures: b.Failures, Cause: b.Cause, OpenedAt: b.OpenedAt}
	if s.State == "" {
		s.State = breaker.Closed
	}
	s.NextProbe, _ = b.NextProbe()
	return s
}
