package windows

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"lockstep/sync/config"
)

// Two rules for one folder of Stash disagree about every file: a suggestion that is used beside a
// wrong rule would leave everything at 0 %.
func TestASuggestedRuleTakesThePlaceOfAWrongOne(t *testing.T) {
	for _, wrong := range []string{"/data/old", "/data/old/", "/data//old"} {
		f := newFake()
		f.settings.Values.PathMap = []config.Rule{{Stash: "/data/films", Plex: `D:\Films`}, {Stash: wrong, Plex: "/nowhere"}}
		w := newTest(t, f)
		win, p := open[*settingsPage](t, w, "settings:Libraries & mapping")
		tap(t, win, "Check the paths")
		tap(t, win, "Use")
		if want := []config.Rule{{Stash: "/data/films", Plex: `D:\Films`}, {Stash: "/data/old", Plex: `D:\Archive\Old`}}; !slices.Equal(p.draft.PathMap, want) {
			t.Errorf("rules %v, want %v", p.draft.PathMap, want)
		}
	}
}

// A long suggestion wraps; it does not make the page wider than its window.
func TestLongSuggestionsStayInTheWindow(t *testing.T) {
	f := newFake()
	long := "/data/" + strings.Repeat("a long name of a folder ", 8)
	f.mapping.Suggestions = []config.Rule{{Stash: long, Plex: "D:" + long}}
	w := newTest(t, f)
	win, p := open[*settingsPage](t, w, "settings:Libraries & mapping")
	win.Resize(fyne.NewSize(900, 660))
	tap(t, win, "Check the paths")
	if width := p.scroll.Content.MinSize().Width; width > p.scroll.Size().Width {
		t.Errorf("the page needs %.0f of %.0f", width, p.scroll.Size().Width)
	}
}
