package windows

import (
	"errors"
	"image"
	"net/url"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// focused names what has the focus: the words of a button, or what a text says.
func focused(win fyne.Window) string {
	switch x := win.Canvas().Focused().(type) {
	case *keyButton:
		return x.Text
	case *textInput:
		return "text " + x.Text + x.PlaceHolder
	case *choiceInput:
		return "choice " + x.Selected
	}
	return "nothing"
}

func wantFocus(t *testing.T, win fyne.Window, want string) {
	t.Helper()
	if got := focused(win); got != want {
		t.Fatalf("the focus is on %q, want it on %q", got, want)
	}
}

// hit presses a key as the driver does: it goes to what has the focus.
func hit(t *testing.T, win fyne.Window, key fyne.KeyName) {
	t.Helper()
	f := win.Canvas().Focused()
	if f == nil {
		t.Fatalf("%s goes nowhere: nothing has the focus", key)
	}
	f.TypedKey(&fyne.KeyEvent{Name: key})
}

func TestSetUpPutsTheFocusOnWhatIsNext(t *testing.T) {
	f := newcomer()
	_, win, p := setUp(t, f)
	test.Type(win.Canvas().Focused(), "http://nas:9999")
	hit(t, win, fyne.KeyReturn)
	wantStep(t, p, present.StepPlex)
	wantFocus(t, win, "Sign in with Plex…")
	hit(t, win, fyne.KeyReturn)
	wantFocus(t, win, "Use")
	hit(t, win, fyne.KeyReturn)
	wantFocus(t, win, "Next")
	for _, step := range []int{present.StepLibraries, present.StepPaths, present.StepFields, present.StepPreview, present.StepStart} {
		hit(t, win, fyne.KeyReturn)
		wantStep(t, p, step)
		if p.next.Disabled() || win.Canvas().Focused() != fyne.Focusable(p.next) {
			t.Errorf("step %d: the focus is on %q", step, focused(win))
		}
	}
}

func TestFocusIsSeenOnAButtonThatStandsOut(t *testing.T) {
	w := newTest(t, newcomer())
	b := newButton("", nil, func() {}) // without words: where they are laid out anew is another matter
	b.Importance = widget.HighImportance
	win := w.app.NewWindow("")
	win.SetContent(container.NewPadded(b))
	win.Resize(fyne.NewSize(200, 80))
	// Now and then a picture has Fyne drop what draws the button, and the test canvas lays out what is
	// made anew on a change of size only: the first picture may lack it, the second one does not.
	picture := func() (shown image.Image) {
		for range 2 {
			win.Resize(fyne.NewSize(201, 81))
			win.Resize(fyne.NewSize(200, 80))
			shown = win.Canvas().Capture()
		}
		return shown
	}
	plain := picture()
	win.Canvas().Focus(b)
	if c := difference(plain, picture()); c < 3 {
		t.Errorf("with the focus the button has at most contrast %.1f to the one without", c)
	}
	win.Canvas().Unfocus()
	if c := difference(plain, picture()); c > 1.01 {
		t.Errorf("without the focus something stays, of contrast %.1f", c)
	}
}

// Fyne drops what draws a widget when nobody has seen it for a while, and makes it anew.
func TestAButtonDrawnAnewHasItsRingOnlyWithTheFocus(t *testing.T) {
	w := newTest(t, newcomer())
	b := newButton("Next", nil, func() {})
	win := w.app.NewWindow("")
	win.SetContent(container.NewPadded(b))
	for _, has := range []bool{false, true, false} {
		if has {
			win.Canvas().Focus(b)
		} else {
			win.Canvas().Unfocus()
		}
		r, ok := b.CreateRenderer().(*ringed)
		if !ok || r.ring.Visible() != has || has && r.ring.StrokeColor != theme.Color(theme.ColorNameForeground) {
			t.Errorf("with the focus %v: the ring is visible %v", has, r.ring.Visible())
		}
	}
}

// difference is the greatest contrast between two pictures at a place.
func difference(a, b image.Image) float64 {
	most := 1.0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			most = max(most, contrast(a.At(x, y), b.At(x, y)))
		}
	}
	return most
}

func TestSetUpAsksForTheTokenOfAServerItFound(t *testing.T) {
	f := newcomer()
	f.settings.Values.StashURL, f.settings.Values.Hold = "http://nas:9999", true
	_, win, p := setUp(t, f)
	wantStep(t, p, present.StepPlex)
	tap(t, win, "Search this network")
	wantFocus(t, win, "Use")
	hit(t, win, fyne.KeyReturn)
	wantFocus(t, win, "text not set")
}

func TestSignInPageCanBeOpenedAgainUntilItExpires(t *testing.T) {
	f := newcomer()
	f.settings.Values.StashURL, f.settings.Values.Hold = "http://nas:9999", true
	w, win, _ := setUp(t, f)
	var polls []func()
	w.spawn = func(fn func()) {
		w.spawn = func(fn func()) { polls = append(polls, fn) }
		fn()
	}
	tap(t, win, "Sign in with Plex…")
	wantShown(t, win, "Confirm the sign-in in your browser.")
	f.called()
	tap(t, win, "Open the page again")
	wantCalled(t, f, "visit https://example.org/auth")
	tap(t, win, "Copy its address")
	if got := w.app.Clipboard().Content(); got != "https://example.org/auth" {
		t.Errorf("copied %q", got)
	}
	w.now = func() time.Time { return testNow.Add(time.Hour) }
	polls[0]()
	wantShown(t, win, "The sign-in has expired.")
	if canTap(win, "Open the page again") {
		t.Error("a page that has expired can be opened")
	}
}

func TestSignInWorksWithoutABrowser(t *testing.T) {
	f := newcomer()
	f.settings.Values.StashURL, f.settings.Values.Hold = "http://nas:9999", true
	w, win, _ := setUp(t, f)
	w.openURL = func(*url.URL) error { return errors.New("nothing opens pages") }
	polls := 0
	w.spawn = func(fn func()) {
		w.spawn = func(func()) { polls++ }
		fn()
	}
	tap(t, win, "Sign in with Plex…")
	wantShown(t, win, "No browser could be opened.")
	tap(t, win, "Copy its address")
	if got := w.app.Clipboard().Content(); got != "https://example.org/auth" || polls != 1 {
		t.Errorf("copied %q, asked for the answer %d times", got, polls)
	}
}

func TestFocusScrollsIntoSight(t *testing.T) {
	f := newcomer()
	_, win, p := setUp(t, f)
	win.Resize(fyne.NewSize(900, 640))
	p.enter(present.StepFields)
	tap(t, win, "Choose for each field")
	win.Resize(fyne.NewSize(901, 640)) // the test canvas lays out on a change of size only
	fields := 0
	for {
		win.Canvas().FocusNext()
		c := win.Canvas().Focused().(fyne.CanvasObject)
		if c == fyne.CanvasObject(p.later) {
			break
		}
		fields++
		d := fyne.CurrentApp().Driver()
		top := d.AbsolutePositionForObject(c).Y - d.AbsolutePositionForObject(p.scroll).Y
		if top < 0 || top+c.Size().Height > p.scroll.Size().Height {
			t.Errorf("field %d is at %.0f of %.0f", fields, top, p.scroll.Size().Height)
		}
	}
	if fields < 10 || p.scroll.Offset.Y == 0 {
		t.Errorf("%d fields had the focus, scrolled by %.0f", fields, p.scroll.Offset.Y)
	}
	wantFocus(t, win, "Finish later")
}

func TestSetUpStopsAtRulesThatFindNothing(t *testing.T) {
	f := newcomer()
	f.settings.Values.StashURL, f.settings.Values.PlexURL, f.settings.Values.Hold = "http://nas:9999", "http://plex:32400", true
	good := f.mapping
	_, win, p := setUp(t, f)
	tap(t, win, "Next")
	wantShown(t, win, "of 1\u202f204 files found in Plex")
	test.Type(textsIn(p.body)[0], "/data")
	if shows(win, "files found in Plex") {
		t.Error("what was said about other rules still stands")
	}
	test.Type(textsIn(p.body)[1], "/elsewhere")
	f.mapping = api.Mapping{Total: 1204, Suggestions: good.Suggestions}
	f.called()
	tap(t, win, "Next")
	wantCalled(t, f, "mapping [{/data /elsewhere}]")
	wantStep(t, p, present.StepPaths)
	wantShown(t, win, "▲ 0 of 1\u202f204 files found in Plex", "▲ None of the files was found.")
	if !canTap(win, "Continue anyway") || !canTap(win, "Next") {
		t.Error("there is no way on")
	}
	f.mapping = good
	tap(t, win, "Use")
	wantFocus(t, win, "Next")
	if len(p.draft.PathMap) != 2 {
		t.Errorf("rules: %v", p.draft.PathMap)
	}
	f.called()
	hit(t, win, fyne.KeyReturn)
	wantStep(t, p, present.StepFields)
	if !slices.Equal(f.settings.Values.PathMap, p.draft.PathMap) || len(p.draft.PathMap) != 2 {
		t.Errorf("stored rules: %v", f.settings.Values.PathMap)
	}
}

func TestRulesAreAddedAndRemovedByKeyboard(t *testing.T) {
	f := newcomer()
	f.settings.Values.StashURL, f.settings.Values.PlexURL, f.settings.Values.Hold = "http://nas:9999", "http://plex:32400", true
	_, win, p := setUp(t, f)
	tap(t, win, "Next")
	win.Canvas().Focus(p.paths.add)
	win.Canvas().FocusNext()
	hit(t, win, fyne.KeySpace)
	wantFocus(t, win, "Check the paths")
	tap(t, win, "Add a rule")
	wantFocus(t, win, "text /data/films in Stash")
	win.Canvas().FocusNext()
	win.Canvas().FocusNext()
	hit(t, win, fyne.KeySpace) // the bin of the second rule
	wantFocus(t, win, "Add a rule")
	hit(t, win, fyne.KeySpace)
	if n := len(textsIn(p.body)); n != 4 {
		t.Errorf("%d texts", n)
	}
}

func TestAPresetIsChosenByKeyboard(t *testing.T) {
	_, win, p := setUp(t, newcomer())
	p.enter(present.StepFields)
	win.Canvas().FocusNext()
	win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	win.Canvas().FocusNext()
	win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if x, _ := config.PresetOf(p.draft); x.Name != "stash2plex" {
		t.Errorf("the draft is %q", x.Name)
	}
}
