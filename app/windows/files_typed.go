package windows

import (
	"context"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
)

// pathInput asks for a path where the desktop has no dialog for files.
type pathInput struct {
	w    *Windows
	win  *window
	q    FileQuestion
	then func(string)

	entry   *textInput
	says    *widget.Label
	replace *checkInput // a file that is there is replaced; visible when there is one
	yes     *keyButton
	dialog  *dialog.CustomDialog
}

func (w *Windows) typePath(win *window, q FileQuestion, then func(path string)) {
	p := &pathInput{w: w, win: win, q: q, then: then, entry: newText(nil), says: para()}
	label, icon := present.T("Open"), theme.FolderOpenIcon()
	if q.saves() {
		label, icon = present.T("Save"), theme.DocumentSaveIcon()
		p.entry.SetText(beginWith(q.Name))
	}
	p.entry.SetPlaceHolder(present.T("Path of the file"))
	p.entry.OnChanged = func(string) { p.edited() }
	p.entry.OnSubmitted = func(string) { press(p.yes) }
	p.replace = newCheck(present.T("Replace the file that is there"), nil)
	p.replace.OnChanged = func(yes bool) { enabled(p.yes, yes) }
	visible(p.replace, false)
	p.yes = newButton(label, icon, p.check)
	p.yes.Importance = widget.HighImportance
	p.dialog = dialog.NewCustomWithoutButtons(q.Title, wide(questionWidth, container.NewVBox(p.entry, p.says, p.replace)), win)
	cancel := newButton(present.T("Cancel"), nil, func() { p.dialog.Hide() })
	p.dialog.SetButtons([]fyne.CanvasObject{cancel, p.yes})
	p.dialog.Show()
	win.Canvas().Focus(p.entry)
}

// beginWith is a place where most people find a file again.
func beginWith(name string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return name
	}
	return filepath.Join(home, name)
}

// edited forgets what was said about another path.
func (p *pathInput) edited() {
	set(p.says, "", widget.MediumImportance)
	p.replace.SetChecked(false)
	visible(p.replace, false)
	p.yes.Enable()
}

// check looks at the path, away from Fyne's goroutine, and goes on when it can be used. A
// file that is there is replaced only when the person says so, which no second click on the
// same button does.
func (p *pathInput) check() {
	type found struct {
		path  string
		there bool
	}
	typed := p.entry.Text
	p.yes.Disable()
	ask(p.w, func(context.Context) (found, error) {
		path, err := checkPath(p.q, typed)
		return found{path, p.q.saves() && exists(path)}, err
	}, func(f found, err error) {
		p.yes.Enable()
		switch trouble, known := present.FileTrouble(f.path, err); {
		case typed != p.entry.Text:
		case known:
			set(p.says, trouble, widget.DangerImportance)
		case err != nil:
			p.dialog.Hide()
			p.w.fail(p.win, err)
		case f.there && !p.replace.Checked:
			p.yes.Disable()
			set(p.says, present.T("This file exists."), widget.WarningImportance)
			visible(p.replace, true)
		default:
			p.dialog.Hide()
			p.then(f.path)
		}
	})
}
