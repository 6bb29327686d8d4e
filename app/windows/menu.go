package windows

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// menu is the menu bar of every window, so that each page is reachable from each, also by
// keyboard and without a tray.
func (w *Windows) menu(win *window) *fyne.MainMenu {
	return fyne.NewMainMenu(fyne.NewMenu("Lockstep", tellKeys(w.ownItems(win))...), fyne.NewMenu(present.T("View"), tellKeys(w.viewItems(win))...),
		fyne.NewMenu(present.T("Help"), w.helpItems(win)...))
}

func (w *Windows) ownItems(win *window) []*fyne.MenuItem {
	set := withKey(fyne.KeyComma, present.T("Settings…"), func() { w.Show(present.Settings) })
	setUp := fyne.NewMenuItem(present.T("Set up step by step…"), func() { w.Show(present.SetUp) })
	log := fyne.NewMenuItem(present.T("Open the log"), func() { w.openLog(win) })
	log.Disabled = w.opt.Log == ""
	sync := fyne.NewMenuItem(present.T("Sync now"), func() { w.syncNow(win) })
	pause := fyne.NewMenuItem(present.T("Pause"), nil)
	pause.ChildMenu = fyne.NewMenu("", append(w.pauseMenu(win), fyne.NewMenuItem(present.T("Resume"), func() { w.command(win, w.api.Resume) }))...)
	quit := fyne.NewMenuItem(present.T("Quit Lockstep…"), func() { w.askToQuit(win) })
	this := withKey(fyne.KeyW, present.T("Close window"), func() { w.close(win) })
	all := withKey(fyne.KeyQ, present.T("Close all windows"), w.CloseAll)
	all.IsQuit = true // else Fyne adds a Quit that would not quit Lockstep
	return []*fyne.MenuItem{sync, pause, fyne.NewMenuItemSeparator(), set, setUp, log, fyne.NewMenuItemSeparator(), quit, fyne.NewMenuItemSeparator(), this, all}
}

func (w *Windows) viewItems(win *window) []*fyne.MenuItem {
	keys := []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6, fyne.Key7, fyne.Key8, fyne.Key9}
	var items []*fyne.MenuItem
	for i, name := range present.Pages() {
		items = append(items, withKey(keys[i], present.WindowTitle(name), func() { w.turnTo(name) }))
	}
	items = append(items, fyne.NewMenuItemSeparator(), withKey(fyne.KeyF, present.T("Search"), func() {
		if s, ok := win.page.(searcher); ok {
			win.Canvas().Focus(s.searcher())
		}
	}))
	roomy := fyne.NewMenuItem(present.T("Comfortable rows"), w.turnDensity)
	roomy.Checked = w.memory.kept.Comfortable
	items = append(items, roomy)
	if win.shell != nil {
		items = append(items, withKey(fyne.KeyN, present.T("Open in new window"), func() { w.showApart(win.name, win.about()) }))
	}
	return items
}

// turnDensity changes between rows of one line and of two, in all windows.
func (w *Windows) turnDensity() {
	w.memory.kept.Comfortable = !w.memory.kept.Comfortable
	w.memory.store()
	w.refill()
}

// turnTo shows a page as it was left.
func (w *Windows) turnTo(name string) {
	main := w.open[present.Main]
	if main == nil || w.open[name] != nil {
		w.Show(name)
		return
	}
	main.Show()
	main.RequestFocus()
	main.shell.visit(name)
}

// withKey is an entry of a menu with its shortcut.
func withKey(name fyne.KeyName, label string, do func()) *fyne.MenuItem {
	item := fyne.NewMenuItem(label, do)
	item.Shortcut = key(name)
	return item
}

func (w *Windows) askToQuit(win *window) {
	words := present.T("Nothing is synced until Lockstep is started again.\nIt finishes the current scene first.")
	if w.unsaved() {
		words += "\n" + present.T("Changes that are not saved yet are lost.")
	}
	confirm(win, present.T("Quit Lockstep?"), words, present.T("Quit"), func() { w.command(win, w.api.Quit) })
}

// key is a shortcut. Those of the menu bar work whatever has the focus.
func key(name fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierShortcutDefault}
}

// openLog shows the log in the program the desktop has for texts.
func (w *Windows) openLog(win fyne.Window) {
	path := "/" + strings.TrimPrefix(filepath.ToSlash(w.opt.Log), "/") // before a drive letter, too
	if err := w.openURL(&url.URL{Scheme: "file", Path: path}); err != nil {
		w.tell(win, errors.New(present.T("No program here opens it. The log is %s", w.opt.Log)))
	}
}

func (w *Windows) syncNow(win fyne.Window) {
	w.command(win, func(ctx context.Context) error {
		_, err := w.api.SyncNow(ctx, api.SyncRequest{})
		return err
	})
}

func (w *Windows) pauseMenu(win fyne.Window) []*fyne.MenuItem {
	pause := func(label string, d time.Duration) *fyne.MenuItem {
		return fyne.NewMenuItem(label, func() {
			until := time.Time{}
			if d > 0 {
				until = w.now().Add(d)
			}
			w.command(win, func(ctx context.Context) error { return w.api.Pause(ctx, until) })
		})
	}
	return []*fyne.MenuItem{pause(present.T("30 minutes"), 30*time.Minute), pause(present.T("2 hours"), 2*time.Hour), pause(present.T("Until I resume"), 0)}
}

func (w *Windows) reconcileMenu(win fyne.Window) []*fyne.MenuItem {
	run := func(label string, q api.ReconcileRequest) *fyne.MenuItem {
		return fyne.NewMenuItem(label, func() { w.reconcile(win, q) })
	}
	return []*fyne.MenuItem{
		run(present.T("Last 24 hours"), api.ReconcileRequest{Scope: config.ScopeDay}),
		run(present.T("Last 7 days"), api.ReconcileRequest{Scope: config.ScopeWeek}),
		run(present.T("Everything"), api.ReconcileRequest{Scope: config.ScopeAll}),
		run(present.T("Everything, field by field"), api.ReconcileRequest{Scope: config.ScopeAll, Deep: true}),
		fyne.NewMenuItemSeparator(),
		run(present.T("Preview everything…"), api.ReconcileRequest{Scope: config.ScopeAll, Preview: true}),
	}
}

func (w *Windows) reconcile(win fyne.Window, q api.ReconcileRequest) {
	ask(w, func(ctx context.Context) (uint64, error) { return w.api.Reconcile(ctx, q) }, func(_ uint64, err error) {
		switch {
		case err != nil:
			w.fail(win, err)
		case q.Preview:
			w.Show(present.Preview)
		}
	})
}
