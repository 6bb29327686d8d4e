package windows

import (
	"os"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

const fieldsPage = "settings:Fields & policies"

func threeScenes() api.Examples {
	return api.Examples{
		Scenes: []api.Example{
			{Scene: 1, Title: "Tidal Pools at Dawn", Values: map[scene.Field][]string{
				scene.FieldTitle: {"Tidal Pools at Dawn"}, scene.FieldStudio: {"Tidewater"}, scene.FieldTags: {"Low tide", "Sunrise"},
				scene.FieldPerformers: {"Mara Lindqvist"}, scene.FieldSummary: {"The tide takes two hours\nto reach the wall."}, scene.FieldCollections: {"Tidewater"},
			}},
			{Scene: 2, Title: "Night Trains of the Alps", Values: map[scene.Field][]string{scene.FieldTitle: {"Night Trains of the Alps"}, scene.FieldTags: {"Railway", "Night"}}},
			{Scene: 3, Title: "Harbour Lights", Values: map[scene.Field][]string{scene.FieldTitle: {"Harbour Lights"}}, Skipped: message.New(message.SkipFilteredTag)},
		},
		Unknown: []message.Message{message.New(message.FilterNoSuchTag, message.Title("Prviate"))},
	}
}

func TestEachFieldShowsWhatItIsMadeOfInRealScenes(t *testing.T) {
	f := newFake()
	f.examples = threeScenes()
	w := newTest(t, f)
	win, p := open[*settingsPage](t, w, fieldsPage)
	wantShown(t, win, "Examples from Tidal Pools at Dawn · Night Trains of the Alps · Harbour Lights", "→ Low tide, Sunrise  ·  Railway, Night  ·  –")
	before := len(f.examined)
	e := textWith(t, win, "{title}")
	e.SetText("{studio}: {title}")
	if n := len(f.examined); n != before+1 || !slices.Equal(f.examined[n-1].Source(scene.FieldTitle), []string{"{studio}: {title}"}) {
		t.Errorf("asked %d times, last about %q", n-before, f.examined[n-1].Source(scene.FieldTitle))
	}
	e.SetText("{studoi}")
	wantShown(t, win, "Unknown placeholder “{studoi}” at character 1; did you mean “{studio}”?")
	if len(f.examined) != before+1 || len(p.wrong) != 1 {
		t.Error("a source that cannot be read was asked about")
	}
}

func textWith(t *testing.T, win fyne.Window, words string) *widget.Entry {
	t.Helper()
	var found *widget.Entry
	everything(win, func(o fyne.CanvasObject) {
		if e, ok := o.(*widget.Entry); ok && e.Text == words && found == nil {
			found = e
		}
	})
	if found == nil {
		t.Fatalf("no input with %q", words)
	}
	return found
}

func TestAPresetIsShownBeforeItIsUsed(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*settingsPage](t, w, fieldsPage)
	var preset *widget.Select
	everything(win, func(o fyne.CanvasObject) {
		if c, ok := o.(*widget.Select); ok && slices.Contains(c.Options, "Like Stash2Plex") {
			preset = c
		}
	})
	preset.SetSelected("Like Stash2Plex")
	wantShown(t, win, "This changes:", "• Title: Keep my edits in Plex (merge) → Stash wins (mirror)")
	if p.dirty() {
		t.Fatal("looking at a preset changed the draft")
	}
	tap(t, win, "Use this preset")
	if x, _ := config.PresetOf(p.draft); x.Name != "stash2plex" || !p.dirty() {
		t.Errorf("the draft is %q", x.Name)
	}
}

func TestNamesAreChips(t *testing.T) {
	f := newFake()
	f.examples = threeScenes()
	w := newTest(t, f)
	win, p := open[*settingsPage](t, w, "settings:Which scenes")
	wantShown(t, win, "▲ Stash has no tag “Prviate”", "● Tidal Pools at Dawn: kept in step", "○ Harbour Lights: Skipped by your filter for tags")
	var inputs []*widget.Entry
	everything(win, func(o fyne.CanvasObject) {
		if e, ok := o.(*widget.Entry); ok && e.PlaceHolder == "Name to add" {
			inputs = append(inputs, e)
		}
	})
	inputs[1].SetText("Pri; vate")
	if got := p.draft.Filter.Tags.Never; !slices.Equal(got, []string{"Pri; vate"}) {
		t.Errorf("while it is typed: %q", got)
	}
	inputs[1].OnSubmitted("")
	inputs[1].SetText("Draft")
	inputs[1].OnSubmitted("")
	if got := p.draft.Filter.Tags.Never; len(got) != 2 || got[1] != "Draft" {
		t.Errorf("two: %q", got)
	}
	tap(t, win, "Draft")
	if got := p.draft.Filter.Tags.Never; len(got) != 1 {
		t.Errorf("one taken away: %q", got)
	}
}

func TestNoSettingAsksForSyntax(t *testing.T) {
	w := newTest(t, newFake())
	for _, g := range config.Groups() {
		win, _ := open[*settingsPage](t, w, "settings:"+string(g))
		everything(win, func(o fyne.CanvasObject) {
			if l, ok := o.(*widget.Label); ok && (strings.Contains(strings.ToLower(l.Text), "semicolon") || strings.Contains(l.Text, "=>")) {
				t.Errorf("%s: %q", g, l.Text)
			}
		})
	}
}

func TestSpansAreANumberAndAUnit(t *testing.T) {
	for span, want := range map[string]struct {
		number string
		unit   int
	}{"90s": {"90", 0}, "30m": {"30", 1}, "6h": {"6", 2}, "36h": {"36", 2}, "7d": {"7", 3}, "0s": {"0", 0}, "10ms": {"0.01", 0}} {
		if number, unit := inUnits(span); number != want.number || unit != want.unit {
			t.Errorf("%s is %s %s", span, number, present.UnitNames("2")[unit])
		}
	}
}

// The pages of settings and set-up at every size that is asked for.
func TestSettingsAndSetUpAreDrawnAtEverySize(t *testing.T) {
	if testing.Short() {
		t.Skip("pictures are drawn without -race")
	}
	for name, tt := range map[string]struct {
		size   fyne.Size
		v      fyne.ThemeVariant
		german bool
	}{
		"1280x800": {fyne.NewSize(1260, 730), theme.VariantLight, false}, "1024x600": {fyne.NewSize(1012, 536), theme.VariantLight, false},
		"200": {fyne.NewSize(628, 336), theme.VariantLight, false}, "smallest": {fyne.NewSize(500, 236), theme.VariantDark, false},
		"dark": {fyne.NewSize(1012, 536), theme.VariantDark, false}, "german": {fyne.NewSize(1012, 536), theme.VariantLight, true},
		"german-200": {fyne.NewSize(628, 336), theme.VariantLight, true},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.german {
				present.SetLanguage("de")
				defer present.SetLanguage("en")
			}
			f := newFake()
			f.examples = threeScenes()
			w := newTest(t, f)
			w.app.Settings().SetTheme(fixed{look{theme.DefaultTheme()}, tt.v})
			for i, g := range config.Groups() {
				if os.Getenv("LOCKSTEP_SHOTS") == "" && g != config.FieldsGroup && g != config.Scenes {
					continue
				}
				win, p := open[*settingsPage](t, w, "settings:"+string(g))
				win.Resize(tt.size)
				fits(t, p.fold, tt.size)
				shot(t, w, present.Settings, "settings-"+name+"-"+string(rune('a'+i)))
			}
			win, p := open[*setUpPage](t, w, present.SetUp)
			for step := range present.SetUpSteps() {
				win.Resize(tt.size)
				p.enter(step)
				fits(t, p.fold, tt.size)
				shot(t, w, present.SetUp, "set-up-"+name+"-"+string(rune('a'+step)))
			}
		})
	}
}

// fits fails when a page needs more room than its window has, so that something is cut off.
func fits(t *testing.T, f *folding, size fyne.Size) {
	t.Helper()
	if m := f.box.Objects[0].MinSize(); m.Width > size.Width || m.Height > size.Height {
		t.Errorf("needs %v, has %v", m, size)
	}
}

func TestSourcesOfCollectionsAreOfferedReadyMade(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	_, p := open[*settingsPage](t, w, fieldsPage)
	o, _ := config.Lookup("field-collections-source")
	s := &sourceInput{p: &p.form, o: o, field: scene.FieldCollections, wrong: p.wrongLabel(o), rows: container.NewVBox(), list: true, texts: []string{""}}
	want := []string{}
	for _, x := range present.ReadySources(scene.FieldCollections) {
		s.add(x.Text)
		s.add(x.Text) // once is enough
		want = append(want, x.Text)
		if got := p.draft.Source(scene.FieldCollections); !slices.Equal(got, want) || len(p.wrong) > 0 {
			t.Fatalf("after %s: %q, want %q; wrong: %v", x.Name, got, want, p.wrong)
		}
	}
	if s.add(""); len(s.rows.Objects) != len(want)+1 || len(p.draft.Source(scene.FieldCollections)) != len(want) {
		t.Errorf("an empty line is %d rows, %q", len(s.rows.Objects), p.draft.Source(scene.FieldCollections))
	}
	if present.ReadySources(scene.FieldTitle) != nil {
		t.Error("whole sources for a title")
	}
}
