package store_test

import (
	"testing"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// oneItem is a store that knows one item.
type oneItem struct{ state store.ItemState }

func (o oneItem) ItemState(scene.ItemKey) (store.ItemState, bool, error) {
	return o.state, true, nil
}

func (oneItem) PutItemState(scene.ItemKey, store.ItemState) error { return nil }

func TestAnItemIsKnownByItsSceneAndByEachOfItsFiles(t *testing.T) {
	t.Parallel()
	one := store.ItemState{UpdatedAt: 7}.Holding(1, "/films/a.mkv", []string{"/films/a.mkv"})
	two := one.Holding(1, "/films/a.mkv", []string{"/films/a.mkv", "/films/b.mkv"})
	for what, tt := range map[string]struct {
		state store.ItemState
		id    scene.ID
		path  string
		known bool
	}{
		"its own":                                {one, 1, "/films/a.mkv", true},
		"its scene, and the file moved":          {one, 1, "/films/c.mkv", true},
		"its file, of another scene":             {one, 2, "/films/a.mkv", true},
		"its second file, of another scene":      {two, 2, "/films/b.mkv", true},
		"another scene's other file":             {two, 2, "/films/c.mkv", false},
		"a file it no longer had when last read": {two.Holding(1, "/films/a.mkv", []string{"/films/a.mkv"}), 2, "/films/b.mkv", false},
	} {
		got, known, err := store.Remembered(oneItem{tt.state}, scene.ItemKey{}, tt.id, tt.path)
		if known != tt.known || err != nil || known != (got.UpdatedAt == 7) {
			t.Errorf("%s: known %v (%+v, %v), want %v", what, known, got, err, tt.known)
		}
	}
}
