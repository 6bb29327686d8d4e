package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// foldWidth and foldHeight are below what settings and set-up arrange themselves for little
// room: a small screen with everything twice as large.
const (
	foldWidth  = 680
	foldHeight = 380
)

// folding lays a page out in one way where there is room, and in another where there is not.
type folding struct {
	box     *fyne.Container
	arrange func(narrow bool) fyne.CanvasObject
	narrow  bool
}

// newFolding begins with the arrangement for much room. What arrange returns may hold the same
// objects both times.
func newFolding(arrange func(narrow bool) fyne.CanvasObject) *folding {
	f := &folding{arrange: arrange}
	f.box = container.New(f, arrange(false))
	return f
}

// MinSize implements fyne.Layout: a page can always be made as small as its window may be.
func (f *folding) MinSize([]fyne.CanvasObject) fyne.Size { return smallest }

// Layout implements fyne.Layout.
func (f *folding) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if narrow := size.Width < foldWidth || size.Height < foldHeight; narrow != f.narrow {
		f.narrow = narrow
		f.box.Objects = []fyne.CanvasObject{f.arrange(narrow)}
	}
	f.box.Objects[0].Move(fyne.NewPos(0, 0))
	f.box.Objects[0].Resize(size)
}

// flow lays objects out one beside the other, and goes on below where a row is full.
type flow struct{ width float32 }

// MinSize implements fyne.Layout: as wide as the widest, as high as the rows that were needed
// the last time.
func (f *flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var widest float32
	for _, o := range objects {
		widest = max(widest, o.MinSize().Width)
	}
	return fyne.NewSize(widest, f.place(objects, max(f.width, widest), false))
}

// Layout implements fyne.Layout.
func (f *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	f.place(objects, size.Width, true)
}

// place tells how high the rows are, and moves the objects if it is to.
func (f *flow) place(objects []fyne.CanvasObject, width float32, move bool) float32 {
	var x, y, high float32
	for _, o := range objects {
		size := o.MinSize()
		if x > 0 && x+size.Width > width {
			x, y, high = 0, y+high, 0
		}
		if move {
			o.Move(fyne.NewPos(x, y))
			o.Resize(size)
		}
		x, high = x+size.Width, max(high, size.Height)
	}
	return y + high
}
