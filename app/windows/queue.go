package windows

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// reloadEvery bounds how often a busy queue is read again.
const (
	reloadEvery = time.Second
	resortEvery = 5 * time.Second // where all of it has to be sorted
)

// queuePage shows what is being written, what waits and what was given up.
type queuePage struct {
	w    *Windows
	win  *window
	snap api.Snapshot

	status, rate *widget.Label
	hits         *widget.Label // how many jobs the search finds
	progress     *widget.ProgressBar
	bar          *fyne.Container
	troubles     *troubles
	dead         *keyButton
	filters      *chooser
	search       *textInput
	jobs         *pager[queue.Job]
	list         *listing
	detail       *jobDetail

	shown    []present.Filter
	reason   skip.Code // which one was asked about, empty for none
	drawn    queue.Counts
	inHand   string
	loadedAt time.Time
	chosen   int
}

func newQueuePage(w *Windows, win *window) page {
	p := &queuePage{w: w, win: win, status: heading(""), rate: line(), hits: text(""), progress: widget.NewProgressBar()}
	p.hits.Importance = widget.LowImportance
	p.progress.TextFormatter = func() string { return "" }
	p.rate.Alignment = fyne.TextAlignTrailing
	p.troubles = newTroubles(w, win)
	p.dead = newButton(present.T("Retry all failed"), nil, func() {
		p.detail.act(func(ctx context.Context) (int, error) { return w.api.Retry(ctx, api.Selection{AllDead: true}) })
	})
	p.dead.Hide()
	p.filters = newChooser(func(int) {
		p.offer()
		p.restart()
	})
	p.search = newSearch(present.T("Search by name"), func(string) { p.restart() })
	p.jobs = newPager(w, p.fetch)
	p.list = newListing(w, "queue", []column{{present.T("Scene"), 30}, {present.T("State"), 17}, {present.T("Why"), 53}}, func() int { return p.jobs.total }, p.row, p.choose)
	p.list.actions, p.list.picture = p.actions, p.sceneAt
	paged(p.list, p.jobs, p.cells)
	p.list.sortable(p.restart, store.ByName, store.ByState, store.ByReason)
	p.jobs.changed = p.redraw
	p.jobs.failed = func(err error) { w.fail(win, err) }
	p.detail = newJobDetail(w, win, p.restart)
	return p
}

func (p *queuePage) content() fyne.CanvasObject {
	p.bar = container.NewBorder(nil, nil, nil, wide(280, p.rate), container.New(slim(14), p.progress))
	pick := container.NewBorder(nil, nil, nil, container.NewHBox(p.dead, p.hits, wide(165, p.search)), p.filters.scrolled())
	status, bar := spare(p.status), spare(p.bar)
	top := container.NewVBox(status, bar, p.troubles.box, pick)
	return fit(container.NewPadded(container.NewBorder(top, p.detail.box, nil, nil, p.list.body)), func(r room) {
		shown(status, !r.lowest)
		shown(bar, !r.low)
		p.detail.fit(r)
	})
}

// show shows all jobs, or those that were skipped for the reason it is asked about.
func (p *queuePage) show(about string) {
	p.reason = skip.Code(about)
	p.filter(p.snap)
	if about != "" {
		p.filters.choose(len(p.shown) - 1)
		return
	}
	p.restart()
}

// filter offers the states, and the reason that was asked about last.
func (p *queuePage) filter(s api.Snapshot) {
	p.shown = present.Filters(s.Queue)
	if p.reason != "" {
		p.shown = append(p.shown, present.ReasonFilter(p.reason, s))
	}
	labels := make([]string, len(p.shown))
	for i, f := range p.shown {
		labels[i] = f.Label
	}
	p.filters.set(labels)
}

// states are those of the filter that is chosen, none for all.
func (p *queuePage) states() []queue.State {
	if i := p.filters.chosen; i < len(p.shown) {
		return p.shown[i].States
	}
	return nil
}

// of is how many jobs the filter that is chosen has without a search.
func (p *queuePage) of() int {
	if i := p.filters.chosen; i < len(p.shown) {
		return p.shown[i].Count
	}
	return 0
}

// offer shows the button for all failed scenes while they are what is looked at.
func (p *queuePage) offer() {
	i := p.filters.chosen
	visible(p.dead, p.snap.Queue.Dead > 0 && i < len(p.shown) && slices.Contains(p.shown[i].States, queue.Dead))
}

func (p *queuePage) searcher() fyne.Focusable { return p.search }

func (p *queuePage) restart() {
	p.list.list.UnselectAll()
	p.detail.set(nil, p.snap)
	p.loadedAt = p.w.now()
	p.jobs.restart()
}

func (p *queuePage) fetch(ctx context.Context, offset, limit int) ([]queue.Job, int, error) {
	q := store.JobQuery{Search: p.search.Text, Language: present.Language(), Sort: p.list.sort(), Offset: offset, Limit: limit}
	if i := p.filters.chosen; i < len(p.shown) {
		q.States, q.Reason = p.shown[i].States, p.shown[i].Reason
	}
	page, err := p.w.api.Jobs(ctx, q)
	return page.Jobs, page.Total, err
}

func (p *queuePage) row(i int) []cell {
	j, ok := p.jobs.at(i)
	if !ok {
		return []cell{{words: "…"}}
	}
	return p.cells(j)
}

func (p *queuePage) sceneAt(i int) scene.ID {
	j, _ := p.jobs.at(i)
	return j.Scene
}

func (p *queuePage) cells(j queue.Job) []cell {
	r := present.Job(j, p.snap, p.w.moment())
	name := r.Name
	if r.Mark != "" {
		name = r.Mark + " " + name
	}
	return []cell{{name, widget.MediumImportance}, {r.State, toned(r.Tone)}, {r.Detail, widget.MediumImportance}}
}

// toned leaves ordinary rows in the ordinary colour.
func toned(t present.Tone) widget.Importance {
	if t == present.Muted {
		return widget.MediumImportance
	}
	return tones[t]
}

// actions are what can be done with the jobs that are picked.
func (p *queuePage) actions(rows []int) []*fyne.MenuItem {
	first, _ := p.jobs.at(rows[0])
	items := p.w.sceneItems(p.win, len(rows), store.ReportRow{Scene: first.Scene, Title: first.Name}, func() {
		p.jobs.gather(rows, func(list []queue.Job) {
			ids := idsOf(list, func(j queue.Job) scene.ID { return j.Scene })
			p.detail.act(func(ctx context.Context) (int, error) { return p.w.api.Retry(ctx, api.Selection{Scenes: ids}) })
		})
	})
	if len(rows) == 1 && p.detail.box.Visible() && !p.detail.discard.Disabled() {
		items = append(items, fyne.NewMenuItem(present.T("Discard…"), p.detail.discard.OnTapped))
	}
	return items
}

func (p *queuePage) choose(i int) {
	if j, ok := p.jobs.at(i); ok {
		p.chosen = i
		p.detail.set(&j, p.snap)
	}
}

// follow keeps the foot about the chosen scene: it may have moved on, or away.
func (p *queuePage) follow() {
	if !p.detail.box.Visible() {
		return
	}
	if j, ok := p.jobs.at(p.chosen); ok && j.Scene == p.detail.job.Scene {
		p.detail.set(&j, p.snap)
		return
	}
	p.list.list.UnselectAll()
	p.detail.set(nil, p.snap)
}

func (p *queuePage) redraw() {
	words := ""
	if p.jobs.loaded && p.jobs.total == 0 {
		words = present.EmptyQueue(p.snap, p.search.Text, p.states())
	}
	p.list.refresh(words)
	set(p.hits, present.Hits(p.search.Text, p.jobs.total, p.of()), widget.LowImportance)
	p.follow()
}

func (p *queuePage) update(s api.Snapshot) {
	p.snap = s
	m := p.w.moment()
	set(p.status, present.Status(s, m), widget.MediumImportance)
	set(p.rate, present.Rate(s, m), widget.LowImportance)
	if f := present.Fraction(s.Run); p.progress.Value != f {
		p.progress.SetValue(f)
	}
	p.troubles.update(s)
	visible(p.bar, present.Band(s, m) == "" && s.Run.Total > 0)
	p.filter(s)
	p.offer()
	p.reload(s)
}

// reload reads the rows again when something moved, at most once a second: the next
// update, a second later at the latest, makes up for what was left out.
func (p *queuePage) reload(s api.Snapshot) {
	hand := ""
	for _, h := range s.InHand {
		hand += h.Scene.String() + string(h.Step)
	}
	if s.Queue == p.drawn && hand == p.inHand {
		return
	}
	every := reloadEvery
	if p.list.sorting.column != 0 {
		every = resortEvery
	}
	if p.w.now().Sub(p.loadedAt) < every {
		return
	}
	p.drawn, p.inHand, p.loadedAt = s.Queue, hand, p.w.now()
	p.jobs.stale()
}

// jobDetail is the foot of the queue: the chosen job in full, and what can be done.
type jobDetail struct {
	w                   *Windows
	win                 *window
	changed             func()
	job                 queue.Job
	box                 *fyne.Container
	name                *widget.Label
	words               *tipLine
	head                *fyne.Container // name and buttons
	retry, why, discard *keyButton
}

func newJobDetail(w *Windows, win *window, changed func()) *jobDetail {
	d := &jobDetail{w: w, win: win, changed: changed, name: line(), words: newTipPara()}
	d.name.TextStyle.Bold = true
	one := func() api.Selection { return api.Selection{Scenes: []scene.ID{d.job.Scene}} }
	d.retry = newButton(present.T("Retry"), theme.ViewRefreshIcon(), func() {
		d.act(func(ctx context.Context) (int, error) { return w.api.Retry(ctx, one()) })
	})
	d.why = newButton(present.T("Why?"), theme.QuestionIcon(), func() { w.Show(present.Explain + ":" + d.job.Scene.String()) })
	d.discard = newButton(present.T("Discard…"), theme.DeleteIcon(), func() {
		confirm(win, present.T("Discard this change?"), present.T("“%s” stays as it is in Plex until it changes again in Stash.", d.name.Text), present.T("Discard"), func() {
			d.act(func(ctx context.Context) (int, error) { return w.api.Discard(ctx, one()) })
		})
	})
	buttons := container.NewHBox(layout.NewSpacer(), d.retry, d.why, d.discard)
	d.head = container.NewBorder(nil, nil, nil, buttons, d.name)
	d.box = container.NewVBox(widget.NewSeparator(), d.head, d.words)
	d.box.Hide()
	return d
}

// fit leaves out what the chosen row and its menu have, too.
func (d *jobDetail) fit(r room) {
	shown(d.head, !r.lowest)
	d.words.oneLine(r.low)
}

func (d *jobDetail) act(fn func(context.Context) (int, error)) {
	ask(d.w, fn, func(_ int, err error) {
		if err != nil {
			d.w.fail(d.win, err)
			return
		}
		d.changed()
	})
}

// set shows a job, or nothing for nil.
func (d *jobDetail) set(j *queue.Job, s api.Snapshot) {
	visible(d.box, j != nil)
	if j == nil {
		return
	}
	d.job = *j
	r := present.Job(*j, s, d.w.moment())
	set(d.name, r.Name, widget.MediumImportance)
	set(&d.words.Label, strings.TrimSuffix(r.State+present.Dot+r.Detail, present.Dot), toned(r.Tone))
	enabled(d.retry, r.Retry)
	enabled(d.discard, r.Discard)
}
