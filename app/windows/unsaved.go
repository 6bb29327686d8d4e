package windows

import (
	"context"

	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
)

// drafter is a page with changes that are not stored yet.
type drafter interface {
	unsaved() bool
	// complaint says what keeps the changes from being stored, "" if nothing does.
	complaint() string
	// keep stores the changes, and goes on when that worked.
	keep(then func())
}

// settle goes on once a window has nothing to lose: at once, or when the person has
// chosen what becomes of the changes. It does not go on when they choose to stay.
func (w *Windows) settle(win *window, then func()) {
	d, ok := win.page.(drafter)
	if !ok || !d.unsaved() {
		then()
		return
	}
	win.RequestFocus()
	words := present.T("Your changes are not saved yet.")
	lose := newButton(present.T("Discard changes"), nil, then)
	lose.Importance = widget.DangerImportance
	buttons := []*keyButton{lose, newButton(present.T("Keep editing"), nil, nil)}
	if wrong := d.complaint(); wrong != "" {
		words += " " + wrong
	} else {
		save := newButton(present.T("Save"), theme.ConfirmIcon(), func() { d.keep(then) })
		save.Importance = widget.HighImportance
		buttons = append(buttons, save)
	}
	question(win, present.T("Save your changes?"), words, buttons...)
}

// Quit quits Lockstep, after asking about changes that are not saved. Who goes on editing, or
// leaves the question, has Lockstep go on.
func (w *Windows) Quit() {
	var drafts []*window
	for _, name := range present.Windows() {
		if win := w.open[name]; win != nil {
			if d, ok := win.page.(drafter); ok && d.unsaved() {
				drafts = append(drafts, win)
			}
		}
	}
	w.settleAll(drafts, func() {
		ask(w, func(ctx context.Context) (struct{}, error) { return struct{}{}, w.api.Quit(ctx) }, func(_ struct{}, err error) {
			for _, win := range w.open {
				if err != nil {
					w.fail(win, err)
				}
			}
		})
	})
}

// settleAll goes on once none of these windows has anything to lose.
func (w *Windows) settleAll(drafts []*window, then func()) {
	if len(drafts) == 0 {
		then()
		return
	}
	win := drafts[0]
	win.Show()
	if win.Canvas().Overlays().Top() != nil { // it asks something already
		win.RequestFocus()
		return
	}
	w.settle(win, func() { w.settleAll(drafts[1:], then) })
}

// unsaved reports whether any window has something to lose.
func (w *Windows) unsaved() bool {
	for _, win := range w.open {
		if d, ok := win.page.(drafter); ok && d.unsaved() {
			return true
		}
	}
	return false
}

func (p *form) unsaved() bool { return p.dirty() }

func (p *form) keep(then func()) { p.save(then) }

// complaint names the settings that must be mended first.
func (p *form) complaint() string {
	switch titles := p.wrongTitles(); len(titles) {
	case 0:
		return ""
	case 1:
		return present.T("Fix “%s” to save.", titles[0])
	default:
		return present.T("Fix the marked settings to save, “%s” first.", titles[0])
	}
}

// keep stores the step, which stays as it is: what holds goes on holding.
func (p *setUpPage) keep(then func()) {
	p.draft.Hold = p.holds
	p.save(then)
}

// wrongTitles are the titles of the settings that cannot be taken, as the pages order them.
func (p *form) wrongTitles() []string {
	var titles []string
	for _, o := range config.Options() {
		if _, bad := p.wrong[o.Name]; bad {
			titles = append(titles, present.T(o.Title))
		}
	}
	return titles
}
