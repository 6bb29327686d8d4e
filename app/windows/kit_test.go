package windows

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
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

// A window that is made narrower by a little has paragraphs of another line; what stands below
// them moves on.
func TestNoParagraphIsCutOffByWhatStandsBelow(t *testing.T) {
	w := newTest(t, newFake())
	for _, g := range []string{"Performance", "Plays & ratings"} {
		win, _ := open[*settingsPage](t, w, "settings:"+g)
		for width := float32(930); width > 840; width-- {
			win.Resize(fyne.NewSize(width, 660))
			everything(win, func(o fyne.CanvasObject) {
				if l, ok := o.(*widget.Label); ok && l.Visible() && l.Wrapping == fyne.TextWrapWord && l.Size().Height+0.5 < l.MinSize().Height {
					t.Errorf("%s, %.0f wide: %q has %.0f and needs %.0f", g, width, l.Text, l.Size().Height, l.MinSize().Height)
				}
			})
		}
	}
}

func TestChoicesShowTheirLabelsWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("pictures are drawn without -race")
	}
	for _, language := range []string{"en", "de"} {
		present.SetLanguage(language)
		t.Cleanup(func() { present.SetLanguage("en") })
		w := newTest(t, newFake())
		for _, g := range config.Groups() {
			win, _ := open[*settingsPage](t, w, "settings:"+string(g))
			everything(win, func(o fyne.CanvasObject) {
				if c, ok := o.(*choiceInput); ok && c.Visible() {
					for _, label := range c.Options {
						if need := fyne.MeasureText(label, theme.TextSize(), fyne.TextStyle{}).Width + 3*theme.InnerPadding() + theme.IconInlineSize(); need > max(c.Size().Width, 131) {
							t.Errorf("%s: %q needs %.0f and has %.0f", g, label, need, c.Size().Width)
						}
					}
				}
			})
		}
	}
}

// The name of a part of a report ends where its number begins, however long that is.
func TestNamesOfPartsEndBeforeTheirNumbers(t *testing.T) {
	w := newTest(t, newFake())
	_, p := open[*reportsPage](t, w, present.Reports)
	line := newPartLine().(*fyne.Container)
	line.Resize(fyne.NewSize(180, 30))
	for _, rows := range []int{2, 11_111, 1_000_000} {
		p.reasons.shown = []present.RowFilter{{Name: "No path rule covers this file", Rows: rows}}
		p.reasons.draw(0, line)
		name, number := line.Objects[0], line.Objects[1]
		if name.Position().X+name.Size().Width > number.Position().X+0.5 || number.Size().Width+0.5 < number.MinSize().Width {
			t.Errorf("%d rows: the name ends at %.0f, the number begins at %.0f", rows, name.Position().X+name.Size().Width, number.Position().X)
		}
	}
}

func TestALineBesideAnotherIsNotCutOff(t *testing.T) {
	for _, words := range []string{"0,9 Szenen/s · noch etwa 20 s", "0.9 scenes/s · about 20 s left", "18 scenes/s · about 1 h 30 min left"} {
		newTest(t, newFake())
		l := newTipLine()
		l.SetText(words)
		whole := widget.NewLabel(words)
		besides{}.Layout([]fyne.CanvasObject{text(""), l}, fyne.NewSize(900, 40))
		if l.Size().Width < whole.MinSize().Width {
			t.Errorf("%q has %.1f and needs %.1f", words, l.Size().Width, whole.MinSize().Width)
		}
	}
}

// What cannot be done before the set-up is not offered.
func TestNothingIsSyncedBeforeTheSetUp(t *testing.T) {
	f := newFake()
	s := sampleSnapshot()
	freshState(f, &s)
	w := newTest(t, f)
	w.update(s)
	win, _ := open[*overviewPage](t, w, present.Overview)
	for _, label := range []string{"Sync now", "Pause"} {
		if canTap(win, label) {
			t.Errorf("%s is offered", label)
		}
	}
	tap(t, win, "Set up…")
	if w.open[present.SetUp] == nil {
		t.Error("the set-up was not opened")
	}
}
