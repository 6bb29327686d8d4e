package windows

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// walk visits every visible object below root, inside widgets too.
func walk(root fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if root == nil || !root.Visible() {
		return
	}
	visit(plain(root))
	switch x := root.(type) {
	case *fyne.Container:
		for _, o := range x.Objects {
			walk(o, visit)
		}
	case *container.Scroll:
		walk(x.Content, visit)
	case fyne.Widget:
		for _, o := range test.WidgetRenderer(x).Objects() {
			walk(o, visit)
		}
	}
}

// plain is Fyne's own widget within one of ours.
func plain(o fyne.CanvasObject) fyne.CanvasObject {
	switch x := o.(type) {
	case *keyButton:
		return &x.Button
	case *textInput:
		return &x.Entry
	case *checkInput:
		return &x.Check
	case *choiceInput:
		return &x.Select
	case *tipLine:
		return &x.Label
	}
	return o
}

// everything visits what a window shows, dialogs and menus included.
func everything(win fyne.Window, visit func(fyne.CanvasObject)) {
	for _, o := range win.Canvas().Overlays().List() {
		walk(o, visit)
	}
	walk(win.Content(), visit)
}

// tap presses the first button of that text, else the first that starts with it; the
// topmost overlay's come first.
func tap(t *testing.T, win fyne.Window, label string) {
	t.Helper()
	var found *widget.Button
	everything(win, func(o fyne.CanvasObject) {
		if b, ok := o.(*widget.Button); ok && strings.HasPrefix(b.Text, label) && (found == nil || b.Text == label && found.Text != label) {
			found = b
		}
	})
	if found == nil {
		t.Fatalf("no button %q", label)
	}
	if found.Disabled() {
		t.Fatalf("button %q is disabled", label)
	}
	test.Tap(found)
}

func canTap(win fyne.Window, label string) bool {
	able := false
	everything(win, func(o fyne.CanvasObject) {
		if b, ok := o.(*widget.Button); ok && strings.HasPrefix(b.Text, label) && !b.Disabled() {
			able = true
		}
	})
	return able
}

// shows reports whether a window has a label with these words.
func shows(win fyne.Window, words string) bool {
	found := false
	everything(win, func(o fyne.CanvasObject) {
		switch l := o.(type) {
		case *widget.Label:
			found = found || strings.Contains(l.Text, words)
		case *widget.RichText:
			found = found || strings.Contains(l.String(), words)
		case *twoLines:
			found = found || strings.Contains(l.words, words)
		}
	})
	return found
}

func wantShown(t *testing.T, win fyne.Window, words ...string) {
	t.Helper()
	for _, w := range words {
		if !shows(win, w) {
			t.Errorf("%q is not shown", w)
		}
	}
}

func wantCalled(t *testing.T, f *fake, want string) {
	t.Helper()
	if got := f.called(); got != want {
		t.Errorf("called %q, want %q", got, want)
	}
}

func widgetPosition(o fyne.CanvasObject) fyne.Position {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
}
