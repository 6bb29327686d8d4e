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

// Undoing is what an undo comes to.
type Undoing struct {
	Wishes      []queue.Wish         // jobs that give items in Plex back what they were
	Sent        []store.JournalEntry // what went to Stash
	Collections int                  // in Plex, that are to be given back what they were
	Lost        int                  // scenes of which the record of what they were is lost
}

// ToUndo tells what undoes a run, or the last write of a scene, on whichever side that was.
func ToUndo(h host.Host, q api.UndoRequest) (out Undoing, err error) {
	met, gone := map[scene.ID]bool{}, map[scene.ID]bool{}
	err = h.Store.View(func(tx store.Tx) error {
		return tx.EachJournal(q.Run, q.Scene, func(en store.JournalEntry) bool {
			switch {
			case en.Lost:
				gone[en.Scene] = true
			case !en.Undoable():
			case en.Scene == 0:
				out.Collections++
			case en.Sent != nil && (q.Run != 0 || !met[en.Scene]): // a run writes several things to a scene of Stash
				met[en.Scene] = true
				out.Sent = append(out.Sent, en)
			case en.Sent == nil && !met[en.Scene]: // the newest first: a scene's last write decides
				met[en.Scene] = true
				out.Wishes = append(out.Wishes, queue.Wish{Scene: en.Scene, Cause: queue.Undo, Undo: en.Run})
			}
			return true
		})
	})
	out.Lost = len(gone)
	switch {
	case err != nil || len(out.Wishes)+len(out.Sent)+out.Collections > 0:
		return out, err
	case len(gone) > 0:
		return out, fault.New(fault.NotFound, fault.None, message.New(message.UndoDamaged), message.New(message.AdviceUndoDamaged), nil)
	}
	if err := markUndone(h, q.Run); err != nil { // a process that died did not come to it
		return out, err
	}
	return out, fault.New(fault.NotFound, fault.None, message.New(message.UndoNothing), message.New(message.AdviceUndoNothing), nil)
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
