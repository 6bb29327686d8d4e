//go:build !nogui

package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"lockstep/app/desk"
	"lockstep/app/doctor"
	"lockstep/app/notify"
	"lockstep/app/present"
	"lockstep/app/tray"
	"lockstep/app/windows"
	"lockstep/assets"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// fyneDesktop is the desktop of builds with windows.
type fyneDesktop struct {
	newApp func() fyne.App
	screen windows.Screen
}

// Fyne makes the desktop. newApp starts Fyne's driver; it is called in the process that
// shows windows only.
func Fyne(newApp func() fyne.App, screen windows.Screen) Desktop {
	return fyneDesktop{newApp, screen}
}

// Tray shows icon, menu and notifications until ctx ends.
func (d fyneDesktop) Tray(ctx context.Context, a api.API, act TrayActions) error {
	sender := notify.New(desk.ID, act.Icon)
	defer sender.Close()
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		if err := notify.Run(ctx, a, sender, act.Open); err != nil {
			slog.Error("there will be no notifications", "err", err)
		}
	})
	defer work.Wait()
	defer cancel()
	return tray.Run(ctx, a, tray.Actions{Open: act.Open, Quit: act.Quit, End: act.End, Failed: func(what string, err error) {
		f := fault.Shown(err)
		d.complain(sender, what, join(present.Say(f.Message), present.Say(f.Hint)))
	}})
}

// TrayHost waits until somebody shows tray icons, or ctx ends, and reports which.
func (d fyneDesktop) TrayHost(ctx context.Context) bool {
	there, err := tray.WaitForHost(ctx)
	if err != nil {
		slog.Info("look for a tray host", "err", err)
	}
	return there
}

// Notifications asks the desktop who shows its messages.
func (d fyneDesktop) Notifications(ctx context.Context) (string, error) { return notify.Server(ctx) }

// checksOf turns the doctor's findings into lines of its window.
func checksOf(found []doctor.Check) []windows.Check {
	out := make([]windows.Check, len(found))
	for i, c := range found {
		out[i] = windows.Check{Name: present.SayHeading(c.Name), Words: present.SaySentence(c.Message), Hint: present.SaySentence(c.Hint), OK: c.State == doctor.OK, Failed: c.State == doctor.Fail}
	}
	return out
}

// Complain shows a message on the desktop.
func (d fyneDesktop) Complain(title, words string) {
	sender := notify.New(desk.ID, desk.ID)
	defer sender.Close()
	d.complain(sender, title, words)
}

func (d fyneDesktop) complain(sender notify.Sender, title, words string) {
	if err := sender.Send(notify.Message{Tag: notify.TagAttention, Title: title, Body: words, Open: func() {}}); err != nil {
		slog.Warn("say on the desktop", "title", title, "words", words, "err", err)
	}
}

// Windows shows windows until ctx ends or the last one was closed.
func (d fyneDesktop) Windows(ctx context.Context, a api.API, p WindowParams) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if dir, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(dir, 0o700) // Fyne logs two errors when it is missing, and goes on
	}
	f := d.newApp()
	icon := fyne.NewStaticResource("lockstep.png", assets.AppIcon)
	f.SetIcon(icon)
	shown := &openWindows{shown: p.Shown}
	sender := notify.New(desk.ID, desk.ID)
	defer sender.Close()
	shown.Windows = windows.New(f, a, windows.Options{
		DataDir: p.DataDir, Log: filepath.Join(p.DataDir, LogName), Icon: icon, TrayMissing: trayMissing, ByHand: p.ByHand,
		ChooseFile: chooseFile, Screen: d.screen, Notify: func(n present.Note) error { return showTest(sender, n) },
		Doctor: func(ctx context.Context) []windows.Check { return checksOf(doctor.Run(ctx, a, p.Doctor)) },
		Bundle: func(ctx context.Context, path string) error { return bundleTo(ctx, path, a, p.Doctor) },
		OnLastClosed: func() {
			shown.closing = true
			f.Quit()
		},
	})
	select {
	case first := <-p.Show:
		shown.show(first)
	case <-ctx.Done():
		return ctx.Err()
	}
	var work sync.WaitGroup
	f.Lifecycle().SetOnStarted(func() {
		work.Go(func() {
			if err := shown.Run(ctx); err != nil {
				slog.Info("the windows are alone now", "err", err)
			}
		})
		work.Go(func() { shown.serve(ctx, p.Show) })
		context.AfterFunc(ctx, func() { fyne.Do(f.Quit) })
	})
	debug.SetGCPercent(windowGarbage) // from here on: the start is quicker without
	f.Run()
	cancel()
	work.Wait()
	return nil
}

// windowGarbage is how much garbage the process that shows windows keeps, in percent of what it
// uses: it does little, so that memory matters more than the time of the collector.
const windowGarbage = 40

// testTag is the subject of messages that are tests: they take no other message away.
const testTag = "test"

// showTest shows a notification to somebody who wants to see what they look like.
func showTest(sender notify.Sender, n present.Note) error {
	err := sender.Send(notify.Message{Tag: testTag, Title: n.Title, Body: n.Body, Open: func() {}})
	if err != nil {
		return fault.New(fault.Local, fault.None, message.New(message.DoctorNotificationsNone), message.New(message.AdviceNotificationsNone), err)
	}
	return nil
}

// chooseFile asks with the desktop's own dialog.
func chooseFile(ctx context.Context, q windows.FileQuestion) (string, error) {
	return desk.ChooseFile(ctx, desk.FileChoice{Title: q.Title, Name: q.Name, Save: q.Name != "", Suffix: q.Suffix})
}

// openWindows shows windows until the last one was closed. Its fields belong to Fyne's
// goroutine.
type openWindows struct {
	*windows.Windows
	shown   func(name string)
	closing bool
}

// show must run on Fyne's goroutine.
func (s *openWindows) show(name string) {
	if s.closing {
		return // whoever asked starts a new process
	}
	if name == quitWord {
		s.Quit()
	} else {
		s.Show(name)
	}
	if s.shown != nil {
		s.shown(name)
	}
}

// serve shows what is asked for until ctx ends.
func (s *openWindows) serve(ctx context.Context, names <-chan string) {
	for {
		select {
		case name := <-names:
			fyne.Do(func() { s.show(name) })
		case <-ctx.Done():
			return
		}
	}
}

// hostAnswer is how long the last window waits for word of a tray host.
const hostAnswer = time.Second

// trayMissing reports that nobody shows tray icons.
func trayMissing() bool {
	ctx, cancel := context.WithTimeout(context.Background(), hostAnswer)
	defer cancel()
	there, _ := tray.WaitForHost(ctx) // without a bus to ask on there is none
	return !there
}
