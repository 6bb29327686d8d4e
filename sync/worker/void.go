package worker

import (
	"errors"
	"slices"

	"lockstep/sync/budget"
	"lockstep/sync/store"
)

// sentBy reports whether something of a write may have reached Plex although it ended
// with this error.
func sentBy(err error) bool { return !errors.Is(err, errCoverMoved) && budget.MayHaveArrived(err) }

// voidUnsent marks the journal entries of what was stored as about to be written and was
// not: an intent is no write, and there is nothing to undo. One that is not marked, such
// as after a crash, counts as a write.
func (b *batch) voidUnsent() error {
	unsent := slices.DeleteFunc(slices.Clone(b.intents), func(in intent) bool { return in.target.written || in.target.sent })
	if len(unsent) == 0 {
		return nil
	}
	return b.Store.Update(func(tx store.Tx) error {
		for _, in := range unsent {
			if err := markNewest(tx, b.RunID, in, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// arrived takes the mark from an entry whose write turns out to have arrived: Plex
// answered with an error and carried it out all the same.
func (b *batch) arrived(t *task, g *target) error {
	if !g.Plan.Arrived(g.State.Memory) {
		return nil
	}
	return b.Store.Update(func(tx store.Tx) error { return markNewest(tx, 0, intent{t, g}, false) })
}

// markNewest changes the newest entry of an item, of a run if that is not zero.
func markNewest(tx store.Tx, run uint64, in intent, void bool) error {
	entries, err := tx.JournalOf(run, in.task.Scene.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(entries, func(e store.JournalEntry) bool { return e.Item == in.target.Key })
	if i < 0 || entries[i].Void == void {
		return nil
	}
	return tx.MarkVoid(entries[i].Seq, void)
}
