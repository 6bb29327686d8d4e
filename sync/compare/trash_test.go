package compare_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// oneScene is a Stash with one scene.
type oneScene struct{ compare.Stash }

func (oneScene) Scenes(context.Context, []scene.ID, scene.Parts) (map[scene.ID]*scene.Scene, error) {
	return map[scene.ID]*scene.Scene{7: {ID: 7, Title: "Fog", Details: "Ships.", Files: []scene.File{{Path: "/films/fog.mkv"}}}}, nil
}

// items is a Plex with these items.
type items struct {
	compare.Plex
	list []scene.Item
}

func (p items) Items(_ context.Context, keys []string) (map[string]scene.Item, error) {
	out := map[string]scene.Item{}
	for _, it := range p.list {
		if slices.Contains(keys, it.RatingKey) {
			out[it.RatingKey] = it
		}
	}
	return out, nil
}

// TestAnItemThatIsInTheTrashOnlyByNowIsKeptInMind: the index has not seen it yet.
func TestAnItemThatIsInTheTrashOnlyByNowIsKeptInMind(t *testing.T) {
	t.Parallel()
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	key := scene.ItemKey{Machine: "m", RatingKey: "55"}
	err = db.Update(func(tx store.Tx) error {
		return tx.PutIndexed(store.Indexed{Key: key, Section: "1", Title: "Fog", Files: []string{"/films/fog.mkv"}}, match.Keys([]string{"/films/fog.mkv"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	it := scene.Item{RatingKey: "55", Title: "Fog", Files: []string{"/films/fog.mkv"}, Detailed: true, Trashed: true}
	r := compare.Reader{Stash: oneScene{}, Plex: items{list: []scene.Item{it}}, Store: db, Settings: config.Defaults(), Machine: "m", Clock: time.Now}
	list, err := r.Read(t.Context(), []compare.Request{{Scene: 7}})
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	c := list[0]
	if c.Open() || c.Code != skip.NotInPlex || !strings.Contains(c.Message.String(), "in Plex's trash") {
		t.Errorf("%q %q", c.Code, c.Message)
	}
	if len(c.Gone) != 0 || !slices.Equal(c.Trashed, []scene.ItemKey{key}) {
		t.Errorf("gone %v, trashed %v: what is known of it must stay", c.Gone, c.Trashed)
	}
}
