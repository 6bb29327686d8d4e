package windows

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	tooltip "github.com/dweymouth/fyne-tooltip"

	"lockstep/app/present"
	"lockstep/sync/api"
)

func TestPagesShareAWindowThatIsRemembered(t *testing.T) {
	f := newFake()
	dir := t.TempDir()
	closed := 0
	start := func() *Windows {
		w := New(test.NewTempApp(t), f, Options{DataDir: dir, OnLastClosed: func() { closed++ }})
		w.spawn = func(fn func()) { fn() }
		return w
	}
	w := start()
	w.Show("no such window")
	if got := strings.Join(w.Names(), " "); got != "overview" {
		t.Fatalf("begins with %s", got)
	}
	w.Show(present.Queue)
	w.Show(present.Outages)
	w.Show(present.Settings)
	if got := strings.Join(w.Names(), " "); got != "outages settings" || len(w.open) != 2 {
		t.Fatalf("shown: %s in %d windows", got, len(w.open))
	}
	w.showing(present.Outages).Resize(fyne.NewSize(700, 444))
	w.CloseAll()
	if closed != 1 || len(w.Names()) != 0 {
		t.Errorf("told %d times, still open %v", closed, w.Names())
	}
	again := start()
	again.Show(present.Main)
	if win := again.showing(present.Outages); win == nil || win.Canvas().Size() != fyne.NewSize(700, 444) {
		t.Errorf("remembered %v %v", again.Names(), again.memory.kept)
	}
	if err := os.WriteFile(dir+"/windows.json", []byte(`{"sizes":{"main":[3,99999]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := loadMemory(dir).size(present.Main, fyne.NewSize(500, 400)); got != fyne.NewSize(500, 400) {
		t.Errorf("a damaged file gives %v", got)
	}
}

func TestWindowsFitTheScreen(t *testing.T) {
	for screen, want := range map[fyne.Size]fyne.Size{
		fyne.NewSize(1024, 600): fyne.NewSize(1012, 536), fyne.NewSize(1920, 1080): mainSize, {}: mainSize, fyne.NewSize(640, 360): fyne.NewSize(628, 296), fyne.NewSize(320, 200): smallestWindow,
	} {
		w := newTest(t, newFake())
		w.opt.Screen.Room = func() fyne.Size { return screen }
		if got := w.fitting(usualSize(present.Main), smallestWindow); got != want {
			t.Errorf("on a screen of %v: %v, want %v", screen, got, want)
		}
	}
}

func TestPageInAWindowOfItsOwn(t *testing.T) {
	w := newTest(t, newFake())
	w.Show("explain:812")
	shortcut(t, w.showing(present.Explain), fyne.KeyN)
	own := w.open[present.Explain]
	if own == nil || own.page.(*explainPage).shown.Scene != 812 {
		t.Fatalf("open: %v", w.open)
	}
	w.Show(present.Queue)
	w.Show("explain:812")
	if main := w.open[present.Main]; main.name != present.Queue {
		t.Errorf("the main window turned to %s, which is open beside it", main.name)
	}
	wantShown(t, own, "DSC_0042", "● Plex")
	w.close(own)
	if got := strings.Join(w.Names(), " "); got != "queue" {
		t.Errorf("open: %s", got)
	}
}

// What a person typed, ticked or chose on a page is there when they turn back to it.
func TestPagesStayAsTheyWereLeft(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*previewPage](t, w, present.Preview)
	p.picked[801] = true
	press := func(name string) {
		t.Helper()
		for _, item := range w.open[present.Main].shell.side.items {
			if item.name == name {
				test.Tap(item)
			}
		}
	}
	press(present.Reports)
	if got := win.Title(); got != "Lockstep – Reports" {
		t.Errorf("title %q", got)
	}
	press(present.Preview)
	if !p.picked[801] || w.open[present.Main].page != page(p) {
		t.Error("what was picked is gone")
	}
	press(present.Settings)
	if w.open[present.Settings] == nil || w.open[present.Main].name != present.Preview {
		t.Errorf("open: %v", w.Names())
	}
}

func TestSidebarCountsAndFolds(t *testing.T) {
	w := newTest(t, newFake())
	w.Show(present.Overview)
	win := w.open[present.Main]
	side := win.shell.side
	badges := func() string {
		var out []string
		for _, item := range side.items {
			out = append(out, present.BadgeWords(item.badge))
		}
		return strings.Join(out, "|")
	}
	s := sampleSnapshot()
	s.Standing.NeedYou = 30
	w.update(s)
	if got := badges(); got != "|20|30||||||" {
		t.Errorf("badges %s", got)
	}
	outageDown(&s)
	s.Attention = []api.Attention{{Kind: api.BrakeAsks}, {Kind: api.DiskProblem}, {Kind: api.SignInPlex}}
	s.Queue.Waiting = 12000
	w.update(s)
	if got := badges(); got != "|999+|30|1||1||1|1" {
		t.Errorf("badges %s", got)
	}
	for width, folded := range map[float32]bool{1100: false, 899: true, 900: false, 640: true} {
		win.Resize(fyne.NewSize(width, 600))
		if got := side.items[0].folded; got != folded {
			t.Errorf("at %v: folded is %v", width, got)
		}
		if got := side.box.Size().Width; got != side.width(folded) {
			t.Errorf("at %v: %v wide", width, got)
		}
	}
	win.Canvas().Focus(side.items[0])
	stroke(win, fyne.KeyDown)
	stroke(win, fyne.KeyReturn)
	if win.name != present.Queue || win.Canvas().Focused() != fyne.Focusable(side.items[1]) {
		t.Errorf("on %s, the focus is on %T", win.name, win.Canvas().Focused())
	}
	w.showApart(present.Doctor, "")
	if got := badges(); got != "|999+|30|1||1||2|1" {
		t.Errorf("badges after the checks %s", got)
	}
}

func TestHelpTellsKeysAndVersion(t *testing.T) {
	w := newTest(t, newFake())
	w.opt.DataDir = "/home/ada/lockstep"
	win, p := open[*queuePage](t, w, present.Queue)
	for _, on := range []fyne.Focusable{nil, p.list.list, p.dead, win.(*window).shell.side.items[2]} {
		win.Canvas().Focus(on)
		if f := win.Canvas().Focused(); f != nil {
			f.TypedRune('?')
		} else {
			win.Canvas().OnTypedRune()('?')
		}
		wantShown(t, win, "Keyboard shortcuts", "Ctrl+F", "Search", "Ctrl+2", "Page Up, Page Down")
		stroke(win, fyne.KeyEscape)
		if win.Canvas().Overlays().Top() != nil {
			t.Fatal("Escape leaves the sheet")
		}
	}
	w.showAbout(win.(*window))
	wantShown(t, win, "Version 0.1.0", "MIT licence", "Data folder: /home/ada/lockstep")
	tap(t, win, "Copy")
	if got := w.app.Clipboard().Content(); !strings.Contains(got, "Version 0.1.0") {
		t.Errorf("copied %q", got)
	}
}

// What is cut off, and what an icon means, is said beside the pointer.
func TestTooltipsSayWhatIsCutOff(t *testing.T) {
	a := test.NewTempApp(t)
	synctest.Test(t, func(t *testing.T) {
		w := New(a, newFake(), Options{})
		w.spawn = func(fn func()) { fn() }
		w.update(sampleSnapshot())
		w.Show(present.Overview)
		win := w.open[present.Main]
		win.Resize(fyne.NewSize(640, 480))
		says := func(o desktop.Hoverable, words string) bool {
			o.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{AbsolutePosition: fyne.NewPos(50, 50)}})
			time.Sleep(2 * time.Second) // in the bubble's own time
			synctest.Wait()
			found := false
			everything(win, func(o fyne.CanvasObject) {
				if r, ok := o.(*widget.RichText); ok {
					found = found || strings.Contains(r.String(), words)
				}
			})
			o.MouseOut()
			return found
		}
		outages := win.shell.side.items[5]
		if !says(outages, "Outages") {
			t.Error("an icon does not say what it means")
		}
		win.Resize(fyne.NewSize(1180, 700))
		if says(outages, "Outages") {
			t.Error("a tooltip repeats what stands there")
		}
		long := newTipLine()
		long.SetText(strings.Repeat("The tide takes two hours to reach the wall. ", 9))
		win.SetContent(tooltip.AddWindowToolTipLayer(long, win.Canvas()))
		if !says(long, "The tide takes") {
			t.Error("what is cut off is not said")
		}
		w.CloseAll()
	})
}

func TestDocumentationTurnsItsPages(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*manualPage](t, w, "manual:troubleshooting")
	wantShown(t, win, "Troubleshooting")
	var follow func([]widget.RichTextSegment) func()
	follow = func(all []widget.RichTextSegment) func() {
		for _, s := range all {
			switch x := s.(type) {
			case *widget.HyperlinkSegment:
				if x.OnTapped != nil {
					return x.OnTapped
				}
			case widget.RichTextBlock:
				if do := follow(x.Segments()); do != nil {
					return do
				}
			}
		}
		return nil
	}
	p.show("windows")
	link := follow(p.text.Segments)
	if link == nil {
		t.Fatal("no link to another page")
	}
	link()
	wantShown(t, win, "Everything in the windows can be done with the keyboard")
}
