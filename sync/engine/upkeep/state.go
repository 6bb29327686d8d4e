package upkeep

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// Upkeep is when what is done now and then was last done, by the wall clock, and what is
// wrong. Its methods are for the loop alone unless they say otherwise.
type Upkeep struct {
	host          host.Host
	ledger        *Ledger
	data          Data   // may be nil
	free          func() // may be nil
	alive, tidied time.Time
	worked        time.Time // when memory was last used that was not given back, zero: all was

	fault    string       // what is wrong with the database file, empty: nothing
	lost     *fault.Error // the database is not the file on disk any more
	restored api.Attention
	trouble  trouble
}

// Data is the upkeep of what is stored. Words are for a person, none when there is nothing
// to tell.
type Data interface {
	// CheckPlace sees whether the file is in its place, and mends what was found damaged. It is
	// called often and is cheap.
	CheckPlace() (words message.Message, err error)
	// Watch calls fn when a Look is due at once, until ctx ends.
	Watch(ctx context.Context, fn func()) error
	// Check reads everything and mends what is damaged.
	Check() (words message.Message, err error)
	// Maintain checks everything and makes a backup. It is called about once a day.
	Maintain(ctx context.Context) (words message.Message, err error)
	// Trim gives memory back after much work.
	Trim() error
}

// trouble is the newest fault of our own.
type trouble struct {
	api.Attention
	stored uint64    // successful transactions by then
	again  time.Time // when to try whether it is over
}
