package windows

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
)

// leave closes a window. The last one asks first where nothing else would show that
// Lockstep goes on, and says once that the tray icon does.
func (w *Windows) leave(win *window) {
	if len(w.open) > 1 || w.opt.TrayMissing == nil || w.informed && !w.snap.Live {
		win.Close()
		return
	}
	missing := func(context.Context) (bool, error) { return w.opt.TrayMissing(), nil }
	ask(w, missing, func(missing bool, _ error) {
		switch {
		case missing:
			w.askToLeave(win, present.KeepSyncing, func() {})
		case w.opt.ByHand && !w.memory.kept.Told:
			w.askToLeave(win, present.GoesOnInTray, w.memory.keepTold)
		default:
			win.Close()
		}
	})
}

// askToLeave closes the last window after the person has chosen whether Lockstep goes on.
// Leaving the question chooses nothing: neither button is its default.
func (w *Windows) askToLeave(win *window, words string, answered func()) {
	text := widget.NewLabel(present.T(words))
	text.Wrapping = fyne.TextWrapWord
	title, stay := present.T("Keep syncing?"), present.T("Keep syncing")
	if p, ok := win.page.(*setUpPage); ok && p.holds {
		title, stay = present.T("Finish the set-up later?"), present.T("Finish later")
	}
	d := dialog.NewCustomWithoutButtons(title, wide(questionWidth, text), win)
	quit := newButton(present.T("Quit Lockstep"), nil, func() {
		answered()
		d.Hide()
		stop := func(ctx context.Context) (struct{}, error) { return struct{}{}, w.api.Quit(ctx) }
		ask(w, stop, func(struct{}, error) { win.Close() }) // not before: this process may end with its last window
	})
	keep := newButton(stay, nil, func() {
		answered()
		win.Close()
	})
	keep.Importance = widget.HighImportance
	d.SetButtons([]fyne.CanvasObject{quit, keep})
	d.Show()
	win.Canvas().Focus(keep)
}
