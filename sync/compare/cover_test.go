package compare_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

func sha(body []byte) string {
	sum := sha1.Sum(body)
	return hex.EncodeToString(sum[:])
}

// compareOne compares scene 1.
func compareOne(t *testing.T, r *compare.Reader) *compare.Comparison {
	t.Helper()
	list, err := r.Compare(t.Context(), requests(1))
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// remember stores what a comparison learnt of its scene.
func remember(t *testing.T, f *testkit.Shelf, c *compare.Comparison) {
	t.Helper()
	f.Update(t, func(tx store.Tx) error { return tx.PutSeen(c.Scene.ID, c.AsSeen()) })
}

// A cover is known by the stamp of its scene; one that may come again is none to rely on.
func TestACoverIsAskedForUntilItsStampIsSettled(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	f.Stash.Has[1].UpdatedAt = f.Clock.Now().Format(time.RFC3339)
	for i, want := range []struct {
		pass  time.Duration
		asked bool
		at    string // CoverAt afterwards, but for the stamp itself
	}{{0, true, "~"}, {30 * time.Second, true, "~"}, {time.Minute, true, ""}, {time.Hour, false, ""}} {
		f.Clock.Pass(want.pass)
		f.Stash.Forget()
		c := compareOne(t, r)
		if asked := len(f.Stash.Asked("cover")) == 1; asked != want.asked || c.Seen.CoverAt != want.at+c.Scene.UpdatedAt || c.Seen.SHA1 != sha([]byte{1}) || c.Seen.Cover != "e1" {
			t.Errorf("look %d: asked %v, %+v", i, asked, c.Seen)
		}
		if c.Want.Images[scene.FieldPoster] != (plan.Image{SHA1: sha([]byte{1})}) {
			t.Errorf("look %d: wanted %+v", i, c.Want.Images)
		}
		remember(t, f, c)
	}
	f.Edit(1, func(s *scene.Scene) { s.Title = "Edited" })
	f.Stash.Forget()
	c := compareOne(t, r)
	if len(f.Stash.Asked("cover")) != 1 || c.Seen.SHA1 != sha([]byte{1}) {
		t.Errorf("an edit: %q, %+v", f.Stash.Asked("cover"), c.Seen)
	}
}

// A scene without files has no stamp that could vouch for its cover.
func TestAnEmptyStampVouchesForNoCover(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	f.Stash.Has[1].UpdatedAt = ""
	for range 2 {
		f.Stash.Forget()
		c := compareOne(t, r)
		if len(f.Stash.Asked("cover")) != 1 {
			t.Error("the cover was taken for known")
		}
		remember(t, f, c)
	}
}

// What is learnt of a cover by each way Stash may answer.
func TestWhatIsLearntOfACover(t *testing.T) {
	t.Parallel()
	before := store.Seen{Cover: "e0", SHA1: "old", CoverAt: "long ago"}
	trouble := func(c fault.Class) func(*testkit.Shelf) {
		return func(f *testkit.Shelf) { f.Stash.Spoil(testkit.Trouble(c, fault.Stash), "cover") }
	}
	for name, tt := range map[string]struct {
		set     func(*testkit.Shelf)
		seen    store.Seen // cover, hash and stamp afterwards
		image   plan.Image
		picture fault.Class
		note    bool
		err     fault.Class
	}{
		"another":      {func(*testkit.Shelf) {}, store.Seen{Cover: "e1", SHA1: sha([]byte{1}), CoverAt: "now"}, plan.Image{SHA1: sha([]byte{1})}, "", false, ""},
		"the same":     {func(f *testkit.Shelf) { f.Stash.Covers[1] = scene.Cover{ETag: "e0"} }, store.Seen{Cover: "e0", SHA1: "old", CoverAt: "now"}, plan.Image{SHA1: "old"}, "", false, ""},
		"none":         {func(f *testkit.Shelf) { f.Stash.Covers[1] = scene.Cover{ETag: "e9", None: true} }, store.Seen{Cover: "e9", CoverAt: "now"}, plan.Image{}, "", false, ""},
		"not found":    {trouble(fault.NotFound), store.Seen{CoverAt: "now"}, plan.Image{}, "", false, ""},
		"no picture":   {trouble(fault.Rejected), before, plan.Image{SHA1: "old", Unknown: true}, "", true, ""},
		"an error":     {trouble(fault.Temporary), before, plan.Image{SHA1: "old", Unknown: true}, fault.Temporary, false, ""},
		"no answer":    {trouble(fault.Unreachable), before, plan.Image{SHA1: "old", Unknown: true}, fault.Temporary, false, ""},
		"a web page":   {trouble(fault.Config), before, plan.Image{SHA1: "old", Unknown: true}, fault.Temporary, false, ""},
		"patience":     {trouble(fault.Busy), before, plan.Image{SHA1: "old", Unknown: true}, fault.Temporary, false, ""},
		"the key":      {trouble(fault.Unauthorized), before, plan.Image{SHA1: "old", Unknown: true}, fault.Temporary, false, ""},
		"we stopped":   {trouble(fault.Canceled), before, plan.Image{}, "", false, fault.Canceled},
		"our own":      {trouble(fault.Local), before, plan.Image{}, "", false, fault.Local},
		"switched off": {func(f *testkit.Shelf) { f.Settings.Fields[scene.FieldPoster] = config.Off }, before, plan.Image{}, "", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _ := shelfOf(t, 1)
			f.Settings.Fields[scene.FieldBackground] = config.Off
			tt.set(f)
			f.Update(t, func(tx store.Tx) error { return tx.PutSeen(1, before) })
			list, err := f.Reader().Compare(t.Context(), requests(1))
			if (err != nil) != (tt.err != "") || err != nil && !fault.Is(err, tt.err) {
				t.Fatal(err)
			}
			c := list[0]
			seen := store.Seen{Cover: c.Seen.Cover, SHA1: c.Seen.SHA1, CoverAt: c.Seen.CoverAt}
			if seen.CoverAt == c.Scene.UpdatedAt {
				seen.CoverAt = "now"
			}
			if seen != tt.seen {
				t.Errorf("known %+v, want %+v", seen, tt.seen)
			}
			if err != nil {
				return
			}
			if im := c.Want.Images[scene.FieldPoster]; im != tt.image {
				t.Errorf("wanted %+v, want %+v", im, tt.image)
			}
			if (c.Picture == nil) != (tt.picture == "") || c.Picture != nil && (c.Picture.Class != tt.picture || c.Picture.Server != fault.Stash) {
				t.Errorf("the picture's fault: %+v", c.Picture)
			}
			if (!c.Note.IsZero()) != tt.note || strings.HasSuffix(c.Note.String(), ".") || tt.note && !strings.Contains(c.Note.String(), "Trouble with Stash: rejected") {
				t.Errorf("the note: %q", c.Note)
			}
			if name == "switched off" && len(f.Stash.Asked("cover")) != 0 {
				t.Error("it was read all the same")
			}
		})
	}
}

// A picture that is too large counts as what is sent of it, not as what Stash has: else it
// would be sent again and again.
func TestACoverThatIsMadeSmallerCountsAsWhatIsSent(t *testing.T) {
	t.Parallel()
	f, r := shelfOf(t, 1)
	body := encodedPNG(t, image.NewGray(image.Rect(0, 0, 9000, 10)))
	f.Stash.Covers[1] = scene.Cover{Bytes: body, Type: "image/png", ETag: "large", SHA1: sha(body)}
	for _, keep := range []bool{true, false} {
		r.KeepCovers = keep
		c := compareOne(t, r)
		got, err := r.ToSend(t.Context(), c, scene.FieldPoster)
		if err != nil || got.Type != "image/jpeg" || got.SHA1 != sha(got.Bytes) || got.SHA1 != c.Seen.SHA1 || bytes.Equal(got.Bytes, body) || c.Seen.Cover != "large" {
			t.Errorf("keep %v: %v, %s of %d bytes, %q and %q", keep, err, got.Type, len(got.Bytes), got.SHA1, c.Seen.SHA1)
		}
	}
	f.Stash.Spoil(testkit.Trouble(fault.NotFound, fault.Stash), "cover")
	r.KeepCovers = false
	if _, err := r.ToSend(t.Context(), &compare.Comparison{Scene: f.Stash.Has[1]}, scene.FieldPoster); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that is gone: %v", err)
	}
	f.Stash.Mend()
	f.Stash.Covers[1] = scene.Cover{Bytes: bytes.Repeat([]byte("x"), 11_000_000), ETag: "odd"}
	if c := compareOne(t, r); c.Note.IsZero() || c.Picture != nil {
		t.Errorf("one nobody can make smaller: %+v", c)
	}
}

// Where only Plex can tell whether the selected picture is ours it is asked, for that item
// and field alone.
func TestPlexIsAskedWhichPictureIsSelectedWhereOnlyItCanTell(t *testing.T) {
	t.Parallel()
	ours := sha([]byte{1})
	for name, tt := range map[string]struct {
		offers  []scene.Picture
		changes bool // the poster is to be written
		kept    bool // as a person's
	}{
		"ours, found again":  {[]scene.Picture{{Key: "a"}, {Key: "b", SHA1: ours, Selected: true}}, false, false},
		"a person's upload":  {[]scene.Picture{{Key: "a", SHA1: ours}, {Key: "b", SHA1: "theirs", Selected: true}}, false, true},
		"the agent's":        {[]scene.Picture{{Key: "a", Selected: true}, {Key: "b", SHA1: ours}}, false, true},
		"none is selected":   {[]scene.Picture{{Key: "b", SHA1: ours}}, false, true},
		"nothing is offered": {nil, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, r := shelfOf(t, 1)
			f.Person("101", func(it *scene.Item) { it.Thumb, it.Locked["thumb"] = "/thumb/1", true })
			f.Stash.Has[1].Files = append(f.Stash.Has[1].Files, scene.File{Path: "/data/films/second.mkv"})
			f.Put(t, "201", "/media/films/second.mkv") // whose picture is not locked
			f.Plex.Offers[testkit.Slot("101", scene.FieldPoster)] = tt.offers
			c := compareOne(t, r)
			if got := f.Plex.Asked("pictures"); !slices.Equal(got, []string{"pictures 101 poster"}) {
				t.Errorf("asked %q", got)
			}
			d, _ := c.Items[0].Plan.Decision(scene.FieldPoster)
			if d.Changes() != tt.changes || (d.Action == plan.Keep) != tt.kept {
				t.Errorf("%+v", d)
			}
			if other, _ := c.Items[1].Plan.Decision(scene.FieldPoster); !other.Changes() || other.New != ours {
				t.Errorf("the other item: %+v", other)
			}
			if c.Want.Images[scene.FieldPoster].Listed {
				t.Error("what is wanted of a scene says something of one item")
			}
		})
	}
}

// A stop while Plex is asked for its pictures ends everything; any other fault only that
// picture.
func TestAStopWhilePicturesAreReadIsNoReasonOfAScene(t *testing.T) {
	t.Parallel()
	for _, class := range []fault.Class{fault.Canceled, fault.Local, fault.Busy, fault.Unauthorized, fault.NotFound} {
		f, r := shelfOf(t, 1)
		f.Person("101", func(it *scene.Item) { it.Thumb, it.Locked["thumb"] = "/thumb/1", true })
		f.Plex.Spoil(testkit.Trouble(class, fault.Plex), "pictures")
		list, err := r.Compare(t.Context(), requests(1))
		if whole := class == fault.Canceled || class == fault.Local; whole != (err != nil) || whole && !fault.Is(err, class) {
			t.Errorf("%s: %v", class, err)
		} else if !whole && (list[0].Picture == nil || list[0].Picture.Class != fault.Temporary || posterOf(list[0]).Changes() || !list[0].Changed()) {
			t.Errorf("%s: %+v", class, list[0])
		}
	}
}
