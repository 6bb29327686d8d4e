package windows

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
)

func (w *Windows) helpItems(win *window) []*fyne.MenuItem {
	keys := fyne.NewMenuItem(present.T("Keyboard shortcuts"), func() { w.showKeys(win) })
	about := fyne.NewMenuItem(present.T("About Lockstep"), func() { w.showAbout(win) })
	manual := fyne.NewMenuItem(present.WindowTitle(present.Manual), func() { w.Show(present.Manual) })
	return []*fyne.MenuItem{manual, keys, fyne.NewMenuItemSeparator(), about}
}

// typed hears what was typed where nothing has the focus that takes text.
func (w *Windows) typed(win *window, r rune) {
	if r == '?' && win.Canvas().Overlays().Top() == nil {
		w.showKeys(win)
	}
}

// showKeys shows the sheet of all shortcuts: those of the menus, and those of lists and texts.
func (w *Windows) showKeys(win *window) {
	rows := container.New(stacked{})
	add := func(keys, what string) { rows.Add(keyLine(keys, what)) }
	for _, menu := range win.MainMenu().Items {
		for _, item := range menu.Items {
			if keys, label := keysOf(item); keys != nil {
				add(keyName(keys), label)
			}
		}
	}
	for _, k := range present.Keys() {
		add(k[0], k[1])
	}
	w.sheet(win, present.T("Keyboard shortcuts"), newScroll(rows), fyne.NewSize(440, 380))
}

// keyLine is a shortcut and what it does.
func keyLine(keys, what string) fyne.CanvasObject {
	k := text(keys)
	k.TextStyle.Bold = true
	return container.NewBorder(nil, nil, wide(9*theme.TextSize(), k), nil, text(what))
}

// keyName is a shortcut as it stands on the keys.
func keyName(s *desktop.CustomShortcut) string {
	name := string(s.KeyName)
	if runtime.GOOS == "darwin" {
		return "Cmd+" + name
	}
	return present.T("Ctrl") + "+" + name
}

// showAbout shows which Lockstep this is.
func (w *Windows) showAbout(win *window) {
	words := para()
	words.Text = present.AboutLockstep(w.snap.Version, w.opt.DataDir)
	name := heading("Lockstep")
	copied := newButton(present.T("Copy"), theme.ContentCopyIcon(), func() { w.app.Clipboard().SetContent("Lockstep\n" + words.Text) })
	w.sheet(win, present.T("About Lockstep"), container.NewVBox(name, words, container.NewHBox(copied)), fyne.NewSize(questionWidth, 0))
}

// sheet shows something to read over a window, until it is closed.
func (w *Windows) sheet(win *window, title string, o fyne.CanvasObject, size fyne.Size) {
	d := dialog.NewCustomWithoutButtons(title, atLeast(size, o), win)
	done := newButton(present.T("Close"), nil, d.Hide)
	done.Importance = widget.HighImportance
	d.SetButtons([]fyne.CanvasObject{done})
	d.Show()
	win.Canvas().Focus(done)
}
