package windows

import (
	"strconv"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
)

func TestWindowsSpeakGerman(t *testing.T) {
	if testing.Short() {
		t.Skip("pictures are drawn without -race")
	}
	present.SetLanguage("de")
	t.Cleanup(func() { present.SetLanguage("en") })
	f := newFake()
	first := f.reports[0]
	first.ID = 1 // what the fake answers to a wish for a preview
	f.reports = append(f.reports, first)
	w := newTest(t, f)
	for name, words := range map[string]string{
		present.Overview: "Letzte Läufe", present.Queue: "Schreibt 23 von 42", present.Reports: "24 Lücken = 16 eingereiht + 8 ausgelassen", present.Outages: "14 Änderungen offen",
		present.Settings: "Stash-Adresse", present.Preview: "Nach dem Synchronisieren", present.Explain: "DSC_0042",
		present.History: "Was geschah", present.Doctor: "2 Punkte brauchen Ihre Aufmerksamkeit", present.SetUp: "Wo ist Stash?", present.Manual: "First run",
	} {
		w.Show(name)
		drawMore(w, name)
		wantShown(t, w.showing(name), words)
		shot(t, w, name, name+"-german")
	}
	set := w.showing(present.Settings).page.(*settingsPage)
	for i, g := range config.Groups() {
		set.groups.Select(i)
		wantShown(t, w.showing(present.Settings), present.T(string(g)))
		shot(t, w, present.Settings, "settings-german-"+strconv.Itoa(i))
	}
	p := w.showing(present.SetUp).page.(*setUpPage)
	for range present.SetUpSteps()[1:] {
		tap(t, p.win, "Weiter")
	}
	wantShown(t, p.win, "Bereit", "Geschrieben wird: Titel, Studio")
	shot(t, w, present.SetUp, "setup-german")
}

// Names on buttons must not grow out of their window in any language.
func TestWindowsFitInGerman(t *testing.T) {
	present.SetLanguage("de")
	t.Cleanup(func() { present.SetLanguage("en") })
	w := newTest(t, newFake())
	for _, name := range present.Windows() {
		w.Show(name)
		win := w.showing(name)
		size := usualSize(win.key)
		win.Resize(size.AddWidthHeight(1, 1)) // the test canvas lays out on a change of size only
		if least := win.Content().MinSize(); least.Width > size.Width {
			t.Errorf("%s needs a width of %.0f", name, least.Width)
		}
		everything(win, func(o fyne.CanvasObject) {
			if b, ok := o.(*widget.Button); ok && b.Visible() && b.Size().Width < b.MinSize().Width {
				t.Errorf("%s cuts the button %q off", name, b.Text)
			}
		})
	}
}

// With everything twice as large, a screen 1280 wide is one of 640, and one 1024 wide of 512: no
// page is wider in any language, whatever it shows.
func TestPagesAreNoWiderThanASmallScreen(t *testing.T) {
	t.Cleanup(func() { present.SetLanguage("en") })
	room := fyne.NewSize(512, 300).Subtract(windowFrame)
	for _, code := range []string{"en", "de"} {
		present.SetLanguage(code)
		w := newTest(t, newFake())
		for _, name := range present.Pages() {
			w.Show(name)
			drawMore(w, name)
			win := w.open[present.Main]
			win.Resize(room)
			if least := win.Content().MinSize(); least.Width > room.Width {
				t.Errorf("%s: %s needs %.0f of %.0f", code, name, least.Width, room.Width)
			}
		}
		w.CloseAll()
	}
}
