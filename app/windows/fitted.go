package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
)

// With text twice as large a screen of 1280 by 800 has room for 640 by 400, and one of 1024 by
// 600 for 512 by 300. Pages then leave out what their list needs the room of: most of it stands
// on the overview, too.
const (
	// lowPage is the height below which a page leaves out what is said elsewhere.
	lowPage = 420
	// lowestPage is the height below which it leaves out its headline, too.
	lowestPage = 270
	// narrowPage is the width below which what stands beside a list goes above it.
	narrowPage = 640
	// lowFoot is how high the foot of a low page grows.
	lowFoot = 72
)

// room is how much of the screen a page has.
type room struct{ low, lowest, narrow bool }

// fitted lays an object out after telling its page how much room there is. What the page hides
// and shows then must not be what it hides and shows for other reasons: see spare.
type fitted struct{ tell func(room) }

// fit makes a page that is told of its room before it is laid out.
func fit(page fyne.CanvasObject, tell func(room)) fyne.CanvasObject {
	return container.New(fitted{tell}, page)
}

// spare wraps what a page leaves out where there is little room.
func spare(o fyne.CanvasObject) *fyne.Container { return container.NewStack(o) }

// MinSize implements fyne.Layout.
func (fitted) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// Layout implements fyne.Layout.
func (f fitted) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.tell(room{size.Height < lowPage, size.Height < lowestPage, size.Width < narrowPage})
	objects[0].Resize(size)
	objects[0].Move(fyne.NewPos(0, 0))
}

// shown shows or hides an object while its surroundings are being laid out.
func shown(o fyne.CanvasObject, yes bool) {
	switch {
	case yes == o.Visible():
	case yes:
		o.Show()
	default:
		o.Hide()
	}
}

// edges keeps what fills a small window clear of its left and right edge.
var edges = layout.NewCustomPaddedLayout(0, 0, 4, 4)
