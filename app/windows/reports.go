package windows

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// reportsPage shows reconciliation reports: what was found, and for everything not
// done the reason.
type reportsPage struct {
	w    *Windows
	win  *window
	snap api.Snapshot

	title, summary, sum, byKind *widget.Label
	incomplete, running         *band
	older, newer                *keyButton
	reconcile, export           *keyButton
	reasons                     *reportParts
	left                        fyne.CanvasObject // the reasons with their width
	hits                        *widget.Label     // how many rows the search finds
	search                      *textInput
	rows                        *pager[store.ReportRow]
	list                        *listing
	detail                      *rowDetail

	reports []store.Report // the newest first
	at      int
	report  store.Report
	newest  uint64
	ran     bool
	want    uint64 // the report asked for by Show, zero for the newest
}

func newReportsPage(w *Windows, win *window) page {
	p := &reportsPage{w: w, win: win, title: heading(""), summary: line(), sum: text(""), byKind: line(), hits: text("")}
	p.hits.Importance = widget.LowImportance
	p.summary.TextStyle.Bold = true
	p.byKind.Importance = widget.LowImportance
	p.incomplete = newBand(widget.WarningImportance, present.T("Run again"), func() {
		w.reconcile(win, api.ReconcileRequest{Scope: config.Scope(p.report.Scope), Preview: p.report.Preview, Deep: p.report.Deep})
	})
	p.running = newBand(widget.HighImportance, present.T("Stop"), func() { w.command(win, w.api.StopReconcile) })
	p.older = newButton(present.T("Older"), theme.NavigateBackIcon(), func() { p.turn(p.at + 1) })
	p.newer = newButton(present.T("Newer"), theme.NavigateNextIcon(), func() { p.turn(p.at - 1) })
	p.newer.IconPlacement = widget.ButtonIconTrailingText
	p.reconcile = drop(present.T("Reconcile"), w.reconcileMenu(win)...)
	p.export = drop(present.T("Export"), fyne.NewMenuItem(present.T("For a spreadsheet (CSV)…"), func() { p.save(".csv") }),
		fyne.NewMenuItem(present.T("For programs (JSON)…"), func() { p.save(".json") }))
	p.reasons = newReportParts(w, win, p.restart)
	p.search = newSearch(present.T("Search by name or path"), func(string) { p.restart() })
	p.rows = newPager(w, p.fetch)
	p.list = newListing(w, "reports", []column{{present.T("Scene"), 36}, {present.T("Gap"), 18}, {present.T("What happened"), 18}, {present.T("Reason"), 28}},
		func() int { return p.rows.total }, p.row, p.choose)
	p.list.actions, p.list.picture = p.actions, p.sceneAt
	paged(p.list, p.rows, p.cells)
	p.list.sortable(p.restart, store.ByName, store.ByKind, store.ByOutcome, store.ByReason)
	p.rows.changed = p.redraw
	p.rows.failed = func(err error) { w.fail(win, err) }
	p.detail = newRowDetail(w, win)
	return p
}

// reportsSearch is the width of the search, half of it where there is little room.
const reportsSearch = 220

func (p *reportsPage) content() fyne.CanvasObject {
	head := container.NewBorder(nil, nil, nil, container.NewHBox(p.older, p.newer, p.reconcile), p.title)
	search := container.New(minWidth(reportsSearch), p.search)
	pick, headPart := spare(p.reasons.pick), spare(head)
	summary := container.NewBorder(nil, nil, pick, container.NewHBox(p.hits, search, p.export), p.summary)
	sums := spare(container.NewBorder(nil, nil, p.sum, nil, p.byKind))
	top := container.NewVBox(headPart, p.running.box, p.incomplete.box, summary, sums)
	p.left = wide(reasonsWidth, p.reasons.box)
	left := spare(p.left)
	body := container.NewBorder(top, p.detail.box, left, nil, p.list.body)
	return fit(container.NewPadded(body), func(r room) {
		shown(headPart, !r.lowest || !p.detail.box.Visible())
		shown(sums, !r.low)
		shown(p.detail.path, !r.low)
		shown(p.detail.head, !r.lowest)
		p.detail.words.oneLine(r.low)
		shown(left, !r.narrow)
		shown(pick, r.narrow)
		shown(p.summary, !r.narrow)
		search.Layout = minWidth(reportsSearch)
		if r.narrow {
			search.Layout = minWidth(reportsSearch / 2)
		}
	})
}

func (p *reportsPage) show(about string) {
	p.want, _ = strconv.ParseUint(about, 10, 64)
	p.load()
}

// load reads the list of reports and shows the one asked for, else the newest.
func (p *reportsPage) load() {
	ask(p.w, func(ctx context.Context) ([]store.Report, error) { return p.w.api.Reports(ctx, 0) }, func(list []store.Report, err error) {
		if err != nil {
			p.w.fail(p.win, err)
			return
		}
		p.reports = list
		p.turn(p.wanted())
	})
}

// wanted is the place of the report asked for, else of the newest that was no preview.
func (p *reportsPage) wanted() int {
	at := slices.IndexFunc(p.reports, func(r store.Report) bool { return r.ID == p.want && p.want != 0 })
	if at < 0 {
		at = slices.IndexFunc(p.reports, func(r store.Report) bool { return !r.Preview })
	}
	return max(at, 0)
}

// turn shows the report at that place of the list.
func (p *reportsPage) turn(at int) {
	if at < 0 || at >= len(p.reports) {
		at = 0
	}
	p.at, p.report = at, store.Report{}
	if len(p.reports) > 0 {
		p.report = p.reports[at]
	}
	p.head()
	p.restart()
}

func (p *reportsPage) head() {
	r := p.report
	enabled(p.older, p.at+1 < len(p.reports))
	enabled(p.newer, p.at > 0)
	enabled(p.export, r.ID != 0)
	p.reasons.set(present.RowFilters(r))
	if p.left != nil {
		visible(p.left, r.ID != 0)
	}
	if r.ID == 0 {
		set(p.title, present.T("Reports"), widget.MediumImportance)
		set(p.summary, present.T("No reconciliation has run yet."), widget.MediumImportance)
		return
	}
	set(p.title, present.ReportTitle(r, p.w.moment()), widget.MediumImportance)
	set(p.summary, present.Summary(r), widget.MediumImportance)
	set(p.sum, present.Sum(r), widget.MediumImportance)
	set(p.byKind, present.ByKind(r), widget.LowImportance)
	p.incomplete.say(present.Incomplete(r))
}

func (p *reportsPage) restart() {
	p.list.list.UnselectAll()
	p.detail.set(nil, p.report)
	p.rows.restart()
}

func (p *reportsPage) query() store.RowQuery {
	q := store.RowQuery{Report: p.report.ID, Search: p.search.Text, Language: present.Language()}
	f := p.reasons.now()
	q.Outcome, q.Reason = f.Outcome, f.Reason
	return q
}

func (p *reportsPage) fetch(ctx context.Context, offset, limit int) ([]store.ReportRow, int, error) {
	q := p.query()
	if q.Report == 0 {
		return nil, 0, nil
	}
	q.Sort, q.Offset, q.Limit = p.list.sort(), offset, limit
	page, err := p.w.api.Rows(ctx, q)
	return page.Rows, page.Total, err
}

func (p *reportsPage) row(i int) []cell {
	r, ok := p.rows.at(i)
	if !ok {
		return []cell{{words: "…"}}
	}
	return p.cells(r)
}

func (p *reportsPage) sceneAt(i int) scene.ID {
	r, _ := p.rows.at(i)
	return r.Scene
}

func (p *reportsPage) cells(r store.ReportRow) []cell {
	x := present.ReportRow(r, p.report.Preview)
	tone := widget.MediumImportance
	if x.Act {
		tone = widget.WarningImportance
	}
	return []cell{{x.Title, widget.MediumImportance}, {x.Kind, widget.LowImportance}, {x.Outcome, tone}, {x.Brief, widget.MediumImportance}}
}

// actions are what can be done with the scenes that are picked.
func (p *reportsPage) actions(rows []int) []*fyne.MenuItem {
	first, _ := p.rows.at(rows[0])
	return p.w.sceneItems(p.win, len(rows), first, func() {
		p.rows.gather(rows, func(list []store.ReportRow) {
			p.w.syncScenes(p.win, idsOf(list, sceneOf), func() { set(&p.detail.words.Label, present.T(present.QueuedNow), widget.SuccessImportance) })
		})
	})
}

func (p *reportsPage) choose(i int) {
	if r, ok := p.rows.at(i); ok {
		p.detail.set(&r, p.report)
	}
}

func (p *reportsPage) redraw() {
	words := ""
	switch {
	case !p.rows.loaded || p.rows.total > 0:
	case p.report.ID == 0:
		words = present.T("A reconciliation compares every scene with Plex and shows what differs and why. Start one with the button above.")
	case p.search.Text != "":
		words = present.T("Nothing here matches “%s”.", p.search.Text)
	default:
		words = present.T("Everything that was checked is in step.")
	}
	p.list.refresh(words)
	set(p.hits, present.Hits(p.search.Text, p.rows.total, p.reasons.now().Rows), widget.LowImportance)
}

func (p *reportsPage) update(s api.Snapshot) {
	p.snap = s
	enabled(p.reconcile, s.Live && s.Configured && s.Reconcile == nil)
	words := ""
	if s.Reconcile != nil {
		words = present.Reconciling(*s.Reconcile)
	}
	p.running.say(words)
	newest := uint64(0)
	if s.LastReconciliation != nil {
		newest = s.LastReconciliation.ID
	}
	ended := p.ran && s.Reconcile == nil
	p.ran = s.Reconcile != nil
	if ended || newest != p.newest {
		first := p.newest == 0
		p.newest = newest
		if !first || ended {
			p.want = 0
			p.load()
		}
	}
}

// rowDetail is the foot of a report: the chosen row in full, and what can be done.
type rowDetail struct {
	w         *Windows
	win       *window
	row       store.ReportRow
	box       *fyne.Container
	name      *widget.Label
	words     *tipLine
	head      *fyne.Container // name and buttons
	path      *widget.Label
	inPlex    *keyButton
	syncScene *keyButton
}

func newRowDetail(w *Windows, win *window) *rowDetail {
	d := &rowDetail{w: w, win: win, name: line(), words: newTipPara(), path: line()}
	d.name.TextStyle.Bold, d.path.Importance = true, widget.LowImportance
	inStash := newButton(present.T("Open in Stash"), nil, func() { w.visit(win, func(s config.Settings) string { return stashURL(s, d.row.Scene) }) })
	d.inPlex = newButton(present.T("Open in Plex"), nil, func() { w.visit(win, func(s config.Settings) string { return plexURL(s, d.row) }) })
	explain := newButton(present.T("Explain"), theme.QuestionIcon(), func() { w.Show(present.Explain + ":" + d.row.Scene.String()) })
	d.syncScene = newButton(present.T("Try again"), theme.ViewRefreshIcon(), func() {
		w.syncScene(win, d.row.Scene, func() { set(&d.words.Label, present.T(present.QueuedNow), widget.SuccessImportance) })
	})
	buttons := container.NewHBox(layout.NewSpacer(), inStash, d.inPlex, explain, d.syncScene)
	d.head = container.NewBorder(nil, nil, nil, buttons, d.name)
	d.box = container.NewVBox(widget.NewSeparator(), d.head, d.words, d.path)
	d.box.Hide()
	return d
}

func (d *rowDetail) set(r *store.ReportRow, report store.Report) {
	visible(d.box, r != nil)
	if r == nil {
		return
	}
	d.row = *r
	x := present.ReportRow(*r, report.Preview)
	set(d.name, x.Title, widget.MediumImportance)
	set(&d.words.Label, strings.TrimSuffix(x.Kind+present.Dot+x.Outcome+present.Dot+x.Why, present.Dot), widget.MediumImportance)
	set(d.path, r.Path, widget.LowImportance)
	enabled(d.inPlex, r.Item != "" || r.Title != "")
}

// visit opens an address made from the settings in the browser.
func (w *Windows) visit(win fyne.Window, address func(config.Settings) string) {
	ask(w, w.api.Settings, func(s api.Settings, err error) {
		var u *url.URL
		if err == nil {
			u, err = url.Parse(address(s.Values))
		}
		if err == nil {
			err = w.openURL(u)
		}
		if err != nil {
			w.fail(win, err)
		}
	})
}

func stashURL(s config.Settings, id scene.ID) string { return s.StashURL + "/scenes/" + id.String() }

// plexURL is the item's page in Plex Web. That page is named by server and item; where
// the server is not known the title is searched for.
func plexURL(s config.Settings, r store.ReportRow) string {
	key := scene.ParseItemKey(r.Item)
	if key.Machine == "" || key.RatingKey == "" {
		return s.PlexURL + "/web/index.html#!/search?query=" + url.QueryEscape(r.Title)
	}
	return s.PlexURL + "/web/index.html#!/server/" + url.PathEscape(key.Machine) + "/details?key=" + url.QueryEscape("/library/metadata/"+key.RatingKey)
}

func (p *reportsPage) searcher() fyne.Focusable { return p.search }

func (p *reportsPage) about() string { return strconv.FormatUint(p.report.ID, 10) }
