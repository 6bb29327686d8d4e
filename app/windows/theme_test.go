package windows

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lockstep/app/present"
	"lockstep/sync/config"
)

func (w *Windows) background() color.Color {
	set := w.app.Settings()
	return set.Theme().Color(theme.ColorNameBackground, set.ThemeVariant())
}

// A chosen theme counts whatever the desktop has, at once and in windows that are opened later.
func TestAChosenThemeCountsAtOnceAndNextTime(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	w.Show(present.Overview)
	say := func(chosen config.Theme) {
		s := f.snapshots.Load()
		s.Theme = chosen
		w.update(s)
	}
	say(config.DarkTheme)
	if w.background() != dark[theme.ColorNameBackground] {
		t.Error("dark was chosen, and the windows are not dark")
	}
	next := New(w.app, f, w.opt)
	if next.background() != dark[theme.ColorNameBackground] {
		t.Error("the next windows do not open dark")
	}
	say(config.LightTheme)
	if w.background() != light[theme.ColorNameBackground] {
		t.Error("light was chosen, and the windows are not light")
	}
	say(config.SystemTheme)
	for _, v := range variants() {
		if w.app.Settings().Theme().Color(theme.ColorNameBackground, v) != (look{theme.DefaultTheme()}).Color(theme.ColorNameBackground, v) {
			t.Error("the desktop's theme was chosen, and does not decide")
		}
	}
	if New(w.app, f, w.opt); w.memory.kept.Theme != "" {
		t.Errorf("%q is remembered", w.memory.kept.Theme)
	}
}

// What is chosen has the colours whose contrast is measured.
func TestAChosenThemeHasTheColoursOfItsVariant(t *testing.T) {
	for chosen, v := range map[config.Theme]fyne.ThemeVariant{config.LightTheme: theme.VariantLight, config.DarkTheme: theme.VariantDark} {
		for name := range light {
			for _, desktop := range variants() {
				if got, want := Theme(chosen).Color(name, desktop), Theme("").Color(name, v); got != want {
					t.Errorf("%s, %s on a desktop of %d: %v, want %v", chosen, name, desktop, got, want)
				}
			}
		}
	}
	if Theme("zebra").Color(theme.ColorNameBackground, theme.VariantDark) != dark[theme.ColorNameBackground] {
		t.Error("a theme nobody knows is not the desktop's")
	}
}
