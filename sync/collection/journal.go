package collection

import (
	"errors"
	"maps"
	"slices"

	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// void marks the journal entries of what did not reach Plex: there is nothing to undo. A run without
// anything else is forgotten.
func (w Writer) void(list []*Comparison) error {
	unsent := map[scene.ItemKey]bool{}
	for _, c := range list {
		if !c.written && !c.sent {
			unsent[w.key(c)] = true
		}
	}
	if len(unsent) == 0 {
		return nil
	}
	return w.Store.Update(func(tx store.Tx) error {
		entries, err := newest(tx, w.Run, unsent)
		for _, e := range entries {
			if err := tx.MarkVoid(e.Seq, true); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		left, err := entriesOf(tx, w.Run)
		if err != nil || slices.ContainsFunc(left, func(e store.JournalEntry) bool { return !e.Void }) {
			return err
		}
		return tx.DeleteRun(w.Run)
	})
}

// arrivedUnseen takes the mark from entries whose write turns out to have arrived, because Plex
// answered with an error and carried it out all the same, and counts it to its run.
func (w Writer) arrivedUnseen(list []*Comparison) error {
	arrived := map[scene.ItemKey]bool{}
	for _, c := range list {
		if c.Plan.Arrived(c.State.Memory) {
			arrived[w.key(c)] = true
		}
	}
	if len(arrived) == 0 {
		return nil
	}
	return w.Store.Update(func(tx store.Tx) error {
		entries, err := newest(tx, 0, arrived)
		for _, e := range entries {
			if err := errors.Join(tx.MarkVoid(e.Seq, false), wrote(tx, e)); err != nil {
				return err
			}
		}
		return err
	})
}

// newest is the newest entry of each of these collections, of a run if that is not zero.
func newest(tx store.Journal, run uint64, of map[scene.ItemKey]bool) (out []store.JournalEntry, err error) {
	missing := maps.Clone(of)
	err = tx.EachJournal(run, 0, func(e store.JournalEntry) bool {
		if about(e) && missing[e.Item] {
			delete(missing, e.Item)
			out = append(out, e)
		}
		return len(missing) > 0
	})
	return out, err
}

// wrote counts an entry as written to its run, which may have been forgotten.
func wrote(tx store.Journal, e store.JournalEntry) error {
	runs, err := tx.Runs(0)
	if err != nil {
		return err
	}
	r := store.Run{ID: e.Run, Started: e.At, Cause: queue.Collections}
	if i := slices.IndexFunc(runs, func(r store.Run) bool { return r.ID == e.Run }); i >= 0 {
		r = runs[i]
	}
	r.Written++
	if r.Ended.IsZero() {
		r.Ended = e.At
	}
	return tx.PutRun(r)
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
