package engine

import (
	"fmt"
	"slices"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

func (e *Engine) breakerSettings() breaker.Settings {
	return breaker.Settings{Threshold: e.settings.BreakerThreshold, Backoff: e.settings.ProbeBackoff()}
}

// step applies one event to breaker and outage record and stores what changed in one
// transaction, together with whatever else belongs to it. The state moves only when
// the transaction is on disk.
func (e *Engine) step(ev breaker.Event, also func(store.Tx) error) error {
	next, ch := health.Step(e.health, e.breakerSettings(), ev, e.stamp())
	if err := e.storeHealth(next, ch, also); err != nil {
		return err
	}
	e.health = next
	e.transition(ch.Transition)
	return nil
}

func (e *Engine) storeHealth(next health.State, ch health.Change, also func(store.Tx) error) error {
	if !ch.Breaker && len(ch.Records) == 0 && also == nil {
		return nil // a moved last contact is stored with the next transaction
	}
	err := e.store.Update(func(tx store.Tx) error {
		if err := putHealth(tx, next, ch); err != nil {
			return err
		}
		if also != nil {
			return also(tx)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the state of Plex: %w", err)
	}
	return nil
}

// contactValue names the stored stamp of the last proven contact with Plex.
const contactValue = "lastContact"

func putHealth(tx store.Tx, next health.State, ch health.Change) error {
	if ch.Breaker {
		if err := tx.PutBreaker(next.Breaker); err != nil {
			return err
		}
	}
	for _, r := range ch.Records {
		if err := tx.PutOutage(r); err != nil {
			return err
		}
	}
	if ch.Contact {
		return tx.PutValue(contactValue, next.LastContact)
	}
	return nil
}

// transition does what follows from a move of the breaker.
func (e *Engine) transition(t breaker.Transition) {
	switch t {
	case breaker.Opened:
		e.outages = append(lately(e.outages, e.stamp()), e.health.Newest)
		e.log.Warn("Plex is not reachable; waiting for it", "cause", e.health.Breaker.Cause, "outage", e.health.Newest.ID)
		e.dispatch.Halt()
		e.opened()
		e.hold()
	case breaker.Reopened:
		e.hold()
	case breaker.Shut:
		e.log.Info("Plex is back", "outage", e.health.Newest.ID,
			"after", e.health.Newest.Ended.Sub(e.health.Newest.Started).Round(time.Second))
		e.recovered()
	}
}

// lately leaves the records that still belong to one unstable time.
func lately(records []outage.Record, now time.Time) []outage.Record {
	return slices.DeleteFunc(records, func(r outage.Record) bool { return now.Sub(r.Started).Abs() >= outage.Lately })
}

// hold notes in the outage record how many jobs wait.
func (e *Engine) hold() {
	next, ch := health.Hold(e.health, e.store.Counts().Pending())
	if err := e.storeHealth(next, ch, nil); err != nil {
		e.noteLocal(err)
		return
	}
	e.health = next
}

// recovered starts the graduated drain and gives jobs that died because of the outage
// another chance.
func (e *Engine) recovered() {
	e.dispatch.Ramp(e.now(), e.settings.RampFrom, e.settings.RampTo, e.settings.RampOver)
	e.dispatch.Release(e.now())
	e.links.PlexBack()
	e.scan.WantBy(scan.What{Index: true}, e.now()) // what was missed meanwhile
	if err := e.requeueVictims(); err != nil {
		e.noteLocal(err)
	}
}

// victimSlack is how long before an outage was noticed a death still counts as its
// doing: a job's retries end before the breaker has seen enough to open.
const victimSlack = 10 * time.Minute

// requeueVictims requeues what died because of the outage that just ended. Doing it
// twice changes nothing.
func (e *Engine) requeueVictims() error {
	r, now := e.health.Newest, e.stamp()
	next := r
	err := e.store.Update(func(tx store.Tx) error {
		var victims []queue.Job
		err := tx.JobsIn(queue.Dead, func(j queue.Job) bool {
			if victimOf(j, r) {
				victims = append(victims, j)
			}
			return true
		})
		if err != nil {
			return err
		}
		for _, j := range victims {
			q := queue.Enqueue(&j, queue.Wish{Scene: j.Scene, Cause: "outage"}, now)
			q.Outage = r.ID
			if err := tx.PutJob(q); err != nil {
				return err
			}
			if err := tx.AddActivity(store.Activity{At: now, Scene: j.Scene, Name: j.Name, State: q.State,
				Words: fmt.Sprintf("queued again: it failed during outage %d (%s)", r.ID, j.Words)}); err != nil {
				return err
			}
		}
		if next.Requeued += len(victims); len(victims) > 0 {
			return tx.PutOutage(next)
		}
		return nil
	})
	if err == nil {
		e.health.Newest = next
	}
	return err
}

func victimOf(j queue.Job, r outage.Record) bool {
	serverFault := j.Class == fault.Unreachable || j.Class == fault.Temporary || j.Class == fault.Busy
	return serverFault && !j.Due.Before(r.Started.Add(-victimSlack)) && !j.Due.After(r.Ended)
}

// answered reports a fault that proves the server is there.
func answered(f *fault.Error) bool {
	switch f.Class {
	case fault.Unauthorized, fault.Forbidden, fault.Config, fault.NotFound, fault.Rejected, fault.Busy:
		return true
	}
	return false
}
