package pictures_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/pictures"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// plex is a Plex with one picture.
type plex struct {
	body  []byte
	err   error
	asked []string
}

func (p *plex) Thumbnail(_ context.Context, path string) ([]byte, error) {
	p.asked = append(p.asked, path)
	return p.body, p.err
}

// rig is a fetcher over a shelf of three scenes, the third without a cover.
type rig struct {
	*testkit.Shelf
	*pictures.Fetcher
	t        *testing.T
	dir      string
	plex     *plex
	servers  pictures.Servers
	unknown  error // why nobody knows which servers answer
	requests *int
}

func drawn(t *testing.T, shade uint8) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 640, 360))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Shelf: testkit.NewShelf(t, 3), t: t, dir: filepath.Join(t.TempDir(), "pictures"), plex: &plex{body: drawn(t, 90)}, requests: new(int)}
	for id, shade := range map[scene.ID]uint8{1: 10, 2: 200} {
		r.Stash.Covers[id] = scene.Cover{Bytes: drawn(t, shade), ETag: "e" + id.String()}
	}
	r.Stash.Covers[3] = scene.Cover{None: true, ETag: "drawn"}
	r.Stash.On = func(string) { *r.requests++ }
	r.servers = pictures.Servers{Stash: r.Stash, Plex: r.plex, Machine: "m"}
	r.again()
	for id := range scene.ID(3) {
		r.stamp(id+1, "first")
	}
	return r
}

// again makes another fetcher over the same folder, as after a restart.
func (r *rig) again() {
	h := host.Host{Now: r.Clock.Now, Store: r.DB, Log: slog.New(slog.DiscardHandler)}
	r.Fetcher = pictures.New(h, r.dir, func(context.Context) (pictures.Servers, error) { return r.servers, r.unknown })
}

// stamp has Stash say when a scene was changed.
func (r *rig) stamp(id scene.ID, text string) {
	r.Update(r.t, func(tx store.Tx) error { return tx.PutSeen(id, store.Seen{UpdatedAt: text}) })
}

// picture asks for one and returns its grey, -1 for none.
func (r *rig) picture(q api.PictureQuery) int {
	r.t.Helper()
	p, err := r.Picture(r.t.Context(), q)
	if err != nil {
		r.t.Fatal(err)
	}
	if p.JPEG == nil {
		return -1
	}
	img, _, err := image.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		r.t.Fatal(err)
	}
	if w := img.Bounds().Dx(); q.Large != (w == api.LargePictureWidth) || !q.Large != (w == api.SmallPictureWidth) {
		r.t.Errorf("%+v is %v", q, img.Bounds())
	}
	return int(color.GrayModel.Convert(img.At(20, 20)).(color.Gray).Y)
}

// want fails the test unless so many requests were made since the last time.
func (r *rig) want(requests int) {
	r.t.Helper()
	if *r.requests != requests {
		r.t.Errorf("%d requests, want %d", *r.requests, requests)
	}
	*r.requests = 0
}

// kept is how many files the folder has.
func (r *rig) kept() int {
	r.t.Helper()
	list, err := os.ReadDir(r.dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Fatal(err)
	}
	return len(list)
}

// atOnce runs what may run beside.
func atOnce(do func()) { do() }

func near(got, want int) bool { return got >= want-4 && got <= want+4 }

func TestAPictureIsFetchedOnceAcrossRestarts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 3 {
		if a, b, c := r.picture(api.PictureQuery{Scene: 1}), r.picture(api.PictureQuery{Scene: 2}), r.picture(api.PictureQuery{Scene: 3}); !near(a, 10) || !near(b, 200) || c != -1 {
			t.Fatalf("got %d, %d, %d", a, b, c)
		}
		r.again()
	}
	r.want(3)
	if got := r.picture(api.PictureQuery{Scene: 1, Large: true}); !near(got, 10) {
		t.Errorf("large: %d", got)
	}
	r.want(1)
}

func TestAnotherCoverIsNoticedByTheStampOfItsScene(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.picture(api.PictureQuery{Scene: 1})
	r.stamp(1, "edited") // its text only: Stash says that the cover is the same
	r.want(1)
	for range 2 {
		if got := r.picture(api.PictureQuery{Scene: 1}); !near(got, 10) {
			t.Errorf("got %d", got)
		}
	}
	r.want(1)
	r.Stash.Covers[1] = scene.Cover{Bytes: drawn(t, 120), ETag: "another"}
	r.stamp(1, "another cover")
	if got := r.picture(api.PictureQuery{Scene: 1}); !near(got, 120) {
		t.Errorf("got %d, want the new one", got)
	}
	r.want(1)
}

func TestWithoutAStampAPictureIsBelievedForAnHour(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.stamp(1, "")
	r.picture(api.PictureQuery{Scene: 1})
	r.Clock.Pass(59 * time.Minute)
	r.picture(api.PictureQuery{Scene: 1})
	r.want(1)
	r.Clock.Pass(2 * time.Minute)
	r.picture(api.PictureQuery{Scene: 1})
	r.want(1)
}

func TestAPictureOfPlexIsFetchedOnceForItsPath(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, path := range []string{"/library/metadata/5/thumb/1", "/library/metadata/5/thumb/1", "/library/metadata/5/thumb/2"} {
		if got := r.picture(api.PictureQuery{Plex: path, Large: true}); !near(got, 90) {
			t.Errorf("got %d", got)
		}
	}
	r.servers.Machine = "another" // whose paths mean something else
	r.picture(api.PictureQuery{Plex: "/library/metadata/5/thumb/1", Large: true})
	if got := strings.Join(r.plex.asked, " "); got != "/library/metadata/5/thumb/1 /library/metadata/5/thumb/2 /library/metadata/5/thumb/1" {
		t.Errorf("asked for %s", got)
	}
	r.want(0)
}

func TestWhoeverWantsNoPicturesGetsNoneAndKeepsNone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.picture(api.PictureQuery{Scene: 1})
	r.picture(api.PictureQuery{Plex: "/library/metadata/5/thumb/1"})
	own := filepath.Join(r.dir, "holiday.jpg")
	if err := os.WriteFile(own, []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.want(1)
	r.AllowPictures(false, atOnce)
	if n := r.kept(); n != 1 {
		t.Errorf("%d files are left, want only what is not ours", n)
	}
	for _, q := range []api.PictureQuery{{Scene: 1}, {Scene: 2}, {Plex: "/library/metadata/5/thumb/1"}} {
		if got := r.picture(q); got != -1 {
			t.Errorf("%+v: a picture", q)
		}
	}
	r.want(0)
	if n := r.kept(); n != 1 || len(r.plex.asked) != 1 {
		t.Errorf("%d files, Plex was asked %d times", n, len(r.plex.asked))
	}
	r.AllowPictures(true, atOnce)
	if got := r.picture(api.PictureQuery{Scene: 1}); !near(got, 10) {
		t.Errorf("allowed again: %d", got)
	}
	r.want(1)
}

// What was fetched before pictures were forbidden is not kept afterwards.
func TestAPictureOnItsWayIsNotKeptOnceTheyAreForbidden(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Stash.On = func(string) { r.AllowPictures(false, atOnce) }
	if _, err := r.Picture(t.Context(), api.PictureQuery{Scene: 1}); err != nil {
		t.Fatal(err)
	}
	if n := r.kept(); n != 0 {
		t.Errorf("%d files", n)
	}
}

func TestAServerThatFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, class := range []fault.Class{fault.Unreachable, fault.Temporary, fault.Unauthorized, fault.Forbidden, fault.Config} {
		r := newRig(t)
		r.Stash.Spoil(testkit.Trouble(class, fault.Stash), "thumbnail")
		for range 100 { // half an hour of somebody who scrolls
			for id := range scene.ID(3) {
				if _, err := r.Picture(t.Context(), api.PictureQuery{Scene: id + 1}); !fault.Is(err, class) {
					t.Fatalf("%s: %v", class, err)
				}
			}
			r.Clock.Pass(18 * time.Second)
		}
		if *r.requests < 20 || *r.requests > 31 {
			t.Errorf("%s: %d requests in half an hour", class, *r.requests)
		}
		if got := r.picture(api.PictureQuery{Plex: "/library/metadata/5/thumb/1"}); !near(got, 90) {
			t.Errorf("%s: Plex is left alone too", class)
		}
		r.Stash.Mend()
		r.Clock.Pass(time.Minute)
		if got := r.picture(api.PictureQuery{Scene: 1}); !near(got, 10) {
			t.Errorf("%s: mended and not fetched: %d", class, got)
		}
	}
}

func TestAServerIsLeftAloneForAsLongAsItAsks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	slow := testkit.Trouble(fault.Temporary, fault.Stash)
	slow.RetryAfter = 10 * time.Minute
	r.Stash.Spoil(slow, "thumbnail")
	for range 10 {
		_, _ = r.Picture(t.Context(), api.PictureQuery{Scene: 1})
		r.Clock.Pass(59 * time.Second)
	}
	r.want(1)
}

func TestOnePictureThatCannotBeShownIsNotAskedForAgainAndAgain(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*rig){
		"gone":        func(r *rig) { r.Stash.Spoil(testkit.Trouble(fault.NotFound, fault.Stash), "thumbnail", "1") },
		"no picture":  func(r *rig) { r.Stash.Spoil(testkit.Trouble(fault.Rejected, fault.Stash), "thumbnail", "1") },
		"half of one": func(r *rig) { r.Stash.Covers[1] = scene.Cover{Bytes: drawn(t, 1)[:80], ETag: "half"} },
		"empty":       func(r *rig) { r.Stash.Covers[1] = scene.Cover{} },
	} {
		r := newRig(t)
		spoil(r)
		for range 20 {
			if got := r.picture(api.PictureQuery{Scene: 1}); got != -1 {
				t.Errorf("%s: %d", name, got)
			}
		}
		r.want(1)
		if got := r.picture(api.PictureQuery{Scene: 2}); !near(got, 200) {
			t.Errorf("%s: its neighbour is not shown: %d", name, got)
		}
		r.want(1)
	}
}

func TestAServerThatIsAwayIsNotAsked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.picture(api.PictureQuery{Scene: 1})
	r.want(1)
	r.servers = pictures.Servers{}
	if got := r.picture(api.PictureQuery{Scene: 1}); !near(got, 10) {
		t.Errorf("what is kept is not shown: %d", got)
	}
	for _, q := range []api.PictureQuery{{Scene: 2}, {Plex: "/library/metadata/5/thumb/1"}} {
		if _, err := r.Picture(t.Context(), q); !fault.Is(err, fault.Temporary) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	r.want(0)
}

func TestADamagedFolderCostsRequestsOnly(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"cut off":   func(p string) error { return os.Truncate(p, 5) },
		"emptied":   func(p string) error { return os.Truncate(p, 0) },
		"rewritten": func(p string) error { return os.WriteFile(p, []byte("{}\nx"), 0o600) },
		"removed":   os.Remove,
		"huge":      func(p string) error { return os.Truncate(p, 64<<20) },
	} {
		r := newRig(t)
		r.picture(api.PictureQuery{Scene: 1})
		list, err := filepath.Glob(filepath.Join(r.dir, "*.picture"))
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := spoil(list[0]); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got := r.picture(api.PictureQuery{Scene: 1}); !near(got, 10) {
				t.Errorf("%s: %d", name, got)
			}
		}
		r.want(2)
	}
}

func TestWithoutAFolderPicturesAreShownAllTheSame(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := os.WriteFile(r.dir, nil, 0o600); err != nil { // a file in place of the folder
		t.Fatal(err)
	}
	for _, dir := range []string{r.dir, ""} {
		r.dir = dir
		r.again()
		if got := r.picture(api.PictureQuery{Scene: 2}); !near(got, 200) {
			t.Errorf("%q: %d", dir, got)
		}
	}
}

func TestTheNamesOfFilesTellNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.picture(api.PictureQuery{Scene: 1})
	list, err := os.ReadDir(r.dir)
	if err != nil || len(list) != 1 || len(list[0].Name()) != len("0123456789abcdef0123456789abcdef.picture") {
		t.Errorf("%v, %v", list, err)
	}
}
