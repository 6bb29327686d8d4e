package windows

import (
	"context"
	"reflect"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/store"
)

// reasonList shows why scenes are not in step, each reason with its one button.
type reasonList struct {
	w     *Windows
	win   *window
	head  *widget.Label
	rows  *fyne.Container
	box   *fyne.Container
	shown []present.Blocked
	drawn bool
}

func newReasonList(w *Windows, win *window) *reasonList {
	r := &reasonList{w: w, win: win, head: line(), rows: container.NewVBox()}
	r.head.TextStyle.Bold = true
	r.box = container.NewVBox(r.head, r.rows)
	return r
}

// set draws the reasons anew when they differ: a button must not go away under the pointer.
// That there are none is said only when all is well.
func (r *reasonList) set(list []present.Blocked, well bool) {
	visible(r.box, len(list) > 0 || well)
	if r.drawn && reflect.DeepEqual(list, r.shown) {
		return
	}
	same := r.drawn && len(list) == len(r.shown)
	for i := range list {
		same = same && list[i].Remedy.Label == r.shown[i].Remedy.Label && list[i].Name == r.shown[i].Name
	}
	r.shown, r.drawn = list, true
	set(r.head, present.NotInStepHead(list), widget.MediumImportance)
	if same {
		for i, o := range r.rows.Objects {
			set(countIn(o), present.Number(list[i].Scenes), tones[list[i].Tone])
		}
		return
	}
	r.rows.Objects = nil
	width := float32(remedyWidth)
	for _, b := range list {
		width = max(width, widest(b.Remedy.Label))
	}
	for i := range list {
		r.rows.Add(r.row(list[i], width))
	}
	if len(list) == 0 {
		r.rows.Add(caption(present.T("Edits you make in Stash are written within a minute.")))
	}
	r.rows.Refresh()
}

const (
	countWidth  = 56
	remedyWidth = 160 // at least; more where a label needs it
)

func (r *reasonList) row(b present.Blocked, width float32) fyne.CanvasObject {
	count := text("")
	count.Alignment, count.TextStyle.Bold = fyne.TextAlignTrailing, true
	set(count, present.Number(b.Scenes), tones[b.Tone])
	name, advice := newTipLine(), newTipLine()
	name.Text, advice.Text, advice.Importance = b.Name, b.Advice, widget.LowImportance
	button := newButton(b.Remedy.Label, nil, func() { r.w.remedy(r.win, b.Remedy) })
	return container.NewBorder(nil, nil, wide(countWidth, count), wide(width, button), container.New(inARow{}, name, advice))
}

// countIn is the label with the number in a row.
func countIn(row fyne.CanvasObject) *widget.Label {
	for _, o := range row.(*fyne.Container).Objects {
		if c, ok := o.(*fyne.Container); ok && len(c.Objects) == 1 {
			if l, ok := c.Objects[0].(*widget.Label); ok {
				return l
			}
		}
	}
	return nil
}

// remedy does what the button beside a reason says.
func (w *Windows) remedy(win *window, r present.Remedy) {
	if r.Window != "" {
		w.Show(r.Window)
		return
	}
	ask(w, func(ctx context.Context) (int, error) { return w.api.Retry(ctx, r.Again) }, func(_ int, err error) {
		if err != nil {
			w.fail(win, err)
		}
	})
}

// plexWeek is how Plex was in the last seven days.
type plexWeek struct {
	w     *Windows
	head  *widget.Label
	words *widget.Label
	chart *timeline
	point *widget.Label
	box   *fyne.Container
}

const week = 7 * 24 * time.Hour

func newPlexWeek(w *Windows) *plexWeek {
	p := &plexWeek{w: w, words: line(), point: line()}
	p.words.Alignment, p.point.Importance = fyne.TextAlignTrailing, widget.LowImportance
	p.point.Hide()
	p.chart = newTimeline(w.moment, func(words string) {
		set(p.point, words, widget.LowImportance)
		visible(p.point, true)
	})
	p.head = text(present.WeekHead(api.OutagePage{}))
	p.head.TextStyle.Bold = true
	p.box = container.NewVBox(container.NewBorder(nil, nil, p.head, nil, p.words), p.chart, p.point)
	return p
}

func (p *plexWeek) load() {
	ask(p.w, func(ctx context.Context) (api.OutagePage, error) {
		return p.w.api.Outages(ctx, api.OutageQuery{Window: week})
	}, func(o api.OutagePage, err error) {
		if err != nil {
			return // it is asked for again soon, and Outages says why
		}
		set(p.words, present.Week(o.Metrics), widget.MediumImportance)
		o = present.Watched(o)
		set(p.head, present.WeekHead(o), widget.MediumImportance)
		p.chart.set(o)
	})
}

// lastRuns are the newest runs that wrote something, each with its undo.
type lastRuns struct {
	w    *Windows
	win  *window
	all  []store.Run // the newest first
	rows *fyne.Container
	box  *fyne.Container
}

const (
	// runsOnOverview is how many runs the overview shows.
	runsOnOverview = 3
	// runsRead is among how many of the newest they are looked for: most runs of a quiet day
	// write nothing.
	runsRead = 100
)

func newLastRuns(w *Windows, win *window) *lastRuns {
	r := &lastRuns{w: w, win: win, rows: container.NewVBox()}
	head := text(present.T("Last runs"))
	head.TextStyle.Bold = true
	r.box = container.NewVBox(head, r.rows)
	return r
}

// load reads the newest runs.
func (r *lastRuns) load() {
	ask(r.w, func(ctx context.Context) ([]store.Run, error) { return r.w.api.Runs(ctx, runsRead) }, func(runs []store.Run, err error) {
		if err != nil {
			return // it is asked for again soon, and History says why
		}
		if r.all == nil || !reflect.DeepEqual(runs, r.all) {
			r.all = runs
			r.draw()
		}
	})
}

func (r *lastRuns) draw() {
	r.rows.Objects = nil
	for _, run := range r.all {
		if run.Written+run.Dead > 0 && len(r.rows.Objects) < runsOnOverview {
			r.rows.Add(r.row(run))
		}
	}
	if len(r.rows.Objects) == 0 {
		words := present.T("No run has ended yet.")
		if slices.ContainsFunc(r.all, func(run store.Run) bool { return !run.Ended.IsZero() }) {
			words = present.T("The last runs had nothing to write.")
		}
		r.rows.Add(caption(words))
	}
	r.rows.Refresh()
}

func (r *lastRuns) row(run store.Run) fyne.CanvasObject {
	words := line()
	words.Text = present.RunShort(run, r.w.moment())
	undo := newButton(present.T("Undo…"), nil, func() {
		r.w.undo(r.win, api.UndoRequest{Run: run.ID}, present.Run(run, r.w.moment()))
	})
	enabled(undo, !run.Undone && run.Written > 0)
	return container.NewBorder(nil, nil, nil, wide(remedyWidth, undo), words)
}
