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
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// previewPage shows what a reconciliation would write, field by field, and writes it
// when told to.
type previewPage struct {
	w    *Windows
	win  *window
	snap api.Snapshot

	title, foot     *widget.Label
	brake, running  *band
	make            *keyButton
	search          *textInput
	rows            *pager[store.ReportRow]
	scenes          *keyList
	empty           *widget.Label
	name            *widget.Label
	fields          *listing
	full            *widget.Label // the chosen field, uncut
	fullBox         *fyne.Container
	selected, whole *keyButton

	report store.Report
	row    store.ReportRow
	picked map[scene.ID]bool
	counts [2]int // scenes and fields of the whole preview
	ran    bool
	asked  uint64 // the report of the brake, zero for none
	over   bool   // something was written since the preview was made
	today  int    // writes of today when that was asked last
}

func newPreviewPage(w *Windows, win *window) page {
	p := &previewPage{w: w, win: win, title: heading(present.T("Preview")), foot: line(), name: line(), empty: para(), full: para(), picked: map[scene.ID]bool{}}
	p.name.TextStyle.Bold = true
	p.empty.Alignment, p.empty.Importance = fyne.TextAlignCenter, widget.LowImportance
	p.brake = newBand(widget.WarningImportance, present.T("Continue"), func() { p.apply(nil) })
	p.running = newBand(widget.HighImportance, present.T("Stop"), func() { w.command(win, w.api.StopReconcile) })
	p.make = newButton(present.T("New preview"), theme.ViewRefreshIcon(), func() {
		w.reconcile(win, api.ReconcileRequest{Scope: "all", Preview: true})
	})
	p.search = newSearch(present.T("Search by name or path"), func(string) { p.restart() })
	p.rows = newPager(w, p.fetch)
	p.rows.changed = p.redraw
	p.rows.failed = func(err error) { w.fail(win, err) }
	p.scenes = newList(func() int { return p.rows.total }, newPick, p.pick)
	p.scenes.OnSelected = p.choose
	p.fields = newListing(w, "fields", []column{{present.T("Field"), 22}, {present.T("In Plex now"), 26}, {present.T("After sync"), 26}, {present.T("Why"), 26}}, func() int { return len(p.row.Changes) + len(p.row.Kept) }, p.field, p.inFull)
	p.fullBox = atMost(footHeight, p.full)
	p.fullBox.Hide()
	p.selected = newButton(present.T("Write selected"), nil, func() { p.apply(p.chosen()) })
	p.whole = newButton(present.T("Write all"), nil, func() { p.apply(nil) })
	p.whole.Importance = widget.HighImportance
	return p
}

func (p *previewPage) content() fyne.CanvasObject {
	top := container.NewVBox(container.NewBorder(nil, nil, nil, p.make, p.title), p.running.box, p.brake.box)
	left := container.NewBorder(p.search, nil, nil, nil, container.NewStack(p.scenes, container.New(upTo(200), p.empty)))
	right := container.NewBorder(p.name, p.fullBox, nil, nil, p.fields.body)
	split := container.NewHSplit(left, right)
	split.SetOffset(0.28)
	foot := container.NewVBox(widget.NewSeparator(), container.NewBorder(nil, nil, nil, container.NewHBox(p.selected, p.whole), p.foot))
	return fit(container.NewPadded(container.NewBorder(top, foot, nil, nil, split)), func(r room) { footOf(p.fullBox, r) })
}

// show looks for the preview asked for: the brake's, the one named, or the newest.
func (p *previewPage) show(about string) {
	want, _ := strconv.ParseUint(about, 10, 64)
	if want == 0 {
		want = p.asked
	}
	ask(p.w, func(ctx context.Context) ([]store.Report, error) { return p.w.api.Reports(ctx, 0) }, func(list []store.Report, err error) {
		if err != nil {
			p.w.fail(p.win, err)
			return
		}
		p.use(previewOf(list, want))
	})
}

func previewOf(list []store.Report, want uint64) store.Report {
	for _, r := range list {
		if r.ID == want && want != 0 {
			return r
		}
	}
	for _, r := range list {
		if r.Preview {
			return r
		}
	}
	return store.Report{}
}

func (p *previewPage) use(r store.Report) {
	p.report, p.picked, p.counts, p.row, p.over = r, map[scene.ID]bool{}, [2]int{}, store.ReportRow{}, false
	if r.ID != 0 {
		set(p.title, present.ReportTitle(r, p.w.moment()), widget.MediumImportance)
	}
	p.restart()
	p.count(r)
	p.askOver(r)
}

func (p *previewPage) restart() {
	p.scenes.UnselectAll()
	p.set(store.ReportRow{})
	p.rows.restart()
	p.footing()
}

func (p *previewPage) fetch(ctx context.Context, offset, limit int) ([]store.ReportRow, int, error) {
	if p.report.ID == 0 {
		return nil, 0, nil
	}
	page, err := p.w.api.Rows(ctx, store.RowQuery{Report: p.report.ID, Outcome: present.Enqueued, Search: p.search.Text, Language: present.Language(), Offset: offset, Limit: limit})
	return page.Rows, page.Total, err
}

func (p *previewPage) redraw() {
	words := ""
	switch {
	case !p.rows.loaded || p.rows.total > 0:
	case p.report.ID == 0:
		words = present.T("A preview shows what Lockstep would write, without writing anything. Make one with the button above.")
	case p.search.Text != "":
		words = present.T("Nothing here matches “%s”.", p.search.Text)
	default:
		words = present.T("There is nothing to write: everything is in step or skipped for a reason (see Reports).")
	}
	set(p.empty, words, widget.LowImportance)
	visible(p.empty, words != "")
	p.scenes.Refresh()
	if p.row.Scene == 0 && p.rows.total > 0 {
		p.scenes.Select(0)
	}
}

// newPick is a row of the scene list: a check box and a name.
func newPick() fyne.CanvasObject {
	return container.NewBorder(nil, nil, widget.NewCheck("", nil), nil, line())
}

func (p *previewPage) pick(i widget.ListItemID, o fyne.CanvasObject) {
	name, check := o.(*fyne.Container).Objects[0].(*widget.Label), o.(*fyne.Container).Objects[1].(*widget.Check)
	r, ok := p.rows.at(i)
	check.OnChanged = nil
	check.SetChecked(ok && p.picked[r.Scene])
	if !ok {
		set(name, "…", widget.LowImportance)
		return
	}
	set(name, present.ReportRow(r, true).Title, widget.MediumImportance)
	check.OnChanged = func(yes bool) {
		if yes {
			p.picked[r.Scene] = true
		} else {
			delete(p.picked, r.Scene)
		}
		p.footing()
	}
}

func (p *previewPage) choose(i int) {
	if r, ok := p.rows.at(i); ok {
		p.set(r)
	}
}

func (p *previewPage) set(r store.ReportRow) {
	p.row = r
	words := ""
	if r.Scene != 0 {
		x := present.ReportRow(r, true)
		words = x.Title + present.Dot + x.Kind
	}
	set(p.name, words, widget.MediumImportance)
	visible(p.fullBox, false)
	p.fields.list.UnselectAll()
	p.fields.refresh("")
}

// change is line i of the table: first what changes, then what is kept.
func (p *previewPage) change(i int) (c store.Change, kept bool) {
	if n := len(p.row.Changes); i >= n {
		return p.row.Kept[i-n], true
	}
	return p.row.Changes[i], false
}

func (p *previewPage) inFull(i int) {
	if i < len(p.row.Changes)+len(p.row.Kept) {
		c, kept := p.change(i)
		set(p.full, present.ChangeInFull(c, kept, p.w.moment()), widget.MediumImportance)
		visible(p.fullBox, true)
	}
}

func (p *previewPage) field(i int) []cell {
	c, kept := p.change(i)
	words, tone := present.NewValue(c), widget.MediumImportance
	switch {
	case kept:
		words, tone = present.T("stays"), widget.LowImportance
	case words == present.Value(""):
		tone = widget.WarningImportance
	}
	return []cell{{present.FieldName(c.Field), widget.MediumImportance}, {present.OldValue(c), widget.LowImportance}, {words, tone}, {p.w.moment().Say(c.Why), widget.LowImportance}}
}

func (p *previewPage) update(s api.Snapshot) {
	p.snap = s
	if s.Today.Written != p.today && !p.over {
		p.today = s.Today.Written
		p.askOver(p.report)
	}
	enabled(p.make, s.Live && s.Configured && s.Reconcile == nil)
	words := ""
	if s.Reconcile != nil {
		words = present.Reconciling(*s.Reconcile)
	}
	p.running.say(words)
	words, p.asked = "", 0
	for _, a := range s.Attention {
		if a.Kind == api.BrakeAsks {
			words, p.asked = present.Asked(a), a.Report
		}
	}
	p.brake.say(words)
	if p.ran && s.Reconcile == nil {
		p.show("")
	}
	p.ran = s.Reconcile != nil
}

func (p *previewPage) searcher() fyne.Focusable { return p.search }

func (p *previewPage) about() string { return strconv.FormatUint(p.report.ID, 10) }
