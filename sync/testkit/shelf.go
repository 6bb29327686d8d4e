package testkit

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"lockstep/storage"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Machine is the machine identifier of a Shelf's Plex.
const Machine = "m"

// Shelf is both servers in memory with a database: what a test of rules needs of a world.
type Shelf struct {
	Stash    *FakeStash
	Plex     *FakePlex
	DB       *storage.DB
	Clock    *Clock
	Settings config.Settings
	Sections []scene.Section
}

// NewShelf has scenes 1 to n of one file each, whose items 101 to 100+n are in the index.
// No item holds anything of its scene yet.
func NewShelf(t testing.TB, n int) *Shelf {
	t.Helper()
	s := &Shelf{Clock: NewClock(), Settings: config.Defaults()}
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: s.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s.DB = db
	s.Settings.PathMap = []config.Rule{{Stash: "/data", Plex: "/media"}}
	s.Settings.Pace = config.Full
	s.Sections = []scene.Section{{ID: "1", Title: "Films", Locations: []string{"/media/films"}}}
	s.Stash = &FakeStash{Has: map[scene.ID]*scene.Scene{}, Covers: map[scene.ID]scene.Cover{}, Unread: map[scene.ID]bool{}}
	s.Plex = &FakePlex{Has: map[string]scene.Item{}, Offers: map[string][]scene.Picture{}, Sects: s.Sections}
	for id := 1; id <= n; id++ {
		path := fmt.Sprintf("films/%d.mkv", id)
		s.Stash.Has[scene.ID(id)] = &scene.Scene{
			ID: scene.ID(id), Title: fmt.Sprint("Film ", id), Details: "About it.", UpdatedAt: "2026-01-01T00:00:00Z", Files: []scene.File{{Path: "/data/" + path}},
		}
		s.Stash.Covers[scene.ID(id)] = scene.Cover{Bytes: []byte{byte(id)}, Type: "image/png", ETag: fmt.Sprint("e", id)}
		s.Put(t, fmt.Sprint(100+id), "/media/"+path)
	}
	return s
}

// Key is the key of an item.
func Key(ratingKey string) scene.ItemKey {
	return scene.ItemKey{Machine: Machine, RatingKey: ratingKey}
}

// Put puts an item into Plex and the index.
func (s *Shelf) Put(t testing.TB, key string, files ...string) {
	t.Helper()
	it := scene.Item{RatingKey: key, Title: "as the file", Files: files, Detailed: true, Locked: map[string]bool{}, UpdatedAt: 1}
	s.Plex.Has[key] = it
	s.Update(t, func(tx store.Tx) error {
		return tx.PutIndexed(store.Indexed{Key: Key(key), Section: "1", Title: it.Title, Files: files, UpdatedAt: 1}, match.Keys(files))
	})
}

// View reads the database.
func (s *Shelf) View(t testing.TB, fn func(store.Tx) error) {
	t.Helper()
	if err := s.DB.View(fn); err != nil {
		t.Fatal(err)
	}
}

// Update changes the database.
func (s *Shelf) Update(t testing.TB, fn func(store.Tx) error) {
	t.Helper()
	if err := s.DB.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// Mapper follows the rules of the settings.
func (s *Shelf) Mapper() match.Mapper { return match.Of(s.Settings) }

// Reader compares scenes the way the worker does.
func (s *Shelf) Reader() *compare.Reader {
	return &compare.Reader{
		Stash: s.Stash, Plex: s.Plex, Store: s.DB, Settings: s.Settings.Clone(), Machine: Machine,
		Sections: s.Sections, Mapper: s.Mapper(), Clock: s.Clock.Now, KeepCovers: true,
	}
}

// Trouble is a fault of a server; its words are "Trouble with" the server and the class.
func Trouble(class fault.Class, server fault.Server) *fault.Error {
	return fault.New(class, server, message.Foreign(fmt.Sprintf("Trouble with %s: %s.", server, class)), message.None, nil)
}

// calls notes what a server was asked, and lets some of it fail. It is safe for concurrent
// use.
type calls struct {
	// On, if it is not nil, hears of each request before it is answered.
	On func(request string)

	mu    sync.Mutex
	asked []string
	rules []rule
}

// rule is that some requests fail.
type rule struct {
	err  error
	kind string
	ids  []string
}

func (r rule) holds(kind string, args []string) bool {
	return kind == r.kind && (len(r.ids) == 0 || slices.ContainsFunc(args, func(a string) bool { return slices.Contains(r.ids, a) }))
}

// Spoil has requests of a kind fail that name one of the ids or keys; without ids all do.
func (c *calls) Spoil(err error, kind string, ids ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rules = append(c.rules, rule{err, kind, ids})
}

// Mend takes back what was spoilt.
func (c *calls) Mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rules = nil
}

func (c *calls) note(kind string, args ...string) error {
	request := strings.Join(append([]string{kind}, args...), " ")
	if c.On != nil {
		c.On(request)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, request)
	for _, r := range c.rules {
		if r.holds(kind, args) {
			return r.err
		}
	}
	return nil
}

// Asked lists the requests of a kind, each with what it named.
func (c *calls) Asked(kind string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, a := range c.asked {
		if a == kind || strings.HasPrefix(a, kind+" ") {
			out = append(out, a)
		}
	}
	return out
}

// Forget forgets what was asked.
func (c *calls) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = nil
}

// FakeStash is a Stash in memory. Has may hold nil for a scene that was deleted; those of
// Unread are missing from answers.
type FakeStash struct {
	calls
	Has    map[scene.ID]*scene.Scene
	Covers map[scene.ID]scene.Cover
	// Galleries are the pictures of galleries, and Images what they are by id.
	Galleries map[scene.ID]scene.GalleryPicture
	Images    map[string]scene.Cover
	Unread    map[scene.ID]bool
	Named     scene.Names
	Trees     scene.Tree
}

// Tree is part of compare.Stash.
func (f *FakeStash) Tree(context.Context, bool, bool) (scene.Tree, error) {
	return f.Trees, f.note("tree")
}

// Scenes is part of compare.Stash.
func (f *FakeStash) Scenes(_ context.Context, ids []scene.ID, _ scene.Parts) (map[scene.ID]*scene.Scene, error) {
	args := make([]string, len(ids))
	for i, id := range ids {
		args[i] = id.String()
	}
	if err := f.note("scenes", args...); err != nil {
		return nil, err
	}
	out := map[scene.ID]*scene.Scene{}
	for _, id := range ids {
		if !f.Unread[id] {
			out[id] = f.Has[id]
		}
	}
	return out, nil
}

// Cover is part of compare.Stash.
func (f *FakeStash) Cover(_ context.Context, id scene.ID, etag string) (scene.Cover, error) {
	return f.picture("cover", id, etag)
}

// GalleryPictures is part of compare.Stash.
func (f *FakeStash) GalleryPictures(_ context.Context, of map[scene.ID][]scene.Gallery) (map[scene.ID]scene.GalleryPicture, error) {
	ids := slices.Sorted(maps.Keys(of))
	args := make([]string, len(ids))
	for i, id := range ids {
		args[i] = id.String()
	}
	if err := f.note("galleries", args...); err != nil {
		return nil, err
	}
	out := map[scene.ID]scene.GalleryPicture{}
	for _, id := range ids {
		if p, ok := f.Galleries[id]; ok {
			out[id] = p
		}
	}
	return out, nil
}

// GalleryPicture is part of compare.Stash.
func (f *FakeStash) GalleryPicture(_ context.Context, id string) (scene.Cover, error) {
	return f.Images[id], f.note("gallery picture", id)
}

// Thumbnail is part of pictures.Stash.
func (f *FakeStash) Thumbnail(_ context.Context, id scene.ID, etag string) (scene.Cover, error) {
	return f.picture("thumbnail", id, etag)
}

func (f *FakeStash) picture(kind string, id scene.ID, etag string) (scene.Cover, error) {
	if err := f.note(kind, id.String()); err != nil {
		return scene.Cover{}, err
	}
	c := f.Covers[id]
	if etag != "" && etag == c.ETag {
		return scene.Cover{ETag: etag, NotModified: true}, nil
	}
	return c, nil
}

// SweepFiles is part of reconcile.Stash.
func (f *FakeStash) SweepFiles(_ context.Context, _ scene.Parts, page func([]scene.FileStamp) error) error {
	if err := f.note("sweepFiles"); err != nil {
		return err
	}
	var list []scene.FileStamp
	for _, id := range slices.Sorted(maps.Keys(f.Has)) {
		if s := f.Has[id]; s != nil {
			list = append(list, scene.FileStamp{ID: id, UpdatedAt: s.UpdatedAt, Files: s.Files})
		}
	}
	for part := range slices.Chunk(list, 7) { // several pages, whatever the size
		if err := page(part); err != nil {
			return err
		}
	}
	return nil
}

// Names is part of reconcile.Stash.
func (f *FakeStash) Names(context.Context, scene.Parts) (scene.Names, error) {
	return f.Named, f.note("names")
}

// Sweep is part of change.Stash.
func (f *FakeStash) Sweep(_ context.Context, page func([]scene.Stamp) error) error {
	if err := f.note("sweep"); err != nil {
		return err
	}
	var list []scene.Stamp
	for _, id := range slices.Sorted(maps.Keys(f.Has)) {
		if s := f.Has[id]; s != nil {
			list = append(list, scene.Stamp{ID: id, UpdatedAt: s.UpdatedAt})
		}
	}
	for part := range slices.Chunk(list, 7) {
		if err := page(part); err != nil {
			return err
		}
	}
	return nil
}
