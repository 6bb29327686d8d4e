package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// shell is what the main window is made of: a sidebar, the page it is on, and the strip
// below. Pages are made when they are first turned to, and stay as they were left.
type shell struct {
	w     *Windows
	win   *window
	side  *sidebar
	place *fyne.Container // of the page
	made  map[string]madePage
}

type madePage struct {
	page
	object fyne.CanvasObject
}

func newShell(w *Windows, win *window) *shell {
	f := &shell{w: w, win: win, place: container.NewStack(), made: map[string]madePage{}}
	f.side = newSidebar(f.visit, func(name string) { w.Show(name) })
	win.strip = newStrip(w, win)
	f.side.update(w.snap)
	win.strip.update(w.snap)
	return f
}

func (f *shell) content() fyne.CanvasObject {
	rest := overStrip(f.win.strip, atLeast(smallest, f.place))
	return container.New(&shellLayout{f.side}, f.side.box, rest)
}

// visit turns to a page as a person does, who finds it as it was left.
func (f *shell) visit(name string) {
	if f.turn(name) {
		f.win.page.show("")
	}
}

// turn shows a page, and reports whether it is new.
func (f *shell) turn(name string) bool {
	p, known := f.made[name]
	if !known {
		p.page = kinds[name].make(f.w, f.win)
		p.object = p.content()
		f.made[name] = p
	}
	f.win.name, f.win.page = name, p.page
	f.win.SetTitle(titleOf(name))
	f.side.choose(name)
	if len(f.place.Objects) != 1 || f.place.Objects[0] != p.object {
		f.leaveFocus()
		f.place.Objects = []fyne.CanvasObject{p.object}
		f.place.Refresh()
	}
	p.update(f.w.snap)
	if !known {
		f.w.rest()
	}
	return !known
}

// leaveFocus takes the focus from what goes out of sight.
func (f *shell) leaveFocus() {
	c := f.win.Canvas()
	if _, ok := c.Focused().(*navItem); !ok {
		c.Unfocus()
	}
}

// foldBelow is the width of a window below which its sidebar shows icons only, in
// widths of the usual text size.
const foldBelow = 900

// shellLayout gives the sidebar its width on the left and the rest to the page.
type shellLayout struct{ side *sidebar }

// MinSize implements fyne.Layout: a window can always be made as narrow as with icons only.
func (l *shellLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	side, rest := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(foldedWidth()+rest.Width, max(side.Height, rest.Height))
}

// Layout implements fyne.Layout.
func (l *shellLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	folded := size.Width < foldBelow*theme.TextSize()/14
	l.side.fold(folded)
	width := l.side.width(folded)
	objects[0].Resize(fyne.NewSize(width, size.Height))
	objects[0].Move(fyne.NewPos(0, 0))
	objects[1].Resize(fyne.NewSize(size.Width-width, size.Height))
	objects[1].Move(fyne.NewPos(width, 0))
}
