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

// menu is the menu bar of every window, so that each is reachable from each, also by
// keyboard and without a tray.
func (w *Windows) menu(win *window) *fyne.MainMenu {
	keys := []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6, fyne.Key7, fyne.Key8}
	view := fyne.NewMenu(present.T("View"))
	for i, name := range []string{present.Queue, present.Reports, present.Outages, present.Preview, present.Explain, present.History, present.Settings, present.Doctor} {
		item := fyne.NewMenuItem(present.WindowTitle(name), func() { w.Show(name) })
		item.Shortcut = key(keys[i])
		view.Items = append(view.Items, item)
	}
	if s, ok := win.page.(searcher); ok {
		search := fyne.NewMenuItem(present.T("Search"), func() { win.Canvas().Focus(s.searcher()) })
		search.Shortcut = key(fyne.KeyF)
		view.Items = append(view.Items, fyne.NewMenuItemSeparator(), search)
	}
	this := fyne.NewMenuItem(present.T("Close window"), func() { w.close(win) })
	this.Shortcut = key(fyne.KeyW)
	closing := fyne.NewMenuItem(present.T("Close all windows"), w.CloseAll)
	closing.Shortcut = key(fyne.KeyQ)
	closing.IsQuit = true // else Fyne adds a Quit that would not quit Lockstep
	quit := fyne.NewMenuItem(present.T("Quit Lockstep…"), func() { w.askToQuit(win) })
	setUp := fyne.NewMenuItem(present.T("Set up step by step…"), func() { w.Show(present.SetUp) })
	log := fyne.NewMenuItem(present.T("Open the log"), func() { w.openLog(win) })
	log.Disabled = w.opt.Log == ""
	return fyne.NewMainMenu(fyne.NewMenu("Lockstep", setUp, log, fyne.NewMenuItemSeparator(), quit, fyne.NewMenuItemSeparator(), this, closing), view)
}

func (w *Windows) askToQuit(win *window) {
	words := present.T("Nothing is kept in step until it is started again.\nIt finishes the current scene first.")
	if w.unsaved() {
		words += "\n" + present.T("Changes that are not saved yet are lost.")
	}
	confirm(win, present.T("Quit Lockstep?"), words, present.T("Quit"), func() { w.command(win, w.api.Quit) })
}

// key is a shortcut. Those of the menu bar are heard whatever has the focus.
func key(name fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierShortcutDefault}
}

// openLog shows the log in the program the desktop has for texts.
func (w *Windows) openLog(win fyne.Window) {
	path := "/" + strings.TrimPrefix(filepath.ToSlash(w.opt.Log), "/") // before a drive letter, too
	if err := w.openURL(&url.URL{Scheme: "file", Path: path}); err != nil {
		w.tell(win, errors.New(present.T("Nothing here opens it. The log is %s", w.opt.Log)))
	}
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
