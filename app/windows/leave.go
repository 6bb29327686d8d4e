package windows

import (
	"context"

	"fyne.io/fyne/v2/dialog"

	"lockstep/app/present"
)

// leave closes a window. The last one asks first where nothing else would show that
// Lockstep goes on, and says the first time that the tray icon does.
func (w *Windows) leave(win *window) {
	if len(w.open) > 1 || w.opt.TrayMissing == nil || !w.snap.Live {
		win.Close()
		return
	}
	missing := func(context.Context) (bool, error) { return w.opt.TrayMissing(), nil }
	ask(w, missing, func(missing bool, _ error) {
		switch {
		case missing:
			w.askToLeave(win, present.KeepSyncing, func() {})
		case !w.memory.kept.Told:
			w.askToLeave(win, present.GoesOnInTray, w.memory.keepTold)
		default:
			win.Close()
		}
	})
}

// askToLeave closes the last window after the person has chosen whether Lockstep goes on.
func (w *Windows) askToLeave(win *window, words string, told func()) {
	d := dialog.NewConfirm(present.T("Keep syncing?"), present.T(words), func(keep bool) {
		told()
		if keep {
			win.Close()
			return
		}
		quit := func(ctx context.Context) (struct{}, error) { return struct{}{}, w.api.Quit(ctx) }
		ask(w, quit, func(struct{}, error) { win.Close() }) // not before: this process may end with its last window
	}, win)
	d.SetConfirmText(present.T("Keep syncing"))
	d.SetDismissText(present.T("Quit Lockstep"))
	d.Show()
}
