package storage

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Seen implements store.Scenes. A damaged record counts as never seen: the next sweep
// looks at the scene again.
func (t *tx) Seen(id scene.ID) (store.Seen, bool, error) {
	return tolerate[store.Seen](t, bSeen, sceneKey(id))
}

// PutSeen implements store.Scenes.
func (t *tx) PutSeen(id scene.ID, s store.Seen) error {
	s.Synced = s.Synced.UTC()
	return t.put(bSeen, sceneKey(id), s)
}

// DeleteSeen implements store.Scenes.
func (t *tx) DeleteSeen(id scene.ID) error {
	return errors.Join(t.SetUses(id, nil), t.ClaimPaths(id, nil), t.remove(bSeen, sceneKey(id)))
}

// EachSeen implements store.Scenes.
func (t *tx) EachSeen(after scene.ID, fn func(scene.ID, store.Seen) bool) error {
	if after == ^scene.ID(0) {
		return nil
	}
	return t.each(bSeen, sceneKey(after+1), nil, func(k, v []byte) bool {
		s, ok := decode[store.Seen](t, bSeen, k, v)
		return !ok || fn(scene.ID(tail(k)), s)
	})
}

// SetUses implements store.Scenes.
func (t *tx) SetUses(id scene.ID, uses []store.Use) error {
	old, _, err := tolerate[[]string](t, bSceneUses, sceneKey(id))
	if err != nil {
		return err
	}
	wanted := make([]string, 0, len(uses))
	for _, u := range uses {
		if kindBytes[u.Kind] == 0 {
			return fmt.Errorf("scene %s uses an unknown kind %q", id, u.Kind)
		}
		wanted = append(wanted, string(nameKey(u.Kind, u.ID)))
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	if slices.Equal(old, wanted) {
		return nil
	}
	return t.replaceUses(id, old, wanted)
}

func (t *tx) replaceUses(id scene.ID, old, wanted []string) error {
	place := func(use string) []byte { return join(append([]byte(use), 0), sceneKey(id)) }
	for _, u := range old {
		if _, keep := slices.BinarySearch(wanted, u); !keep {
			if err := t.remove(bUses, place(u)); err != nil {
				return err
			}
		}
	}
	for _, u := range wanted {
		if _, have := slices.BinarySearch(old, u); !have {
			if err := t.mark(bUses, place(u)); err != nil {
				return err
			}
		}
	}
	if len(wanted) == 0 {
		return t.remove(bSceneUses, sceneKey(id))
	}
	return t.put(bSceneUses, sceneKey(id), wanted)
}

// Using implements store.Scenes.
func (t *tx) Using(u store.Use) ([]scene.ID, error) {
	prefix := usePrefix(u)
	var out []scene.ID
	err := t.walk(bUses, prefix, func(k []byte) bool {
		if len(k) == len(prefix)+8 { // else an id that itself holds a zero byte
			out = append(out, scene.ID(tail(k)))
		}
		return true
	})
	return out, err
}

// Names implements store.Scenes.
func (t *tx) Names(kind store.NameKind) (map[string]string, error) {
	out := map[string]string{}
	prefix := nameKey(kind, "")
	err := t.each(bNames, prefix, prefix, func(k, v []byte) bool {
		if text, ok := decode[string](t, bNames, k, v); ok {
			out[string(k[1:])] = text
		}
		return true
	})
	return out, err
}

// PutName implements store.Scenes.
func (t *tx) PutName(kind store.NameKind, id, text string) error {
	if kindBytes[kind] == 0 {
		return fmt.Errorf("name of an unknown kind %q", kind)
	}
	return t.put(bNames, nameKey(kind, id), text)
}

// DeleteName implements store.Scenes.
func (t *tx) DeleteName(kind store.NameKind, id string) error {
	return t.remove(bNames, nameKey(kind, id))
}

// ClaimPaths implements store.Scenes.
func (t *tx) ClaimPaths(id scene.ID, pathKeys []string) error {
	old, _, err := tolerate[[]byte](t, bSceneClaims, sceneKey(id))
	if err != nil {
		return err
	}
	wanted := hashes(pathKeys)
	if bytes.Equal(old, wanted) {
		return nil
	}
	for h := range slices.Chunk(old, pathSum) {
		if err := t.remove(bClaims, join(h, sceneKey(id))); err != nil {
			return err
		}
	}
	for h := range slices.Chunk(wanted, pathSum) {
		if err := t.mark(bClaims, join(h, sceneKey(id))); err != nil {
			return err
		}
	}
	if len(wanted) == 0 {
		return t.remove(bSceneClaims, sceneKey(id))
	}
	return t.put(bSceneClaims, sceneKey(id), wanted)
}

// hashes concatenates the hashes of path keys, in order and without doubles.
func hashes(pathKeys []string) []byte {
	sorted := slices.Clone(pathKeys)
	slices.Sort(sorted)
	var out []byte
	for _, k := range slices.Compact(sorted) {
		out = append(out, pathHash(k)...)
	}
	return out
}

// holds reports whether the concatenated hashes contain h.
func holds(all, h []byte) bool {
	for one := range slices.Chunk(all, pathSum) {
		if bytes.Equal(one, h) {
			return true
		}
	}
	return false
}

// Claimants implements store.Scenes. A claim counts only if the scene's own list has
// it: a claim left behind by a damaged list would make the scene ambiguous for ever.
func (t *tx) Claimants(pathKey string) ([]scene.ID, error) {
	h := pathHash(pathKey)
	keys, err := t.keys(bClaims, h)
	if err != nil {
		return nil, err
	}
	var out []scene.ID
	for _, k := range keys {
		id := scene.ID(tail(k))
		own, ok, err := tolerate[[]byte](t, bSceneClaims, sceneKey(id))
		if err != nil {
			return nil, err
		}
		if ok && holds(own, h) {
			out = append(out, id)
		}
	}
	return out, nil
}
