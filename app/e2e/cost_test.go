//go:build e2e

package e2e

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"lockstep/app/desktoptest"
	"lockstep/app/present"
	"lockstep/sync/proc"
	"lockstep/sync/sim"
)

// scenesEnv replaces the size of the library in BenchmarkWindow.
const scenesEnv = "LOCKSTEP_BENCH_SCENES"

// idleEnv says how long BenchmarkIdleTray watches, such as 10m.
const idleEnv = "LOCKSTEP_BENCH_IDLE"

// pid is the tray process, to see what it costs.
func (d *desk) pid() proc.PID { return proc.PID(d.app.PID()) }

// BenchmarkTrayIcon is the time from the start of a set-up app to its icon in the tray.
func BenchmarkTrayIcon(b *testing.B) {
	d := openDesk(b, desktoptest.RigParams{}, tidy())
	d.trayUp()
	d.settled(d.client())
	var took time.Duration
	for b.Loop() {
		d.app.Stop()
		began := time.Now()
		d.trayUp()
		took += time.Since(began)
	}
	b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "start-to-icon-ms")
}

// library is an app in the tray that has synced a library of 500 scenes, or as many as scenesEnv says.
func library(b *testing.B) (d *desk, item *desktoptest.Item) {
	b.Helper()
	scenes, err := strconv.Atoi(cmp.Or(os.Getenv(scenesEnv), "500"))
	if err != nil {
		b.Fatal(err)
	}
	d = openDesk(b, desktoptest.RigParams{}, sim.Options{Seed: 3, Scenes: scenes})
	item = d.trayUp()
	d.synced()
	return d, item
}

// BenchmarkWindow is the time from a click in the tray's menu to a painted window, with
// no window process running before: the longest way to a window.
func BenchmarkWindow(b *testing.B) {
	d, item := library(b)
	for _, window := range []struct{ label, name string }{
		{"Overview…", present.Overview}, {"Queue…", present.Queue}, {"Reports…", present.Reports}, {"Outages…", present.Outages}, {"Settings…", present.Settings},
	} {
		b.Run(window.name, func(b *testing.B) {
			var took time.Duration
			var rss, anon float64
			for b.Loop() {
				began := time.Now()
				d.click(item, window.label)
				d.opened(window.name)
				took += time.Since(began)
				shown := proc.PID(d.windowProcess())
				rss, anon = shown.MB("VmRSS"), shown.MB("RssAnon")
				d.close(window.name)
				d.Until("the window process to end", func() error { return d.windowRuns(false) })
			}
			b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "click-to-painted-ms")
			b.ReportMetric(rss, "window-RSS-MB")
			b.ReportMetric(anon, "window-anon-MB")
		})
	}
}

// BenchmarkIdleTray watches the tray process with default settings after a first sync of
// 60 000 scenes. It takes as long as the environment says, so it is left out otherwise.
func BenchmarkIdleTray(b *testing.B) {
	span, err := time.ParseDuration(os.Getenv(idleEnv))
	if err != nil {
		b.Skipf("set %s to a time such as 10m", idleEnv)
	}
	d := openDesk(b, desktoptest.RigParams{}, sim.Options{Seed: 3, Scenes: 60_000})
	d.unhurried()
	d.trayUp()
	d.synced()
	<-time.After(calm)
	d.world.ResetCounts()
	cpu, wakeups := d.pid().CPU(), 0
	for b.Loop() {
		wakeups += d.pid().WakeUps(span)
	}
	watched := span.Minutes() * float64(b.N)
	b.ReportMetric(float64(wakeups)/watched, "wake-ups/min")
	b.ReportMetric((d.pid().CPU()-cpu).Minutes()/watched*100, "CPU-%")
	b.ReportMetric(float64(d.world.Plex.Total()+d.world.Stash.Total())/watched, "requests/min")
	b.ReportMetric(d.pid().MB("VmRSS"), "RSS-MB")
	b.ReportMetric(d.pid().MB("RssAnon"), "anon-MB")
	if diff := d.world.Diff(sim.DiffOptions{}); len(diff) > 0 {
		b.Fatalf("Plex differs from Stash in %d places, first %v", len(diff), diff[0])
	}
}

// unhurried takes away the settings that make tests quick. The pace of writes stays
// full, or the first sync would take a night.
func (d *desk) unhurried() {
	for _, name := range []string{"STASH_PROBE", "PLEX_PROBE", "PROBE_FIRST", "PROBE_MAX", "NOTIFY_DELAY", "RECONCILE", "RECONCILE_AT_START"} {
		d.set[name] = ""
	}
}

// synced waits for the first sync, however long it takes.
func (d *desk) synced() {
	d.t.Helper()
	c := d.client()
	defer c.Close()
	err := desktoptest.Until(30*time.Minute, "the first sync", func() error {
		s, err := c.Snapshot(context.Background())
		if err != nil || !s.Scanned || s.Active || !s.Queue.Empty() {
			return fmt.Errorf("queue %+v: %w", s.Queue, err)
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// calm is how long the work lasts that follows a sync: the look at what our own writes
// changed comes 5 s after it, and memory is given back a minute after that.
const calm = 150 * time.Second

// BenchmarkPage is the time from a key to the next page on the screen, in a window that is
// open and has shown the page before.
func BenchmarkPage(b *testing.B) {
	d := openDesk(b, desktoptest.RigParams{}, sim.Options{Seed: 3, Scenes: 500})
	item := d.trayUp()
	d.synced()
	d.click(item, "Queue…")
	d.opened(present.Queue)
	keys := map[string]string{present.Queue: "ctrl+2", present.Reports: "ctrl+3", present.Overview: "ctrl+1"}
	turn := func(from, to string) time.Duration {
		before, err := d.Display.WindowShot(title(from), "")
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if err := d.Display.Key(keys[to]); err != nil {
			b.Fatal(err)
		}
		d.Until("the page "+to, func() error {
			now, err := d.Display.WindowShot(title(to), "")
			if err == nil && reflect.DeepEqual(now, before) {
				err = errors.New("it looks as before")
			}
			return err
		})
		return time.Since(began)
	}
	order := []string{present.Queue, present.Reports, present.Overview}
	for i := range order { // each is made now
		turn(order[i], order[(i+1)%len(order)])
	}
	var took time.Duration
	n := 0
	for ; b.Loop(); n++ {
		took += turn(order[n%len(order)], order[(n+1)%len(order)])
	}
	b.ReportMetric(float64(took.Milliseconds())/float64(n), "key-to-page-ms")
	b.ReportMetric(proc.PID(d.windowProcess()).MB("VmRSS"), "window-RSS-MB")
}

// BenchmarkScroll is how many pictures a second the queue shows while somebody turns the wheel,
// and what each costs: on a busy machine only the latter means something.
func BenchmarkScroll(b *testing.B) {
	d, item := library(b)
	d.click(item, "Queue…")
	d.opened(present.Queue)
	id, err := d.Display.Window(title(present.Queue))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := d.Display.Run("xdotool", "mousemove", "--window", id, "500", "400"); err != nil {
		b.Fatal(err)
	}
	frames, took, cpu := 0, time.Duration(0), proc.PID(d.windowProcess()).CPU()
	for b.Loop() {
		for _, wheel := range []string{"5", "4"} { // down, and up again
			n, t, err := d.Display.Frames(title(present.Queue), func() error {
				_, err := d.Display.Run("xdotool", "click", "--repeat", "120", "--delay", "15", wheel)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			frames, took = frames+n, took+t
		}
	}
	cpu = proc.PID(d.windowProcess()).CPU() - cpu
	b.ReportMetric(float64(frames)/took.Seconds(), "frames/s")
	b.ReportMetric(float64(cpu.Milliseconds())/float64(max(frames, 1)), "CPU-ms/frame")
}

// BenchmarkAllPages is the memory of the process that shows windows after all pages of the main
// window were seen. What it alone needs is private; the rest is files it shares, such as the
// program and the graphics library.
func BenchmarkAllPages(b *testing.B) {
	d := openDesk(b, desktoptest.RigParams{}, sim.Options{Seed: 3, Scenes: 500})
	item := d.trayUp()
	d.synced()
	var rss, anon, private float64
	for b.Loop() {
		d.click(item, "Overview…")
		d.opened(present.Overview)
		for i, name := range present.Pages() {
			if err := d.Display.Key(fmt.Sprintf("ctrl+%d", i+1)); err != nil {
				b.Fatal(err)
			}
			d.opened(name)
		}
		shown := proc.PID(d.windowProcess())
		rss, anon, private = shown.MB("VmRSS"), shown.MB("RssAnon"), shown.Private()
		last := present.Pages()[len(present.Pages())-1]
		d.close(last)
		d.Until("the window process to end", func() error { return d.windowRuns(false) })
	}
	b.ReportMetric(rss, "window-RSS-MB")
	b.ReportMetric(anon, "window-anon-MB")
	b.ReportMetric(private, "window-private-MB")
}
