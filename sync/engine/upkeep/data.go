package upkeep

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// CheckPlace sees whether the database is in its place and whole, and reports whether there is
// something new to show.
func (u *Upkeep) CheckPlace() (changed bool) {
	if u.data == nil {
		return false
	}
	words, err := u.data.CheckPlace()
	now, before := "", u.fault
	if err != nil {
		now = err.Error()
	}
	u.fault, u.lost = now, fault.Of(err)
	if now == before {
		err = nil // told already
	}
	if words.IsZero() && now == before {
		return false
	}
	u.Tell(words, err)
	return true
}

// Watch calls check when the system tells that the database may be gone, until ctx ends. It
// runs beside the loop.
func (u *Upkeep) Watch(ctx context.Context, check func()) {
	if u.data == nil {
		return
	}
	if err := u.data.Watch(ctx, check); err != nil {
		u.host.Log.Warn("the data folder cannot be watched; it is checked every minute", "err", err)
	}
}

// Check reads everything that is stored and mends what is damaged, beside the loop. The
// words are for Tell.
func (u *Upkeep) Check() (words message.Message, err error) {
	if u.data == nil {
		return message.None, nil
	}
	return u.data.Check()
}

// Tell tells a person what became of the stored data. What was told before stays, and the same
// is told once.
func (u *Upkeep) Tell(words message.Message, err error) {
	if err != nil {
		u.host.Log.Error("something is wrong with the database", "err", err)
	}
	if words.IsZero() {
		return
	}
	if u.restored.Message.IsZero() {
		u.restored = api.Attention{Kind: api.RestoredData, Message: words, Since: u.host.Stamp()}
		return
	}
	u.restored.Message = message.Also(u.restored.Message, words)
}
