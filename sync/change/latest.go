package change

import (
	"context"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Latest examines those of a list of the scenes edited last, the newest first, that carry
// another stamp than is known, and reports whether these are all that changed: the list
// must reach back to a scene that is known as it is, and the number of new ones must be
// added, which is how many scenes Stash has more than before. Nothing is examined when they
// are not all: then only a sweep tells.
func (f *Finder) Latest(ctx context.Context, list []scene.Stamp, added int) (found Found, all bool, err error) {
	changed, fresh, err := f.changedOf(list)
	if err != nil || fresh != added || !reachesBack(list, changed) {
		return found, false, err
	}
	ids := make([]scene.ID, len(changed))
	for i, st := range changed {
		ids[i] = st.ID
	}
	return found, true, f.examine(ctx, ids, "", &found)
}

// changedOf lists the scenes that are new or carry another stamp, and counts the new ones.
func (f *Finder) changedOf(list []scene.Stamp) (changed []scene.Stamp, fresh int, err error) {
	err = f.Store.View(func(tx store.Tx) error {
		for _, st := range list {
			s, known, err := tx.Seen(st.ID)
			if err != nil {
				return err
			}
			if !known {
				fresh++
			}
			if !known || s.UpdatedAt != st.UpdatedAt {
				changed = append(changed, st)
			}
		}
		return nil
	})
	return changed, fresh, err
}

// reachesBack reports that the last scene of the list did not change, and was not touched in
// the same second as one that did: others of that second may lie beyond the list.
func reachesBack(list, changed []scene.Stamp) bool {
	if len(list) == 0 {
		return false
	}
	last := list[len(list)-1]
	for _, st := range changed {
		if st.ID == last.ID || st.UpdatedAt == last.UpdatedAt {
			return false
		}
	}
	return true
}
