package windows

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// doctorPage runs the checks and shows what each says.
type doctorPage struct {
	w      *Windows
	win    *window
	title  *widget.Label
	again  *keyButton
	bundle *keyButton
	lines  *fyne.Container
}

func newDoctorPage(w *Windows, win *window) page {
	p := &doctorPage{w: w, win: win, title: heading(present.T("Doctor")), lines: container.NewVBox()}
	p.again = newButton(present.T("Check again"), theme.ViewRefreshIcon(), p.check)
	p.bundle = newButton(present.T("Save a report for support…"), theme.DocumentSaveIcon(), p.save)
	visible(p.bundle, w.opt.Bundle != nil)
	return p
}

func (p *doctorPage) content() fyne.CanvasObject {
	note := caption(present.T("The report for support leaves out keys and tokens and masks names and paths."))
	visible(note, p.w.opt.Bundle != nil)
	return container.NewPadded(container.NewBorder(
		container.NewBorder(nil, nil, nil, p.again, p.title),
		container.NewBorder(nil, nil, nil, container.NewVBox(p.bundle), note), nil, nil, newScroll(p.lines)))
}

func (p *doctorPage) show(string)         { p.check() }
func (p *doctorPage) update(api.Snapshot) {}

func (p *doctorPage) check() {
	if p.w.opt.Doctor == nil {
		p.lines.Objects = []fyne.CanvasObject{caption(present.T("There is nothing to check here."))}
		p.lines.Refresh()
		return
	}
	set(p.title, present.T("Checking…"), widget.MediumImportance)
	p.again.Disable()
	ask(p.w, func(ctx context.Context) ([]Check, error) { return p.w.opt.Doctor(ctx), nil }, func(checks []Check, _ error) {
		p.again.Enable()
		p.draw(checks)
	})
}

// draw shows what needs a look first: the list is longer than the window.
func (p *doctorPage) draw(checks []Check) {
	p.lines.Objects = nil
	bad := 0
	for _, c := range slices.SortedStableFunc(slices.Values(checks), byUrgency) {
		if !c.OK {
			bad++
		}
		p.lines.Add(checkView(c))
	}
	p.lines.Refresh()
	set(p.title, present.DoctorHead(bad), widget.MediumImportance)
	if main := p.w.open[present.Main]; main != nil {
		main.shell.side.examined(bad)
	}
}

func byUrgency(a, b Check) int { return urgency(b) - urgency(a) }

func urgency(c Check) int {
	switch {
	case c.Failed:
		return 2
	case !c.OK:
		return 1
	}
	return 0
}

func checkView(c Check) fyne.CanvasObject {
	tone := present.Good
	switch {
	case c.Failed:
		tone = present.Bad
	case !c.OK:
		tone = present.Warn
	}
	name := line()
	setLine(name, present.Line{Words: c.Name, Tone: tone})
	words := para()
	words.Text = c.Words
	box := container.NewVBox(words)
	if c.Hint != "" {
		box.Add(caption(c.Hint))
	}
	return container.NewVBox(container.NewBorder(nil, nil, container.NewVBox(wide(150, name)), nil, box), widget.NewSeparator())
}

func (p *doctorPage) save() {
	q := FileQuestion{Title: present.T("Save a report for support"), Name: "lockstep-support.zip", Suffix: ".zip"}
	p.w.chooseFile(p.win, q, func(path string) {
		p.w.fileCommand(p.win, path, func(ctx context.Context) error { return p.w.opt.Bundle(ctx, path) })
	})
}
