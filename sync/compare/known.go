package compare

import (
	"context"

	"lockstep/sync/config"
	"lockstep/sync/filter"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// knownValue names what the names of the filter stood for when Stash was last asked.
const knownValue = "filter.known"

// Trees reads the tree of tags and that of studios.
type Trees interface {
	Tree(ctx context.Context, tags, studios bool) (scene.Tree, error)
}

// Known is what the names of a filter stand for. Stash is asked only when that is not stored
// for just these names: the settings changed a moment ago, or another Lockstep changed them.
func Known(ctx context.Context, stash Trees, db store.Store, f config.Filter) (filter.Known, error) {
	if !f.Tags.Any() && !f.Studios.Any() {
		return filter.Known{}, nil
	}
	known, err := StoredKnown(db)
	if err != nil || known.Names == f.Names() {
		return known, err
	}
	tree, err := stash.Tree(ctx, f.Tags.Any(), f.Studios.Any())
	if err != nil {
		return filter.Known{}, err
	}
	return filter.Resolve(f, tree, known), nil
}

// StoredKnown is what the names of the last filter stood for.
func StoredKnown(db store.Store) (k filter.Known, err error) {
	err = db.View(func(tx store.Tx) error {
		k, err = KnownIn(tx)
		return err
	})
	return k, err
}

// KnownIn is StoredKnown within a transaction.
func KnownIn(tx store.Tx) (k filter.Known, err error) {
	_, err = tx.Value(knownValue, &k)
	return k, err
}

// PutKnown stores what the names of the filter stand for.
func PutKnown(tx store.Tx, k filter.Known) error { return tx.PutValue(knownValue, k) }
