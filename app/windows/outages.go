package windows

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/outage"
	"lockstep/sync/store"
)

// stretches are the times the chart can look at.
var stretches = []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 365 * 24 * time.Hour}

// usualStretch is the one a page begins with: 30 days.
const usualStretch = 2

// outagesPage shows when Plex was not reachable, and when nobody knows.
type outagesPage struct {
	w    *Windows
	win  *window
	snap api.Snapshot
	page api.OutagePage

	head, metrics, point *widget.Label
	span                 *chooser
	chart                *timeline
	list                 *listing
	words                *tipLine
	foot                 *fyne.Container // the chosen outage in full
	loadedAt             time.Time
	verdict              any
}

func newOutagesPage(w *Windows, win *window) page {
	p := &outagesPage{w: w, win: win, head: heading(""), metrics: line(), point: line(), words: newTipPara()}
	p.metrics.TextStyle.Bold = true
	p.point.Importance = widget.LowImportance
	p.span = newChooser(func(int) { p.load() })
	labels := make([]string, len(stretches))
	for i, s := range stretches {
		labels[i] = present.WindowName(s)
	}
	p.span.set(labels)
	p.span.chosen = usualStretch
	p.span.draw()
	p.chart = newTimeline(w.moment, func(words string) { set(p.point, words, widget.LowImportance) })
	p.chart.picked = p.pick
	p.list = newListing(w, "outages", []column{{present.T("When"), 21}, {present.T("For"), 8}, {present.T("Cause"), 41}, {present.T("Waiting changes"), 16}, {present.T("Notes"), 24}},
		func() int { return len(p.page.Records) }, p.row, p.choose)
	p.list.sortable(func() {
		p.list.list.UnselectAll() // another order has other rows there
		p.load()
	}, store.ByTime, bySpan, store.ByReason, byHeld, byNote)
	p.foot = container.NewVBox(widget.NewSeparator(), p.words)
	p.foot.Hide()
	return p
}

func (p *outagesPage) content() fyne.CanvasObject {
	legend := container.NewHBox(text(present.T("▮ reachable")), text(present.T("✕ down")), text(present.T("▨ Plex not monitored")), text(present.T("◆ repaired record")))
	for i, tone := range []widget.Importance{widget.SuccessImportance, widget.DangerImportance, widget.LowImportance, widget.WarningImportance} {
		legend.Objects[i].(*widget.Label).Importance = tone
	}
	chart := spare(p.chart)
	key, metrics := spare(container.NewBorder(nil, nil, legend, nil, p.point)), spare(p.metrics)
	top := container.NewVBox(container.NewBorder(nil, nil, nil, p.span.box, p.head), metrics, chart, key)
	return fit(container.NewPadded(container.NewBorder(top, p.foot, nil, nil, p.list.body)), func(r room) {
		shown(key, !r.low)
		shown(metrics, !r.low || !r.lowest && !p.foot.Visible())
		shown(chart, !r.lowest || !p.foot.Visible())
		p.words.oneLine(r.low)
	})
}

func (p *outagesPage) show(string) { p.load() }

func (p *outagesPage) load() {
	p.loadedAt = p.w.now()
	q := api.OutageQuery{Window: stretches[p.span.chosen]}
	ask(p.w, func(ctx context.Context) (api.OutagePage, error) { return p.w.api.Outages(ctx, q) }, func(o api.OutagePage, err error) {
		if err != nil {
			p.w.fail(p.win, err)
			return
		}
		p.page = present.Watched(o)
		p.sort()
		p.draw()
	})
}

// By what outages are sorted besides.
const (
	bySpan store.Order = "span"
	byHeld store.Order = "held"
	byNote store.Order = "note"
)

// sort sorts the outages of the time that is shown: there are never many.
func (p *outagesPage) sort() {
	by := p.list.sort()
	if by.By == "" {
		return
	}
	p.page.Records = slices.Clone(p.page.Records)
	m := p.w.moment()
	words := func(r outage.Record) present.OutageRow { return present.Outage(r, p.page.Verdict, m) }
	slices.SortStableFunc(p.page.Records, func(a, b outage.Record) int {
		if by.Down {
			a, b = b, a
		}
		switch by.By {
		case bySpan:
			return cmp.Compare(a.Length(m.Now), b.Length(m.Now))
		case byHeld:
			return cmp.Compare(a.JobsHeld, b.JobsHeld)
		case store.ByReason:
			return strings.Compare(words(a).Cause, words(b).Cause)
		case byNote:
			return strings.Compare(words(a).Note, words(b).Note)
		}
		return a.Started.Compare(b.Started)
	})
}

func (p *outagesPage) draw() {
	setLine(p.head, present.OutageHead(p.page, p.snap, p.w.moment()))
	set(p.metrics, present.Metrics(p.page.Metrics), widget.MediumImportance)
	p.chart.set(p.page)
	words := ""
	if len(p.page.Records) == 0 {
		words = present.T("No outage was recorded in this time.")
	}
	p.list.refresh(words)
}

func (p *outagesPage) row(i int) []cell {
	r := present.Outage(p.page.Records[i], p.page.Verdict, p.w.moment())
	when := r.When
	if p.page.Records[i].Repaired {
		when = "◆ " + when
	}
	return []cell{{when, toned(r.Tone)}, {r.Length, toned(r.Tone)}, {r.Cause, widget.MediumImportance}, {r.Held, widget.MediumImportance}, {r.Note, widget.LowImportance}}
}

func (p *outagesPage) choose(i int) {
	if i >= len(p.page.Records) {
		return
	}
	r := present.Outage(p.page.Records[i], p.page.Verdict, p.w.moment())
	p.chart.mark(p.page.Records[i].ID)
	set(&p.words.Label, present.OutageWords(r), widget.MediumImportance)
	visible(p.foot, true)
}

// pick chooses the row of an outage that was clicked in the chart.
func (p *outagesPage) pick(id uint64) {
	if i := slices.IndexFunc(p.page.Records, func(r outage.Record) bool { return r.ID == id }); i >= 0 {
		p.list.list.Select(i)
		p.list.list.ScrollTo(i)
	}
}

// update reads the page again when the verdict moved, and now and then while an outage
// lasts.
func (p *outagesPage) update(s api.Snapshot) {
	p.snap = s
	setLine(p.head, present.OutageHead(p.page, s, p.w.moment()))
	var id uint64
	if s.Outage != nil {
		id = s.Outage.ID
	}
	key := struct {
		v  any
		id uint64
		on bool
	}{s.Verdict, id, s.Outage != nil && s.Outage.Ongoing()}
	lasting := key.on && p.w.now().Sub(p.loadedAt) > 10*time.Second
	if key != p.verdict || lasting {
		first := p.verdict == nil
		p.verdict = key
		if !first {
			p.load()
		}
	}
}
