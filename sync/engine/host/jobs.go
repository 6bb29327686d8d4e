package host

import (
	"slices"

	"lockstep/sync/change"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// partSize bounds what one transaction changes, so that none blocks the others long.
const partSize = 500

// EditJobs changes the jobs of many scenes, each as it is when its turn comes, and returns
// how many of them edit said it changed. Scenes without a job are left out.
func (h Host) EditJobs(ids []scene.ID, edit func(store.Tx, queue.Job) (bool, error)) (int, error) {
	n := 0
	for part := range slices.Chunk(ids, partSize) {
		m := 0
		err := h.Store.Update(func(tx store.Tx) error {
			for _, id := range part {
				j, ok, err := tx.Job(id)
				if err != nil {
					return err
				}
				if !ok {
					continue
				}
				changed, err := edit(tx, j)
				if err != nil {
					return err
				}
				if changed {
					m++
				}
			}
			return nil
		})
		if err != nil {
			return n, err
		}
		n += m
	}
	return n, nil
}

// PutWishes puts scenes into the queue, under the names they were last seen with.
func (h Host) PutWishes(wishes []queue.Wish) error {
	now := h.Stamp()
	for part := range slices.Chunk(wishes, partSize) {
		err := h.Store.Update(func(tx store.Tx) error {
			for _, w := range part {
				s, ok, err := tx.Seen(w.Scene)
				if err != nil {
					return err
				}
				if ok {
					w.Name = s.Name
				}
				if err := change.PutWish(tx, w, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// PutWishForEach puts scenes into the queue that all have the same wish.
func (h Host) PutWishForEach(ids []scene.ID, w queue.Wish) error {
	wishes := make([]queue.Wish, len(ids))
	for i, id := range ids {
		wishes[i] = w
		wishes[i].Scene = id
	}
	return h.PutWishes(wishes)
}
