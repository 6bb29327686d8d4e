package windows

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// runsShown is how many runs the second tab lists.
const runsShown = 200

// historyPage shows what was written when, scene by scene and run by run, and undoes it.
type historyPage struct {
	w       *Windows
	win     *window
	search  *textInput
	lines   []store.Activity
	more    bool // older lines may exist
	loading bool
	query   int
	list    *listing
	words   *widget.Label
	undo    *keyButton
	full    *fyne.Container // the words of the foot
	foot    *fyne.Container
	chosen  store.Activity

	runs     []store.Run
	runList  *listing
	undoRun  *keyButton
	run      store.Run
	lastDone int
	lastRun  int64 // when the present run started, zero while there is none

	kinds    *chooser
	fromPlex *fromPlex
	activity *api.Activity // of the last snapshot
}

func newHistoryPage(w *Windows, win *window) page {
	p := &historyPage{w: w, win: win, words: para()}
	p.search = newSearch(present.T("Search by name or words"), func(string) { p.restart() })
	p.list = newListing(w, "history", []column{{present.T("When"), 24}, {present.T("Scene"), 28}, {present.T("What happened"), 20}, {present.T("Changes"), 46}},
		func() int { return len(p.lines) }, p.row, p.choose)
	p.list.actions, p.list.picture = p.actions, func(i int) scene.ID { return p.lines[i].Scene }
	p.list.sortable(p.restart, store.ByTime, store.ByName, store.ByReason, store.ByFields)
	p.undo = newButton(present.T("Undo last write…"), theme.ContentUndoIcon(), func() {
		w.undo(win, api.UndoRequest{Scene: p.chosen.Scene}, present.T("%s is restored to what it was before the last write.", p.chosen.Name))
	})
	p.full = atMost(footHeight, p.words)
	p.foot = container.NewVBox(widget.NewSeparator(), container.NewBorder(nil, nil, nil, container.NewVBox(p.undo), p.full))
	p.foot.Hide()
	p.runList = newListing(w, "runs", []column{{present.T("Run"), 1}}, func() int { return len(p.runs) }, func(i int) []cell {
		return []cell{{present.Run(p.runs[i], w.moment()), widget.MediumImportance}}
	}, func(i int) { p.chooseRun(p.runs[i]) })
	p.undoRun = newButton(present.T("Undo this run…"), theme.ContentUndoIcon(), func() {
		w.undo(win, api.UndoRequest{Run: p.run.ID}, present.Run(p.run, w.moment()))
	})
	p.undoRun.Disable()
	p.fromPlex = newFromPlex(w, win)
	return p
}

func (p *historyPage) content() fyne.CanvasObject {
	export := newButton(present.T("Export…"), theme.DocumentSaveIcon(), p.save)
	tools := container.NewBorder(nil, nil, nil, export, p.search)
	scenes := container.NewBorder(nil, p.foot, nil, nil, p.list.body)
	runs := container.NewBorder(nil, container.NewHBox(p.undoRun), nil, nil, p.runList.body)
	runs.Hide()
	fromPlex := p.fromPlex.content()
	fromPlex.Hide()
	p.kinds = newChooser(func(i int) { // no tabs of Fyne: they are for pointers only
		visible(scenes, i == 0)
		visible(tools, i == 0)
		visible(runs, i == 1)
		visible(fromPlex, i == fromPlexTab)
	})
	p.kinds.set([]string{present.T("Scenes"), present.T("Runs"), present.T("From Plex")})
	top := container.NewBorder(nil, nil, p.kinds.box, nil, tools)
	return fit(container.NewPadded(container.NewBorder(top, nil, nil, nil, container.NewStack(scenes, runs, fromPlex))), func(r room) { footOf(p.full, r) })
}

// fromPlexTab is where what Stash learns from Plex is shown, the third.
const fromPlexTab = 2

// show opens the page; while something waits to be decided, where that is done.
func (p *historyPage) show(string) {
	p.restart()
	p.loadRuns()
	if p.activity != nil && p.activity.Asking > 0 {
		p.kinds.choose(fromPlexTab)
	}
}

func (p *historyPage) loadRuns() {
	ask(p.w, func(ctx context.Context) ([]store.Run, error) { return p.w.api.Runs(ctx, runsShown) }, func(runs []store.Run, err error) {
		if err != nil {
			p.w.fail(p.win, err)
			return
		}
		p.runs = runs
		words := ""
		if len(runs) == 0 {
			words = present.T("Nothing has been written yet.")
		}
		p.runList.refresh(words)
		if i := slices.IndexFunc(runs, func(r store.Run) bool { return r.ID == p.run.ID }); i >= 0 {
			p.chooseRun(runs[i]) // it may have been undone meanwhile
		}
	})
}

func (p *historyPage) chooseRun(r store.Run) {
	p.run = r
	enabled(p.undoRun, !r.Undone)
}

func (p *historyPage) restart() {
	p.query++
	p.lines, p.more, p.loading = nil, true, false
	p.list.list.UnselectAll()
	visible(p.foot, false)
	p.load()
}

func (p *historyPage) redraw() { p.list.list.Refresh() }

// load reads on below the oldest line known.
func (p *historyPage) load() {
	if p.loading || !p.more {
		return
	}
	p.loading = true
	q := store.HistoryQuery{Search: p.search.Text, Language: present.Language(), Sort: p.list.sort(), Offset: len(p.lines), Limit: pageSize}
	if n := len(p.lines); n > 0 {
		q.Before = p.lines[n-1].Seq
	}
	mine := p.query
	ask(p.w, func(ctx context.Context) ([]store.Activity, error) { return p.w.api.History(ctx, q) }, func(a []store.Activity, err error) {
		if mine != p.query {
			return
		}
		p.loading = false
		if err != nil {
			p.more = false
			p.w.fail(p.win, err)
			return
		}
		p.lines, p.more = append(p.lines, a...), len(a) == pageSize
		words := ""
		if len(p.lines) == 0 {
			words = present.T("Nothing has been written yet.")
			if p.search.Text != "" {
				words = present.T("Nothing here matches “%s”.", p.search.Text)
			}
		}
		p.list.refresh(words)
	})
}

func (p *historyPage) row(i int) []cell {
	if i == len(p.lines)-1 {
		p.load()
	}
	a := present.HistoryLine(p.lines[i], p.w.moment())
	return []cell{{a.When, widget.LowImportance}, {a.Name, widget.MediumImportance}, {a.What, widget.MediumImportance}, {strings.Join(a.Changes, present.Dot), widget.LowImportance}}
}

// actions are what can be done with the scenes of the lines that are picked.
func (p *historyPage) actions(rows []int) []*fyne.MenuItem {
	lines := picked(rows, func(i int) (a store.Activity, ok bool) {
		if i < len(p.lines) {
			return p.lines[i], true
		}
		return a, false
	})
	if len(lines) == 0 {
		return nil
	}
	return p.w.sceneItems(p.win, len(lines), store.ReportRow{Scene: lines[0].Scene, Title: lines[0].Name}, func() {
		p.w.syncScenes(p.win, idsOf(lines, func(a store.Activity) scene.ID { return a.Scene }), func() {})
	})
}

func (p *historyPage) choose(i int) {
	if i >= len(p.lines) {
		return
	}
	p.chosen = p.lines[i]
	a := present.HistoryLine(p.chosen, p.w.moment())
	set(p.words, strings.Join(append([]string{a.Name + present.Dot + a.When + present.Dot + a.What}, a.Changes...), "\n"), widget.MediumImportance)
	enabled(p.undo, present.Undoable(p.chosen))
	visible(p.foot, true)
}

// update reads anew when something was finished and nobody is looking at a line.
func (p *historyPage) update(s api.Snapshot) {
	p.activity = s.Activity
	p.fromPlex.update(s.Activity)
	done := s.Today.Written + s.Today.Skipped + s.Today.Dead
	if done != p.lastDone && s.Run.Current == "" && !p.foot.Visible() {
		first := p.lastDone == 0
		p.lastDone = done
		if !first {
			p.restart()
		}
	}
	if s.Run.Started != p.lastRun {
		p.lastRun = s.Run.Started
		p.loadRuns()
	}
}

func (p *historyPage) searcher() fyne.Focusable { return p.search }
