package windows

import (
	"errors"
	"testing"

	"lockstep/app/present"
)

// edited opens the settings with a change that is not stored yet.
func edited(t *testing.T) (*fake, *Windows, *window) {
	t.Helper()
	f := newFake()
	w := newTest(t, f)
	open[*settingsPage](t, w, present.Settings)
	win := w.showing(present.Settings)
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	return f, w, win
}

func TestClosingAsksBeforeChangesAreLost(t *testing.T) {
	for name, leave := range map[string]func(*Windows, *window){
		"its own button": func(w *Windows, win *window) { w.close(win) },
		"all windows":    func(w *Windows, _ *window) { w.CloseAll() },
	} {
		for button, tc := range map[string]struct {
			called string
			stays  bool
		}{
			"Save":            {"save http://nas:9999 key kept token kept", false},
			"Discard changes": {"", false},
			"Keep editing":    {"", true},
		} {
			t.Run(name+"/"+button, func(t *testing.T) {
				f, w, win := edited(t)
				leave(w, win)
				wantShown(t, win, "Save your changes?", "Your changes are not saved yet.")
				if w.showing(present.Settings) == nil {
					t.Fatal("closed before the answer")
				}
				tap(t, win, button)
				wantCalled(t, f, tc.called)
				if stays := w.showing(present.Settings) != nil; stays != tc.stays {
					t.Errorf("open: %v", stays)
				}
				if tc.stays && entry(t, win, stashURLEntry).Text != "http://nas:9999" {
					t.Error("the change is gone")
				}
			})
		}
	}
}

func TestClosingDoesNotAskWithoutChanges(t *testing.T) {
	_, w, win := edited(t)
	tap(t, win, "Revert")
	w.close(win)
	if w.showing(present.Settings) != nil {
		t.Error("asks although nothing is lost")
	}
}

// What cannot be stored as it is can only be mended or lost.
func TestClosingWithAMistakeOffersNoSave(t *testing.T) {
	f, w, win := edited(t)
	entry(t, win, stashURLEntry).SetText("http:")
	w.close(win)
	wantShown(t, win, "Your changes are not saved yet. Fix “Stash address” to save.")
	if canTap(win.Window, "Save") {
		t.Error("offers to save a mistake")
	}
	tap(t, win, "Keep editing")
	wantCalled(t, f, "")
	if w.showing(present.Settings) == nil {
		t.Error("closed")
	}
}

func TestFailedSaveLeavesTheWindowOpen(t *testing.T) {
	f, w, win := edited(t)
	f.err = errors.New("the disk is full")
	w.close(win)
	tap(t, win, "Save")
	if w.showing(present.Settings) == nil {
		t.Fatal("closed, and nothing is stored")
	}
	wantShown(t, win, "That did not work", "Cause: the disk is full")
}

func TestSetUpAsksBeforeItsStepIsLost(t *testing.T) {
	f := newcomer()
	w, win, _ := setUp(t, f)
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	tap(t, win, "Finish later")
	wantShown(t, win, "Save your changes?")
	tap(t, win, "Save")
	wantCalled(t, f, "save http://nas:9999 key kept token kept held")
	if len(w.Names()) != 0 {
		t.Errorf("open: %v", w.Names())
	}
}

func TestQuitTellsThatChangesAreLost(t *testing.T) {
	_, w, win := edited(t)
	w.askToQuit(win)
	wantShown(t, win, "Changes that are not saved yet are lost.")
	tap(t, win, "Cancel")
	tap(t, win, "Revert")
	w.askToQuit(win)
	if shows(win, "Changes that are not saved yet are lost.") {
		t.Error("nothing would be lost")
	}
}

// The complaint stands beside what it is about, also after the page was drawn anew.
func TestMistakeStaysInItsInput(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*settingsPage](t, w, present.Settings)
	entry(t, win, stashURLEntry).SetText("http:")
	p.groups.Select(1)
	p.groups.Select(0)
	if got := entry(t, win, stashURLEntry).Text; got != "http:" {
		t.Errorf("%q is shown beside the complaint about %q", got, "http:")
	}
	wantShown(t, win, "The address must look like http://host:port.")
	if p.draft.StashURL != "http://localhost:9999" {
		t.Errorf("the draft has %q", p.draft.StashURL)
	}
	tap(t, win, "Revert")
	if got := entry(t, win, stashURLEntry).Text; got != "http://localhost:9999" {
		t.Errorf("reverted to %q", got)
	}
}

func TestWrongPathRuleStaysInItsInputs(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*settingsPage](t, w, "settings:Libraries & mapping")
	const plexFolder = 2 // below the libraries, beside the folder in Stash
	if got := entry(t, win, plexFolder).Text; got != `D:\Films` {
		t.Fatalf("the rule ends with %q", got)
	}
	entry(t, win, plexFolder).SetText("")
	at := p.group
	p.groups.Select(0)
	p.groups.Select(at)
	if got := entry(t, win, plexFolder).Text; got != "" {
		t.Errorf("%q is shown beside the complaint", got)
	}
	wantShown(t, win, "is not a rule")
}

func TestTestAnswerGoesWithTheAddressOrTheSecret(t *testing.T) {
	const answer = "Connected to Plex 1.41 with 2 libraries."
	for name, change := range map[string]func(t *testing.T, win *window){
		"address":        func(t *testing.T, win *window) { entry(t, win, stashURLEntry).SetText("http://other:9999") },
		"wrong address":  func(t *testing.T, win *window) { entry(t, win, stashURLEntry).SetText("http:") },
		"secret":         func(t *testing.T, win *window) { entry(t, win, apiKeyEntry).SetText("fresh") },
		"certificate":    func(t *testing.T, win *window) { entry(t, win, stashCertificateEntry).SetText("/home/ada/ca.pem") },
		"secret removed": func(t *testing.T, win *window) { tap(t, win, "Remove") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newTest(t, newFake())
			open[*settingsPage](t, w, present.Settings)
			win := w.showing(present.Settings)
			tap(t, win, "Test")
			wantShown(t, win, answer)
			change(t, win)
			if shows(win, answer) {
				t.Error("the answer stands beside what was not tested")
			}
			tap(t, win, "Test")
			wantShown(t, win, answer)
		})
	}
}

// An answer that comes after the address was changed is about the old one.
func TestLateTestAnswerIsDropped(t *testing.T) {
	w := newTest(t, newFake())
	open[*settingsPage](t, w, present.Settings)
	win := w.showing(present.Settings)
	var late []func()
	w.spawn = func(fn func()) { late = append(late, fn) }
	tap(t, win, "Test")
	entry(t, win, stashURLEntry).SetText("http://other:9999")
	late[0]()
	if shows(win, "Connected to Plex") || shows(win, "Testing…") {
		t.Error("the answer stands beside what was not tested")
	}
	if !canTap(win.Window, "Test") {
		t.Error("the new address cannot be tested")
	}
}

// What appears in the foot of the set-up appears beside the other buttons, which stay
// where they are: a second click must not go on by accident.
func TestButtonsOfTheSetUpStayWhereTheyAre(t *testing.T) {
	f := newcomer()
	_, win, p := setUp(t, f)
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	f.test.OK = false
	places := func() [3]float32 {
		return [3]float32{left(p.later), left(p.back), left(p.next)}
	}
	before := places()
	tap(t, win, "Next")
	if !p.anyway.Visible() {
		t.Fatal("it cannot be gone on anyway")
	}
	if after := places(); after != before {
		t.Errorf("buttons moved from %v to %v", before, after)
	}
	for _, b := range []*keyButton{p.later, p.back, p.next} {
		if left(p.anyway) < left(b)+b.Size().Width && left(b) < left(p.anyway)+p.anyway.Size().Width {
			t.Errorf("it covers %q", b.Text)
		}
	}
	p.step = present.StepPreview
	p.buttons()
	skip := places()
	p.preview.done = true
	p.buttons()
	if after := places(); after != skip {
		t.Errorf("buttons moved from %v to %v when the preview was done", skip, after)
	}
}

func left(b *keyButton) float32 {
	return widgetPosition(b).X
}

// Quit in the tray's menu knows nothing of what is being edited, so the windows are asked.
func TestQuitFromTheTrayAsksBeforeChangesAreLost(t *testing.T) {
	for button, called := range map[string]string{
		"Save":            "save http://nas:9999 key kept token kept|quit",
		"Discard changes": "quit",
		"Keep editing":    "",
	} {
		f, w, win := edited(t)
		w.Quit()
		w.Quit() // the second click brings no second question
		wantShown(t, win, "Save your changes?")
		wantCalled(t, f, "")
		tap(t, win, button)
		wantCalled(t, f, called)
		if shows(win, "Save your changes?") {
			t.Errorf("%s: asks twice", button)
		}
	}
}

func TestQuitFromTheTrayQuitsWhenNothingIsLost(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	w.Show(present.Settings)
	w.Quit()
	wantCalled(t, f, "quit")
}
