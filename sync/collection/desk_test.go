package collection_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/collection"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// fakeStash has studios and groups in memory. bad has an error by "studios", "groups" or the key
// of a subject's picture.
type fakeStash struct {
	subjects []scene.Subject
	pictures map[string]scene.Cover // by kind and id
	bad      map[string]error
	asked    []string
}

func (f *fakeStash) list(kind scene.SubjectKind, name string) (out []scene.Subject, err error) {
	f.asked = append(f.asked, name)
	for _, s := range f.subjects {
		if s.Kind == kind {
			out = append(out, s)
		}
	}
	return out, f.bad[name]
}

func (f *fakeStash) Studios(context.Context) ([]scene.Subject, error) {
	return f.list(scene.StudioSubject, "studios")
}

func (f *fakeStash) Groups(context.Context) ([]scene.Subject, error) {
	return f.list(scene.GroupSubject, "groups")
}

func (f *fakeStash) SubjectPicture(_ context.Context, s scene.Subject, etag string) (scene.Cover, error) {
	key := string(s.Kind) + "/" + s.ID
	f.asked = append(f.asked, key+" "+etag)
	if err := f.bad[key]; err != nil {
		return scene.Cover{}, err
	}
	c := f.pictures[key]
	if etag != "" && etag == c.ETag {
		return scene.Cover{ETag: etag, NotModified: true}, nil
	}
	return c, nil
}

// fakePlex is Plex in memory with collections. badList has an error by library; gone are listed and
// have vanished when they are read.
type fakePlex struct {
	*testkit.FakePlex
	smart   map[string]bool
	badList map[string]error
	listed  []string
	reads   []string
}

func (f *fakePlex) Collections(_ context.Context, section string) (out []scene.Collection, err error) {
	f.listed = append(f.listed, section)
	for _, key := range slices.Sorted(maps.Keys(f.Has)) {
		if it := f.Has[key]; it.Section == section {
			out = append(out, scene.Collection{RatingKey: key, Section: section, Title: it.Title, Smart: f.smart[key]})
		}
	}
	return out, f.badList[section]
}

func (f *fakePlex) CollectionItems(ctx context.Context, keys []string) (map[string]scene.Item, error) {
	f.reads = append(f.reads, keys...)
	return f.Items(ctx, keys)
}

func (f *fakePlex) UploadToCollection(ctx context.Context, key string, body []byte, kind string) error {
	return f.Upload(ctx, key, scene.FieldPoster, body, kind)
}

// desk is both servers in memory with a database, and what a pass is told.
type desk struct {
	*testkit.Shelf
	t     testing.TB
	stash *fakeStash
	plex  *fakePlex
	store store.Store
	run   uint64
	held  brake.Fields
	may   func() bool
	rests map[string]time.Duration

	failed, took []string
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{Shelf: testkit.NewShelf(t, 0), t: t, run: 1, may: func() bool { return true }, rests: map[string]time.Duration{}}
	d.stash = &fakeStash{pictures: map[string]scene.Cover{}, bad: map[string]error{}}
	d.plex = &fakePlex{FakePlex: d.Plex, smart: map[string]bool{}, badList: map[string]error{}}
	d.store = d.DB
	d.Settings.Fields[scene.FieldCollections], d.Settings.CollectionLook = config.Merge, config.Merge
	d.Settings.Sources = map[scene.Field][]string{scene.FieldCollections: {"{studio}", "Group: {group}"}}
	d.Sections = []scene.Section{{ID: "1", Title: "Films"}, {ID: "2", Title: "Archive"}}
	return d
}

// studio has Stash know a studio; a picture of nil is none.
func (d *desk) studio(id int, name, details string, picture []byte) *scene.Subject {
	return d.subject(scene.Subject{Kind: scene.StudioSubject, Named: scene.Named{ID: fmt.Sprint(id), Name: name}, Details: details}, picture)
}

// group has Stash know a group.
func (d *desk) group(id int, name string, picture []byte) *scene.Subject {
	return d.subject(scene.Subject{Kind: scene.GroupSubject, Named: scene.Named{ID: fmt.Sprint(id), Name: name}}, picture)
}

func (d *desk) subject(s scene.Subject, picture []byte) *scene.Subject {
	if picture != nil {
		s.Picture = testkit.SHA(picture)
		d.stash.pictures[string(s.Kind)+"/"+s.ID] = scene.Cover{Bytes: picture, Type: "image/png", ETag: "e" + testkit.SHA(picture), SHA1: testkit.SHA(picture)}
	}
	i := slices.IndexFunc(d.stash.subjects, func(o scene.Subject) bool { return o.Kind == s.Kind && o.ID == s.ID })
	if i < 0 {
		i, d.stash.subjects = len(d.stash.subjects), append(d.stash.subjects, s)
	}
	d.stash.subjects[i] = s
	return &d.stash.subjects[i]
}

// has puts a collection into a library, with nothing set.
func (d *desk) has(key, section, title string) {
	d.plex.Has[key] = scene.Item{RatingKey: key, Section: section, Title: title, Detailed: true, Locked: map[string]bool{}, UpdatedAt: 1}
}

func (d *desk) deps() collection.Deps {
	return collection.Deps{
		Stash: d.stash, Plex: d.plex, Store: d.store, Settings: d.Settings, Machine: testkit.Machine, Sections: d.Sections, Clock: d.Clock.Now,
	}
}

func (d *desk) writer() collection.Writer {
	return collection.Writer{
		Deps: d.deps(), Run: d.run, Started: d.Clock.Now(), Held: d.held, May: func() bool { return d.may() },
		Rests:  func(key string) time.Duration { return d.rests[key] },
		Failed: func(key string) { d.failed = append(d.failed, key) },
		Took:   func(key string) { d.took = append(d.took, key) },
	}
}

func (d *desk) compare() []*collection.Comparison {
	d.t.Helper()
	list, err := d.deps().Compare(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

// pass compares and writes, in a run of its own.
func (d *desk) pass() (collection.Outcome, error) {
	d.t.Helper()
	d.run++
	return d.writer().Write(context.Background(), d.compare())
}

func (d *desk) writes() collection.Outcome {
	d.t.Helper()
	out, err := d.pass()
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (d *desk) undo(run uint64) collection.Outcome {
	d.t.Helper()
	out, err := d.writer().Undo(context.Background(), run)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (d *desk) undoable(run uint64) int {
	d.t.Helper()
	n, err := collection.Undoable(d.store, run)
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

func (d *desk) journal(run uint64) (list []store.JournalEntry) {
	d.t.Helper()
	d.View(d.t, func(tx store.Tx) (err error) { list, err = tx.JournalOf(run, 0); return err })
	return list
}

func (d *desk) history() (list []store.Activity) {
	d.t.Helper()
	d.View(d.t, func(tx store.Tx) (err error) { list, err = tx.History(store.HistoryQuery{Limit: 100}); return err })
	return list
}

// state is what is remembered of a collection.
func (d *desk) state(key string) (s store.ItemState) {
	d.t.Helper()
	d.View(d.t, func(tx store.Tx) (err error) { s, _, err = tx.ItemState(testkit.Key(key)); return err })
	return s
}

// of is the comparison of a collection.
func of(t testing.TB, list []*collection.Comparison, key string) *collection.Comparison {
	t.Helper()
	i := slices.IndexFunc(list, func(c *collection.Comparison) bool { return c.RatingKey == key })
	if i < 0 {
		t.Fatalf("collection %s is not among the %d", key, len(list))
	}
	return list[i]
}

// trouble is a fault of Plex.
func trouble(class fault.Class) error { return testkit.Trouble(class, fault.Plex) }

// decision is what happens to a field of a comparison.
func decision(t testing.TB, c *collection.Comparison, f scene.Field) plan.Decision {
	t.Helper()
	d, ok := c.Plan.Decision(f)
	if !ok {
		t.Fatalf("nothing was decided about %s of %s", f, c.Title)
	}
	return d
}
