package engine

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/store"
)

// Say stores that an outage is about to be announced, in a transaction that reads breaker
// and record again and refuses when they disagree. Only after true may the message be
// sent. With Delivered it stores that the message was shown. A verdict that was not proved
// lately is refused and proved anew: the snapshot that follows says when it may be asked
// again.
func (e *Engine) Say(ctx context.Context, s health.Said) (bool, error) {
	said := false
	err := e.ask(ctx, func() error {
		next, err := e.announce(s)
		switch {
		case errors.Is(err, errDisk):
			return err
		case errors.Is(err, health.ErrStale):
			e.prove()
			return nil
		case err != nil:
			return nil // a refusal is an answer, not a fault
		}
		said, e.said = true, next
		e.publish()
		return nil
	})
	return said && err == nil, err
}

// errDisk marks what is no refusal.
var errDisk = errors.New("store an announcement")

// announce judges by what is on disk, and stores the outcome unless it is a refusal.
func (e *Engine) announce(wish health.Said) (next health.Said, refusal error) {
	err := e.store.Update(func(tx store.Tx) error {
		evidence, err := e.evidence(tx)
		if err != nil {
			return err
		}
		if next, refusal = evidence.Announce(wish); refusal != nil {
			return refusal // nothing to store
		}
		return tx.PutSaid(next)
	})
	if err != nil && refusal == nil {
		return next, errors.Join(errDisk, err)
	}
	return next, refusal
}

func (e *Engine) evidence(tx store.Tx) (health.Evidence, error) {
	v := health.Evidence{Proved: e.proved(), Now: e.now()}
	b, known, err := tx.Breaker()
	if err != nil {
		return v, err
	}
	if known {
		v.Breaker = &b
	}
	records, err := tx.Outages(1)
	if err != nil {
		return v, err
	}
	if len(records) > 0 {
		v.Newest = &records[0]
	}
	v.Said, _, err = tx.Said()
	return v, err
}

// proved is when the request was begun that last proved the present verdict: while Plex is
// up the last answer, while it is down the last probe that failed.
func (e *Engine) proved() time.Time {
	if e.health.Verdict() == health.Up {
		return e.health.LastContact
	}
	return e.failedProbe
}

// prove asks the servers anew, so that the verdict may be announced, or is another one.
func (e *Engine) prove() {
	if e.health.Breaker.State == breaker.Open {
		e.probe()
	}
	e.links.Recheck(e.now())
}
