//go:build linux

package desktoptest_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"lockstep/app/desktoptest"
)

// asTray makes the test binary a tray program instead.
const asTray = "DESKTOPTEST_TRAY"

func TestMain(m *testing.M) {
	if os.Getenv(asTray) != "" {
		setTray()
		systray.Run(trayMenu, nil)
		return
	}
	os.Exit(m.Run())
}

var teal = color.NRGBA{R: 0x10, G: 0x90, B: 0x90, A: 0xff}

// setTray comes before systray.Run: what is set between the moment systray
// collects the item's properties and the moment it publishes them is lost.
func setTray() {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range m.Pix {
		m.Pix[i] = []byte{teal.R, teal.G, teal.B, teal.A}[i%4]
	}
	var icon bytes.Buffer
	_ = png.Encode(&icon, m)
	systray.SetIcon(icon.Bytes())
	systray.SetTitle("Harbour")
	systray.SetTooltip("Ebb and flow")
}

func trayMenu() {
	status := systray.AddMenuItem("In step", "")
	status.Disable()
	systray.AddSeparator()
	pause := systray.AddMenuItem("Pause", "")
	short, long := pause.AddSubMenuItem("30 minutes", ""), pause.AddSubMenuItem("2 hours", "")
	quit := systray.AddMenuItem("Quit", "")
	go func() {
		for {
			select {
			case <-short.ClickedCh:
				fmt.Println("clicked 30 minutes")
			case <-long.ClickedCh:
				fmt.Println("clicked 2 hours")
			case <-quit.ClickedCh:
				systray.Quit()
				return
			}
		}
	}()
}

func newRig(t *testing.T, params desktoptest.RigParams) *desktoptest.Rig {
	t.Helper()
	for _, program := range []string{"Xvfb", "dbus-daemon", "openbox"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (make test installs it)", program)
		}
	}
	return desktoptest.NewRig(t, params)
}

func startTray(t *testing.T, r *desktoptest.Rig) *desktoptest.Program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r.Env = append(r.Env, asTray+"=1")
	return r.Start(self)
}

func says(p *desktoptest.Program, text string) func() error {
	return func() error {
		if !strings.Contains(p.Output(), text) {
			return fmt.Errorf("it said %q", p.Output())
		}
		return nil
	}
}

func TestWatcherReadsAndClicksWhatRegisters(t *testing.T) {
	t.Parallel()
	r := newRig(t, desktoptest.RigParams{})
	p := startTray(t, r)
	item, err := r.Watcher.Next(desktoptest.Patience)
	if err != nil {
		t.Fatal(err)
	}
	r.Until("the icon", func() error {
		m, err := item.Icon()
		if err == nil && m.At(32, 32) != teal {
			err = fmt.Errorf("its middle is %v, want %v", m.At(32, 32), teal)
		}
		return err
	})
	r.Until("the tooltip", func() error {
		if tip, err := item.ToolTip(); err != nil || tip != "Ebb and flow" {
			return fmt.Errorf("got %q, %w", tip, err)
		}
		return nil
	})
	r.Until("the menu", func() error {
		menu, err := item.Menu()
		want := []string{"In step", "-", "Pause", "Quit"}
		if got := menu.Labels(); err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("got %q, want %q", got, want)
		}
		return err
	})
	if err := item.Click("In step"); err == nil {
		t.Error("a disabled entry could be clicked")
	}
	if err := item.Click("Pause", "3 hours"); err == nil {
		t.Error("an entry that is not there could be clicked")
	}
	r.Until("a click", func() error { return item.Click("Pause", "2 hours") })
	r.Until("the click to arrive", says(p, "clicked 2 hours"))
	if err := item.Click("Quit"); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(desktoptest.Patience); err != nil {
		t.Errorf("end: %v", err)
	}
}

func TestPanelShowsIconAndMenu(t *testing.T) {
	t.Parallel()
	r := newRig(t, desktoptest.RigParams{Host: desktoptest.OnScreen})
	p := startTray(t, r)
	r.Until("the icon's colour in the panel", func() error {
		m, err := r.Panel.IconShot(r.Shot("panel-icon"))
		if err != nil {
			return err
		}
		if got := color.NRGBAModel.Convert(m.At(m.Bounds().Dx()/2, m.Bounds().Dy()/2)); got != teal {
			return fmt.Errorf("got %v, want %v", got, teal)
		}
		return nil
	})
	menu, err := r.Panel.MenuShot(r.Shot("panel-menu"))
	if err != nil {
		t.Fatal(err)
	}
	if got := menu.Bounds(); got.Dx() < 100 || got.Dy() < 80 {
		t.Errorf("the menu's picture is %v", got.Size())
	}
	if _, err := r.Panel.OpenMenu(); err != nil {
		t.Fatal(err)
	}
	if err := r.Display.Key("Up", "Return"); err != nil { // the last entry: Quit
		t.Fatal(err)
	}
	if err := p.Wait(desktoptest.Patience); err != nil {
		t.Errorf("quit from the menu: %v", err)
	}
}

func TestItemsAreFoundWhoeverHostsThem(t *testing.T) {
	t.Parallel()
	r := newRig(t, desktoptest.RigParams{Host: desktoptest.NoHost})
	p := startTray(t, r)
	var item *desktoptest.Item
	r.Until("a tray item on the bus", func() error {
		items, done, err := desktoptest.FindItems(r.Bus.Address)
		if err != nil {
			return err
		}
		if len(items) != 1 {
			done()
			return fmt.Errorf("%d items", len(items))
		}
		t.Cleanup(done)
		item = items[0]
		return nil
	})
	r.Until("a click", func() error { return item.Click("Pause", "30") })
	r.Until("the click to arrive", says(p, "clicked 30 minutes"))
}

func TestDisplayShowsPhotographsAndClosesWindows(t *testing.T) {
	t.Parallel()
	r := newRig(t, desktoptest.RigParams{Host: desktoptest.NoHost, NoNotifications: true})
	const title = "Rose (1/2)" // characters a pattern would misread
	if err := r.Display.Gone(title); err != nil {
		t.Fatal(err)
	}
	p := r.Start("display", "-title", title, "rose:")
	r.Until("the window", func() error { return r.Display.Visible(title) })
	if m := r.Painted(title, "rose"); m.Bounds().Dx() < 50 {
		t.Errorf("the picture is %v", m.Bounds())
	}
	samePicture(t, r, title)
	if err := r.Display.CloseWindow(title); err != nil {
		t.Fatal(err)
	}
	r.Until("the window to close", func() error { return r.Display.Gone(title) })
	if err := p.Wait(desktoptest.Patience); err != nil {
		t.Errorf("closing its window ended it: %v", err)
	}
}

// samePicture compares the two ways to take a picture of a window, one of which works on
// displays that somebody else started.
func samePicture(t *testing.T, r *desktoptest.Rig, title string) {
	t.Helper()
	own, err := r.Display.WindowShot(title, "")
	if err != nil {
		t.Fatal(err)
	}
	other, err := desktoptest.OpenDisplay(r.Display.Name).WindowShot(title, "")
	if err != nil {
		t.Fatal(err)
	}
	if own.Bounds().Size() != other.Bounds().Size() {
		t.Fatalf("%v and %v", own.Bounds(), other.Bounds())
	}
	for y := range own.Bounds().Dy() {
		for x := range own.Bounds().Dx() {
			a, b := color.RGBAModel.Convert(own.At(x, y)), color.RGBAModel.Convert(other.At(x, y))
			if a != b {
				t.Fatalf("at %d,%d the pictures have %v and %v", x, y, a, b)
			}
		}
	}
}

// client is the other end of a notification server.
type client struct {
	t       *testing.T
	object  dbus.BusObject
	signals chan *dbus.Signal
}

func newClient(t *testing.T, address string) *client {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.Notifications")); err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, signals: make(chan *dbus.Signal, 16)}
	conn.Signal(c.signals)
	c.object = conn.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications")
	return c
}

func (c *client) notify(replaces uint32, title string) uint32 {
	c.t.Helper()
	var id uint32
	call := c.object.Call("org.freedesktop.Notifications.Notify", 0, "app", replaces, "", title, "", []string{"show", "Show"}, map[string]dbus.Variant{}, int32(-1))
	if err := call.Store(&id); err != nil {
		c.t.Fatal(err)
	}
	return id
}

func titles(notes []desktoptest.Note) []string {
	var out []string
	for _, n := range notes {
		out = append(out, n.Title)
	}
	return out
}

func TestNotificationServerTracksWhatIsShown(t *testing.T) {
	t.Parallel()
	bus, err := desktoptest.StartBus()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Close)
	s, err := desktoptest.NewNotificationServer(bus.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := newClient(t, bus.Address)

	down := c.notify(0, "down")
	still := c.notify(down, "still down")
	other := c.notify(0, "other")
	if still != down || other == down {
		t.Errorf("ids %d, %d, %d: the second replaces the first, the third does not", down, still, other)
	}
	if got, want := titles(s.Showing()), []string{"still down", "other"}; !slices.Equal(got, want) {
		t.Errorf("showing %q, want %q", got, want)
	}
	if err := c.object.Call("org.freedesktop.Notifications.CloseNotification", 0, other).Err; err != nil {
		t.Fatal(err)
	}
	if err := s.Press(down, "show"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"NotificationClosed", "ActionInvoked", "NotificationClosed"} {
		if got := (<-c.signals).Name; !strings.HasSuffix(got, want) {
			t.Errorf("the program was told %s, want %s", got, want)
		}
	}
	if got := s.Showing(); len(got) != 0 {
		t.Errorf("showing %q, want nothing", titles(got))
	}
	if got, want := titles(s.All()), []string{"down", "still down", "other"}; !slices.Equal(got, want) {
		t.Errorf("all: %q, want %q", got, want)
	}
}

func TestProgramThatIsNotThereIsNoProgram(t *testing.T) {
	t.Parallel()
	if p, err := desktoptest.StartProgram(nil, "no-such-program"); p != nil || err == nil {
		t.Errorf("got %v, %v", p, err)
	}
}
