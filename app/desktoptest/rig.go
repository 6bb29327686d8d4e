package desktoptest

import (
	"image"
	"os"
	"path/filepath"
	"strings"
)

// TB is what a Rig needs of a testing.TB; the demo, which is no test, then does
// not link the testing package.
type TB interface {
	Helper()
	Cleanup(func())
	Failed() bool
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// Host says who shows tray icons on a Rig.
type Host int

// The hosts a Rig can have.
const (
	Screenless Host = iota // a Watcher: quick, no picture
	OnScreen               // a Panel
	NoHost                 // nobody, as on a desktop without a tray
)

// RigParams says what a Rig has. The zero value is a display of 1280 by 800
// pixels with a Watcher and a notification server.
type RigParams struct {
	Host            Host
	NoNotifications bool
}

// Rig is one test's desktop. It ends with the test.
type Rig struct {
	Display       *Display
	Bus           *Bus
	Watcher       *Watcher            // nil unless Host is Screenless
	Panel         *Panel              // nil unless Host is OnScreen
	Notifications *NotificationServer // nil with NoNotifications
	// Home is the home folder of the programs it starts, with a short path.
	Home string
	// Env is the whole environment of the programs it starts.
	Env []string

	tb TB
}

// NewRig starts a desktop for a test, and fails the test if it cannot.
func NewRig(tb TB, params RigParams) *Rig {
	tb.Helper()
	r := &Rig{tb: tb}
	r.makeHome()
	r.Bus = must(r, StartBus)
	tb.Cleanup(r.Bus.Close)
	r.Display = must(r, func() (*Display, error) { return StartDisplay(1280, 800) })
	tb.Cleanup(r.Display.Close)
	r.startServices(params)
	r.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.Home, "LANG=C.UTF-8",
		"XDG_CONFIG_HOME=" + filepath.Join(r.Home, "config"), "XDG_CACHE_HOME=" + filepath.Join(r.Home, "cache"),
		"XDG_DATA_HOME=" + filepath.Join(r.Home, "data"), "XDG_STATE_HOME=" + filepath.Join(r.Home, "state"),
		"XDG_RUNTIME_DIR=" + r.Home,
		"DISPLAY=" + r.Display.Name, "DBUS_SESSION_BUS_ADDRESS=" + r.Bus.Address,
		"LIBGL_ALWAYS_SOFTWARE=1", "FYNE_SCALE=1",
		"GORACE=halt_on_error=0 exitcode=0 log_path=" + filepath.Join(r.Home, "race"),
	}
	return r
}

func must[T any](r *Rig, start func() (T, error)) T {
	r.tb.Helper()
	v, err := start()
	if err != nil {
		r.tb.Fatalf("%v", err)
	}
	return v
}

// makeHome makes the home folder. Not the test's own temporary folder: sockets
// live below it, and their paths are limited to 108 bytes.
func (r *Rig) makeHome() {
	r.tb.Helper()
	r.Home = must(r, func() (string, error) { return os.MkdirTemp("", "home") })
	r.tb.Cleanup(func() { _ = os.RemoveAll(r.Home) })
	r.tb.Cleanup(r.reportRaces) // after the programs have ended, before the folder goes
	// Fyne makes its own folders in the cache, but not the cache.
	if err := os.Mkdir(filepath.Join(r.Home, "cache"), 0o700); err != nil {
		r.tb.Fatalf("make the cache folder: %v", err)
	}
}

func (r *Rig) startServices(params RigParams) {
	r.tb.Helper()
	switch params.Host {
	case Screenless:
		r.Watcher = must(r, func() (*Watcher, error) { return NewWatcher(r.Bus.Address) })
		r.tb.Cleanup(r.Watcher.Close)
	case OnScreen:
		r.Panel = must(r, func() (*Panel, error) { return StartPanel(r.Display, r.Bus.Address) })
		r.tb.Cleanup(r.Panel.Close)
	case NoHost:
	}
	if !params.NoNotifications {
		r.Notifications = must(r, func() (*NotificationServer, error) { return NewNotificationServer(r.Bus.Address) })
		r.tb.Cleanup(r.Notifications.Close)
	}
}

// Start starts a program on the rig. When the test ends the program is stopped,
// and what it wrote is logged if the test failed.
func (r *Rig) Start(name string, args ...string) *Program {
	r.tb.Helper()
	p, err := StartProgram(r.Env, name, args...)
	if err != nil {
		r.tb.Fatalf("%v", err)
	}
	r.tb.Cleanup(func() {
		p.Stop()
		if strings.Contains(p.Output(), "*** Error in Fyne call thread") {
			r.tb.Errorf("the program touched the UI outside of fyne.Do")
		}
		if r.tb.Failed() {
			r.tb.Logf("%s said:\n%s", name, p.Output())
		}
	})
	return p
}

// Until calls check until it returns nil, and fails the test after Patience.
func (r *Rig) Until(what string, check func() error) {
	r.tb.Helper()
	if err := Until(Patience, what, check); err != nil {
		r.tb.Fatalf("%v", err)
	}
}

// Painted waits until the window is drawn and returns its picture, which is
// also saved as NAME.png in the folder $LOCKSTEP_SHOTS if that is set.
func (r *Rig) Painted(title, name string) image.Image {
	r.tb.Helper()
	return must(r, func() (image.Image, error) { return r.Display.Painted(title, r.Shot(name)) })
}

// Shot is the file a picture of that name, such as a test's, is saved to: in
// $LOCKSTEP_SHOTS if that is set, else in Home, where it goes with the test.
func (r *Rig) Shot(name string) string {
	r.tb.Helper()
	name = strings.ReplaceAll(name, "/", "-")
	dir := os.Getenv("LOCKSTEP_SHOTS")
	if dir == "" {
		return filepath.Join(r.Home, name+".png")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		r.tb.Fatalf("make the folder for pictures: %v", err)
	}
	return filepath.Join(dir, name+".png")
}

// reportRaces fails the test for data races in programs built with -race. The
// systray package races with its own bus goroutines on Linux (v1.12): reports
// with it in a stack are only counted.
func (r *Rig) reportRaces() {
	files, _ := filepath.Glob(filepath.Join(r.Home, "race.*"))
	known := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			r.tb.Errorf("read race reports: %v", err)
		}
		for report := range strings.SplitSeq(string(text), "==================") {
			switch {
			case !strings.Contains(report, "DATA RACE"):
			case strings.Contains(report, "fyne.io/systray"):
				known++
			default:
				r.tb.Errorf("race:\n%s", report)
			}
		}
	}
	if known > 0 {
		r.tb.Logf("%d known races inside fyne.io/systray", known)
	}
}
