package windows

import "lockstep/app/present"

// subject is a page that is about something it can be asked to show again.
type subject interface{ about() string }

// reword makes the open windows anew when the language has changed. What is being filled
// in stays as it is until it is done: the set-up, and settings not saved yet.
func (w *Windows) reword() {
	if w.shownIn == present.Language() {
		return
	}
	w.shownIn = present.Language()
	for _, win := range w.open {
		switch p := win.page.(type) {
		case *setUpPage:
			continue
		case *settingsPage:
			if p.dirty() {
				continue
			}
		}
		w.fill(win, win.about())
	}
}

// about is what the page of a window is about, for one that shows the same.
func (win *window) about() string {
	if s, ok := win.page.(subject); ok {
		return s.about()
	}
	return ""
}
