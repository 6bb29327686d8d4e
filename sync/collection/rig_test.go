package collection_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/collection"
	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

var errDisk = errors.New("the disk is full")

// wired is a household of simulated servers behind real HTTP whose films are in collections.
type wired struct {
	*testkit.Rig
	t      *testing.T
	run    uint64
	held   brake.Fields
	may    func() bool
	rests  map[string]time.Duration
	failed []string
	took   []string
}

// newWired has the films 1 to n of the first library in collections of these titles, and studios
// of the same names.
func newWired(t *testing.T, titles ...string) *wired {
	t.Helper()
	w := &wired{Rig: testkit.ForTest(t, sim.Options{Seed: 7, Scenes: max(4, len(titles))}), t: t, run: 1, may: func() bool { return true }, rests: map[string]time.Duration{}}
	w.Settings.Fields[scene.FieldCollections], w.Settings.CollectionLook = config.Merge, config.Merge
	w.Settings.Sources = map[scene.Field][]string{scene.FieldCollections: {"{studio}"}}
	for i, key := range w.films(len(titles)) {
		w.Must(w.World.Plex.PersonTags(key, "collection", titles[i]))
		w.World.Stash.StudioID(titles[i])
	}
	return w
}

// films are the rating keys of films of the first library.
func (w *wired) films(n int) (keys []string) {
	w.t.Helper()
	err := w.Plex.List(w.t.Context(), w.Sections[0].ID, scene.Listing{}, func(p scene.ItemPage) (bool, error) {
		for _, it := range p.Items {
			keys = append(keys, it.RatingKey)
		}
		return true, nil
	})
	if w.Must(err); len(keys) < n {
		w.t.Fatalf("%d films, want %d", len(keys), n)
	}
	return keys[:n]
}

// studio gives a studio a description and a logo.
func (w *wired) studio(name, details string, logo []byte) {
	w.t.Helper()
	w.Clock.Pass(2 * time.Minute) // so that its version is another one
	w.Must(w.World.Stash.SetStudio(w.World.Stash.StudioID(name), details, logo))
}

// shown is a collection as Plex has it.
func (w *wired) shown(title string) sim.Item {
	w.t.Helper()
	list := w.World.Plex.Collections(1)
	i := slices.IndexFunc(list, func(c sim.Item) bool { return strings.EqualFold(c.Fields["title"], title) })
	if i < 0 {
		w.t.Fatalf("no collection %q", title)
	}
	return list[i]
}

func (w *wired) deps() collection.Deps {
	return collection.Deps{
		Stash: w.Stash, Plex: w.Plex, Store: w.DB, Settings: w.Settings.Clone(), Machine: w.Machine(), Sections: w.Sections, Clock: w.Clock.Now,
	}
}

func (w *wired) writer() collection.Writer {
	return collection.Writer{
		Deps: w.deps(), Run: w.run, Started: w.Clock.Now(), Held: w.held, May: w.may,
		Rests:  func(key string) time.Duration { return w.rests[key] },
		Failed: func(key string) { w.failed = append(w.failed, key) },
		Took:   func(key string) { w.took = append(w.took, key) },
	}
}

// compare compares all collections.
func (w *wired) compare() []*collection.Comparison {
	w.t.Helper()
	list, err := w.deps().Compare(w.t.Context())
	w.Must(err)
	return list
}

// pass compares and writes; each has a run of its own.
func (w *wired) pass() (collection.Outcome, error) {
	w.t.Helper()
	w.run++
	return w.writer().Write(context.WithoutCancel(w.t.Context()), w.compare())
}

// writes is a pass that ends well.
func (w *wired) writes() collection.Outcome {
	w.t.Helper()
	out, err := w.pass()
	w.Must(err)
	return out
}

// undoable is how many collections of the last run can be undone.
func (w *wired) undoable() int {
	w.t.Helper()
	n, err := collection.Undoable(w.DB, w.run)
	w.Must(err)
	return n
}

// undo undoes a run.
func (w *wired) undo(run uint64) collection.Outcome {
	w.t.Helper()
	out, err := w.writer().Undo(w.t.Context(), run)
	w.Must(err)
	return out
}

// journal are the entries of a run.
func (w *wired) journal(run uint64) (list []store.JournalEntry) {
	w.t.Helper()
	w.View(func(tx store.Tx) (err error) { list, err = tx.JournalOf(run, 0); return err })
	return list
}

// runs are those that can be seen, the newest first.
func (w *wired) runs() (list []store.Run) {
	w.t.Helper()
	w.View(func(tx store.Tx) (err error) { list, err = tx.Runs(0); return err })
	return list
}
