package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
)

// questionWidth lets the text of a question run over a few lines of readable length.
const questionWidth = 460

// question shows words with buttons over a window and gives the last button that is not
// dangerous the focus. Every button takes the question away before it does what it is
// for; Escape does so too, and chooses nothing.
func question(win fyne.Window, title, words string, buttons ...*keyButton) {
	text := para()
	text.Text = words
	d := dialog.NewCustomWithoutButtons(title, wide(questionWidth, text), win)
	row := make([]fyne.CanvasObject, len(buttons))
	var first *keyButton
	for i, b := range buttons {
		do := b.OnTapped
		b.OnTapped = func() {
			d.Hide()
			if do != nil {
				do()
			}
		}
		if row[i] = b; b.Importance != widget.DangerImportance {
			first = b
		}
	}
	d.SetButtons(row)
	d.Show()
	if first != nil {
		win.Canvas().Focus(first)
	}
}

// confirm asks before something that cannot simply be taken back.
func confirm(win fyne.Window, title, words, yes string, do func()) {
	sure := newButton(yes, nil, do)
	sure.Importance = widget.DangerImportance
	question(win, title, words, newButton(present.T("Cancel"), nil, nil), sure)
}

// inform tells something that has to be read and no more.
func inform(win fyne.Window, title, words string) {
	ok := newButton(present.T("OK"), nil, nil)
	ok.Importance = widget.HighImportance
	question(win, title, words, ok)
}

// tell shows an error whose text was made for people already.
func (w *Windows) tell(win fyne.Window, err error) {
	w.warn(win, err)
	inform(win, present.T("That did not work"), present.Begun(err.Error()))
}
