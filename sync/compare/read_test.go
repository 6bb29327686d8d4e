package compare_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

func TestAnItemIsReadInFullWithWhatIsRememberedOfIt(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 3)
	memory := plan.Memory{}.NoteRevert(f.Clock.Now())
	f.Update(t, func(tx store.Tx) error {
		return errors.Join(
			tx.PutItemState(testkit.Key("101"), store.ItemState{Scene: 1, Memory: memory, UpdatedAt: 7}),
			tx.PutItemState(testkit.Key("102"), store.ItemState{Scene: 9, Path: "/media/films/2.mkv", UpdatedAt: 8}),   // of a scene that was merged away
			tx.PutItemState(testkit.Key("103"), store.ItemState{Scene: 9, Path: "/media/films/old.mkv", UpdatedAt: 9}), // of another file
			tx.PutSeen(1, store.Seen{Name: "Film one", Content: "c"}),
		)
	})
	list, err := r.Read(t.Context(), requests(1, 2, 3))
	if err != nil {
		t.Fatal(err)
	}
	for i, known := range []bool{true, true, false} {
		c := list[i]
		it := c.Items[0]
		if it.Known != known || it.Section != "1" || it.InPlex.Section != "1" || !it.InPlex.Detailed || it.InPlex.Title != "as the file" || it.Path != fmt.Sprintf("/media/films/%d.mkv", i+1) {
			t.Errorf("scene %d: %+v", i+1, it)
		}
		if c.Known != (i == 0) || c.Stamp != "2026-01-01T00:00:00Z" || !c.Open() || c.Fault != nil || c.Code != "" {
			t.Errorf("scene %d: %+v", i+1, c)
		}
	}
	if s := list[0].Items[0].State; s.UpdatedAt != 7 || len(s.Memory.Reverts) != 1 {
		t.Errorf("%+v", s)
	}
	seen := list[0].AsSeen()
	if seen.Name != "Film 1" || seen.UpdatedAt != "2026-01-01T00:00:00Z" || seen.Paths != f.Stash.Has[1].PathHash() || seen.Content != "c" {
		t.Errorf("to be remembered: %+v", seen)
	}
}

func TestTheStampToRememberIsThatOfTheTimeBeforeTheRead(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 2)
	at := f.Clock.Now()
	f.Stash.Has[1].UpdatedAt = at.Add(-59 * time.Second).Format(time.RFC3339)
	f.Stash.Has[2].Files = nil
	f.Stash.On = func(request string) { f.Clock.Pass(time.Hour) }
	list, err := r.Read(t.Context(), requests(1, 2))
	if err != nil || list[0].Stamp != "~"+f.Stash.Has[1].UpdatedAt || list[1].Stamp != "" {
		t.Errorf("%v, %q and %q", err, list[0].Stamp, list[1].Stamp)
	}
}

// Whatever happens to one of two items, the other is compared.
func TestOneItemOfTwoIsEnough(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set     func(*testkit.Shelf)
		gone    int
		trashed int
		faulty  bool
	}{
		"cannot be read": {func(f *testkit.Shelf) { f.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "items", "201") }, 0, 0, true},
		"does not exist": {func(f *testkit.Shelf) { delete(f.Plex.Has, "201") }, 1, 0, false},
		"holds another file": {func(f *testkit.Shelf) {
			f.Person("201", func(it *scene.Item) { it.Files = []string{"/media/films/x.mkv"} })
		}, 1, 0, false},
		"is in the trash": {func(f *testkit.Shelf) { f.Person("201", func(it *scene.Item) { it.Trashed = true }) }, 0, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, r := shelfOf(t, 2)
			f.Stash.Has[1].Files = append(f.Stash.Has[1].Files, scene.File{Path: "/data/films/second.mkv"})
			f.Put(t, "201", "/media/films/second.mkv")
			tt.set(f)
			list, err := r.Compare(t.Context(), requests(1, 2))
			c := list[0]
			if err != nil || !c.Open() || len(c.Items) != 1 || c.Items[0].Key != testkit.Key("101") || !c.Changed() || len(c.Gone) != tt.gone || len(c.Trashed) != tt.trashed || (c.Fault != nil) != tt.faulty || c.Code != "" {
				t.Errorf("%v, %+v", err, c)
			}
			if o := list[1]; !o.Open() || o.Fault != nil || len(o.Gone)+len(o.Trashed) != 0 {
				t.Errorf("the other scene: %+v", o)
			}
		})
	}
}

// Where both are lost, the reason is the first that says something: a fault before an
// absence.
func TestAFaultIsAReasonBeforeAnAbsence(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 2)
	f.Stash.Has[1].Files = append(f.Stash.Has[1].Files, scene.File{Path: "/data/films/second.mkv"})
	f.Put(t, "201", "/media/films/second.mkv")
	f.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "items", "101")
	delete(f.Plex.Has, "201")
	list, err := r.Read(t.Context(), requests(1, 2))
	if c := list[0]; err != nil || c.Open() || c.Code != "" || c.Fault == nil || len(c.Gone) != 1 {
		t.Errorf("%v, %+v", err, c)
	}
}

func TestItemsAreReadOnceHoweverManyScenesHoldThem(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 3)
	if _, err := r.Read(t.Context(), requests(2, 1, 2, 3)); err != nil {
		t.Fatal(err)
	}
	if got := f.Plex.Asked("items"); !slices.Equal(got, []string{"items 101 102 103"}) {
		t.Errorf("%q", got)
	}
	if got := f.Stash.Asked("scenes"); !slices.Equal(got, []string{"scenes 1 2 3"}) {
		t.Errorf("%q", got)
	}
	f.Plex.Forget()
	if _, err := r.Read(t.Context(), nil); err != nil || len(f.Plex.Asked("items")) != 0 {
		t.Errorf("nothing to compare: %v, %q", err, f.Plex.Asked("items"))
	}
}

// A Plex that shows none of several items it lists is not believed; the same item of two
// scenes is one.
func TestOneItemOfTwoScenesMayBeGone(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 2)
	f.Stash.Has[2].Files = []scene.File{{Path: "/data/films/1.mkv"}}
	f.Plex.Has = map[string]scene.Item{}
	list, err := r.Read(t.Context(), requests(1, 1))
	if err != nil || len(list[0].Gone) != 1 {
		t.Errorf("%v, %+v", err, list[0])
	}
	f, r = shelfOf(t, 2)
	f.Plex.Has = map[string]scene.Item{}
	f.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "items", "101")
	if list, err = r.Read(t.Context(), requests(1, 2)); err != nil || list[0].Fault == nil || len(list[1].Gone) != 1 {
		t.Errorf("where one is known to be bad the answer is one: %v, %+v", err, list)
	}
}

// TestAStashThatFailsGivesNothing, a Plex that fails what Stash and the index tell.
func TestAStashThatFailsGivesNothing(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 2)
	f.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "scenes")
	if list, err := r.Compare(t.Context(), requests(1, 2)); list != nil || !fault.Is(err, fault.Unreachable) {
		t.Errorf("%+v, %v", list, err)
	}
}

// broken is a store that cannot be read.
type broken struct{ store.Store }

var errRead = errors.New("unreadable")

func (broken) View(func(store.Tx) error) error { return errRead }

func TestAStoreThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	r.Store = broken{f.DB}
	if list, err := r.Compare(t.Context(), requests(1)); list != nil || !errors.Is(err, errRead) {
		t.Errorf("%+v, %v", list, err)
	}
}

// Nothing is guessed of what the store cannot tell.
func TestWhateverTheStoreCannotTellIsAnError(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"Seen", "ItemState", "ItemsAt", "Claimants"} {
		f, r := shelfOf(t, 2)
		r.Store = testkit.Troubled{Store: f.DB, Fails: op, Err: errRead}
		if list, err := r.Compare(t.Context(), requests(1, 2)); list != nil || !errors.Is(err, errRead) || len(f.Plex.Asked("items")) != 0 {
			t.Errorf("%s: %+v, %v", op, list, err)
		}
	}
}

// Some other index may stand in for the store's.
func TestAnotherIndexIsAskedWhereThereIsOne(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 2)
	f.Person("102", func(it *scene.Item) { it.Files = []string{"/media/films/1.mkv"} })
	r.Index = func(store.Tx) match.Index {
		return match.Index{
			Items: func(string) ([]match.Candidate, error) {
				return []match.Candidate{{Key: testkit.Key("102"), Section: "3", Files: []string{"/media/films/1.mkv"}}}, nil
			},
			Owners: func(string) ([]scene.ID, error) { return []scene.ID{1}, nil },
		}
	}
	list, err := r.Read(t.Context(), requests(1))
	if err != nil || len(list[0].Items) != 1 || list[0].Items[0].Key != testkit.Key("102") || list[0].Items[0].InPlex.Section != "3" {
		t.Errorf("%v, %+v", err, list[0])
	}
	r.Index = func(store.Tx) match.Index {
		return match.Index{Items: func(string) ([]match.Candidate, error) { return nil, errRead }}
	}
	if _, err = r.Read(t.Context(), requests(1)); !errors.Is(err, errRead) {
		t.Errorf("an index that cannot be read: %v", err)
	}
}

// Scenes that are left alone whatever Plex has cost it no read.
func TestWhatIsLeftAloneIsNotReadFromPlex(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 4)
	f.Stash.Has[1].Details = ""
	f.Stash.Has[2].Tags = []scene.Tag{{Named: scene.Named{ID: "1", Name: "Private"}}}
	r.Settings.Filter.Tags.Never = []string{"private"}
	f.Stash.Trees.Tags = []scene.Node{{Named: scene.Named{ID: "1", Name: "Private"}}}
	f.Stash.Has[3] = nil
	list, err := r.Compare(t.Context(), requests(1, 2, 3, 4))
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range []skip.Code{skip.NoMetadata, skip.FilteredTag, skip.DeletedInStash, ""} {
		if c := list[i]; c.Code != code || c.Open() != (code == "") || code == skip.FilteredTag && c.Message.IsZero() {
			t.Errorf("scene %d: %+v", i+1, c)
		}
	}
	if got := f.Plex.Asked("items"); !slices.Equal(got, []string{"items 104"}) {
		t.Errorf("%q", got)
	}
	if got := f.Stash.Asked("cover"); !slices.Equal(got, []string{"cover 4"}) {
		t.Errorf("%q", got)
	}
}

func TestWhereAFileWithoutItemShouldLie(t *testing.T) {
	t.Parallel()
	sections := []scene.Section{{ID: "1", Locations: []string{"/media/films", "/media/more"}}, {ID: "2", Locations: []string{"/media/clips"}}}
	for name, tt := range map[string]struct {
		paths           []string
		section, folder string
	}{
		"in a folder":           {[]string{"/media/films/a/b.mkv"}, "1", "/media/films/a"},
		"in the second":         {[]string{"/media/more/b.mkv"}, "1", "/media/more"},
		"in another library":    {[]string{"/media/clips/b.mkv"}, "2", "/media/clips"},
		"nowhere":               {[]string{"/media/filmsB/b.mkv", "/elsewhere/b.mkv"}, "", ""},
		"the second path is in": {[]string{"/elsewhere/b.mkv", "/media/clips/b.mkv"}, "2", "/media/clips"},
		"the first counts":      {[]string{"/media/clips/b.mkv", "/media/films/b.mkv"}, "2", "/media/clips"},
		"no path":               {nil, "", ""},
	} {
		if s, f := compare.Place(sections, tt.paths); s != tt.section || f != tt.folder {
			t.Errorf("%s: %q %q, want %q %q", name, s, f, tt.section, tt.folder)
		}
	}
}

// A person who asks for a scene again makes Lockstep forget what kept it from being
// written.
func TestAForcedSceneForgetsWhatWasRefused(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	memory := plan.Memory{Fields: map[scene.Field]plan.FieldMemory{scene.FieldTitle: {Undone: scene.HashOf("Film 1")}}}
	f.Update(t, func(tx store.Tx) error {
		return tx.PutItemState(testkit.Key("101"), store.ItemState{Scene: 1, Memory: memory})
	})
	for _, forced := range []bool{false, true} {
		q := requests(1)
		q[0].Forced = forced
		list, err := r.Compare(t.Context(), q)
		if d, _ := list[0].Items[0].Plan.Decision(scene.FieldTitle); err != nil || d.Changes() != forced {
			t.Errorf("forced %v: %v, %+v", forced, err, d)
		}
	}
}

func TestAPlanNamesTheItemOnItsServer(t *testing.T) {
	t.Parallel()
	_, r := shelfOf(t, 1)
	if c := compareOne(t, r); c.Items[0].Plan.Item != testkit.Key("101") || c.Items[0].Plan.Reverted || c.Items[0].Contested {
		t.Errorf("%+v", c.Items[0])
	}
}

// On a disk that ignores case, what Stash spells otherwise is written where that is wanted, and only by one scene.
func TestAPathInAnotherCaseIsComparedIfWanted(t *testing.T) {
	t.Parallel()
	f, _ := shelfOf(t, 2)
	f.Edit(1, func(s *scene.Scene) { s.Files = []scene.File{{Path: "/Data/FILMS/1.MKV"}} })
	if c := compareOne(t, f.Reader()); c.Code != skip.PathCase || len(c.Items) != 0 {
		t.Fatalf("where case counts: %s, %v", c.Code, c.Items)
	}
	f.Settings.AnyPathCase = true
	c := compareOne(t, f.Reader())
	if c.Code != "" || len(c.Items) != 1 || c.Items[0].Key.RatingKey != "101" || c.Items[0].Path != "/media/films/1.mkv" || !c.Changed() {
		t.Fatalf("where it does not: %s %s, %+v", c.Code, c.Message, c.Items)
	}
	f.Update(t, func(tx store.Tx) error { return tx.ClaimPaths(2, match.Keys([]string{"/media/films/1.mkv"})) })
	if c := compareOne(t, f.Reader()); c.Code != skip.Ambiguous {
		t.Errorf("two scenes for one file: %s %s", c.Code, c.Message)
	}
}
