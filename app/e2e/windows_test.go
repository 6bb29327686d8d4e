//go:build e2e

package e2e

import (
	"context"
	"errors"
	"image"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"lockstep/app/desktoptest"
	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/sim"
)

// Whoever closes, or loses, a window loses nothing but the window.
func TestKilledWindowsChangeNothing(t *testing.T) {
	const scenes = 1500
	d := newDesk(t, desktoptest.RigParams{}, sim.Options{Seed: 3, Scenes: scenes})
	item := d.trayUp()
	c := d.client()
	before, err := c.Settings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	moments := []func(){
		func() {}, // as it starts
		func() { d.Until("the window", func() error { return d.Display.Visible(title(present.Queue)) }) },
		func() { d.opened(present.Queue) },
	}
	kills := 0
	for ; ; kills++ {
		if s := d.sees(c, "a word of the engine", func(api.Snapshot) bool { return true }); s.Scanned && s.Queue.Empty() {
			break
		}
		d.click(item, "Queue…")
		d.Until("the window process", func() error { return d.windowRuns(true) })
		moments[kills%len(moments)]()
		if err := syscall.Kill(d.windowProcess(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		d.Until("the window process to be gone", func() error { return d.windowRuns(false) })
	}
	d.settled(c)
	if kills < len(moments) {
		t.Fatalf("killed %d windows during the sync, want each moment once: the library is too small", kills)
	}
	if err := d.inStep(); err != nil {
		t.Error(err)
	}
	after, err := c.Settings(context.Background())
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("the settings changed from %+v to %+v: %v", before, after, err)
	}
	if n := d.world.Plex.Counts(); n["edit"] != scenes || n["upload"] != scenes {
		t.Errorf("%d windows were killed while %d scenes were synced; Plex got %v", kills, scenes, n)
	}
}

func TestWindowsComeAndGoWithoutTheEngine(t *testing.T) {
	d, c, item := trayed(t, desktoptest.Screenless, tidy())
	if err := item.Activate(); err != nil {
		t.Fatal(err)
	}
	d.opened(present.Overview)
	first := d.windowProcess()
	d.click(item, "Reports…")
	d.opened(present.Reports)
	if pid := d.windowProcess(); first == 0 || pid != first {
		t.Errorf("the second page is shown by process %d, the first by %d", pid, first)
	}
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	d.Until("the windows to be gone", func() error {
		return errors.Join(d.Display.Gone(title(present.Overview)), d.Display.Gone(title(present.Reports)))
	})
	id := d.world.Stash.SceneIDs()[1]
	if err := d.world.Stash.Edit(id, func(sc *sim.Scene) { sc.Title = "Written without a window" }); err != nil {
		t.Fatal(err)
	}
	d.Until("the edit in Plex", d.inStep)
	d.settled(c)
	d.click(item, "Queue…")
	d.opened(present.Queue)
	if pid := d.windowProcess(); pid == 0 || pid == first {
		t.Errorf("windows are shown by process %d again", pid)
	}
	d.close(present.Queue)
	d.Until("the window process to end", func() error { return d.windowRuns(false) })
	if _, err := c.Snapshot(context.Background()); err != nil {
		t.Errorf("closing the last window ended more than the windows: %v", err)
	}
}

func TestSecondStartShowsTheWindowOfTheFirst(t *testing.T) {
	d, c, _ := trayed(t, desktoptest.Screenless, tidy())
	second := d.start()
	if err := second.Wait(desktoptest.Patience); err != nil {
		t.Errorf("the second start: %v", err)
	}
	d.opened(present.Overview)
	if d.windowProcess() == 0 {
		t.Error("the window does not belong to the first start")
	}
	if _, err := c.Ping(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestFirstCloseSaysThatLockstepGoesOn(t *testing.T) {
	d := newDesk(t, desktoptest.RigParams{}, tidy())
	d.app = d.start()
	item := d.item()
	d.asksBeforeTheLastWindowGoes()
	d.Until("the answer to be taken", func() error {
		return errors.Join(d.Display.Key("space"), d.Display.Gone(title(present.Overview)))
	})
	d.settled(d.client())
	d.click(item, "Queue…")
	d.opened(present.Queue)
	d.close(present.Queue) // without another question
}

func TestWithoutTrayHostTheWindowIsReachable(t *testing.T) {
	d := newDesk(t, desktoptest.RigParams{Host: desktoptest.NoHost}, tidy())
	d.app = d.start()
	d.opened(present.Overview)
	c := d.client()
	d.settled(c)
	if err := d.inStep(); err != nil {
		t.Error(err)
	}
	d.asksBeforeTheLastWindowGoes()
	if err := syscall.Kill(d.windowProcess(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	d.Until("the window to go", func() error { return d.Display.Gone(title(present.Overview)) })
	if err := d.start().Wait(desktoptest.Patience); err != nil {
		t.Errorf("the second start: %v", err)
	}
	d.opened(present.Overview)
	if err := d.app.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := d.app.Wait(desktoptest.Patience); err != nil {
		t.Errorf("ended by a signal: %v", err)
	}
	d.Until("the window to go with the app", func() error { return d.Display.Gone(title(present.Overview)) })
}

func TestIconAppearsWhenATrayHostDoes(t *testing.T) {
	d := newDesk(t, desktoptest.RigParams{Host: desktoptest.NoHost}, tidy())
	d.app = d.start("--hidden")
	d.settled(d.client())
	late, err := desktoptest.NewWatcher(d.Bus.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(late.Close)
	d.Watcher = late
	item := d.item()
	d.says(item, "In step")
	d.click(item, "Queue…")
	d.opened(present.Queue)
}

// asksBeforeTheLastWindowGoes closes the window, which stays and darkens behind a question.
func (d *desk) asksBeforeTheLastWindowGoes() {
	d.t.Helper()
	before := d.opened(present.Overview)
	if err := d.Display.CloseWindow(title(present.Overview)); err != nil {
		d.t.Fatal(err)
	}
	d.Until("the question", func() error {
		shot, err := d.Display.WindowShot(title(present.Overview), d.Shot(d.t.Name()+"-question"))
		if err != nil {
			return err
		}
		corner := shot.Bounds().Max.Sub(image.Pt(4, 4))
		if shot.At(corner.X, corner.Y) == before.At(corner.X, corner.Y) {
			return errors.New("the window looks as before")
		}
		return nil
	})
}

// A window opens where it was closed, also after something else has moved it.
func TestWindowOpensWhereItWasClosed(t *testing.T) {
	d, _, item := trayed(t, desktoptest.Screenless, tidy())
	d.click(item, "Queue…")
	d.opened(present.Queue)
	first := d.place()
	id, err := d.Display.Window(title(present.Queue))
	if err == nil {
		_, err = d.Display.Run("xdotool", "windowmove", "--sync", id, "57", "71")
	}
	if err != nil {
		t.Fatal(err)
	}
	moved := d.place()
	if moved == first {
		t.Fatalf("it is still at %s", first)
	}
	d.close(present.Queue)
	d.Until("the window process to end", func() error { return d.windowRuns(false) })
	d.click(item, "Queue…")
	d.opened(present.Queue)
	d.Until("the window at "+moved, func() error {
		if now := d.place(); now != moved {
			return errors.New("it is at " + now)
		}
		return nil
	})
}

// place is where the queue is, as the display says it.
func (d *desk) place() string {
	d.t.Helper()
	id, err := d.Display.Window(title(present.Queue))
	if err != nil {
		d.t.Fatal(err)
	}
	out, err := d.Display.Run("xdotool", "getwindowgeometry", id)
	if err != nil {
		d.t.Fatal(err)
	}
	_, at, _ := strings.Cut(out, "Position: ")
	at, _, _ = strings.Cut(at, " ")
	return at
}
