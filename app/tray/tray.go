// Package tray owns the tray icon, its tooltip and its menu. It shows what package
// present makes of a snapshot and turns clicks into commands; it decides nothing and
// knows no toolkit but systray. Without a tray host it goes on without an icon and
// gets one as soon as a host appears.
package tray

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"fyne.io/systray"

	"lockstep/app/present"
	"lockstep/assets"
	"lockstep/sync/api"
)

const (
	// pauseBetween keeps a busy queue from redrawing menu and tooltip more than four
	// times a second, which is as fast as anyone reads.
	pauseBetween = 250 * time.Millisecond
	// settle is when everything is drawn once more after the start: what is set in the
	// milliseconds in which systray registers on the bus is lost.
	settle = time.Second
	// longest is what fits into a tooltip on Windows, in UTF-16 units.
	longest = 120
)

// Actions are what the menu asks for besides commands to the engine. They are called
// on goroutines of their own.
type Actions struct {
	// Open shows a window, one of present.Windows.
	Open func(window string)
	// Quit ends the program.
	Quit func()
	// End is called when the session ends where that is no signal; the process is killed
	// once it returns. It may be nil.
	End func()
	// Failed is told when a command did not work; nil logs it only.
	Failed func(what string, err error)
}

// Run shows the icon until ctx ends, which returns nil, or the watch breaks. It must
// be called once per process, and on macOS on the main goroutine.
func Run(ctx context.Context, a api.API, act Actions) error {
	outer := ctx
	ctx, stop := context.WithCancel(outer)
	defer stop()
	t := &tray{api: a, act: act, feed: api.Follow(ctx, a)}
	if runtime.GOOS == "linux" { // elsewhere a title is drawn beside the icon, or nothing
		systray.SetTitle("Lockstep")
	}
	if runtime.GOOS != "windows" { // there only an icon that is shown can be changed
		beginning()
	}
	systray.SetOnTapped(func() { go act.Open(present.Main) })

	var watched error
	done := make(chan struct{})
	go func() {
		defer close(done)
		watched = <-t.feed.Ended()
		stop()
	}()
	if runtime.GOOS != "windows" || taskbar(ctx) {
		t.show(ctx)
	}
	stop()
	<-done
	if outer.Err() != nil {
		return nil
	}
	return watched
}

// taskbar waits for the one of Windows: an icon shown before there is one never appears.
// It reports false when ctx ended first.
func taskbar(ctx context.Context) bool {
	there, _ := WaitForHost(ctx) // fails on Linux only
	return there
}

func beginning() {
	setIcon(assets.Unsure)
	systray.SetTooltip(present.T("Lockstep is starting…"))
}

// show runs systray until ctx ends.
func (t *tray) show(ctx context.Context) {
	ready := make(chan struct{})
	go func() {
		<-ctx.Done()
		select {
		case <-ready:
		case <-time.After(settle): // systray could not show its icon, and waits all the same
		}
		systray.Quit()
	}()
	systray.Run(func() {
		if runtime.GOOS == "windows" {
			beginning()
		}
		t.build(ctx)
		close(ready)
		if t.act.End != nil {
			if err := onSessionEnd(t.act.End); err != nil {
				slog.Warn("the end of the session cannot be noticed", "err", err)
			}
		}
		go t.follow(ctx)
	}, nil)
}

type tray struct {
	api   api.API
	act   Actions
	feed  *api.Feed
	items items
}

// follow draws what changed. It sleeps while nothing does.
func (t *tray) follow(ctx context.Context) {
	var drawn present.Menu
	again := time.NewTimer(settle)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			drawn = present.Menu{}
		case <-t.feed.Changed():
		}
		menu, ok := t.menu(time.Now())
		if !ok || menu == drawn {
			continue
		}
		t.draw(drawn, menu)
		drawn = menu
		select {
		case <-ctx.Done():
			return
		case <-time.After(pauseBetween):
		}
	}
}

func (t *tray) menu(now time.Time) (present.Menu, bool) {
	s, ok := t.feed.Latest()
	if !ok {
		return present.Menu{}, false
	}
	return present.MenuOf(s, present.Moment{Now: now}), true
}

// do runs a command and reports how it failed.
func (t *tray) do(ctx context.Context, what string, fn func(context.Context) error) {
	err := fn(ctx)
	if err == nil || ctx.Err() != nil {
		return
	}
	slog.Warn("command from the tray menu", "what", what, "err", err)
	if t.act.Failed != nil {
		t.act.Failed(what, err)
	}
}

func short(words string) string {
	r := []rune(words)
	if len(r) <= longest {
		return words
	}
	return string(r[:longest-1]) + "…"
}
