package windows

import (
	"image/color"
	"runtime"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// The inputs below are Fyne's with what people without a pointer miss there: a button
// hears Enter, a text leaves the window its shortcuts, and what gets the focus scrolls
// into sight.

// keyButton is pressed by Enter as well as by the space bar, and keeps the focus, which
// Fyne takes from a button that is pressed.
type keyButton struct {
	widget.Button
	focused bool
	seen    seen
}

// newButton makes a button; icon may be nil.
func newButton(label string, icon fyne.Resource, tapped func()) *keyButton {
	b := &keyButton{}
	b.Text, b.Icon, b.OnTapped = label, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *keyButton) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		press(b)
	case fyne.KeyEscape:
		escape(b)
	}
}

// TypedRune implements fyne.Focusable.
func (b *keyButton) TypedRune(r rune) { passRune(b, r) }

// FocusGained implements fyne.Focusable.
func (b *keyButton) FocusGained() {
	b.focused = true
	b.Button.FocusGained()
	b.seen.tell(b)
}

// FocusLost implements fyne.Focusable.
func (b *keyButton) FocusLost() {
	b.focused = false
	b.Button.FocusLost()
}

// CreateRenderer implements fyne.Widget.
func (b *keyButton) CreateRenderer() fyne.WidgetRenderer {
	r := &ringed{b.Button.CreateRenderer(), b, canvas.NewRectangle(color.Transparent)}
	r.ring.StrokeWidth = 2
	r.dress()
	r.ring.Hidden = !b.focused // Fyne drops what was not seen for a while, and makes it anew
	return r
}

// ringed draws a ring around a button with the focus: Fyne tells it by a shade only, which
// nobody sees on a button that stands out already.
type ringed struct {
	fyne.WidgetRenderer
	b    *keyButton
	ring *canvas.Rectangle
}

func (r *ringed) Objects() []fyne.CanvasObject {
	return append(slices.Clone(r.WidgetRenderer.Objects()), r.ring)
}

func (r *ringed) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.ring.Resize(size)
}

func (r *ringed) Refresh() {
	r.WidgetRenderer.Refresh()
	r.dress()
	visible(r.ring, r.b.focused)
	r.ring.Refresh()
}

// dress gives the ring the look of the theme.
func (r *ringed) dress() {
	r.ring.StrokeColor = theme.Color(theme.ColorNameForeground)
	r.ring.CornerRadius = theme.Size(theme.SizeNameInputRadius)
}

// press taps a button by keyboard.
func press(b *keyButton) {
	if !b.Disabled() && b.OnTapped != nil {
		b.OnTapped()
	}
}

// seen is called with an input that got the focus; nil does nothing.
type seen func(fyne.CanvasObject)

func (s seen) tell(o fyne.CanvasObject) {
	if s != nil {
		s(o)
	}
}

type textInput struct {
	widget.Entry
	seen seen
}

func newText(s seen) *textInput {
	e := &textInput{seen: s}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.ExtendBaseWidget(e)
	return e
}

func newPassword(s seen) *textInput {
	e := newText(s)
	e.Password = true
	return e
}

// FocusGained implements fyne.Focusable.
func (e *textInput) FocusGained() {
	e.Entry.FocusGained()
	e.seen.tell(e)
}

// TypedKey implements fyne.Focusable. Escape leaves the dialog that the text is in.
func (e *textInput) TypedKey(ev *fyne.KeyEvent) {
	if ev.Name == fyne.KeyEscape {
		escape(e)
		return
	}
	e.Entry.TypedKey(ev)
}

// TypedShortcut passes what is no matter of the text on to the window, which would not
// hear of it: the focus takes every shortcut.
func (e *textInput) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	own, ok := s.(*desktop.CustomShortcut)
	if !ok || runtime.GOOS == "darwin" && own.Modifier == fyne.KeyModifierAlt { // there it moves the cursor by words
		return
	}
	passShortcut(e, s)
}

// passShortcut gives a shortcut that is no matter of an object to its window.
func passShortcut(o fyne.CanvasObject, s fyne.Shortcut) {
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(o).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

type checkInput struct {
	widget.Check
	seen seen
}

func newCheck(label string, s seen) *checkInput {
	c := &checkInput{seen: s}
	c.Text = label
	c.ExtendBaseWidget(c)
	return c
}

// FocusGained implements fyne.Focusable.
func (c *checkInput) FocusGained() {
	c.Check.FocusGained()
	c.seen.tell(c)
}

type choiceInput struct {
	widget.Select
	seen seen
}

func newChoice(labels []string, s seen) *choiceInput {
	c := &choiceInput{seen: s}
	c.Options = labels
	c.ExtendBaseWidget(c)
	return c
}

// choiceWidth is the width at which none of these labels is cut off, within what a form has room
// for.
func choiceWidth(labels []string) float32 {
	width := float32(250)
	for _, l := range labels {
		width = max(width, fyne.MeasureText(l, theme.TextSize(), fyne.TextStyle{}).Width+4*theme.InnerPadding()+theme.IconInlineSize())
	}
	return min(width, 380)
}

// FocusGained implements fyne.Focusable.
func (c *choiceInput) FocusGained() {
	c.Select.FocusGained()
	c.seen.tell(c)
}

// reveal scrolls as far as needed to show an object with some room around it.
func reveal(s *container.Scroll, o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	room := 2 * theme.TextSize()
	top := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(s.Content).Y - room
	bottom := top + o.Size().Height + 2*room
	at := s.Offset
	switch {
	case top < at.Y:
		at.Y = max(top, 0)
	case bottom > at.Y+s.Size().Height:
		at.Y = bottom - s.Size().Height
	default:
		return
	}
	s.ScrollToOffset(at)
}
