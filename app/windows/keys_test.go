package windows

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
)

// stroke is a key press as the driver gives it to a window.
func stroke(win fyne.Window, key fyne.KeyName) {
	ev := &fyne.KeyEvent{Name: key}
	if f := win.Canvas().Focused(); f != nil {
		f.TypedKey(ev)
		return
	}
	win.Canvas().OnTypedKey()(ev)
}

// shortcut is a key of the menu bar, as the driver looks for it.
func shortcut(t *testing.T, win fyne.Window, name fyne.KeyName) {
	t.Helper()
	want := (&desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierShortcutDefault}).ShortcutName()
	for _, m := range win.MainMenu().Items {
		for _, item := range m.Items {
			if item.Shortcut != nil && item.Shortcut.ShortcutName() == want {
				item.Action()
				return
			}
		}
	}
	t.Fatalf("no shortcut for %s", name)
}

// reach walks a window with Tab until it comes round, and gives what had the focus.
func reach(win fyne.Window) map[fyne.CanvasObject]bool {
	met := map[fyne.CanvasObject]bool{}
	win.Canvas().Unfocus()
	for range 400 {
		win.Canvas().FocusNext()
		o, ok := win.Canvas().Focused().(fyne.CanvasObject)
		if !ok || met[o] {
			return met
		}
		met[o] = true
	}
	return met
}

func TestTabPassesByAnEmptyList(t *testing.T) {
	f := newFake()
	f.jobs, f.outages.Records = nil, nil
	w := newTest(t, f)
	for _, name := range []string{present.Queue, present.Outages} {
		w.Show(name)
		for o := range reach(w.showing(name)) {
			if _, ok := o.(*keyList); ok {
				t.Errorf("%s: the focus is on an empty list, where nobody sees it", name)
			}
		}
	}
}

func TestTabReachesEverythingThatCanBeUsed(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	w.opt.Bundle = func(context.Context, string) error { return nil }
	for _, name := range present.Windows() {
		w.Show(name)
		drawMore(w, name)
		win := w.showing(name)
		win.Resize(win.Canvas().Size().AddWidthHeight(1, 1)) // as the next frame does: a wrapped text knows its height only now
		met := map[fyne.CanvasObject]bool{}
		for o := range reach(win) {
			met[plain(o)] = true
			if !usable(plain(o)) {
				t.Errorf("%s: Tab stops at %T, where nobody sees it", name, o)
			}
		}
		walk(win.Content(), func(o fyne.CanvasObject) {
			if usable(o) && !met[o] {
				t.Errorf("%s: Tab does not reach %s", name, described(o))
			}
		})
	}
}

// usable reports something a person can do something with, as walk gives it.
func usable(o fyne.CanvasObject) bool {
	switch x := o.(type) {
	case *navItem, *widget.Hyperlink:
		return true
	case *widget.Button, *widget.Entry, *widget.Check, *widget.Select, *keyScroll, *keyList:
		return !x.(fyne.Disableable).Disabled()
	}
	return false
}

func described(o fyne.CanvasObject) string {
	switch x := o.(type) {
	case *widget.Button:
		return "the button " + x.Text
	case *widget.Entry:
		return "the text " + x.PlaceHolder + x.Text
	}
	return fmt.Sprintf("%T", o)
}

func TestEscapeTakesQuestionsAwayAndChoosesNothing(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*queuePage](t, w, present.Queue)
	p.list.list.Select(6)
	f.called()
	asked := func() bool { return win.Canvas().Overlays().Top() != nil }
	tap(t, win, "Discard…")
	if !asked() {
		t.Fatal("nothing was asked")
	}
	if b, ok := win.Canvas().Focused().(*keyButton); !ok || b.Text != "Cancel" {
		t.Errorf("the focus is on %v, want Cancel", win.Canvas().Focused())
	}
	stroke(win, fyne.KeyEscape)
	if asked() {
		t.Error("Escape leaves the question")
	}
	w.fail(win, errors.New("a bug"))
	wantShown(t, win, "Something went wrong inside Lockstep")
	win.Canvas().Unfocus()
	stroke(win, fyne.KeyEscape)
	if asked() {
		t.Error("Escape leaves the message")
	}
	tap(t, win, "Pause")
	stroke(win, fyne.KeyEscape)
	if asked() {
		t.Error("Escape leaves the menu")
	}
	wantCalled(t, f, "")
	tap(t, win, "Discard…")
	win.Canvas().FocusNext()
	stroke(win, fyne.KeyReturn)
	wantCalled(t, f, "discard [5]")
	if asked() {
		t.Error("the question stays after its answer")
	}
}

func TestShortcutsWorkWhereverTheFocusIs(t *testing.T) {
	w := newTest(t, newFake())
	for _, name := range []string{present.Queue, present.Reports, present.Preview, present.Explain, present.History, present.Settings} {
		w.Show(name)
		win := w.showing(name)
		shortcut(t, win, fyne.KeyF)
		if _, ok := win.Canvas().Focused().(*textInput); !ok {
			t.Errorf("%s: ctrl+F brings the focus to %T", name, win.Canvas().Focused())
		}
	}
	shortcut(t, w.showing(present.Settings), fyne.Key4)
	if got := strings.Join(w.Names(), " "); got != "preview settings" {
		t.Errorf("shown: %s", got)
	}
	for _, name := range w.Names() {
		shortcut(t, w.showing(name), fyne.KeyW)
		if w.showing(name) != nil {
			t.Errorf("%s: ctrl+W does not close it", name)
		}
	}
}

func TestRowsAreChosenByKeyboard(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*reportsPage](t, w, present.Reports)
	win.Canvas().Focus(p.list.list)
	stroke(win, fyne.KeyDown)
	stroke(win, fyne.KeyReturn)
	if !p.detail.box.Visible() || p.detail.row.Scene != 801 {
		t.Errorf("chose %+v", p.detail.row.Scene)
	}
	_, h := open[*historyPage](t, w, present.History)
	tap(t, w.showing(present.History), "Runs")
	w.showing(present.History).Canvas().Focus(h.runList.list)
	stroke(w.showing(present.History), fyne.KeyReturn)
	if h.run.ID != 3 || !canTap(w.showing(present.History), "Undo this run") {
		t.Errorf("chose run %d", h.run.ID)
	}
}

func TestWhatDoesNotFitIsReadByKeyboard(t *testing.T) {
	f := newFake()
	f.history[0].Changes[0].New = strings.Repeat("The tide takes two hours to reach the wall. ", 200)
	w := newTest(t, f)
	w.opt.Doctor = func(context.Context) []Check { return make([]Check, 40) }
	for _, name := range []string{present.Doctor, present.Explain, present.History} {
		w.Show(name)
		drawMore(w, name)
		win := w.showing(name)
		if p, ok := win.page.(*historyPage); ok {
			p.list.list.Select(0)
		}
		win.Resize(fyne.NewSize(560, 380))
		var s *keyScroll
		for o := range reach(win) {
			if x, ok := o.(*keyScroll); ok {
				s = x
			}
		}
		if s == nil {
			t.Errorf("%s: Tab does not reach what does not fit", name)
			continue
		}
		win.Canvas().Focus(s)
		if s.ring.StrokeColor == color.Transparent || s.ring.Size() != s.Size() {
			t.Errorf("%s: nobody sees where the focus is", name)
		}
		at := func() float32 { return s.scroll.Offset.Y }
		for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyPageDown, fyne.KeyEnd} {
			before := at()
			if stroke(win, key); at() <= before {
				t.Errorf("%s: %s moves from %.0f to %.0f", name, key, before, at())
			}
		}
		if end := s.scroll.Content.Size().Height - s.Size().Height; at() < end-1 || at() > end+1 {
			t.Errorf("%s: End shows %.0f of %.0f", name, at(), end)
		}
		for _, key := range []fyne.KeyName{fyne.KeyUp, fyne.KeyPageUp, fyne.KeyHome} {
			before := at()
			if stroke(win, key); at() >= before && before > 0 {
				t.Errorf("%s: %s moves from %.0f to %.0f", name, key, before, at())
			}
		}
		if at() != 0 {
			t.Errorf("%s: Home shows %.0f", name, at())
		}
		win.Resize(fyne.NewSize(560, 20000))
		if name == present.Doctor && !s.Disabled() {
			t.Errorf("%s: Tab stops at what is seen in full", name)
		}
	}
}

func TestOpenWindowsChangeTheirLanguageAtOnce(t *testing.T) {
	t.Cleanup(func() { present.SetLanguage("en") })
	f := newFake()
	w := newTest(t, f)
	w.showApart(present.Explain, "812")
	w.Show(present.Queue)
	w.Show("settings:" + string(config.Privacy))
	present.SetLanguage("de")
	w.update(sampleSnapshot())
	wantShown(t, w.showing(present.Queue), "Schreibt 23 von 42")
	wantShown(t, w.showing(present.Explain), "Schon eingereiht.")
	wantShown(t, w.showing(present.Settings), "Datenschutz", "Namen im Protokoll verbergen")
	if got := w.showing(present.Queue).Title(); got != "Lockstep – Warteschlange" {
		t.Errorf("title %q", got)
	}
	win := w.showing(present.Settings)
	o, _ := config.Lookup("mask-names")
	p := win.page.(*settingsPage)
	p.edit(o, "true", para())
	present.SetLanguage("en")
	w.update(sampleSnapshot())
	wantShown(t, win, "Datenschutz") // not saved yet: what was chosen stays
	if w.Show(present.Queue); !shows(w.showing(present.Queue), "Writing 23 of 42") {
		t.Error("the queue stays German")
	}
}
