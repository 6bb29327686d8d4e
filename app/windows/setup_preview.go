package windows

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/store"
)

// firstPreview is the step of the set-up that shows what would be written.
type firstPreview struct {
	p       *setUpPage
	report  uint64 // zero before it was begun
	running bool
	done    bool
	reading bool
	lines   []present.Line
	reasons []present.Line // why scenes would be skipped

	bar           *widget.ProgressBar
	words         *widget.Label
	says          *fyne.Container
	review, again *keyButton
}

func newFirstPreview(p *setUpPage) *firstPreview {
	f := &firstPreview{p: p, bar: widget.NewProgressBar(), words: para(), says: container.NewVBox()}
	f.bar.TextFormatter = func() string { return "" }
	f.review = newButton(present.T("Review every change…"), theme.VisibilityIcon(), func() {
		p.w.Show(present.Preview + ":" + strconv.FormatUint(f.report, 10))
	})
	f.again = newButton(present.T("Preview again"), theme.ViewRefreshIcon(), f.start)
	return f
}

func (f *firstPreview) content() fyne.CanvasObject {
	f.draw()
	return container.NewVBox(f.words, f.bar, f.says, container.NewHBox(f.review, f.again))
}

// outdated forgets a preview made with other settings.
func (f *firstPreview) outdated() {
	f.report, f.running, f.done, f.lines, f.reasons = 0, false, false, nil, nil
}

func (f *firstPreview) start() {
	f.outdated()
	f.running = true
	f.draw()
	q := api.ReconcileRequest{Scope: config.ScopeAll, Preview: true}
	ask(f.p.w, func(ctx context.Context) (uint64, error) { return f.p.w.api.Reconcile(ctx, q) }, func(id uint64, err error) {
		if err != nil {
			f.running = false
			f.draw()
			f.p.w.fail(f.p.win, err)
			return
		}
		f.report = id
		f.read()
	})
}

// update follows the run, and reads the report when it has ended.
func (f *firstPreview) update(s api.Snapshot) {
	if f.report == 0 || f.done {
		return
	}
	if r := s.Reconcile; r != nil && r.Report == f.report {
		set(f.words, present.Reconciling(*r), widget.HighImportance)
		f.bar.SetValue(float64(r.Checked) / float64(max(r.Total, 1)))
		return
	}
	f.read()
}

// read asks for the report. The snapshot may be older than the run, so that only the
// report tells whether it has ended.
func (f *firstPreview) read() {
	if f.reading {
		return
	}
	f.reading = true
	id := f.report
	ask(f.p.w, func(ctx context.Context) (store.Report, error) { return f.p.w.api.Report(ctx, id) }, func(r store.Report, err error) {
		f.reading = false
		if err != nil || id != f.report || r.Ended.IsZero() {
			return // the next snapshot asks again
		}
		f.running, f.done, f.lines, f.reasons = false, true, present.PreviewLines(r), present.PreviewReasons(r)
		f.draw()
		f.p.buttons()
	})
}

func (f *firstPreview) draw() {
	set(f.words, present.T("Comparing the libraries…"), widget.HighImportance)
	visible(f.words, f.running)
	visible(f.bar, f.running)
	enabled(&f.review.Button, f.done)
	enabled(&f.again.Button, !f.running)
	f.says.Objects = nil
	for _, l := range f.lines {
		f.says.Add(marked(l))
	}
	for _, l := range f.reasons {
		f.says.Add(marked(l))
	}
	f.says.Refresh()
}

// marked is a paragraph with its mark.
func marked(l present.Line) fyne.CanvasObject {
	p := para()
	setLine(p, l)
	return p
}
