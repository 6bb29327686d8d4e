// Package upkeep owns what keeps an installation in order: signs of life, what is dropped and
// backed up once a day, the state of the database file, faults of our own, and memory that is
// given back.
package upkeep

import (
	"context"
	"time"

	"lockstep/sync/engine/host"
	"lockstep/sync/message"
	"lockstep/sync/store"
)

const (
	// aliveEvery is how old a stored sign of life gets at the most: it bounds how wrong
	// the "app was off" span of an outage chart can be.
	aliveEvery = 5 * time.Minute
	// tidyEvery is how often old records are dropped and a backup is made.
	tidyEvery = 24 * time.Hour
	// pruneStep bounds what one transaction deletes.
	pruneStep = 2000
)

// tidiedValue names the stored stamp of the last tidy-up.
const tidiedValue = "upkeep"

// New makes the upkeep of a database. The host's store must be the ledger. Free gives memory
// of the process back to the system; it and the data may be nil.
func New(h host.Host, l *Ledger, d Data, free func()) *Upkeep {
	return &Upkeep{host: h, ledger: l, data: d, free: free}
}

// Load reads when the last tidy-up was. Alive is the last stored sign of life.
func (u *Upkeep) Load(alive time.Time) error {
	u.alive = alive
	return u.host.Get(tidiedValue, &u.tidied)
}

// AliveDue reports whether a sign of life is to be stored, and notes it as done. Turn is how
// often the question comes: it is stored a turn early, so that it never wakes the machine
// for itself.
func (u *Upkeep) AliveDue(now time.Time, turn time.Duration) bool {
	if age := now.Round(0).Sub(u.alive); age >= 0 && age < aliveEvery-turn {
		return false
	}
	u.alive = u.host.Stamp()
	return true
}

// Keep is how long things are kept.
type Keep struct {
	History time.Duration
	// Others drops what other parts keep too long, as of a moment.
	Others func(now time.Time) error
}

// Tidy drops what is older than is kept, and has a backup made.
type Tidy struct {
	host host.Host
	data Data
	keep Keep
	now  time.Time
}

// TidyDue is the tidy-up to be run now, nil when the last one was less than a day ago.
func (u *Upkeep) TidyDue(now time.Time, k Keep) (*Tidy, error) {
	if age := now.Round(0).Sub(u.tidied); age >= 0 && age < tidyEvery {
		return nil, nil
	}
	u.tidied = u.host.Stamp()
	if err := u.host.Put(tidiedValue, u.tidied); err != nil {
		return nil, err
	}
	return &Tidy{u.host, u.data, k, u.tidied}, nil
}

// Run tidies up, beside the loop. What it returns is for Upkeep.Tell.
func (t *Tidy) Run(ctx context.Context) (words message.Message, err error) {
	if err := t.prune(ctx); err != nil {
		return message.None, err
	}
	if t.data == nil {
		return message.None, nil
	}
	words, err = t.data.Maintain(ctx)
	if ctx.Err() != nil {
		err = nil // it was stopped
	}
	return words, err
}

func (t *Tidy) prune(ctx context.Context) error {
	for ctx.Err() == nil {
		n := 0
		err := t.host.Store.Update(func(tx store.Tx) (err error) {
			n, err = tx.Prune(t.now.Add(-t.keep.History), pruneStep)
			return err
		})
		if err != nil {
			return err
		}
		if n < pruneStep {
			break
		}
	}
	return t.keep.Others(t.now)
}
