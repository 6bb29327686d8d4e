package tray_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lockstep/app/desktoptest"
	"lockstep/app/tray"
	"lockstep/assets"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
)

type rig struct {
	t       *testing.T
	watcher *desktoptest.Watcher
	in      io.WriteCloser
	out     chan string
	done    chan struct{}
	item    *desktoptest.Item
}

func newRig(t *testing.T, host bool) *rig {
	t.Helper()
	bus, err := desktoptest.StartBus()
	if err != nil {
		t.Skipf("no session bus: %v", err)
	}
	t.Cleanup(bus.Close)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address)
	r := &rig{t: t, out: make(chan string, 64), done: make(chan struct{})}
	if r.watcher, err = desktoptest.NewWatcher(bus.Address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.watcher.Close)
	if !host {
		if err := r.watcher.Release(); err != nil {
			t.Fatal(err)
		}
	}
	r.start()
	if host {
		r.register()
	}
	return r
}

func (r *rig) start() {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TRAY_CHILD=1", "GORACE=halt_on_error=0 exitcode=0 log_path="+r.t.TempDir()+"/race")
	in, err := cmd.StdinPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.in = in
	go func() {
		defer close(r.done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			r.out <- lines.Text()
		}
		_ = cmd.Wait()
	}()
	r.t.Cleanup(func() {
		_ = in.Close()
		select {
		case <-r.done:
		case <-time.After(desktoptest.Patience):
			_ = cmd.Process.Kill()
			r.t.Error("the tray did not end with its engine")
		}
	})
}

func (r *rig) register() {
	r.t.Helper()
	item, err := r.watcher.Next(desktoptest.Patience)
	if err != nil {
		r.t.Fatal(err)
	}
	r.item = item
}

func (r *rig) show(s api.Snapshot) {
	r.t.Helper()
	if err := json.NewEncoder(r.in).Encode(s); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) until(what string, check func() error) {
	r.t.Helper()
	if err := desktoptest.Until(desktoptest.Patience, what, check); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) untilShown(shape, status string) {
	r.t.Helper()
	r.until(shape+" "+status, func() error {
		icon, err := r.item.Icon()
		if err != nil {
			return err
		}
		if !same(icon, shape) {
			return fmt.Errorf("another icon than %q", shape)
		}
		tip, err := r.item.ToolTip()
		if err != nil || tip != status {
			return fmt.Errorf("tooltip %q %v", tip, err)
		}
		menu, err := r.item.Menu()
		if err != nil || len(menu.Children) == 0 || menu.Children[0].Label != strings.ReplaceAll(status, "_", "__") || !menu.Children[0].Disabled {
			return fmt.Errorf("menu %+v %v", menu.Labels(), err)
		}
		return nil
	})
}

func same(got image.Image, shape string) bool {
	want, _, err := image.Decode(bytes.NewReader(assets.Tray(shape)))
	if err != nil || got.Bounds() != want.Bounds() {
		return false
	}
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			_, _, _, a := got.At(x, y).RGBA()
			_, _, _, b := want.At(x, y).RGBA()
			if a>>8 != b>>8 {
				return false
			}
		}
	}
	return true
}

func (r *rig) click(path ...string) {
	r.t.Helper()
	r.until("a click on "+strings.Join(path, " "), func() error { return r.item.Click(path...) })
}

func (r *rig) wants(line string) {
	r.t.Helper()
	select {
	case got := <-r.out:
		if got != line {
			r.t.Fatalf("got %q, want %q", got, line)
		}
	case <-time.After(desktoptest.Patience):
		r.t.Fatalf("nothing came, want %q", line)
	}
}

func (r *rig) labels() string {
	r.t.Helper()
	menu, err := r.item.Menu()
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.Join(menu.Labels(), "|")
}

func inStep() api.Snapshot {
	return api.Snapshot{Live: true, Configured: true, Verdict: health.Up, Scenes: 42, Standing: api.Standing{InStep: 42}, Stash: api.Connection{OK: true, Checked: true}}
}

func TestTrayFollowsTheEngineAndCommandsIt(t *testing.T) {
	r := newRig(t, true)
	r.show(inStep())
	r.untilShown(assets.Up, "In step · 42 scenes")
	if got, want := r.labels(), "In step · 42 scenes|-|Overview…|Queue…|Reports…|Outages…|-|Sync now|Reconcile|Pause|-|Settings…|Quit"; got != want {
		t.Errorf("menu %q, want %q", got, want)
	}

	for label, window := range map[string]string{"Overview": "overview", "Queue": "queue", "Reports": "reports", "Outages": "outages", "Settings": "settings"} {
		r.click(label)
		r.wants("open " + window)
	}
	if err := r.item.Activate(); err != nil {
		t.Error(err)
	}
	r.wants("open main")
	r.click("Pause", "30 minutes")
	r.wants("pause 30m0s")
	r.click("Pause", "Until I resume")
	r.wants("pause 0s")
	r.click("Reconcile", "Last 7 days")
	r.wants("reconcile 7days false")
	r.click("Reconcile", "Preview everything")
	r.wants("reconcile all true")
	r.wants("open preview")
	r.click("Sync now")
	r.wants("failed Sync now stash is asleep")

	paused := inStep()
	paused.Paused, paused.Standing.NeedYou = true, 8
	r.show(paused)
	r.untilShown(assets.Paused, "Paused")
	if got, want := r.labels(), "Paused|-|Overview…|Queue…|Reports… (8 need attention)|Outages…|-|Sync now|Reconcile|Resume|-|Settings…|Quit"; got != want {
		t.Errorf("menu %q, want %q", got, want)
	}
	r.click("Resume")
	r.wants("resume")

	busy := inStep()
	busy.InHand, busy.Run, busy.Queue = []api.InHand{{Name: "DSC_0042", Step: "writing"}}, api.Progress{Total: 3, Unchecked: 1, Written: 1, ToWrite: 3}, queue.Counts{Running: 1, Waiting: 2}
	r.show(busy)
	r.untilShown(assets.Working, "Writing 1 of 3 — DSC_0042")

	german := inStep()
	german.Language = config.Deutsch
	r.show(german)
	r.untilShown(assets.Up, "Im Gleichschritt · 42 Szenen")
	if got, want := r.labels(), "Im Gleichschritt · 42 Szenen|-|Übersicht…|Warteschlange…|Berichte…|Ausfälle…|-|Jetzt synchronisieren|Abgleichen|Anhalten|-|Einstellungen…|Beenden"; got != want {
		t.Errorf("menu %q, want %q", got, want)
	}
	r.click("Anhalten", "2 Stunden")
	r.wants("pause 2h0m0s")

	down := inStep()
	down.Verdict, down.Outage = health.Down, &outage.Record{ID: 1}
	r.show(down)
	r.untilShown(assets.Down, "Plex down")
	r.click("Quit")
	r.wants("quit")
	r.wants("ended <nil>")
}

func TestTrayWaitsForAHost(t *testing.T) {
	r := newRig(t, false)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := tray.WaitForHost(gone); got || err != nil {
		t.Errorf("waited for no host: %v %v", got, err)
	}
	r.show(inStep())
	r.until("a watcher that starts late", func() error {
		_ = r.watcher.Release()
		if err := r.watcher.Take(); err != nil {
			return err
		}
		item, err := r.watcher.Next(time.Second)
		r.item = item
		return err
	})
	r.untilShown(assets.Up, "In step · 42 scenes")
	if got, err := tray.WaitForHost(t.Context()); !got || err != nil {
		t.Errorf("waited for the host: %v %v", got, err)
	}
	_ = r.in.Close()
	r.wants("ended EOF")
}

func TestNoBusIsNoHost(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
	if _, err := tray.WaitForHost(t.Context()); err == nil {
		t.Error("waiting without a bus is no error")
	}
}
