package windows

import (
	"bytes"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
	"lockstep/sync/message"
)

// entry finds the n-th visible entry of a window.
func entry(t *testing.T, win fyne.Window, n int) *widget.Entry {
	t.Helper()
	var all []*widget.Entry
	everything(win, func(o fyne.CanvasObject) {
		if e, ok := o.(*widget.Entry); ok {
			all = append(all, e)
		}
	})
	if n >= len(all) {
		t.Fatalf("no entry %d", n)
	}
	return all[n]
}

// The entries of the connections page, in order.
const (
	stashURLEntry = iota
	apiKeyEntry
	stashCertificateEntry
	plexURLEntry
	tokenEntry
)

func TestSettingsAreCheckedAsTyped(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, _ := open[*settingsPage](t, w, present.Settings)
	if canTap(win, "Save") {
		t.Error("nothing changed and can be saved")
	}
	entry(t, win, stashURLEntry).SetText("http:")
	wantShown(t, win, "The address must look like http://host:port.", "Fix “Stash address” to save.")
	if canTap(win, "Save") {
		t.Error("a wrong address can be saved")
	}
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	wantShown(t, win, "Not saved yet.")
	tap(t, win, "Save")
	wantCalled(t, f, "save http://nas:9999 key kept token kept")
	wantShown(t, win, "Saved.")

	entry(t, win, stashURLEntry).SetText("http://other:9999")
	tap(t, win, "Revert")
	if got := entry(t, win, stashURLEntry).Text; got != "http://nas:9999" {
		t.Errorf("reverted to %q", got)
	}
}

func TestSecretsAreKeptReplacedOrRemoved(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, _ := open[*settingsPage](t, w, present.Settings)
	wantShown(t, win, "Stored in your desktop's keyring.")
	if got := entry(t, win, apiKeyEntry); got.Text != "" || !got.Password {
		t.Errorf("the key is shown: %q", got.Text)
	}
	entry(t, win, tokenEntry).SetText("fresh")
	tap(t, win, "Save")
	wantCalled(t, f, "save http://localhost:9999 key kept token fresh")
	tap(t, win, "Remove")
	tap(t, win, "Save")
	wantCalled(t, f, "save http://localhost:9999 key  token kept")
}

func TestPlexIsFoundByAccountOrNetwork(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*settingsPage](t, w, present.Settings)
	tap(t, win, "Sign in with Plex")
	wantCalled(t, f, "sign in|visit https://example.org/auth")
	wantShown(t, win, "Signed in. Choose the server", "Attic · http://10.0.0.7:32400", "Old box · does not answer")
	tap(t, win, "Use")
	wantCalled(t, f, "choose pin m1")
	if p.draft.PlexURL != "http://10.0.0.7:32400" || p.dirty() {
		t.Errorf("chose %q, dirty %v", p.draft.PlexURL, p.dirty())
	}
	tap(t, win, "Search this network")
	wantShown(t, win, "1 server was found on this network:")
	tap(t, win, "Use")
	if p.draft.PlexURL != "http://10.0.0.9:32400" || !p.dirty() {
		t.Errorf("found %q, dirty %v", p.draft.PlexURL, p.dirty())
	}
}

func TestConnectionsAreTested(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*settingsPage](t, w, present.Settings)
	tap(t, win, "Test")
	wantCalled(t, f, "test stash http://localhost:9999")
	wantShown(t, win, "● Connected to Plex 1.41 with 2 libraries.")
	f.test.OK, f.test.Message, f.test.Hint = false, message.New(message.StashWebPage), message.None
	tap(t, win, "Test")
	wantShown(t, win, "▲ This address answers with a web page, not with Stash. Is the port 9999?")
	if p.libraries != nil {
		t.Error("libraries of Stash")
	}
}

func TestLibrariesAndPathsAreChosen(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*settingsPage](t, w, "settings:Libraries & mapping")
	tap(t, win, "Choose from Plex")
	var group *widget.CheckGroup
	everything(win, func(o fyne.CanvasObject) {
		if g, ok := o.(*widget.CheckGroup); ok {
			group = g
		}
	})
	if group == nil || len(group.Options) != 2 {
		t.Fatalf("libraries: %+v", group)
	}
	group.OnChanged([]string{"Films"})
	if len(p.draft.Libraries) != 1 || p.draft.Libraries[0] != "Films" {
		t.Errorf("chosen %v", p.draft.Libraries)
	}
	group.OnChanged([]string{"Films; old", "Home videos"})
	if len(p.draft.Libraries) != 2 || p.draft.Libraries[0] != "Films; old" {
		t.Errorf("chosen with a semicolon %v", p.draft.Libraries)
	}
	f.called()
	tap(t, win, "Check the paths")
	wantCalled(t, f, `mapping [{/data/films D:\Films}]`)
	wantShown(t, win, "1\u202f173 of 1\u202f204 files found in Plex — 97.4\u202f%", "Suggested rule: /data/old", "Old Reel 8.mp4")
	tap(t, win, "Use")
	if len(p.draft.PathMap) != 2 || p.draft.PathMap[1].Plex != `D:\Archive\Old` {
		t.Errorf("rules %v", p.draft.PathMap)
	}
	tap(t, win, "Add a rule")
	from := entry(t, win, 4)
	from.SetText("relative")
	wantShown(t, win, "is not a rule")
	from.SetText("")
	if len(p.wrong) != 0 {
		t.Errorf("still wrong: %v", p.wrong)
	}
}

func TestEverySettingIsFoundAndEdits(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*settingsPage](t, w, present.Settings)
	for _, o := range config.Options() {
		p.search.SetText(o.Title)
		if !shows(win, o.Title) {
			t.Errorf("%s is not found by its title", o.Name)
		}
	}
	p.search.SetText("quiet from")
	entry(t, win, 0).SetText("25:00")
	wantShown(t, win, "is not a time like 22:30")
	p.search.SetText("no such thing")
	wantShown(t, win, "No setting matches")
	p.search.SetText("Pace")
	var pick *widget.Select
	everything(win, func(o fyne.CanvasObject) {
		if s, ok := o.(*widget.Select); ok {
			pick = s
		}
	})
	pick.SetSelected("gentle — leaves Plex free most of the time")
	p.search.SetText("Mask names")
	everything(win, func(o fyne.CanvasObject) {
		if c, ok := o.(*widget.Check); ok {
			test.Tap(c)
		}
	})
	if p.draft.Pace != config.Gentle || !p.draft.MaskNames {
		t.Errorf("pace %q, mask %v", p.draft.Pace, p.draft.MaskNames)
	}
}

func TestSettingsGoToAFileAndBack(t *testing.T) {
	s := config.Defaults()
	s.StashURL, s.MaxTags = "http://nas:9999", 7
	var file bytes.Buffer
	if err := writeSettings(&file, s); err != nil {
		t.Fatal(err)
	}
	got, err := readSettings(&file)
	if err != nil || got.StashURL != s.StashURL || got.MaxTags != 7 {
		t.Errorf("got %+v %v", got, err)
	}
	for name, text := range map[string]string{"no JSON": "<html>", "out of range": `{"maxTags":0}`} {
		if _, err := readSettings(strings.NewReader(text)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if got, err := readSettings(strings.NewReader(`{"stashUrl":"http://a:1"}`)); err != nil || got.MaxTags != config.Defaults().MaxTags {
		t.Errorf("a short file: %+v %v", got, err)
	}
	if got, err := readSettings(strings.NewReader("\ufeff" + `{"stashUrl":"http://a:1"}`)); err != nil || got.StashURL != "http://a:1" {
		t.Errorf("a file with a byte order mark: %q %v", got.StashURL, err)
	}
}
