package windows

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"lockstep/app/present"
	"lockstep/sync/api"
)

func TestLastWindowAsksWithoutATray(t *testing.T) {
	for button, want := range map[string]string{"Keep syncing": "", "Quit Lockstep": "quit"} {
		f := newFake()
		w := newTest(t, f)
		missing := false
		w.opt.TrayMissing = func() bool { return missing }
		w.Show(present.Queue)
		w.showApart(present.Outages, "")
		w.leave(w.showing(present.Outages))
		missing = true
		win := w.showing(present.Queue)
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
func TestLastWindowAsksBeforeTheEngineSaysAnything(t *testing.T) {
	w := newTest(t, newFake())
	w.snap, w.informed = api.Snapshot{}, false
	w.opt.TrayMissing = func() bool { return true }
	w.Show(present.Queue)
	win := w.showing(present.Queue)
	w.leave(win)
	wantShown(t, win, "This desktop shows no tray icons.")
	tap(t, win, "Keep syncing")
	w.Show(present.Queue)
	w.update(api.Snapshot{}) // the engine has gone
	w.leave(w.showing(present.Queue))
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
		win := w.showing(present.Queue)
		w.leave(win)
		wantShown(t, win, "Use its tray icon to open it or quit")
		tap(t, win, button)
		wantCalled(t, f, want)
		if len(w.Names()) != 0 {
			t.Errorf("open after %q: %v", button, w.Names())
		}
		w.memory = loadMemory(filepath.Dir(w.memory.file)) // as the next window process does
		w.Show(present.Queue)
		w.leave(w.showing(present.Queue))
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

// What it took to make a page is given back once it was made, and not at each turn to it.
func TestMemoryIsGivenBackAfterAPageWasMade(t *testing.T) {
	w := newTest(t, newFake())
	freed := make(chan struct{}, 10)
	w.restAfter, w.free = 0, func() { freed <- struct{}{} }
	w.Show(present.Overview) // a window and its page
	<-freed
	w.turnTo(present.Queue)
	<-freed
	w.turnTo(present.Overview)
	w.turnTo(present.Doctor)
	<-freed
	if n := len(freed); n > 1 { // the window and its first page may count apart
		t.Errorf("given back %d times more", n)
	}
}
