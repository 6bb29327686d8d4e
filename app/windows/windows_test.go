package windows

import (
	"context"
	"errors"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"lockstep/app/present"
	"lockstep/sync/api"
)

func TestWindowsOpenOnceAndRememberTheirSize(t *testing.T) {
	f := newFake()
	dir := t.TempDir()
	closed := 0
	a := test.NewTempApp(t)
	w := New(a, f, Options{DataDir: dir, OnLastClosed: func() { closed++ }})
	w.spawn = func(fn func()) { fn() }
	w.Show("no such window")
	w.Show(present.Queue)
	w.Show(present.Outages)
	if got := strings.Join(w.Names(), " "); got != "queue outages" {
		t.Fatalf("open: %s", got)
	}
	w.open[present.Queue].Resize(fyne.NewSize(700, 444))
	w.CloseAll()
	if closed != 1 || len(w.Names()) != 0 {
		t.Errorf("told %d times, still open %v", closed, w.Names())
	}
	again := loadMemory(dir)
	if got := again.size(present.Queue, fyne.NewSize(1, 1)); got != fyne.NewSize(700, 444) {
		t.Errorf("remembered %v", got)
	}
	if err := os.WriteFile(dir+"/windows.json", []byte(`{"sizes":{"queue":[3,99999]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := loadMemory(dir).size(present.Queue, fyne.NewSize(500, 400)); got != fyne.NewSize(500, 400) {
		t.Errorf("a damaged file gives %v", got)
	}
}

func TestLastWindowAsksWithoutATray(t *testing.T) {
	for button, want := range map[string]string{"Keep syncing": "", "Quit Lockstep": "quit"} {
		f := newFake()
		w := newTest(t, f)
		missing := false
		w.opt.TrayMissing = func() bool { return missing }
		w.Show(present.Queue)
		w.Show(present.Outages)
		w.leave(w.open[present.Outages])
		missing = true
		win := w.open[present.Queue]
		w.leave(win)
		wantShown(t, win, "This desktop shows no tray icons.")
		if len(w.Names()) != 1 {
			t.Fatalf("open: %v", w.Names())
		}
		tap(t, win, button)
		wantCalled(t, f, want)
		if len(w.Names()) != 0 {
			t.Errorf("open after %q: %v", button, w.Names())
		}
	}
}

// Whoever closes a window before the engine's first word is asked all the same.
func TestLastWindowAsksBeforeTheEngineIsHeardOf(t *testing.T) {
	w := newTest(t, newFake())
	w.snap, w.heard = api.Snapshot{}, false
	w.opt.TrayMissing = func() bool { return true }
	w.Show(present.Queue)
	win := w.open[present.Queue]
	w.leave(win)
	wantShown(t, win, "This desktop shows no tray icons.")
	tap(t, win, "Keep syncing")
	w.Show(present.Queue)
	w.update(api.Snapshot{}) // the engine has gone
	w.leave(w.open[present.Queue])
	if len(w.Names()) != 0 {
		t.Error("asks whether an engine that has gone shall go on")
	}
}

func TestFirstCloseSaysThatLockstepGoesOn(t *testing.T) {
	for button, want := range map[string]string{"Keep syncing": "", "Quit Lockstep": "quit"} {
		f := newFake()
		w := newTest(t, f)
		w.memory = loadMemory(t.TempDir())
		w.opt.TrayMissing, w.opt.ByHand = func() bool { return false }, true
		w.Show(present.Queue)
		win := w.open[present.Queue]
		w.leave(win)
		wantShown(t, win, "Use its tray icon to open it or quit")
		tap(t, win, button)
		wantCalled(t, f, want)
		if len(w.Names()) != 0 {
			t.Errorf("open after %q: %v", button, w.Names())
		}
		w.memory = loadMemory(filepath.Dir(w.memory.file)) // as the next window process does
		w.Show(present.Queue)
		w.leave(w.open[present.Queue])
		if len(w.Names()) != 0 {
			t.Error("the second close asks again")
		}
	}
}

// endless is an engine that changes a thousand times a second until its end.
type endless struct {
	*fake
	lasts time.Duration
}

var errGone = errors.New("gone")

func (e endless) Watch(_ context.Context, fn func(api.Snapshot)) error {
	for range int(e.lasts / time.Millisecond) {
		s := sampleSnapshot()
		s.Run.Done++
		fn(s)
		time.Sleep(time.Millisecond)
	}
	return errGone
}

func TestBridgeUpdatesAtMostTenTimesASecond(t *testing.T) {
	a := test.NewTempApp(t)
	synctest.Test(t, func(t *testing.T) {
		w := New(a, endless{newFake(), 10 * time.Second}, Options{})
		counter := &counting{}
		w.open["counting"] = &window{page: counter}
		if err := w.Run(t.Context()); !errors.Is(err, errGone) {
			t.Errorf("ended with %v", err)
		}
		if n := counter.updates.Load(); n < 50 || n > 102 {
			t.Errorf("%d updates in ten seconds", n)
		}
		if w.snap.Live {
			t.Error("an engine that has gone is shown as running")
		}
	})
}

type counting struct{ updates atomic.Int64 }

func (c *counting) content() fyne.CanvasObject { return nil }
func (c *counting) update(api.Snapshot)        { c.updates.Add(1) }
func (c *counting) show(string)                {}

func TestBridgeEndsQuietly(t *testing.T) {
	a := test.NewTempApp(t)
	w := New(a, newFake(), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Run(ctx); err != nil {
		t.Errorf("ended with %v", err)
	}
}

// Every text must be readable on what it stands on, in both variants.
func TestThemeHasContrast(t *testing.T) {
	texts := []fyne.ThemeColorName{theme.ColorNameForeground, theme.ColorNamePrimary, theme.ColorNameDisabled, theme.ColorNamePlaceHolder,
		theme.ColorNameSuccess, theme.ColorNameWarning, theme.ColorNameError}
	grounds := []fyne.ThemeColorName{theme.ColorNameBackground, theme.ColorNameInputBackground, theme.ColorNameOverlayBackground, theme.ColorNameHeaderBackground}
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		th := Theme()
		for _, text := range texts {
			for _, on := range grounds {
				if c := contrast(th.Color(text, v), th.Color(on, v)); c < 4.5 {
					t.Errorf("%s: %s on %s has contrast %.1f", name, text, on, c)
				}
			}
		}
		if c := contrast(th.Color(theme.ColorNameForegroundOnPrimary, v), th.Color(theme.ColorNamePrimary, v)); c < 4.5 {
			t.Errorf("%s: chosen buttons have contrast %.1f", name, c)
		}
		if c := contrast(th.Color(theme.ColorNameForeground, v), th.Color(theme.ColorNameButton, v)); c < 4.5 {
			t.Errorf("%s: buttons have contrast %.1f", name, c)
		}
	}
}

// contrast is WCAG's ratio of relative luminances.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		f := float64(v) / 0xffff
		if f <= 0.03928 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
