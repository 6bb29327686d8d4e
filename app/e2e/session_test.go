//go:build e2e

package e2e

import (
	"context"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"lockstep/app/desktoptest"
	"lockstep/app/present"
	"lockstep/sync/remote"
)

// next is a new session of the same person: another screen and bus, the same data.
func (d *desk) next() *desk {
	d.t.Helper()
	return &desk{household: d.household, Rig: desktoptest.NewRig(d.t, desktoptest.RigParams{})}
}

// logout takes screen and bus away, as the end of a session does.
func (d *desk) logout() {
	d.Display.Close()
	d.Bus.Close()
}

func TestLockstepEndsWithItsSession(t *testing.T) {
	d, _, _ := trayed(t, desktoptest.Screenless, tidy())
	d.logout()
	if err := d.app.Wait(desktoptest.Patience); err != nil {
		t.Errorf("after the session: %v", err)
	}
	again := d.next()
	again.app = again.start()
	again.item()
	again.opened(present.Overview)
}

// A process that has not noticed yet that its session is gone is no obstacle to the next.
func TestNextSessionTakesOver(t *testing.T) {
	d, _, _ := trayed(t, desktoptest.Screenless, tidy())
	for _, args := range [][]string{nil, {"--hidden"}} {
		if err := d.app.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		d.logout()
		again := d.next()
		again.app = again.start(args...)
		if err := d.app.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		again.item()
		if len(args) == 0 {
			again.opened(present.Overview)
		}
		if err := d.app.Wait(desktoptest.Patience); err != nil {
			t.Errorf("the one of the session before: %v", err)
		}
		d = again
	}
}

// While both sessions last, the window is shown where it was asked for.
func TestSecondSessionHasItsOwnWindow(t *testing.T) {
	d, _, _ := trayed(t, desktoptest.Screenless, tidy())
	other := d.next()
	other.app = other.start()
	other.opened(present.Overview)
	c, hello, err := remote.Connect(context.Background(), d.dir, version(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if hello.PID != d.app.PID() || hello.Stranded || hello.Display != d.Rig.Display.Name {
		t.Errorf("served by %+v, want process %d on %s", hello, d.app.PID(), d.Rig.Display.Name)
	}
	if err := d.windowRuns(false); err != nil {
		t.Error(err)
	}
	if os.Getenv("DISPLAY") == d.Rig.Display.Name || slices.ContainsFunc(other.Env, func(e string) bool { return strings.HasSuffix(e, "="+d.Rig.Display.Name) }) {
		t.Error("both sessions are one")
	}
}
