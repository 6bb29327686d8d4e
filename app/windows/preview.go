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
	scenes          *listing
	tick            *keyButton
	name            *widget.Label
	pictures        *comparison
	fields          *listing
	full            *differences // the chosen field, uncut
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
	p := &previewPage{w: w, win: win, title: heading(present.T("Preview")), foot: line(), name: line(), full: newDifferences(), picked: map[scene.ID]bool{}}
	p.name.TextStyle.Bold = true
	p.brake = newBand(widget.WarningImportance, present.T("Continue"), func() { p.apply(nil) })
	p.running = newBand(widget.HighImportance, present.T("Stop"), func() { w.command(win, w.api.StopReconcile) })
	p.make = newButton(present.T("New preview"), theme.ViewRefreshIcon(), func() {
		w.reconcile(win, api.ReconcileRequest{Scope: "all", Preview: true})
	})
	p.search = newSearch(present.T("Search by name or path"), func(string) { p.restart() })
	p.rows = newPager(w, p.fetch)
	p.rows.changed = p.redraw
	p.rows.failed = func(err error) { w.fail(win, err) }
	p.scenes = newListing(w, "preview", []column{{present.T("Scene"), 82}, {present.T("Fields"), 18}}, func() int { return p.rows.total }, p.line, p.choose)
	p.scenes.actions, p.scenes.picture = p.actions, p.sceneAt
	p.scenes.checked, p.scenes.turn = p.isPicked, p.turn
	paged(p.scenes, p.rows, p.cells)
	p.scenes.sortable(p.restart, store.ByName, store.ByFields)
	p.tick = newButton(present.T("Select all"), nil, p.tickAll)
	p.pictures = newComparison(w)
	p.fields = newListing(w, "fields", []column{{present.T("Field"), 14}, {present.T("In Plex now"), 25}, {present.T("After sync"), 25}, {present.T("Why"), 36}}, func() int { return len(p.row.Changes) + len(p.row.Kept) }, p.field, p.inFull)
	p.fullBox = atMost(footHeight, p.full.text)
	p.fullBox.Hide()
	p.selected = newButton(present.T("Write selected"), nil, func() { p.apply(p.chosen()) })
	p.whole = newButton(present.T("Write all"), nil, func() { p.apply(nil) })
	p.whole.Importance = widget.HighImportance
	return p
}

func (p *previewPage) content() fyne.CanvasObject {
	top := container.NewVBox(container.NewBorder(nil, nil, nil, p.make, p.title), p.running.box, p.brake.box)
	left := container.NewBorder(p.search, nil, nil, nil, p.scenes.body)
	pair, tick := spare(p.pictures.box), spare(p.tick)
	right := container.NewBorder(container.NewVBox(p.name, pair), p.fullBox, nil, nil, p.fields.body)
	split := container.NewHSplit(left, right)
	split.SetOffset(0.36)
	foot := container.NewVBox(widget.NewSeparator(), container.NewBorder(nil, nil, nil, container.NewHBox(tick, p.selected, p.whole), p.foot))
	return fit(container.NewPadded(container.NewBorder(top, foot, nil, nil, split)), func(r room) {
		footOf(p.fullBox, r)
		shown(pair, !r.low)
		shown(tick, !r.narrow) // Ctrl+A and the space bar do it too
	})
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
	p.scenes.list.UnselectAll()
	p.set(store.ReportRow{})
	p.rows.restart()
	p.footing()
}

func (p *previewPage) fetch(ctx context.Context, offset, limit int) ([]store.ReportRow, int, error) {
	if p.report.ID == 0 {
		return nil, 0, nil
	}
	q := p.query()
	q.Sort, q.Offset, q.Limit = p.scenes.sort(), offset, limit
	page, err := p.w.api.Rows(ctx, q)
	return page.Rows, page.Total, err
}

// query asks for the rows the search finds.
func (p *previewPage) query() store.RowQuery {
	return store.RowQuery{Report: p.report.ID, Outcome: present.Enqueued, Search: p.search.Text, Language: present.Language()}
}

func (p *previewPage) redraw() {
	words := ""
	switch {
	case !p.rows.loaded || p.rows.total > 0:
	case p.report.ID == 0 && !p.w.snap.Configured:
		words = present.T("A preview shows what Lockstep would write, without writing anything. Finish the set-up first.")
	case p.report.ID == 0:
		words = present.T("A preview shows what Lockstep would write, without writing anything. Press New preview to make one.")
	case p.search.Text != "":
		words = present.T("Nothing here matches “%s”.", p.search.Text)
	default:
		words = present.T("There is nothing to write: everything is in step or skipped for a reason (see Reports).")
	}
	p.scenes.refresh(words)
	p.footing()
	if _, known := p.rows.at(0); known && p.row.Scene == 0 {
		p.scenes.list.Select(0)
	}
}

// line is a scene in the list: its name and how many fields change.
func (p *previewPage) line(i int) []cell {
	r, ok := p.rows.at(i)
	if !ok {
		return []cell{{words: "…"}}
	}
	return p.cells(r)
}

func (p *previewPage) cells(r store.ReportRow) []cell {
	return []cell{{present.ReportRow(r, true).Title, widget.MediumImportance}, {present.Number(len(r.Changes)), widget.LowImportance}}
}

func (p *previewPage) sceneAt(i int) scene.ID {
	r, _ := p.rows.at(i)
	return r.Scene
}

// actions are what can be done with the scenes of picked rows.
func (p *previewPage) actions(rows []int) []*fyne.MenuItem {
	first, _ := p.rows.at(rows[0])
	return append([]*fyne.MenuItem{fyne.NewMenuItem(present.T("Tick or untick"), func() { p.turn(rows) })},
		p.w.sceneItems(p.win, len(rows), first, func() {
			p.rows.gather(rows, func(list []store.ReportRow) { p.w.syncScenes(p.win, idsOf(list, sceneOf), func() {}) })
		})...)
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
	p.pictures.set(r.Scene, r.Changes)
	p.fields.list.UnselectAll()
	visible(p.fields.body, r.Scene != 0) // a head over nothing says nothing
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
		p.full.set(present.Differences(c, kept, p.w.moment()))
		visible(p.fullBox, true)
	}
}

func (p *previewPage) field(i int) []cell {
	c, kept := p.change(i)
	old, words := present.ChangedParts(c)
	tone := widget.MediumImportance
	switch {
	case kept:
		words, tone = present.T("stays"), widget.LowImportance
	case words == present.Value(""):
		tone = widget.WarningImportance
	}
	return []cell{{present.FieldName(c.Field), widget.MediumImportance}, {old, widget.LowImportance}, {words, tone}, {p.w.moment().Say(c.Why), widget.LowImportance}}
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
	visible(p.whole, p.asked == 0)
	if p.ran && s.Reconcile == nil {
		p.show("")
	}
	p.ran = s.Reconcile != nil
}

func (p *previewPage) searcher() fyne.Focusable { return p.search }

func (p *previewPage) about() string { return strconv.FormatUint(p.report.ID, 10) }
