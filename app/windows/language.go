package windows

import "lockstep/app/present"

// subject is a page that is about something it can be asked to show again.
type subject interface{ about() string }

// reword writes the open windows in another language when it has changed.
func (w *Windows) reword() {
	if w.shownIn == present.Language() {
		return
	}
	w.shownIn = present.Language()
	w.refill()
}

// refill makes what the open windows show once more. What is being filled in stays as it is
// until it is done: the set-up, and settings not saved yet.
func (w *Windows) refill() {
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
