package storage

import (
	"errors"

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
	old, had, err := t.ItemState(key)
	if err != nil {
		return err
	}
	if had && old.Scene != s.Scene {
		if err := t.remove(bSceneItems, sceneItem(old.Scene, key)); err != nil {
			return err
		}
	}
	if !had || old.Scene != s.Scene {
		if err := t.mark(bSceneItems, sceneItem(s.Scene, key)); err != nil {
			return err
		}
	}
	return t.put(bItems, itemKey(key), s)
}

func sceneItem(id scene.ID, key scene.ItemKey) []byte { return join(sceneKey(id), itemKey(key)) }

// ItemsOf implements store.Items. An item whose record is damaged is still listed.
func (t *tx) ItemsOf(id scene.ID) ([]scene.ItemKey, error) {
	keys, err := t.keys(bSceneItems, sceneKey(id), 0)
	if err != nil {
		return nil, err
	}
	var out []scene.ItemKey
	for _, k := range keys {
		s, ok, err := load[store.ItemState](t, bItems, k[8:])
		if damaged := errors.Is(err, errRecord); err != nil && !damaged {
			return nil, err
		} else if damaged || ok && s.Scene == id {
			out = append(out, scene.ParseItemKey(string(k[8:])))
		}
	}
	return out, nil
}
