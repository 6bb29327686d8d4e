package windows

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// keyScroll shows a part of something high. While there is more than fits, Tab stops at it
// and the keys move it, as in a browser: Fyne's own scroll hears the wheel only.
type keyScroll struct {
	widget.BaseWidget
	scroll *container.Scroll
	ring   *canvas.Rectangle
}

func newScroll(content fyne.CanvasObject) *keyScroll {
	s := &keyScroll{scroll: container.NewVScroll(content), ring: canvas.NewRectangle(color.Transparent)}
	s.ring.StrokeWidth = 2
	s.mark(false)
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *keyScroll) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(s.scroll, s.ring))
}

// hidden is how much does not fit.
func (s *keyScroll) hidden() float32 {
	return s.scroll.Content.MinSize().Height - s.Size().Height
}

// Disabled implements fyne.Disableable: there is no use for the focus where all is seen.
func (s *keyScroll) Disabled() bool { return s.hidden() <= 0 }

// Disable implements fyne.Disableable; only the size decides.
func (s *keyScroll) Disable() {}

// Enable implements fyne.Disableable; only the size decides.
func (s *keyScroll) Enable() {}

// FocusGained implements fyne.Focusable.
func (s *keyScroll) FocusGained() { s.mark(true) }

// FocusLost implements fyne.Focusable.
func (s *keyScroll) FocusLost() { s.mark(false) }

func (s *keyScroll) mark(focused bool) {
	s.ring.StrokeColor = color.Transparent // not hidden: what is hidden is given no size
	if focused {
		s.ring.StrokeColor = theme.Color(theme.ColorNameForeground)
	}
	s.ring.CornerRadius = theme.Size(theme.SizeNameInputRadius)
	s.ring.Refresh()
}

// TypedRune implements fyne.Focusable.
func (s *keyScroll) TypedRune(r rune) { passRune(s, r) }

// TypedKey implements fyne.Focusable.
func (s *keyScroll) TypedKey(ev *fyne.KeyEvent) {
	line, page := 2*theme.TextSize(), s.Size().Height-2*theme.TextSize()
	switch ev.Name {
	case fyne.KeyDown:
		s.by(line)
	case fyne.KeyUp:
		s.by(-line)
	case fyne.KeyPageDown, fyne.KeySpace:
		s.by(page)
	case fyne.KeyPageUp:
		s.by(-page)
	case fyne.KeyHome:
		s.by(-s.scroll.Offset.Y)
	case fyne.KeyEnd:
		s.by(s.hidden())
	case fyne.KeyEscape:
		escape(s)
	}
}

func (s *keyScroll) by(d float32) {
	s.scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(s.scroll.Offset.Y+d, s.hidden()))))
}

// atMost makes room for an object that may be high, such as a summary of many lines: as
// high as it needs to be up to a limit, scrolled beyond.
func atMost(height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(maxHeight(height), newScroll(o))
}

// footHeight leaves a list above a foot most of its window.
const footHeight = 200

// footOf has a foot grow as high as its page has room for.
func footOf(foot *fyne.Container, r room) {
	foot.Layout = maxHeight(footHeight)
	switch {
	case r.lowest:
		foot.Layout = maxHeight(lowFoot / 2)
	case r.low:
		foot.Layout = maxHeight(lowFoot)
	}
}

type maxHeight float32

func (m maxHeight) MinSize(objects []fyne.CanvasObject) fyne.Size {
	whole := objects[0].(*keyScroll).scroll.Content.MinSize()
	return fyne.NewSize(whole.Width, min(whole.Height, float32(m)))
}

func (m maxHeight) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[0].Move(fyne.NewPos(0, 0))
}
