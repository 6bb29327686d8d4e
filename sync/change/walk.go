package change

import (
	"slices"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

const (
	// doubtShare and doubtFloor bound how many scenes may vanish at once and be believed: a
	// server started on a fresh database answers "none" perfectly well.
	doubtShare = 0.5
	doubtFloor = 20
)

// Walk goes through a listing of Stash, which comes by ascending id, beside the scenes the
// store knows, and finds those that are no longer listed. It begins with a zero Walk that
// has a store.
type Walk struct {
	Store store.Store
	// Gone are the known scenes that were not listed, by ascending id.
	Gone []Lost

	last  scene.ID // everything up to here has been compared
	known int      // scenes of the store passed so far
}

// Lost is a scene that vanished from Stash, under the name it was last seen with.
type Lost struct {
	ID   scene.ID
	Name string
}

// Page takes in the ids of the next page and returns what the store knows of them.
func (w *Walk) Page(ids []scene.ID) (map[scene.ID]store.Seen, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return w.upTo(ids[len(ids)-1], ids)
}

// End takes what lies beyond the last page for gone.
func (w *Walk) End() error {
	_, err := w.upTo(0, nil)
	return err
}

// Doubtful reports that too many vanished at once to be believed.
func (w *Walk) Doubtful() bool {
	return len(w.Gone) > doubtFloor && float64(len(w.Gone)) > doubtShare*float64(w.known)
}

// upTo reads the known scenes after the last compared one up to an id, zero for all, and
// puts those that are not listed among the gone ones.
func (w *Walk) upTo(id scene.ID, listed []scene.ID) (map[scene.ID]store.Seen, error) {
	known := map[scene.ID]store.Seen{}
	var gone []Lost
	err := w.Store.View(func(tx store.Tx) error {
		return tx.EachSeen(w.last, func(k scene.ID, s store.Seen) bool {
			if id != 0 && k > id {
				return false
			}
			if _, isListed := slices.BinarySearch(listed, k); isListed {
				known[k] = s
			} else {
				gone = append(gone, Lost{k, s.Name})
			}
			return true
		})
	})
	if err != nil {
		return nil, err
	}
	w.known += len(known) + len(gone)
	w.Gone = append(w.Gone, gone...)
	w.last = id
	return known, nil
}
