package storage

import (
	"errors"
	"slices"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// indexedRecord is an item with the hashes of its path keys, which lead from a path
// to it and are needed to take the item away again.
type indexedRecord struct {
	store.Indexed
	Paths []byte `json:"k,omitempty"`
}

func itemKey(k scene.ItemKey) []byte { return []byte(k.String()) }

func machinePrefix(machine string) []byte { return []byte(machine + "/") }

func sectionKey(machine, section string) []byte { return []byte(machine + "/" + section) }

// Indexed implements store.Index.
func (t *tx) Indexed(key scene.ItemKey) (store.Indexed, bool, error) {
	r, ok, err := tolerate[indexedRecord](t, bIndex, itemKey(key))
	r.Key = key
	return r.Indexed, ok, err
}

// PutIndexed implements store.Index.
func (t *tx) PutIndexed(it store.Indexed, pathKeys []string) error {
	key := itemKey(it.Key)
	old, _, err := tolerate[indexedRecord](t, bIndex, key)
	if err != nil {
		return err
	}
	fresh := indexedRecord{it, hashes(pathKeys)}
	if !slices.Equal(old.Paths, fresh.Paths) {
		if err := t.unlist(key, old.Paths); err != nil {
			return err
		}
		for h := range slices.Chunk(fresh.Paths, pathSum) {
			if err := t.mark(bPaths, join(h, key)); err != nil {
				return err
			}
		}
	}
	return t.put(bIndex, key, fresh)
}

// DeleteIndexed implements store.Index.
func (t *tx) DeleteIndexed(key scene.ItemKey) error {
	old, _, err := tolerate[indexedRecord](t, bIndex, itemKey(key))
	if err != nil {
		return err
	}
	return errors.Join(t.unlist(itemKey(key), old.Paths), t.remove(bIndex, itemKey(key)))
}

// unlist takes away the paths that lead to an item.
func (t *tx) unlist(key, paths []byte) error {
	for h := range slices.Chunk(paths, pathSum) {
		if err := t.remove(bPaths, join(h, key)); err != nil {
			return err
		}
	}
	return nil
}

// ItemsAt implements store.Index. A path counts only if the item's own record has it.
func (t *tx) ItemsAt(pathKey string) ([]store.Indexed, error) {
	h := pathHash(pathKey)
	keys, err := t.keys(bPaths, h)
	if err != nil {
		return nil, err
	}
	var out []store.Indexed
	for _, k := range keys {
		r, ok, err := tolerate[indexedRecord](t, bIndex, k[pathSum:])
		if err != nil {
			return nil, err
		}
		if ok && holds(r.Paths, h) {
			r.Key = scene.ParseItemKey(string(k[pathSum:]))
			out = append(out, r.Indexed)
		}
	}
	return out, nil
}

// EachIndexed implements store.Index.
func (t *tx) EachIndexed(machine string, fn func(store.Indexed) bool) error {
	prefix := machinePrefix(machine)
	return t.each(bIndex, prefix, prefix, func(k, v []byte) bool {
		r, ok := decode[indexedRecord](t, bIndex, k, v)
		r.Key = scene.ParseItemKey(string(k))
		return !ok || fn(r.Indexed)
	})
}

// SectionMark implements store.Index. A damaged mark counts as never listed.
func (t *tx) SectionMark(machine, section string) (store.SectionMark, bool, error) {
	return tolerate[store.SectionMark](t, bMarks, sectionKey(machine, section))
}

// PutSectionMark implements store.Index.
func (t *tx) PutSectionMark(machine, section string, m store.SectionMark) error {
	m.Listed = m.Listed.UTC()
	return t.put(bMarks, sectionKey(machine, section), m)
}

// DropSection implements store.Index.
func (t *tx) DropSection(machine, section string) error {
	var failed error
	prefix := machinePrefix(machine)
	err := t.each(bIndex, prefix, prefix, func(k, v []byte) bool {
		r, ok := decode[indexedRecord](t, bIndex, k, v)
		if ok && r.Section != section {
			return true
		}
		// A damaged item goes too: the next listing brings it back.
		failed = errors.Join(t.unlist(k, r.Paths), t.remove(bIndex, k))
		return failed == nil
	})
	return errors.Join(err, failed, t.remove(bMarks, sectionKey(machine, section)))
}
