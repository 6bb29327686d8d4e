package engine

import (
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// toUndo lists the scenes to undo with the run each is undone from.
func (e *Engine) toUndo(q api.UndoRequest) (map[scene.ID]uint64, error) {
	out := map[scene.ID]uint64{}
	err := e.store.View(func(tx store.Tx) error {
		entries, err := tx.JournalOf(q.Run, q.Scene)
		if err != nil {
			return err
		}
		for _, en := range entries { // the newest first: a scene's last write decides
			if _, ok := out[en.Scene]; !ok && !en.Undone {
				out[en.Scene] = en.Run
			}
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		return nil, fault.New(fault.NotFound, fault.None, "There is nothing to undo.", "See `lockstep history` for what was written.", nil)
	}
	return out, err
}

func ids(id scene.ID) []scene.ID { return []scene.ID{id} }
