package windows

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/scene"
)

// painted answers with a picture of its own for each scene and each poster.
func painted(q api.PictureQuery) (api.Picture, error) {
	w, h := api.SmallPictureWidth, api.SmallPictureHeight
	if q.Large {
		w, h = api.LargePictureWidth, 270
	}
	shade := uint8(q.Scene*37 + scene.ID(len(q.Plex)*11))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{R: shade, G: uint8(255 * y / h), B: uint8(255 * x / w), A: 255})
		}
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, img, nil)
	return api.Picture{JPEG: out.Bytes()}, err
}

// covers are the scenes whose covers a window draws.
func covers(win fyne.Window) []scene.ID {
	var out []scene.ID
	everything(win, func(o fyne.CanvasObject) {
		if r, ok := o.(*row); ok && r.front.cover != nil && r.front.cover.Visible() && r.front.cover.Image != nil {
			out = append(out, r.front.scene)
		}
	})
	slices.Sort(out)
	return out
}

func (f *fake) askedPictures() []api.PictureQuery {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.pictured
	f.pictured = nil
	return out
}

func TestListsShowTheCoversOfTheirScenes(t *testing.T) {
	f := newFake()
	f.picture = func(q api.PictureQuery) (api.Picture, error) {
		if q.Scene == 2 {
			return api.Picture{}, nil // it has none
		}
		return painted(q)
	}
	w := newTest(t, f)
	for name, want := range map[string]scene.ID{present.Queue: 1, present.Reports: 800, present.History: 1, present.Preview: 800} {
		w.Show(name)
		win := w.showing(name)
		if got := covers(win); len(got) < 5 || !slices.Contains(got, want) || slices.Contains(got, 2) {
			t.Errorf("%s shows the covers of %v", name, got)
		}
	}
	asked := map[api.PictureQuery]int{}
	for _, q := range f.askedPictures() {
		asked[q]++
	}
	for q, n := range asked {
		if n != 1 {
			t.Errorf("%+v was asked for %d times", q, n)
		}
	}
}

// Without pictures rows have no room for them, the engine is asked for none, and what was
// shown is forgotten.
func TestPicturesAreTurnedOff(t *testing.T) {
	f := newFake()
	f.picture = painted
	w := newTest(t, f)
	win, p := open[*queuePage](t, w, present.Queue)
	first := func() float32 { return lineOf(t, win, 0).cells[0].Position().X }
	if len(covers(win)) == 0 || first() < 40 {
		t.Errorf("covers %v, words begin at %.0f", covers(win), first())
	}
	off := sampleSnapshot()
	off.Pictures = false
	w.update(off)
	f.askedPictures()
	p.list.list.ScrollToBottom()
	w.Show(present.Preview)
	w.Show(present.Queue)
	p.list.list.ScrollToTop()
	if got := covers(win); len(got) != 0 || first() != 0 {
		t.Errorf("covers %v, words begin at %.0f", got, first())
	}
	if asked := f.askedPictures(); len(asked) != 0 || len(w.pictures.known) != 0 || w.pictures.bytes != 0 {
		t.Errorf("asked for %v, keeps %d", asked, len(w.pictures.known))
	}
	w.update(sampleSnapshot())
	if len(covers(win)) == 0 {
		t.Error("turned on again, and nothing is shown")
	}
}

// later runs what windows do beside themselves when the test says so.
type later struct{ tasks []func() }

func (l *later) spawn(do func()) { l.tasks = append(l.tasks, do) }

// run does one of them.
func (l *later) run() bool {
	if len(l.tasks) == 0 {
		return false
	}
	do := l.tasks[0]
	l.tasks = l.tasks[1:]
	do()
	return true
}

// A window never waits for a picture. Whoever scrolls far gets those that are on screen first,
// and those that went by not at all.
func TestTheNewestWishForAPictureComesFirst(t *testing.T) {
	f := newFake()
	f.picture = painted
	w := newTest(t, f)
	var beside later
	w.spawn = beside.spawn
	for id := range scene.ID(500) {
		if img := w.pictures.get(api.PictureQuery{Scene: id + 1}, id, func(image.Image) {}); img != nil {
			t.Fatal("it waited")
		}
	}
	if len(beside.tasks) != picturesAtOnce || len(w.pictures.want) > picturesWanted || len(w.pictures.wish) > picturesWanted+picturesAtOnce {
		t.Errorf("%d on their way, %d and %d wishes", len(beside.tasks), len(w.pictures.want), len(w.pictures.wish))
	}
	for beside.run() {
	}
	asked := f.askedPictures()
	if len(asked) != picturesAtOnce+picturesWanted || asked[picturesAtOnce].Scene != 500 || asked[len(asked)-1].Scene != 441 {
		t.Errorf("%d asked for, %v …", len(asked), asked[:6])
	}
	if w.pictures.busy != 0 || len(w.pictures.wish) != 0 {
		t.Errorf("%d on their way, %d wishes", w.pictures.busy, len(w.pictures.wish))
	}
}

func TestAPictureThatComesLateGoesToTheRowThatStillShowsItsScene(t *testing.T) {
	f := newFake()
	f.picture = painted
	w := newTest(t, f)
	var beside later
	for beside.run() {
	}
	told := map[string]int{}
	w.spawn = beside.spawn
	q := api.PictureQuery{Scene: 7}
	for range 5 { // one row that is drawn again and again, and another
		w.pictures.get(q, "a", func(image.Image) { told["a"]++ })
		w.pictures.get(q, "b", func(image.Image) { told["b"]++ })
	}
	for beside.run() {
	}
	if told["a"] != 1 || told["b"] != 1 || len(f.askedPictures()) != 1 {
		t.Errorf("told %v", told)
	}
	w.pictures.get(api.PictureQuery{Scene: 8}, "a", func(image.Image) { told["late"]++ })
	w.pictures.forget()
	for beside.run() {
	}
	if told["late"] != 0 || len(w.pictures.known) != 0 {
		t.Error("a picture from before they were turned off is kept")
	}
}

func TestPicturesInMemoryAreBounded(t *testing.T) {
	f := newFake()
	f.picture = painted
	w := newTest(t, f)
	for id := range scene.ID(3000) {
		w.pictures.get(api.PictureQuery{Scene: id + 1, Large: id%50 == 0}, 0, func(image.Image) {})
		w.pictures.get(api.PictureQuery{Scene: 1, Large: true}, 0, func(image.Image) {})
		w.now = func() time.Time { return testNow.Add(time.Duration(id) * time.Millisecond) }
		if w.pictures.bytes > picturesBytes {
			t.Fatalf("%d bytes after %d", w.pictures.bytes, id)
		}
	}
	sum := 0
	for _, k := range w.pictures.known {
		sum += k.bytes
	}
	if sum != w.pictures.bytes || w.pictures.known[api.PictureQuery{Scene: 1, Large: true}] == nil || len(w.pictures.known) < 50 {
		t.Errorf("%d bytes of %d pictures, %d counted", sum, len(w.pictures.known), w.pictures.bytes)
	}
	n := 0
	for _, q := range f.askedPictures() {
		if q == (api.PictureQuery{Scene: 1, Large: true}) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("what is used all the time was asked for %d times", n)
	}
}

// One that does not come, and one that comes broken, are left alone for a while; one that was
// shown stays.
func TestAPictureThatDoesNotComeIsAskedForLater(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	at := testNow
	w.now = func() time.Time { return at }
	q := api.PictureQuery{Scene: 5}
	get := func() bool { return w.pictures.get(q, 0, func(image.Image) {}) != nil }
	for name, answer := range map[string]func(api.PictureQuery) (api.Picture, error){
		"refused":   func(api.PictureQuery) (api.Picture, error) { return api.Picture{}, errors.New("no") },
		"broken":    func(api.PictureQuery) (api.Picture, error) { return api.Picture{JPEG: []byte("no")}, nil },
		"too large": func(api.PictureQuery) (api.Picture, error) { return tooLarge(t), nil },
	} {
		w.pictures.forget()
		f.picture = answer
		for range 10 {
			if get() {
				t.Errorf("%s: it is shown", name)
			}
		}
		if n := len(f.askedPictures()); n != 1 {
			t.Errorf("%s: asked for %d times", name, n)
		}
		f.picture = painted
		at = at.Add(picturesAgain)
		if !get() {
			t.Errorf("%s: it never comes", name)
		}
		f.picture = answer
		at = at.Add(picturesFresh)
		if !get() || len(f.askedPictures()) != 2 {
			t.Errorf("%s: what was shown is gone", name)
		}
	}
}

func tooLarge(t *testing.T) api.Picture {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, picturesSide+1, 10)), nil); err != nil {
		t.Fatal(err)
	}
	return api.Picture{JPEG: out.Bytes()}
}

func TestThePreviewShowsBothPictures(t *testing.T) {
	f := newFake()
	f.picture = painted
	w := newTest(t, f)
	win, p := open[*previewPage](t, w, present.Preview)
	want := []api.PictureQuery{{Plex: "/library/metadata/0/thumb/7", Large: true}, {Scene: 800, Large: true}}
	asked := f.askedPictures()
	for _, q := range want {
		if !slices.Contains(asked, q) {
			t.Errorf("%+v was not asked for: %+v", q, asked)
		}
	}
	if p.pictures.old.img.Image == nil || p.pictures.now.img.Image == nil || !p.pictures.box.Visible() {
		t.Error("the pictures are not shown")
	}
	wantShown(t, win, "Poster · In Plex now", "Poster · After sync")
	p.scenes.list.Select(1) // its poster stays
	if p.pictures.box.Visible() {
		t.Error("pictures of a scene whose pictures do not change")
	}
	f.picture = nil
	w.pictures.forget()
	p.scenes.list.Select(0)
	wantShown(t, win, "no picture to show")
}

// lineIn is the row of one list that shows line i.
func lineIn(t *testing.T, l *listing, i int) *row {
	t.Helper()
	var found *row
	walk(l.list, func(o fyne.CanvasObject) {
		if r, ok := o.(*row); ok && r.at == i {
			found = r
		}
	})
	if found == nil {
		t.Fatalf("row %d is not on screen", i)
	}
	return found
}

func TestScenesAreTickedByPointerAndKeyboard(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*previewPage](t, w, present.Preview)
	ticked := func() (out []scene.ID) {
		for id := range p.picked {
			out = append(out, id)
		}
		slices.Sort(out)
		return out
	}
	r := lineIn(t, p.scenes, 2)
	r.Tapped(&fyne.PointEvent{Position: fyne.NewPos(markWidth()/2, 5)})
	if got := ticked(); !slices.Equal(got, []scene.ID{803}) || p.row.Scene == 803 {
		t.Errorf("ticked %v, shown %d", got, p.row.Scene)
	}
	if !test.WidgetRenderer(lineIn(t, p.scenes, 2)).(*rowRenderer).r.front.checked {
		t.Error("the row does not show it")
	}
	r.Tapped(&fyne.PointEvent{Position: fyne.NewPos(markWidth()/2, 5)})
	if got := ticked(); len(got) != 0 {
		t.Errorf("unticked, and %v are", got)
	}
	list := p.scenes.list
	win.Canvas().Focus(list)
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if got := ticked(); !slices.Equal(got, []scene.ID{801}) {
		t.Errorf("the space bar ticked %v", got)
	}
	list.TypedShortcut(&fyne.ShortcutSelectAll{})
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if got := ticked(); len(got) != 16 {
		t.Errorf("Ctrl+A and the space bar ticked %v", got)
	}
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if got := ticked(); len(got) != 0 {
		t.Errorf("once more, and %v are", got)
	}
	tap(t, win, "Select all")
	if got := ticked(); len(got) != 16 {
		t.Errorf("%d of 16 are ticked", len(got))
	}
	tap(t, win, "Select none")
	if got := ticked(); len(got) != 0 {
		t.Errorf("%v are ticked", got)
	}
	p.search.SetText("night")
	tap(t, win, "Select all")
	if got := ticked(); !slices.Equal(got, []scene.ID{801, 821}) {
		t.Errorf("of what the search finds %v are ticked", got)
	}
	f.called()
	tap(t, win, "Write 2 selected")
	wantCalled(t, f, "apply 8 [801 821]")
}
