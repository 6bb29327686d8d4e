package dispatch

import (
	"slices"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// ToUndo lists the wishes that undo a run, or the last write to a scene, and counts the
// scenes of which the record of what they were is lost.
func ToUndo(h host.Host, q api.UndoRequest) (out []queue.Wish, lost int, err error) {
	met, gone := map[scene.ID]bool{}, map[scene.ID]bool{}
	err = h.Store.View(func(tx store.Tx) error {
		return tx.EachJournal(q.Run, q.Scene, func(en store.JournalEntry) bool {
			if en.Lost {
				gone[en.Scene] = true
			}
			if !met[en.Scene] && en.Undoable() { // the newest first: a scene's last write decides
				met[en.Scene] = true
				out = append(out, queue.Wish{Scene: en.Scene, Cause: queue.Undo, Undo: en.Run})
			}
			return true
		})
	})
	switch {
	case err != nil || len(out) > 0:
		return out, len(gone), err
	case len(gone) > 0:
		return nil, len(gone), fault.New(fault.NotFound, fault.None, message.New(message.UndoDamaged), message.New(message.AdviceUndoDamaged), nil)
	}
	if err := markUndone(h, q.Run); err != nil { // a process that died did not come to it
		return nil, 0, err
	}
	return nil, 0, fault.New(fault.NotFound, fault.None, message.New(message.UndoNothing), message.New(message.AdviceUndoNothing), nil)
}

// markUndone marks a run of which nothing is left to undo; zero is none.
func markUndone(h host.Host, id uint64) error {
	var run store.Run
	left := false
	err := h.Store.View(func(tx store.Tx) error {
		runs, err := tx.Runs(0)
		i := slices.IndexFunc(runs, func(r store.Run) bool { return r.ID == id })
		if err != nil || i < 0 {
			return err
		}
		run = runs[i]
		return tx.EachJournal(id, 0, func(en store.JournalEntry) bool {
			left = en.Undoable()
			return !left
		})
	})
	if err != nil || run.ID == 0 || run.Undone || left {
		return err
	}
	run.Undone = true
	return h.Store.Update(func(tx store.Tx) error { return tx.PutRun(run) })
}
