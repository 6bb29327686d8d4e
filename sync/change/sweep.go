package change

import (
	"fmt"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// txBatch bounds what one transaction changes, so that none blocks the writer long.
const txBatch = 500

// Clock gives the present time for stamps.
type Clock func() time.Time

// changed returns the scenes of a page that are new or carry another stamp.
func (w *Walk) changed(page []scene.Stamp) ([]scene.ID, error) {
	ids := make([]scene.ID, len(page))
	for i, st := range page {
		ids[i] = st.ID
	}
	known, err := w.Page(ids)
	if err != nil {
		return nil, err
	}
	var out []scene.ID
	for _, st := range page {
		if s, ok := known[st.ID]; !ok || s.UpdatedAt != st.UpdatedAt {
			out = append(out, st.ID)
		}
	}
	return out, nil
}

// forget drops vanished scenes: whatever became of their jobs, they count as deleted; what
// was written to Plex stays known and Plex is left alone.
func (f *Finder) forget(gone []Lost) error {
	now := f.Clock()
	for len(gone) > 0 {
		part := gone[:min(txBatch, len(gone))]
		gone = gone[len(part):]
		err := f.Store.Update(func(tx store.Tx) error {
			for _, l := range part {
				if err := Forget(tx, l.ID, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("forget deleted scenes: %w", err)
		}
	}
	return nil
}

// Forget drops one scene that no longer exists in Stash.
func Forget(tx store.Tx, id scene.ID, now time.Time) error {
	j, ok, err := tx.Job(id)
	if err != nil {
		return err
	}
	if ok && j.State != queue.Running {
		j.Again, j.Sync, j.Then = false, false, 0
		if err := tx.PutJob(j.Skip(skip.DeletedInStash, message.None, now)); err != nil {
			return err
		}
	}
	return tx.DeleteSeen(id)
}

// classOf is the class of an error, empty without one.
func classOf(err error) fault.Class {
	if f := fault.Of(err); f != nil {
		return f.Class
	}
	return ""
}
