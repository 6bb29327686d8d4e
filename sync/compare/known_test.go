package compare_test

import (
	"errors"
	"testing"

	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/filter"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// A filter that was changed a moment ago is not stored yet: it is asked for, once in each
// batch until a scan has stored it.
func TestAFilterIsAskedForUntilItIsStored(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 2)
	f.Stash.Has[1].Tags = []scene.Tag{{Named: scene.Named{ID: "2", Name: "Ferries"}}}
	f.Stash.Trees.Tags = []scene.Node{{Named: scene.Named{ID: "1", Name: "Ships"}}, {Named: scene.Named{ID: "2", Name: "Ferries"}, Parents: []string{"1"}}}
	r.Settings.Filter.Tags = config.Choice{Never: []string{"Ships"}}
	look := func(asks int) {
		t.Helper()
		f.Stash.Forget()
		list, err := r.Compare(t.Context(), requests(1, 2))
		if err != nil || list[0].Code != skip.FilteredTag || list[1].Code != "" {
			t.Fatalf("%v, %+v", err, list)
		}
		if got := f.Stash.Asked("tree"); len(got) != asks {
			t.Errorf("%q, want %d", got, asks)
		}
	}
	look(1)
	f.Update(t, func(tx store.Tx) error {
		return compare.PutKnown(tx, filter.Resolve(r.Settings.Filter, f.Stash.Trees, filter.Known{}))
	})
	look(0)
	r.Settings.Filter.Tags.Never = []string{"ships"} // the same, written otherwise
	look(0)
	r.Settings.Filter.Tags.Never = []string{"Ships", "Night"}
	f.Stash.Trees.Tags = append(f.Stash.Trees.Tags, scene.Node{Named: scene.Named{ID: "3", Name: "Night"}})
	look(1)
}

func TestAFilterThatCannotBeAskedForIsStashsFault(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	r.Settings.Filter.Studios = config.Choice{Only: []string{"North"}}
	trouble := errors.New("away")
	f.Stash.Spoil(trouble, "tree")
	if _, err := r.Compare(t.Context(), requests(1)); !errors.Is(err, trouble) {
		t.Errorf("%v", err)
	}
	r.Settings.Filter = config.Filter{}
	if _, err := r.Compare(t.Context(), requests(1)); err != nil {
		t.Errorf("without a filter: %v", err)
	}
}
