package windows

import (
	"context"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// newTest makes windows whose background work runs at once and in order.
func newTest(t *testing.T, f *fake) *Windows {
	t.Helper()
	a := test.NewTempApp(t)
	w := New(a, f, Options{DataDir: t.TempDir(), Zone: testZone})
	a.Settings().SetTheme(Theme(config.LightTheme))
	w.spawn, w.pollEvery = func(fn func()) { fn() }, time.Millisecond
	w.now, w.free = func() time.Time { return testNow }, func() {}
	w.openURL = func(u *url.URL) error { return f.note("visit %s", u) }
	w.opt.Notify = func(n present.Note) error { return f.note("notify %s", n.Title) }
	w.opt.Doctor = func(context.Context) []Check {
		return []Check{{Name: "Stash", Words: "Connected to Stash 0.30 with 1 204 scenes.", OK: true}, {Name: "Keyring", Words: "No keyring answers.", Hint: "Allow a file under Settings → Privacy to keep secrets.", OK: false}, {Name: "Clock", Words: "The clock of this machine is 5 min behind Plex.", Failed: true}}
	}
	w.update(f.snapshots.Load())
	t.Cleanup(w.CloseAll)
	return w
}

// shot saves a picture of a window to the folder LOCKSTEP_SHOTS names, for people.
func shot(t *testing.T, w *Windows, name, file string) {
	t.Helper()
	win := w.showing(name)
	if win == nil {
		t.Fatalf("no window %q", name)
	}
	size := win.Canvas().Size() // the test canvas lays out on a change of size only
	win.Resize(size.AddWidthHeight(1, 1))
	win.Resize(size)
	img := win.Canvas().Capture()
	colours := map[any]bool{}
	for y := 0; y < img.Bounds().Dy(); y += 3 {
		for x := 0; x < img.Bounds().Dx(); x += 3 {
			colours[img.At(x, y)] = true
		}
	}
	if len(colours) < 20 {
		t.Errorf("%s is nearly blank: %d colours", name, len(colours))
	}
	dir := os.Getenv("LOCKSTEP_SHOTS")
	if dir == "" {
		return
	}
	out, err := os.Create(filepath.Join(dir, file+".png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(out, img); err != nil {
		t.Error(err)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
}

func TestEveryWindowIsDrawn(t *testing.T) {
	if testing.Short() {
		t.Skip("pictures are drawn without -race")
	}
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.picture = painted
			w := newTest(t, f)
			w.app.Settings().SetTheme(fixed{look{theme.DefaultTheme()}, v})
			for _, n := range present.Windows() {
				w.Show(n)
				drawMore(w, n)
				shot(t, w, n, n+"-"+name)
			}
			for _, n := range present.Pages() { // side by side, too
				w.showApart(n, "")
			}
			if got := strings.Join(w.Names(), " "); got != strings.Join(present.Windows(), " ") {
				t.Errorf("open: %s", got)
			}
		})
	}
}

// drawMore brings a window into the state people see it in.
func drawMore(w *Windows, name string) {
	switch p := w.showing(name).page.(type) {
	case *queuePage:
		p.list.list.Select(6)
	case *reportsPage:
		p.list.list.Select(2)
	case *explainPage:
		p.show("812")
	case *historyPage:
		p.list.list.Select(3)
	case *outagesPage:
		p.list.list.Select(2)
	case *previewPage:
		p.turn([]int{1, 2})
		p.fields.list.Select(1)
	}
}

// Every page on a screen of 1024 by 600, and on one of 1280 by 800 and the small one with everything twice as
// large, with a long queue.
func TestPagesAreDrawnOnSmallScreens(t *testing.T) {
	if testing.Short() {
		t.Skip("pictures are drawn without -race")
	}
	f := newFake()
	for i := range 100_000 {
		f.jobs = append(f.jobs, queue.Job{Scene: scene.ID(1000 + i), Name: names[i%len(names)], State: queue.Done, Due: ago(time.Hour)})
	}
	for name, screen := range map[string]fyne.Size{"1024x600": fyne.NewSize(1024, 600), "twice-as-large": fyne.NewSize(640, 400), "small-twice-as-large": fyne.NewSize(512, 300)} {
		w := newTest(t, f)
		w.opt.Screen.Room = func() fyne.Size { return screen }
		for _, n := range present.Windows() {
			w.Show(n)
			drawMore(w, n)
			shot(t, w, n, n+"-"+name)
		}
	}
}

func TestOtherFacesAreDrawn(t *testing.T) {
	if testing.Short() {
		t.Skip("pictures are drawn without -race")
	}
	f := newFake()
	w := newTest(t, f)
	s := sampleSnapshot()
	outageDown(&s)
	w.Show(present.Queue)
	w.update(s)
	shot(t, w, present.Queue, "queue-down")

	empty := newFake()
	empty.jobs, empty.reports, empty.outages.Records = nil, nil, nil
	w = newTest(t, empty)
	s = sampleSnapshot()
	s.InHand, s.Run = nil, api.Progress{}
	s.Queue.Waiting, s.Queue.Running, s.Queue.Retrying, s.Queue.Dead, s.Queue.Parked = 0, 0, 0, 0, 0
	w.update(s)
	for _, n := range []string{present.Queue, present.Reports, present.Outages, present.Preview} {
		w.Show(n)
		shot(t, w, n, n+"-empty")
	}

	w = newTest(t, f)
	s = sampleSnapshot()
	s.Configured = false
	w.Show(present.Settings)
	w.update(s)
	shot(t, w, present.Settings, "settings-first")
	p := w.showing(present.Settings).page.(*settingsPage)
	for i, g := range config.Groups() {
		p.groups.Select(i)
		shot(t, w, present.Settings, "settings-"+strings.ToLower(strings.Fields(string(g))[0]))
	}

	w = newTest(t, f)
	s = sampleSnapshot()
	s.Attention = []api.Attention{{Kind: api.BrakeAsks, Message: message.Foreign("This would overwrite 412 of 1 204 summaries that Lockstep did not write"), Report: 8}}
	w.update(s)
	w.Show(present.Queue)
	shot(t, w, present.Queue, "queue-brake")
	w.Show(present.Preview)
	shot(t, w, present.Preview, "preview-brake")
}

// Lists with covers, sorted, with all rows picked, and without pictures; a preview of a long
// text, and one that has no pictures to show.
func TestFacesOfListsAreDrawn(t *testing.T) {
	f := newFake()
	f.picture = painted
	long := "Two old friends watch the boats come home. The tide takes two hours to reach the wall, and nobody speaks. At dawn the keeper puts out the light."
	f.rows[8][0].Changes = append(f.rows[8][0].Changes, store.Change{Field: scene.FieldTitle, Old: "Tidal pools", New: names[0]},
		store.Change{Field: scene.FieldStudio, Old: "", New: "North Sea Films"})
	f.rows[8][0].Changes[2] = store.Change{Field: scene.FieldSummary, Old: long, New: strings.Replace(strings.Replace(long, "old", "young", 1), "At dawn the keeper puts out", "The keeper lights", 1)}
	w := newTest(t, f)
	w.Show(present.Queue)
	q := w.showing(present.Queue).page.(*queuePage)
	q.list.sortBy(1)
	q.list.pickAll()
	shot(t, w, present.Queue, "queue-all-picked")
	w.Show(present.History)
	w.showing(present.History).page.(*historyPage).list.sortBy(2)
	shot(t, w, present.History, "history-sorted")
	w.Show(present.Preview)
	w.showing(present.Preview).page.(*previewPage).fields.list.Select(2)
	shot(t, w, present.Preview, "preview-text")
	off := sampleSnapshot()
	off.Pictures = false
	w.update(off)
	for _, name := range []string{present.Queue, present.Preview} {
		w.Show(name)
		shot(t, w, name, name+"-without-pictures")
	}
	w = newTest(t, newFake()) // none that could be shown
	w.turnDensity()
	w.Show(present.Preview)
	shot(t, w, present.Preview, "preview-no-picture-comfortable")
}
