package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lockstep/app/present"
)

// Screen is what there is to know of the screens. Its functions are called on Fyne's
// goroutine; nil ones know nothing.
type Screen struct {
	// Room is how large a window may be, zero for not known.
	Room func() fyne.Size
	// Where is the place of an open window in pixels.
	Where func(fyne.Window) (x, y int, ok bool)
	// Shows reports that a window at a place could be seen.
	Shows func(x, y int) bool
}

var (
	// smallest is a size at which every page can be used: that of a screen of 1024 by 600 with
	// everything twice as large.
	smallest = fyne.NewSize(440, 200)
	// smallestWindow is one that still holds it, sidebar included.
	smallestWindow = fyne.NewSize(500, 236)
	// smallestApart is the size of settings, set-up and documentation at which they still read well.
	smallestApart = smallest
	// mainSize is the usual size of the main window.
	mainSize = fyne.NewSize(1180, 700)
)

// windowFrame is what the frame of a window takes away of a screen, title and menu bar
// included; there is no window of which it could be asked yet.
var windowFrame = fyne.NewSize(12, 64)

// fitting is a size as far as the screen has room for it, down to a smallest one.
func (w *Windows) fitting(size, smallest fyne.Size) fyne.Size {
	if w.opt.Screen.Room == nil {
		return size
	}
	room := w.opt.Screen.Room().Subtract(windowFrame)
	if room.Width <= 0 || room.Height <= 0 {
		return size
	}
	return size.Min(room).Max(smallest)
}

// smallestOf is the smallest size of a window.
func smallestOf(key string) fyne.Size {
	if kinds[key].apart {
		return smallestApart
	}
	return smallestWindow
}

// usualSize is the size of a window that nobody has changed yet.
func usualSize(key string) fyne.Size {
	if key == present.Main {
		return mainSize
	}
	return kinds[key].size
}

// keep remembers how a window was left.
func (w *Windows) keep(win *window) {
	if win.shell != nil {
		w.memory.kept.Page = win.name
	}
	if w.opt.Screen.Where != nil {
		if x, y, ok := w.opt.Screen.Where(win.Window); ok {
			w.memory.kept.Places[win.key] = [2]int{x, y}
		}
	}
	w.memory.keepSize(win.key, win.Canvas().Size())
}

// putBack has a window open where it was closed, if that can still be seen.
func (w *Windows) putBack(win *window) {
	at, known := w.memory.kept.Places[win.key]
	d, able := win.Window.(desktop.Window)
	if known && able && w.opt.Screen.Shows != nil && w.opt.Screen.Shows(at[0], at[1]) {
		d.RequestPosition(at[0], at[1])
	}
}
