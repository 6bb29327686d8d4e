package windows

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/store"
)

// newcomer is an engine that nobody has set up, beside servers that answer.
func newcomer() *fake {
	f := newFake()
	f.settings = api.Settings{Values: config.Defaults(), SecretsIn: "keyring"}
	s := sampleSnapshot()
	s.Configured = false
	f.snapshots.Store(s)
	f.mapping.Evidence = []match.Suggestion{{Rule: f.mapping.Suggestions[0], Covered: 24, Total: 26}}
	f.test.Libraries = append(f.test.Libraries, api.Library{ID: "3", Title: "Music", Type: "artist"})
	return f
}

func setUp(t *testing.T, f *fake) (*Windows, fyne.Window, *setUpPage) {
	t.Helper()
	w := newTest(t, f)
	w.update(f.snapshots.Load())
	win, p := open[*setUpPage](t, w, present.SetUp)
	return w, win, p
}

func wantStep(t *testing.T, p *setUpPage, want int) {
	t.Helper()
	steps := present.SetUpSteps()
	if p.step != want {
		t.Fatalf("at step %q, want %q", steps[p.step].Name, steps[want].Name)
	}
}

func TestSetUpGoesFromStashToTheFirstSync(t *testing.T) {
	f := newcomer()
	w, win, p := setUp(t, f)
	setUpServers(t, f, win, p)
	setUpLibrariesAndPaths(t, f, win, p)
	setUpPreview(t, f, w, win)
	setUpStart(t, f, win, p)
	if w.showing(present.SetUp) != nil || w.showing(present.Overview) == nil {
		t.Errorf("open: %v", w.Names())
	}
}

func setUpServers(t *testing.T, f *fake, win fyne.Window, p *setUpPage) {
	t.Helper()
	wantShown(t, win, "Step 1 of 7", "Where is Stash?", "Nothing is written to Plex before the last step.", "►  Stash")
	if canTap(win, "Next") || canTap(win, "Back") {
		t.Error("an empty first step can be left")
	}
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	entry(t, win, apiKeyEntry).SetText("the-key")
	tap(t, win, "Next")
	wantCalled(t, f, "test stash http://nas:9999|save http://nas:9999 key the-key token kept held")
	wantStep(t, p, present.StepPlex)

	tap(t, win, "Sign in with Plex…")
	wantShown(t, win, "Signed in. Choose the server to keep in step:")
	tap(t, win, "Use")
	wantCalled(t, f, "sign in|visit https://example.org/auth|choose pin m1")
	tap(t, win, "Next")
	wantCalled(t, f, "test plex http://10.0.0.7:32400")
	wantStep(t, p, present.StepLibraries)
}

func setUpLibrariesAndPaths(t *testing.T, f *fake, win fyne.Window, p *setUpPage) {
	t.Helper()
	var group *widget.CheckGroup
	everything(win, func(o fyne.CanvasObject) {
		if g, ok := o.(*widget.CheckGroup); ok {
			group = g
		}
	})
	if group == nil || strings.Join(group.Options, ", ") != "Films, Home videos" {
		t.Fatalf("libraries to choose: %+v", group)
	}
	group.OnChanged([]string{"Films"})
	tap(t, win, "Next")
	wantCalled(t, f, "save http://nas:9999 key kept token kept held|mapping []")
	wantShown(t, win, "1\u202f173 of 1\u202f204 files found in Plex — 97.4\u202f%", "Suggested rule: /data/old", "(finds 24 of 26 files)", "are skipped and listed in the reports")
	if len(p.draft.PathMap) != 0 {
		t.Error("a learned rule was applied without a click")
	}
	tap(t, win, "Use")
	if len(p.draft.PathMap) != 1 {
		t.Errorf("rules %v", p.draft.PathMap)
	}
	tap(t, win, "Next")
	wantStep(t, p, present.StepFields)
	wantShown(t, win, "Preset")
	f.called()
}

func setUpPreview(t *testing.T, f *fake, w *Windows, win fyne.Window) {
	t.Helper()
	f.reports = append(f.reports, store.Report{ID: 1, Preview: true, Scope: "all"})
	tap(t, win, "Next")
	wantCalled(t, f, "reconcile all preview true")
	s := f.snapshots.Load()
	s.Configured, s.Hold, s.Reconcile = true, true, &api.ReconcileState{Report: 1, Preview: true, Checked: 300, Total: 1204}
	w.update(s)
	wantShown(t, win, "Comparing 300 of 1\u202f204 scenes")
	if canTap(win, "Review every change") || !canTap(win, "Skip the preview") {
		t.Error("a running preview cannot be looked at, but left")
	}
	done := f.reports[0]
	done.ID = 1
	f.reports[len(f.reports)-1] = done
	s.Reconcile = nil
	w.update(s)
	wantShown(t, win, "Checked 1\u202f204 scenes: 1\u202f180 in step · 16 to write · 8 skipped", "Nothing has been written.")
	tap(t, win, "Review every change")
	if w.showing(present.Preview) == nil {
		t.Error("the preview is not shown")
	}
	tap(t, win, "Next")
}

func setUpStart(t *testing.T, f *fake, win fyne.Window, p *setUpPage) {
	t.Helper()
	wantStep(t, p, present.StepStart)
	wantShown(t, win, "Stash: http://nas:9999", "Plex: http://10.0.0.7:32400", "Libraries: Films", "Path rules: 1", "16 to write")
	everything(win, func(o fyne.CanvasObject) {
		if c, ok := o.(*widget.Check); ok {
			test.Tap(c)
		}
	})
	if !p.draft.Hold || !f.settings.Values.Hold {
		t.Error("held no longer before the last button")
	}
	f.called()
	tap(t, win, "Start syncing")
	wantCalled(t, f, "save http://nas:9999 key kept token kept")
	if f.settings.Values.Hold || !f.settings.Values.Autostart {
		t.Errorf("stored hold %v, autostart %v", f.settings.Values.Hold, f.settings.Values.Autostart)
	}
}

func TestSetUpStaysWhereAServerRefuses(t *testing.T) {
	f := newcomer()
	good := f.test
	_, win, p := setUp(t, f)
	f.test = api.TestResult{Message: message.New(message.StashKeyWanted), Hint: message.New(message.AdviceStashKey)}
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	entry(t, win, stashURLEntry).OnSubmitted("") // Enter
	wantStep(t, p, present.StepStash)
	wantShown(t, win, "▲ Stash wants an API key. Copy the key from Stash: Settings")
	wantCalled(t, f, "test stash http://nas:9999")
	f.test = good
	tap(t, win, "Next")
	wantStep(t, p, present.StepPlex)

	tap(t, win, "Sign in with Plex…")
	f.called()
	f.err = fault.New(fault.Unauthorized, fault.Plex, message.Foreign("Plex refused the token."), message.Foreign("Sign in again."), nil)
	tap(t, win, "Use")
	wantShown(t, win, "Plex refused the token.")
	tap(t, win, "OK")
	f.err = nil
	f.settings.Values.PlexURL = ""
	entry(t, win, 0).SetText("http://plex:32400")
	f.test = api.TestResult{Message: message.Foreign("Plex is starting (database migration)"), Hint: message.Foreign("Lockstep will wait")}
	f.called()
	tap(t, win, "Next")
	wantStep(t, p, present.StepPlex)
	wantShown(t, win, "▲ Plex is starting (database migration). Lockstep will wait.")
	tap(t, win, "Continue anyway")
	if p.step != present.StepLibraries || f.settings.Values.PlexURL != "http://plex:32400" || !f.settings.Values.Hold {
		t.Errorf("step %d, stored %q, hold %v", p.step, f.settings.Values.PlexURL, f.settings.Values.Hold)
	}
}

func TestSetUpSaysWhenThePathsDoNotFit(t *testing.T) {
	f := newcomer()
	f.settings.Values.StashURL, f.settings.Values.PlexURL, f.settings.Values.Hold = "http://nas:9999", "http://plex:32400", true
	f.mapping = api.Mapping{Total: 1204, Unmatched: []string{"/data/films/a.mp4"}}
	_, win, p := setUp(t, f)
	wantStep(t, p, present.StepLibraries) // where it was left
	tap(t, win, "Next")
	wantShown(t, win, "▲ 0 of 1\u202f204 files found in Plex — 0\u202f%", "None of the files was found.", "Not found, for example:\n/data/films/a.mp4")
	entry(t, win, 0).SetText("films")
	wantShown(t, win, "is not a rule")
	if canTap(win, "Next") {
		t.Error("a wrong rule can be stored")
	}
	tap(t, win, "Back")
	wantStep(t, p, present.StepLibraries)
}

func TestSetUpDoesNotHoldWhatRuns(t *testing.T) {
	f := newFake()
	_, win, p := setUp(t, f)
	wantStep(t, p, present.StepStash)
	wantShown(t, win, "Lockstep is already running")
	tap(t, win, "Next")
	if f.settings.Values.Hold {
		t.Error("a running installation is held")
	}
	wantCalled(t, f, "test stash http://localhost:9999")
	wantStep(t, p, present.StepPlex)
}

func TestSetUpIsUsedByKeyboard(t *testing.T) {
	f := newcomer()
	_, win, p := setUp(t, f)
	if got, ok := win.Canvas().Focused().(*textInput); !ok || &got.Entry != entry(t, win, stashURLEntry) {
		t.Fatalf("focus on %T", win.Canvas().Focused())
	}
	test.Type(win.Canvas().Focused(), "http://nas:9999")
	win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	wantStep(t, p, present.StepPlex)
	press(p.back) // Alt+Left
	wantStep(t, p, present.StepStash)
	press(p.back)
	wantStep(t, p, present.StepStash)
	press(p.next)
	wantStep(t, p, present.StepPlex)
}

// Answers that come after a step was left must not move the set-up.
func TestSetUpIgnoresLateAnswers(t *testing.T) {
	f := newcomer()
	w, win, p := setUp(t, f)
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	tap(t, win, "Next")
	entry(t, win, 0).SetText("http://plex:32400")
	var late []func()
	w.spawn = func(fn func()) { late = append(late, fn) }
	tap(t, win, "Next")
	tap(t, win, "Back")
	w.spawn = func(fn func()) { fn() }
	for _, fn := range late {
		fn()
	}
	wantStep(t, p, present.StepStash)
}

func TestSetUpIsDrawn(t *testing.T) {
	f := newcomer()
	w, win, p := setUp(t, f)
	shot(t, w, present.SetUp, "setup-1")
	f.test.OK, f.test.Message = false, message.Foreign("This address answers with a web page, not with Stash")
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	tap(t, win, "Next")
	shot(t, w, present.SetUp, "setup-1-wrong")
	f.test.OK = true
	tap(t, win, "Next")
	tap(t, win, "Sign in with Plex…")
	shot(t, w, present.SetUp, "setup-2")
	tap(t, win, "Use")
	s := f.snapshots.Load()
	s.Configured, s.Hold, s.Since = true, true, ago(time.Hour)
	w.update(s)
	f.reports = append(f.reports, f.reports[0])
	f.reports[len(f.reports)-1].ID = 1
	for _, n := range []string{"3", "4", "5", "6", "7"} {
		tap(t, win, "Next")
		shot(t, w, present.SetUp, "setup-"+n)
	}
	wantStep(t, p, present.StepStart)
}
