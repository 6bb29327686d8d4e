package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// keyList is a list whose highlighted row is chosen by Enter as well as by the space
// bar.
type keyList struct {
	widget.List
	listing *listing // whose rows these are; nil for a plain list
	shift   bool     // it is held down
}

func newList(length func() int, create func() fyne.CanvasObject, update func(widget.ListItemID, fyne.CanvasObject)) *keyList {
	l := &keyList{}
	l.Length, l.CreateItem, l.UpdateItem = length, create, update
	l.ExtendBaseWidget(l)
	return l
}

// TypedKey implements fyne.Focusable.
func (l *keyList) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		l.choose()
	case fyne.KeyEscape:
		escape(l)
	default:
		if l.listing == nil || !l.listing.typed(ev.Name, l.shift) {
			l.List.TypedKey(ev)
		}
	}
}

// choose picks the row with the highlight, alone.
func (l *keyList) choose() {
	if l.listing != nil {
		l.listing.pick(l.listing.at, 0)
		return
	}
	l.List.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
}

// KeyDown implements desktop.Keyable: Fyne does not tell what is held while a key is typed.
func (l *keyList) KeyDown(ev *fyne.KeyEvent) {
	if ev.Name == desktop.KeyShiftLeft || ev.Name == desktop.KeyShiftRight {
		l.shift = true
	}
}

// KeyUp implements desktop.Keyable.
func (l *keyList) KeyUp(ev *fyne.KeyEvent) {
	if ev.Name == desktop.KeyShiftLeft || ev.Name == desktop.KeyShiftRight {
		l.shift = false
	}
}

// FocusLost implements fyne.Focusable.
func (l *keyList) FocusLost() {
	l.shift = false
	l.List.FocusLost()
}

// TypedShortcut implements fyne.Shortcutable.
func (l *keyList) TypedShortcut(s fyne.Shortcut) {
	if l.listing == nil || !l.listing.shortcut(s) {
		passShortcut(l, s)
	}
}

// rowHeight is how far a row is from the next.
func (l *keyList) rowHeight() float32 { return l.CreateItem().MinSize().Height + theme.Padding() }

// TypedRune implements fyne.Focusable.
func (l *keyList) TypedRune(r rune) {
	if l.listing != nil && r >= '1' && r <= '9' {
		l.listing.sortBy(int(r - '0'))
		return
	}
	passRune(l, r)
}

// Disabled implements fyne.Disableable: an empty list has no row to show the focus on.
func (l *keyList) Disabled() bool { return l.Length() == 0 }

// Disable implements fyne.Disableable; only the length decides.
func (l *keyList) Disable() {}

// Enable implements fyne.Disableable; only the length decides.
func (l *keyList) Enable() {}

// passRune gives a typed sign that is no matter of an object to its window.
func passRune(o fyne.CanvasObject, r rune) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return
	}
	if typed := c.OnTypedRune(); typed != nil {
		typed(r)
	}
}

// escape takes away what lies over the window of an object: a question, a message.
func escape(o fyne.CanvasObject) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
		dismiss(c)
	}
}

// dismiss takes away what lies on top of a window, as leaving a question does: nothing is
// chosen.
func dismiss(c fyne.Canvas) {
	if top := c.Overlays().Top(); top != nil {
		top.Hide()
		c.Overlays().Remove(top)
	}
}
