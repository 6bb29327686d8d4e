package windows

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
)

// selectOf finds the visible choice that offers a value.
func selectOf(t *testing.T, win fyne.Window, offers string) *widget.Select {
	t.Helper()
	var found *widget.Select
	everything(win, func(o fyne.CanvasObject) {
		if s, ok := o.(*widget.Select); ok {
			for _, v := range s.Options {
				if v == offers {
					found = s
				}
			}
		}
	})
	if found == nil {
		t.Fatalf("nothing offers %q", offers)
	}
	return found
}

// The theme is stored when it is chosen, applies to every open window, and is undone in place,
// while other changes go on waiting to be saved.
func TestTheThemeAppliesWhenChosenAndIsUndoneInPlace(t *testing.T) {
	for code, words := range map[string]struct{ dark, saved, undo, before string }{
		"en": {"dark", "Theme saved.", "Undo", "Theme is as it was before."},
		"de": {"dunkel", "Design gespeichert.", "Rückgängig", "Design ist wieder wie zuvor."},
	} {
		present.SetLanguage(code)
		t.Cleanup(func() { present.SetLanguage("en") })
		f := newFake()
		w := newTest(t, f)
		win, p := open[*settingsPage](t, w, "settings:"+string(config.Desktop))
		other, _ := config.Lookup("mask-names")
		p.edit(other, "true", para())

		selectOf(t, win, words.dark).SetSelected(words.dark)
		wantCalled(t, f, "save http://localhost:9999 key kept token kept")
		wantShown(t, win, words.saved)
		if got := f.settings.Values; got.Theme != config.DarkTheme || got.MaskNames {
			t.Errorf("%s: stored theme %q, names masked %v", code, got.Theme, got.MaskNames)
		}
		if !p.dirty() {
			t.Errorf("%s: the other change is lost", code)
		}
		if !canTap(win, words.undo) {
			t.Fatalf("%s: nothing undoes it", code)
		}
		tap(t, win, words.undo)
		wantShown(t, win, words.before)
		if f.settings.Values.Theme != config.SystemTheme || p.draft.Theme != config.SystemTheme || !p.draft.MaskNames {
			t.Errorf("%s: after undo stored %q, shown %q, names masked %v", code, f.settings.Values.Theme, p.draft.Theme, p.draft.MaskNames)
		}
		if canTap(win, words.undo) {
			t.Errorf("%s: it can be undone twice", code)
		}
	}
}

// Undo goes away with the next change: what it would undo is not the last one any more.
func TestUndoInPlaceIsOfTheLastChangeOnly(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*settingsPage](t, w, "settings:"+string(config.Desktop))
	selectOf(t, win, "light").SetSelected("light")
	other, _ := config.Lookup("mask-names")
	p.edit(other, "true", para())
	if canTap(win, "Undo") {
		t.Error("Undo stays after another change")
	}
}

// Undo is reached with the keyboard, and moves no button that was there before.
func TestUndoInPlaceMovesNoButton(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*settingsPage](t, w, "settings:"+string(config.Desktop))
	before := widgetPosition(p.saving)
	selectOf(t, win, "light").SetSelected("light")
	if now := widgetPosition(p.saving); now != before {
		t.Errorf("Save moved from %v to %v", before, now)
	}
	win.Canvas().Focus(p.undo)
	p.undo.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if p.draft.Theme != config.SystemTheme {
		t.Errorf("Enter left the theme %q", p.draft.Theme)
	}
}

// Text of twice the size is not cut off where the theme is chosen and Undo is offered.
func TestUndoInPlaceFitsTextOfTwiceTheSize(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*settingsPage](t, w, "settings:"+string(config.Desktop))
	win.Resize(fyne.NewSize(512, 300)) // with everything twice as large, a screen of 1024 by 600
	selectOf(t, win, "dark").SetSelected("dark")
	if got, need := p.undo.Size(), p.undo.MinSize(); got.Width < need.Width || got.Height < need.Height {
		t.Errorf("Undo has %v and needs %v", got, need)
	}
	if right := widgetPosition(p.saving).X + p.saving.Size().Width; right > win.Canvas().Size().Width {
		t.Errorf("Save ends at %.0f of %.0f", right, win.Canvas().Size().Width)
	}
	test.Tap(p.undo)
	if p.draft.Theme != config.SystemTheme {
		t.Errorf("Undo left the theme %q", p.draft.Theme)
	}
}

// A switch of a kind of notification is stored at once and undone in place.
func TestASwitchOfNotificationsAppliesAtOnce(t *testing.T) {
	f := newFake()
	f.settings.Values = config.Defaults()
	w := newTest(t, f)
	win, p := open[*settingsPage](t, w, "settings:"+string(config.Notifications))
	var checks []*widget.Check
	everything(win, func(o fyne.CanvasObject) {
		if c, ok := o.(*widget.Check); ok {
			checks = append(checks, c)
		}
	})
	checks[1].SetChecked(false) // after the one for all
	if f.settings.Values.NotifyOutages || p.dirty() {
		t.Errorf("outages %v, dirty %v", f.settings.Values.NotifyOutages, p.dirty())
	}
	tap(t, win, "Undo")
	if !f.settings.Values.NotifyOutages || !p.draft.NotifyOutages {
		t.Error("not undone")
	}
}
