package collection

import (
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// void marks the journal entries of what did not reach Plex: there is nothing to undo.
func (w Writer) void(list []*Comparison) error {
	unsent := map[scene.ItemKey]bool{}
	for _, c := range list {
		if !c.written && !c.sent {
			unsent[w.key(c)] = true
		}
	}
	return w.mark(w.Run, unsent, true)
}

// arrivedUnseen takes the mark from entries whose write turns out to have arrived: Plex answered
// with an error and carried it out all the same.
func (w Writer) arrivedUnseen(list []*Comparison) error {
	arrived := map[scene.ItemKey]bool{}
	for _, c := range list {
		if c.Plan.Arrived(c.State.Memory) {
			arrived[w.key(c)] = true
		}
	}
	return w.mark(0, arrived, false)
}

// mark says of the newest entry of each of these collections whether nothing of it reached Plex;
// of a run if that is not zero.
func (w Writer) mark(run uint64, of map[scene.ItemKey]bool, void bool) error {
	if len(of) == 0 {
		return nil
	}
	return w.Store.Update(func(tx store.Tx) error {
		var entries []store.JournalEntry
		err := tx.EachJournal(run, 0, func(e store.JournalEntry) bool {
			if about(e) && of[e.Item] {
				delete(of, e.Item)
				entries = append(entries, e)
			}
			return len(of) > 0
		})
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Void == void {
				continue
			}
			if err := tx.MarkVoid(e.Seq, void); err != nil {
				return err
			}
		}
		return nil
	})
}

// about reports an entry that is about a collection.
func about(e store.JournalEntry) bool { return e.Scene == 0 && e.Sent == nil && !e.Lost }

// entriesOf are the journal entries of a run that are about collections, the newest first.
func entriesOf(tx store.Journal, run uint64) (out []store.JournalEntry, err error) {
	err = tx.EachJournal(run, 0, func(e store.JournalEntry) bool {
		if about(e) {
			out = append(out, e)
		}
		return true
	})
	return out, err
}
