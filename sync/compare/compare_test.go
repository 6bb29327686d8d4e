package compare_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// fakes are both servers as the reader sees them, with what they were asked.
type fakes struct {
	mu      sync.Mutex
	scenes  map[scene.ID]*scene.Scene
	unread  map[scene.ID]bool
	covers  map[scene.ID]scene.Cover
	noCover map[scene.ID]error
	items   map[string]scene.Item
	bad     map[string]error
	noList  error // of pictures
	asked   []string
}

func (f *fakes) note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, fmt.Sprintf(format, args...))
}

func (f *fakes) count(begin string) int {
	n := 0
	for _, a := range f.asked {
		if strings.HasPrefix(a, begin) {
			n++
		}
	}
	return n
}

func (f *fakes) Scenes(_ context.Context, ids []scene.ID) (map[scene.ID]*scene.Scene, error) {
	f.note("scenes %v", ids)
	out := map[scene.ID]*scene.Scene{}
	for _, id := range ids {
		if !f.unread[id] {
			out[id] = f.scenes[id]
		}
	}
	return out, nil
}

func (f *fakes) Cover(_ context.Context, id scene.ID, etag string) (scene.Cover, error) {
	f.note("cover %s", id)
	if err := f.noCover[id]; err != nil {
		return scene.Cover{}, err
	}
	c := f.covers[id]
	if etag != "" && etag == c.ETag {
		return scene.Cover{ETag: etag, NotModified: true}, nil
	}
	return c, nil
}

func (f *fakes) Items(_ context.Context, keys []string) (map[string]scene.Item, error) {
	f.note("items %v", keys)
	out := map[string]scene.Item{}
	for _, k := range keys {
		if err := f.bad[k]; err != nil {
			return nil, err
		}
		if it, ok := f.items[k]; ok {
			out[k] = it
		}
	}
	return out, nil
}

func (f *fakes) Pictures(_ context.Context, key string, field scene.Field) ([]scene.Picture, error) {
	f.note("pictures %s %s", key, field)
	return nil, f.noList
}

// shelfOf has scenes 1 to n with one item each, all of them in the index.
func shelfOf(t *testing.T, n int) (*fakes, *compare.Reader) {
	t.Helper()
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	f := &fakes{
		scenes: map[scene.ID]*scene.Scene{}, unread: map[scene.ID]bool{}, covers: map[scene.ID]scene.Cover{},
		noCover: map[scene.ID]error{}, items: map[string]scene.Item{}, bad: map[string]error{},
	}
	set := config.Defaults()
	set.PathMap = []config.Rule{{Stash: "/data", Plex: "/media"}}
	r := &compare.Reader{
		Stash: f, Plex: f, Store: db, Settings: set, Machine: "m", Clock: time.Now, Mapper: match.NewMapper(set.PathMap),
		Sections: []scene.Section{{ID: "1", Title: "Films", Locations: []string{"/media/films"}}},
	}
	for id := 1; id <= n; id++ {
		path := fmt.Sprintf("films/%d.mkv", id)
		f.scenes[scene.ID(id)] = &scene.Scene{ID: scene.ID(id), Title: fmt.Sprint("Film ", id), Details: "About it.", UpdatedAt: "2026-01-01T00:00:00Z", Files: []scene.File{{Path: "/data/" + path}}}
		f.covers[scene.ID(id)] = scene.Cover{Bytes: []byte{byte(id)}, Type: "image/png", ETag: fmt.Sprint("e", id)}
		f.shelve(t, r, fmt.Sprint(100+id), "/media/"+path)
	}
	return f, r
}

// shelve puts an item into Plex and the index.
func (f *fakes) shelve(t *testing.T, r *compare.Reader, key, path string) {
	t.Helper()
	f.items[key] = scene.Item{RatingKey: key, Title: "as the file", Files: []string{path}, Detailed: true, Locked: map[string]bool{}}
	err := r.Store.Update(func(tx store.Tx) error {
		return tx.PutIndexed(store.Indexed{Key: scene.ItemKey{Machine: "m", RatingKey: key}, Section: "1", Files: []string{path}}, []string{match.Key(path)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func requests(ids ...int) []compare.Request {
	out := make([]compare.Request, len(ids))
	for i, id := range ids {
		out[i].Scene = scene.ID(id)
	}
	return out
}

func trouble(class fault.Class, server fault.Server, words string) error {
	return fault.New(class, server, words, "", nil)
}

func TestEverySceneGetsItsOwnReason(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 12)
	delete(f.scenes, 1) // deleted
	f.scenes[1] = nil
	f.unread[2] = true
	f.scenes[3].Details = ""
	f.scenes[4].Files = nil
	f.scenes[5].Files[0].Path = "/elsewhere/5.mkv"
	f.scenes[6].Files[0].Path = "/data/other/6.mkv"
	f.scenes[7].Files[0].Path = "/data/films/new/7.mkv"
	f.items["108"] = scene.Item{RatingKey: "108", Files: []string{"/media/films/another.mkv"}}
	f.bad["109"] = trouble(fault.Temporary, fault.Plex, "Plex answered with an error (500).")
	f.noCover[10] = trouble(fault.Unreachable, fault.Stash, "Stash answers with an error (503).")
	f.noCover[11] = trouble(fault.Rejected, fault.Stash, "The cover in Stash is not a picture.")
	list, err := r.Compare(t.Context(), requests(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		code    skip.Code
		words   string // part of the reason, of whatever kind
		picture bool
	}{
		{skip.DeletedInStash, "", false}, {"", "could not read this scene", false}, {skip.NoMetadata, "", false}, {skip.NoFile, "", false},
		{skip.PathNotMapped, "/elsewhere/5.mkv", false}, {skip.OutsideLibrary, "", false}, {skip.NotInPlex, "", false},
		{skip.NotInPlex, compare.NoItemAnyMore, false}, {"", "Plex answered with an error (500).", false},
		{"", "503", true}, {"", "not a picture", true}, {"", "", false},
	} {
		c := list[i]
		said := c.Words + c.Note
		for _, x := range []*fault.Error{c.Fault, c.Picture} {
			if x != nil {
				said += x.Words
			}
		}
		if c.Code != want.code || !strings.Contains(said, want.words) || (c.Picture != nil || c.Note != "") != want.picture {
			t.Errorf("scene %s: %+v, want %q and %q", c.Request.Scene, c, want.code, want.words)
		}
		if open := i >= 9; open != c.Open() || open && !c.Changed() {
			t.Errorf("scene %s: open %v, changed %v; want its text planned: %v", c.Request.Scene, c.Open(), c.Changed(), open)
		}
		if d := posterOf(c); d.Changes() == want.picture && i >= 9 {
			t.Errorf("scene %s: poster %+v", c.Request.Scene, d)
		}
	}
	if c := list[6]; c.Section != "1" || c.Folder != "/media/films/new" {
		t.Errorf("the missing file lies in %q, %q", c.Section, c.Folder)
	}
	if c := list[7]; len(c.Gone) != 1 || c.Gone[0].RatingKey != "108" {
		t.Errorf("gone %v, want the item that holds another file", c.Gone)
	}
}

func posterOf(c *compare.Comparison) plan.Decision {
	if len(c.Items) == 0 {
		return plan.Decision{}
	}
	d, _ := c.Items[0].Plan.Decision(scene.FieldPoster)
	return d
}

func TestABatchCostsOneRequestToEachServer(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 100)
	var ids []int
	for id := 1; id <= 100; id++ {
		ids = append(ids, id)
	}
	list, err := r.Compare(t.Context(), requests(ids...))
	if err != nil || f.count("scenes") != 1 || f.count("items") != 1 || f.count("cover") != 100 || f.count("pictures") != 0 {
		t.Errorf("%v: %d for scenes, %d for items, %d covers, %d pictures", err, f.count("scenes"), f.count("items"), f.count("cover"), f.count("pictures"))
	}
	// What is known is not asked for again.
	f.asked = nil
	err = r.Store.Update(func(tx store.Tx) error {
		for _, c := range list {
			s := c.Looked()
			s.CoverAt = c.Scene.UpdatedAt
			if err := tx.PutSeen(c.Scene.ID, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Compare(t.Context(), requests(ids...)); err != nil || f.count("cover") != 0 {
		t.Errorf("%v: %d covers asked for again", err, f.count("cover"))
	}
}

func TestAPlexThatShowsNoneOfItsItemsIsNotBelieved(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 3)
	f.items = map[string]scene.Item{}
	list, err := r.Read(t.Context(), requests(1, 2, 3))
	if !errors.Is(err, compare.ErrHidden) || !fault.Is(err, fault.Temporary) || len(list) != 3 || len(list[0].Gone) != 0 {
		t.Errorf("%v, %+v: want the server's fault and nothing taken for gone", err, list)
	}
	if list, err = r.Read(t.Context(), requests(1)); err != nil || len(list[0].Gone) != 1 {
		t.Errorf("%v, %+v: a single item may be gone", err, list)
	}
}

func TestAPlexThatIsAwayLeavesWhatStashAndTheIndexTell(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 2)
	f.bad["101"], f.bad["102"] = trouble(fault.Unreachable, fault.Plex, "away"), trouble(fault.Unreachable, fault.Plex, "away")
	f.scenes[2].Details = ""
	list, err := r.Compare(t.Context(), requests(1, 2))
	if !fault.Is(err, fault.Unreachable) && err != nil || len(list) != 2 || list[1].Code != skip.NoMetadata || list[0].Scene == nil {
		t.Errorf("%v, %+v", err, list)
	}
}

func TestACoverIsKeptWhileThereIsRoom(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 3)
	for id := scene.ID(1); id <= 3; id++ {
		f.covers[id] = scene.Cover{Bytes: slices.Repeat([]byte{byte(id)}, 7<<20), Type: "image/x", ETag: "e"}
	}
	for kept, keep := range map[int]bool{2: true, 0: false} {
		f.asked, r.KeepCovers = nil, keep
		list, err := r.Compare(t.Context(), requests(1, 2, 3))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			got, err := r.Cover(t.Context(), c)
			if err != nil || got.SHA1 == "" || got.SHA1 != c.Seen.SHA1 || len(got.Bytes) != 7<<20 {
				t.Errorf("scene %s: %d bytes, %q instead of %q, %v", c.Scene.ID, len(got.Bytes), got.SHA1, c.Seen.SHA1, err)
			}
		}
		if again := f.count("cover") - 3; again != 3-kept {
			t.Errorf("keep %v: %d covers read again, want %d", keep, again, 3-kept)
		}
	}
}

func TestAPictureListThatFailsLeavesThatPictureAlone(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	it := f.items["101"]
	it.Thumb, it.Locked = "/library/metadata/101/thumb/1", map[string]bool{"thumb": true}
	f.items["101"] = it
	f.noList = trouble(fault.Unreachable, fault.Plex, "Plex broke off the connection.")
	r.Settings.Fields[scene.FieldPoster] = config.Mirror // would overwrite whatever is there
	list, err := r.Compare(t.Context(), requests(1))
	if err != nil || list[0].Picture == nil || list[0].Picture.Class != fault.Temporary || !list[0].Changed() || posterOf(list[0]).Changes() {
		t.Errorf("%v, %+v: want the text planned and the picture named", err, list[0])
	}
}

func TestWhatSomebodyChangedBackIsCountedOnce(t *testing.T) {
	t.Parallel()
	_, r := shelfOf(t, 1)
	key := scene.ItemKey{Machine: "m", RatingKey: "101"}
	// Two days' worth of being changed back, and a title Lockstep wrote and somebody changed.
	mem := plan.Memory{Fields: map[scene.Field]plan.FieldMemory{
		scene.FieldTitle: {Sent: scene.HashOf("Film 1"), Back: scene.HashOf("Film 1"), At: time.Now().Unix()},
	}}
	mem = mem.NoteRevert(time.Now()).NoteRevert(time.Now())
	err := r.Store.Update(func(tx store.Tx) error { return tx.PutItemState(key, store.ItemState{Scene: 1, Memory: mem}) })
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change    func(*compare.Request)
		contested bool
		reverts   int
	}{
		"the third time":   {func(*compare.Request) {}, true, 3},
		"the same again":   {func(q *compare.Request) { q.Repeated = true }, false, 2},
		"a person insists": {func(q *compare.Request) { q.Forced = true }, false, 1},
	} {
		q := requests(1)
		tt.change(&q[0])
		list, err := r.Compare(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if it := list[0].Items[0]; it.Contested != tt.contested || len(it.State.Memory.Reverts) != tt.reverts {
			t.Errorf("%s: contested %v after %d, want %v after %d", name, it.Contested, len(it.State.Memory.Reverts), tt.contested, tt.reverts)
		}
	}
}

func TestAnUngatedSceneIsReadAlthoughItMustNotBeSynced(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	f.scenes[1].Details = ""
	q := requests(1)
	q[0].Ungated = true
	list, err := r.Read(t.Context(), q)
	if err != nil || !list[0].Open() || !list[0].Items[0].InPlex.Detailed {
		t.Errorf("%v, %+v: want its item read", err, list[0])
	}
}
