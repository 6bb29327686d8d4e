package storage

import (
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// ItemState implements store.Items. A damaged record counts as never written, which
// is safe: what Lockstep locked is then taken for a person's and kept.
func (t *tx) ItemState(key scene.ItemKey) (store.ItemState, bool, error) {
	return tolerate[store.ItemState](t, bItems, itemKey(key))
}

// PutItemState implements store.Items.
func (t *tx) PutItemState(key scene.ItemKey, s store.ItemState) error {
	s.Written = s.Written.UTC()
	return t.put(bItems, itemKey(key), s)
}
