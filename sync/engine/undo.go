package engine

import (
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// toUndo lists the wishes that undo a run, or the last write to a scene.
func (e *Engine) toUndo(q api.UndoRequest) ([]queue.Wish, error) {
	var out []queue.Wish
	met := map[scene.ID]bool{}
	err := e.store.View(func(tx store.Tx) error {
		return tx.EachJournal(q.Run, q.Scene, func(en store.JournalEntry) bool {
			if !met[en.Scene] && !en.Undone { // the newest first: a scene's last write decides
				met[en.Scene] = true
				out = append(out, queue.Wish{Scene: en.Scene, Cause: "undo", Undo: en.Run})
			}
			return true
		})
	})
	if err == nil && len(out) == 0 {
		return nil, fault.New(fault.NotFound, fault.None, "There is nothing to undo.", "See `lockstep history` for what was written.", nil)
	}
	return out, err
}
