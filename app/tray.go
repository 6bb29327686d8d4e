package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"lockstep/app/desk"
	"lockstep/app/present"
	"lockstep/assets"
	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/remote"
)

// hostPatience is how long a start with the desktop waits for the part of it that shows
// tray icons.
const hostPatience = 30 * time.Second

var (
	errNoWindows = fault.New(fault.Config, fault.None, message.New(message.CommandNoWindows), message.New(message.AdviceNoWindows), nil)
	errNoDesktop = fault.New(fault.Config, fault.None, message.New(message.CommandNoDesktop), message.New(message.AdviceNoDesktop), nil)
)

// Run starts in the tray, or shows the window of the Lockstep that runs already.
func (c *trayCmd) Run(s *session) error {
	if s.Desktop == nil {
		return errNoWindows
	}
	if !desk.Present() {
		return errNoDesktop
	}
	s.speak(config.AutoLanguage) // until the settings are read
	err := s.tray(c.Hidden)
	if err != nil && !s.interrupted(err) {
		f := fault.Shown(err)
		s.Desktop.Complain(present.T("Lockstep could not start"), s.log.Clean(join(present.Say(f.Message), present.Say(f.Hint))))
	}
	return err
}

func (s *session) tray(hidden bool) (err error) {
	set, done, err := s.demoWorld()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	s.log.start(s.level(slog.LevelInfo), "") // until the data folder is ours
	hidden = hidden || s.g.Demo              // the demo shows its first window when it is set up
	w := &windowProcess{dir: s.dir, err: s.Err, byHand: !hidden, keyring: s.mayAskKeyring()}
	defer w.close()
	var o *owner
	var shown bool
	here := desk.Here()
	err = s.settle(func() (err error) {
		if shown, err = s.showFirst(here, hidden); shown || err != nil {
			return err
		}
		o, err = s.own(ownParams{lasting: true, show: w.show, display: here, level: s.level(slog.LevelInfo), set: set, obey: s.obeyed})
		return err
	})
	if err != nil || shown {
		return err
	}
	return errors.Join(s.runTray(o, w, here, hidden), o.stop())
}

// autostart brings the desktop in line with the setting. The demo leaves it alone.
func (s *session) autostart(c config.Settings) {
	if s.g.Demo {
		return
	}
	entry, err := s.entry()
	if err == nil {
		err = entry.Follow(c.Autostart)
	}
	if err != nil {
		s.log.log.Warn("start with the desktop", "want", c.Autostart, "err", err)
	}
}

// entry is what starts with the desktop.
func (s *session) entry() (desk.Autostart, error) {
	args := []string{"--hidden"}
	if s.g.DataDir != "" {
		args = append(args, "--data-dir", s.dir)
	}
	return desk.Self(args...)
}

// showFirst has the Lockstep that runs already show its window, and reports whether
// there is one. A command that holds the data folder for a moment is waited for, and so is
// the end of one whose session has ended: nobody would see what it shows.
func (s *session) showFirst(here desk.Display, hidden bool) (bool, error) {
	c, hello, err := s.client()
	if err != nil || c == nil {
		return false, err
	}
	defer c.Close()
	switch {
	case !hello.Lasting:
		return false, storage.ErrLocked
	case hello.Stranded:
		slog.Info("the running Lockstep belongs to a session that has ended; this one takes over", "pid", hello.PID)
		_ = c.Quit(s.ctx) // if it is not quitting already
		return false, storage.ErrLocked
	case hidden:
		return true, nil
	case hello.Windows && hello.Display == here.Name:
		_ = desk.AllowFront(hello.PID) // the right is ours to give: we were just started
		return true, c.Show(s.ctx, firstWindow(s.ctx, c))
	}
	return true, s.windows(c, firstWindow(s.ctx, c)) // it has no windows, or another screen: the window is ours
}

// runTray shows icon and windows until somebody quits.
func (s *session) runTray(o *owner, w *windowProcess, here desk.Display, hidden bool) error {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- o.wait(ctx)
		cancel()
	}()
	open := func(window string) {
		if err := w.show(window); err != nil {
			s.log.log.Error("open a window", "window", window, "err", err)
			f := fault.Shown(err)
			s.Desktop.Complain(present.T("The window could not be opened"), join(present.Say(f.Message), present.Say(f.Hint)))
		}
	}
	if !hidden {
		go open(firstWindow(ctx, o))
	}
	go s.awaitHost(ctx)
	go s.awaitEnd(ctx, here, o)
	quit := func() {
		if !w.quit() {
			_ = o.Quit(ctx) // never fails
		}
	}
	if err := s.Desktop.Tray(ctx, o, TrayActions{Open: open, Quit: quit, End: o.endNow, Icon: s.iconFile()}); err != nil && ctx.Err() == nil {
		s.log.log.Error("the tray icon is gone; Lockstep continues without it", "err", err)
	}
	return <-ended
}

// firstWindow is what a start shows: where to begin while nothing is set up.
func firstWindow(ctx context.Context, a api.API) string {
	if snap, err := a.Snapshot(ctx); err == nil && (!snap.Configured || snap.Hold) {
		return present.SetUp
	}
	return present.Main
}

// awaitHost says in the log what became of the tray icon.
func (s *session) awaitHost(ctx context.Context) {
	wait, cancel := context.WithTimeout(ctx, hostPatience)
	defer cancel()
	if !s.Desktop.TrayHost(wait) && ctx.Err() == nil {
		s.log.log.Warn("this desktop shows no tray icons; start Lockstep again to see its window")
	}
}

// awaitEnd ends Lockstep with the session it was started in: without a screen nobody sees
// it, and the next session starts its own.
func (s *session) awaitEnd(ctx context.Context, here desk.Display, o *owner) {
	if here.Wait(ctx) {
		s.log.log.Info("the screen is gone, so the session has ended; Lockstep ends with it", "display", here.Name)
		_ = o.Quit(ctx) // never fails
	}
}

// iconFile puts the icon where notification servers can read it. Without it there is
// only no picture.
func (s *session) iconFile() string {
	file := filepath.Join(s.dir, "icon.png")
	if info, err := os.Stat(file); err == nil && info.Size() == int64(len(assets.AppIcon)) {
		return file
	}
	if err := os.WriteFile(file, assets.AppIcon, 0o600); err != nil {
		s.log.log.Info("store the icon for notifications", "err", err)
		return ""
	}
	return file
}

// Run is the process that shows windows.
func (c *windowCmd) Run(s *session) error {
	if s.Desktop == nil {
		return errNoWindows
	}
	if !desk.Present() {
		return errNoDesktop
	}
	s.speak(config.AutoLanguage) // until the settings are read
	s.log.start(s.level(slog.LevelWarn), "")
	if stop, err := recordCrash(s.dir, windowCrashName); err == nil { // without it there is less to report, and no more
		defer stop()
	}
	client, _, err := s.client()
	if err != nil {
		return err
	}
	if client == nil {
		return fault.New(fault.Local, fault.None, message.New(message.CommandNotRunning), message.New(message.AdviceStart), remote.ErrNotRunning)
	}
	defer client.Close()
	if !c.Pipe {
		return s.windows(client, c.Name)
	}
	return s.follow(client, c.Name, c.ByHand)
}

// windows shows one window, and others a person opens from it.
func (s *session) windows(c *remote.Client, name string) error {
	show := make(chan string, 1)
	show <- name
	return s.Desktop.Windows(s.ctx, s.speaking(c), WindowParams{DataDir: s.dir, Show: show, Doctor: s.doctorEnv()})
}
