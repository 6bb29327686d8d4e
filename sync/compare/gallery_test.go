package compare_test

import (
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

// galleries has the background made of galleries; scene 1 has one with a picture, scene 2 one without,
// scene 3 none.
func galleries(t *testing.T, from config.PictureSource) *testkit.Shelf {
	t.Helper()
	f := testkit.NewShelf(t, 3)
	f.Settings.Fields[scene.FieldBackground], f.Settings.Background = config.Merge, from
	f.Stash.Has[1].Galleries = []scene.Gallery{{ID: "7", UpdatedAt: "a"}}
	f.Stash.Has[2].Galleries = []scene.Gallery{{ID: "8", UpdatedAt: "a"}}
	f.Stash.Galleries = map[scene.ID]scene.GalleryPicture{1: {ID: "70", Version: "v1"}}
	f.Stash.Images = map[string]scene.Cover{"70": {Bytes: []byte("seventy"), Type: "image/png"}}
	return f
}

func TestABackgroundIsMadeOfAGallery(t *testing.T) {
	t.Parallel()
	cover := func(id byte) plan.Image { return plan.Image{SHA1: sha([]byte{id})} }
	gallery := plan.Image{SHA1: sha([]byte("seventy"))}
	for from, want := range map[config.PictureSource][3]plan.Image{
		"":                    {cover(1), cover(2), cover(3)},
		config.FromCover:      {cover(1), cover(2), cover(3)},
		config.FromGallery:    {gallery, {}, {}},
		config.GalleryOrCover: {gallery, cover(2), cover(3)},
	} {
		f := galleries(t, from)
		r := f.Reader()
		list, err := r.Compare(t.Context(), requests(1, 2, 3))
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range list {
			if got := c.Want.Images[scene.FieldBackground]; got != want[i] || c.Want.Images[scene.FieldPoster] != cover(byte(i+1)) || c.Picture != nil {
				t.Errorf("%q, scene %d: %+v, want %+v; poster %+v, %v", from, i+1, got, want[i], c.Want.Images[scene.FieldPoster], c.Picture)
			}
			for _, field := range []scene.Field{scene.FieldPoster, scene.FieldBackground} {
				wanted := c.Want.Images[field].SHA1
				if wanted == "" {
					continue
				}
				if got, err := r.ToSend(t.Context(), c, field); err != nil || sha(got.Bytes) != wanted {
					t.Errorf("%q, scene %d: %s is sent as %q, %v", from, i+1, field, got.Bytes, err)
				}
			}
			remember(t, f, c)
		}
		asked := map[bool]int{true: 1}[from == config.FromGallery || from == config.GalleryOrCover]
		if n := len(f.Stash.Asked("galleries")); n != asked { // one request for the two scenes that have any
			t.Errorf("%q: galleries of %d scenes asked for", from, n)
		}
		f.Stash.Forget()
		if c := compareOne(t, f.Reader()); len(f.Stash.Asked("gallery picture")) != 0 || c.Want.Images[scene.FieldBackground] != want[0] {
			t.Errorf("%q: a known picture was read again, or is %+v", from, c.Want.Images)
		}
	}
}

// Without a poster nothing is made of a cover, and none is asked for.
func TestNoCoverIsReadForBackgroundsOfGalleries(t *testing.T) {
	t.Parallel()
	f := galleries(t, config.FromGallery)
	f.Settings.Fields[scene.FieldPoster] = config.Off
	if _, err := f.Reader().Compare(t.Context(), requests(1, 2, 3)); err != nil || len(f.Stash.Asked("cover")) != 0 || f.Settings.NeedsCover() {
		t.Errorf("covers of %q, %v", f.Stash.Asked("cover"), err)
	}
}

// A picture that is another one, or that is no longer the first, is read; one that is gone leaves what Plex has.
func TestAnotherPictureOfAGalleryIsNoticed(t *testing.T) {
	t.Parallel()
	f := galleries(t, config.FromGallery)
	remember(t, f, compareOne(t, f.Reader()))
	f.Stash.Galleries[1] = scene.GalleryPicture{ID: "70", Version: "v2"}
	f.Stash.Images["70"] = scene.Cover{Bytes: []byte("others"), Type: "image/png"}
	c := compareOne(t, f.Reader())
	if got := c.Want.Images[scene.FieldBackground]; got.SHA1 != sha([]byte("others")) || c.Seen.Gallery != "v2" || c.Seen.GallerySHA1 != got.SHA1 {
		t.Errorf("%+v, %+v", got, c.Seen)
	}
	delete(f.Stash.Galleries, 1)
	c = compareOne(t, f.Reader())
	if d, _ := c.Items[0].Plan.Decision(scene.FieldBackground); d.Changes() || c.Want.Images[scene.FieldBackground] != (plan.Image{}) {
		t.Errorf("%+v", d)
	}
}

// Whatever fails of galleries and their pictures: the backgrounds they are for are left alone and everything else is as ever.
func TestGalleriesThatFailKeepNothingElse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kind  string
		id    string // whose question fails; empty: every
		class fault.Class
		first bool // scene 1 has its background
		retry bool // worth another try
	}{
		"no list":          {"galleries", "", fault.Temporary, false, true},
		"no server":        {"galleries", "", fault.Unreachable, false, true},
		"one of the lists": {"galleries", "2", fault.Temporary, true, false},
		"no picture":       {"gallery picture", "", fault.Temporary, false, true},
		"gone":             {"gallery picture", "", fault.NotFound, false, true},
		"a wrong kind":     {"gallery picture", "", fault.Rejected, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := galleries(t, config.GalleryOrCover)
			var ids []string
			if tt.id != "" {
				ids = []string{tt.id}
			}
			f.Stash.Spoil(testkit.Trouble(tt.class, fault.Stash), tt.kind, ids...)
			list, err := f.Reader().Compare(t.Context(), requests(1, 2, 3))
			if err != nil {
				t.Fatal(err)
			}
			c := list[0]
			if got := c.Want.Images[scene.FieldBackground]; got.Unknown == tt.first || (got.SHA1 == sha([]byte("seventy"))) != tt.first {
				t.Errorf("the background is %+v", got)
			}
			if (c.Picture != nil) != tt.retry || tt.retry && c.Picture.Class != fault.Temporary || c.Fault != nil || c.Note.IsZero() != (tt.class != fault.Rejected) {
				t.Errorf("%+v, %q, %+v", c.Picture, c.Note, c.Fault)
			}
			for i, c := range list {
				if c.Want.Images[scene.FieldPoster] != (plan.Image{SHA1: sha([]byte{byte(i + 1)})}) || !c.Changed() {
					t.Errorf("scene %d: poster %+v, changed %v", i+1, c.Want.Images[scene.FieldPoster], c.Changed())
				}
			}
			if d, _ := c.Items[0].Plan.Decision(scene.FieldBackground); !tt.first && d.Changes() {
				t.Errorf("it is written all the same: %+v", d)
			}
			if third := list[2].Want.Images[scene.FieldBackground]; third.SHA1 != sha([]byte{3}) {
				t.Errorf("a scene without galleries has %+v", third)
			}
		})
	}
	for _, kind := range []string{"galleries", "gallery picture"} {
		f := galleries(t, config.FromGallery)
		f.Stash.Spoil(testkit.Trouble(fault.Canceled, fault.Stash), kind)
		if _, err := f.Reader().Compare(t.Context(), requests(1, 2)); !fault.Is(err, fault.Canceled) {
			t.Errorf("stopped: %v", err)
		}
	}
}
