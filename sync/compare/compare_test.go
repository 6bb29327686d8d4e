package compare_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// shelfOf is a shelf of n scenes with a reader.
func shelfOf(t *testing.T, n int) (*testkit.Shelf, *compare.Reader) {
	t.Helper()
	f := testkit.NewShelf(t, n)
	r := f.Reader()
	r.KeepCovers = false
	return f, r
}

func requests(ids ...int) []compare.Request {
	out := make([]compare.Request, len(ids))
	for i, id := range ids {
		out[i].Scene = scene.ID(id)
	}
	return out
}

func TestEverySceneGetsItsOwnReason(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 12)
	delete(f.Stash.Has, 1) // deleted
	f.Stash.Has[1] = nil
	f.Stash.Unread[2] = true
	f.Stash.Has[3].Details = ""
	f.Stash.Has[4].Files = nil
	f.Stash.Has[5].Files[0].Path = "/elsewhere/5.mkv"
	f.Stash.Has[6].Files[0].Path = "/data/other/6.mkv"
	f.Stash.Has[7].Files[0].Path = "/data/films/new/7.mkv"
	f.Plex.Has["108"] = scene.Item{RatingKey: "108", Files: []string{"/media/films/another.mkv"}}
	item, away, wrong := testkit.Trouble(fault.Temporary, fault.Plex), testkit.Trouble(fault.Unreachable, fault.Stash), testkit.Trouble(fault.Rejected, fault.Stash)
	f.Plex.Spoil(item, "items", "109")
	f.Stash.Spoil(away, "cover", "10")
	f.Stash.Spoil(wrong, "cover", "11")
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
		{skip.NotInPlex, message.New(message.NoItemAnyMore).String(), false}, {"", item.Message.String(), false},
		{"", away.Message.String(), true}, {"", strings.TrimSuffix(wrong.Message.String(), "."), true}, {"", "", false},
	} {
		c := list[i]
		said := c.Message.String() + c.Note.String()
		for _, x := range []*fault.Error{c.Fault, c.Picture} {
			if x != nil {
				said += x.Message.String()
			}
		}
		if c.Code != want.code || !strings.Contains(said, want.words) || (c.Picture != nil || !c.Note.IsZero()) != want.picture {
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
	if err != nil || len(f.Stash.Asked("scenes")) != 1 || len(f.Plex.Asked("items")) != 1 || len(f.Stash.Asked("cover")) != 100 || len(f.Plex.Asked("pictures")) != 0 {
		t.Errorf("%v: %d for scenes, %d for items, %d covers, %d pictures", err, len(f.Stash.Asked("scenes")), len(f.Plex.Asked("items")), len(f.Stash.Asked("cover")), len(f.Plex.Asked("pictures")))
	}
	// What is known is not asked for again.
	f.Stash.Forget()
	err = r.Store.Update(func(tx store.Tx) error {
		for _, c := range list {
			s := c.AsSeen()
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
	if _, err := r.Compare(t.Context(), requests(ids...)); err != nil || len(f.Stash.Asked("cover")) != 0 {
		t.Errorf("%v: %d covers asked for again", err, len(f.Stash.Asked("cover")))
	}
}

func TestAPlexThatShowsNoneOfItsItemsIsNotBelieved(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 3)
	f.Plex.Has = map[string]scene.Item{}
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
	f.Plex.Spoil(testkit.Trouble(fault.Unreachable, fault.Plex), "items")
	f.Stash.Has[2].Details = ""
	list, err := r.Compare(t.Context(), requests(1, 2))
	if !fault.Is(err, fault.Unreachable) && err != nil || len(list) != 2 || list[1].Code != skip.NoMetadata || list[0].Scene == nil {
		t.Errorf("%v, %+v", err, list)
	}
}

func TestACoverIsKeptWhileThereIsRoom(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 3)
	for id := scene.ID(1); id <= 3; id++ {
		f.Stash.Covers[id] = scene.Cover{Bytes: slices.Repeat([]byte{byte(id)}, 7<<20), Type: "image/x", ETag: "e"}
	}
	for kept, keep := range map[int]bool{2: true, 0: false} {
		f.Stash.Forget()
		r.KeepCovers = keep
		list, err := r.Compare(t.Context(), requests(1, 2, 3))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			got, err := r.ToSend(t.Context(), c, scene.FieldPoster)
			if err != nil || got.SHA1 == "" || got.SHA1 != c.Seen.SHA1 || len(got.Bytes) != 7<<20 {
				t.Errorf("scene %s: %d bytes, %q instead of %q, %v", c.Scene.ID, len(got.Bytes), got.SHA1, c.Seen.SHA1, err)
			}
		}
		if again := len(f.Stash.Asked("cover")) - 3; again != 3-kept {
			t.Errorf("keep %v: %d covers read again, want %d", keep, again, 3-kept)
		}
	}
}

func TestAPictureListThatFailsLeavesThatPictureAlone(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	it := f.Plex.Has["101"]
	it.Thumb, it.Locked = "/library/metadata/101/thumb/1", map[string]bool{"thumb": true}
	f.Plex.Has["101"] = it
	f.Plex.Spoil(testkit.Trouble(fault.Unreachable, fault.Plex), "pictures")
	r.Settings.Fields[scene.FieldPoster] = config.Mirror // would overwrite whatever is there
	list, err := r.Compare(t.Context(), requests(1))
	if err != nil || list[0].Picture == nil || list[0].Picture.Class != fault.Temporary || !list[0].Changed() || posterOf(list[0]).Changes() {
		t.Errorf("%v, %+v: want the text planned and the picture named", err, list[0])
	}
}

func TestWhatSomebodyChangedBackIsCountedOnce(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	key := scene.ItemKey{Machine: "m", RatingKey: "101"}
	// Two days' worth of being changed back, and a title Lockstep wrote and somebody changed.
	mem := plan.Memory{Fields: map[scene.Field]plan.FieldMemory{
		scene.FieldTitle: {Sent: scene.HashOf("Film 1"), Back: scene.HashOf("Film 1"), At: f.Clock.Now().Unix()},
	}}
	mem = mem.NoteRevert(f.Clock.Now()).NoteRevert(f.Clock.Now())
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
	f.Stash.Has[1].Details = ""
	q := requests(1)
	q[0].Ungated = true
	list, err := r.Read(t.Context(), q)
	if err != nil || !list[0].Open() || !list[0].Items[0].InPlex.Detailed {
		t.Errorf("%v, %+v: want its item read", err, list[0])
	}
}
