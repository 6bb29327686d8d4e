package windows

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/scene"
)

// explainPage answers why a scene is not in step, step by step.
type explainPage struct {
	w           *Windows
	win         *window
	query       *textInput
	title       *widget.Label
	outcome     *widget.Label
	answer      *fyne.Container // what shows the outcome, nil before there is a page
	steps       *fyne.Container
	scroll      *keyScroll
	again, undo *keyButton
	copied      *keyButton
	shown       api.Explanation
	asked       int
}

func newExplainPage(w *Windows, win *window) page {
	p := &explainPage{w: w, win: win, query: newText(nil), title: heading(""), outcome: para(), steps: container.NewVBox()}
	p.query.SetPlaceHolder(present.T("Title, number or path of a scene"))
	p.query.OnSubmitted = p.explain
	p.outcome.TextStyle.Bold = true
	p.again = newButton(present.T("Sync this scene"), theme.ViewRefreshIcon(), func() {
		w.syncScene(win, p.shown.Scene, func() { p.say(present.T(present.QueuedNow), widget.SuccessImportance) })
	})
	p.undo = newButton(present.T("Undo last write…"), theme.ContentUndoIcon(), func() { p.w.undo(win, api.UndoRequest{Scene: p.shown.Scene}, p.title.Text) })
	p.copied = newButton(present.T("Copy"), theme.ContentCopyIcon(), func() { w.app.Clipboard().SetContent(present.Explanation(p.shown, w.moment())) })
	p.scroll = newScroll(p.steps)
	p.clear()
	return p
}

func (p *explainPage) content() fyne.CanvasObject {
	button := newButton(present.T("Explain"), theme.QuestionIcon(), func() { p.explain(p.query.Text) })
	button.Importance = widget.HighImportance
	title, outcome := spare(p.title), atMost(footHeight, p.outcome)
	p.answer = outcome
	visible(outcome, p.outcome.Text != "")
	top := container.NewVBox(container.NewBorder(nil, nil, nil, button, p.query), title, outcome, widget.NewSeparator())
	foot := container.NewVBox(widget.NewSeparator(), container.NewHBox(p.copied, layout.NewSpacer(), p.undo, p.again))
	return fit(container.NewPadded(container.NewBorder(top, foot, nil, nil, p.scroll)), func(r room) {
		shown(title, !r.lowest)
		footOf(outcome, r)
	})
}

func (p *explainPage) show(about string) {
	if about != "" {
		p.query.SetText(about)
		p.explain(about)
		return
	}
	p.win.Canvas().Focus(p.query)
}

func (p *explainPage) update(api.Snapshot) {}

func (p *explainPage) clear() {
	p.shown = api.Explanation{}
	set(p.title, present.T("Why is a scene not in step?"), widget.MediumImportance)
	p.say("", widget.MediumImportance)
	p.steps.Objects = []fyne.CanvasObject{caption(present.T("Enter a title, a scene number or a path. Lockstep checks Stash, the path rules, Plex, the fields and the queue, and shows what it finds."))}
	p.steps.Refresh()
	enabled(p.copied, false)
	enabled(p.again, false)
	visible(p.undo, false)
}

// say tells the outcome, for which there is no room while there is none.
func (p *explainPage) say(words string, tone widget.Importance) {
	set(p.outcome, words, tone)
	if p.answer != nil {
		visible(p.answer, words != "")
	}
}

func (p *explainPage) explain(query string) {
	if query == "" {
		return
	}
	p.asked++
	mine := p.asked
	p.clear()
	set(p.title, present.T("Searching…"), widget.MediumImportance)
	ask(p.w, func(ctx context.Context) (api.Explanation, error) { return p.w.api.Explain(ctx, query) }, func(e api.Explanation, err error) {
		if mine != p.asked {
			return
		}
		if err != nil {
			p.clear()
			p.w.fail(p.win, err)
			return
		}
		p.draw(e)
	})
}

func (p *explainPage) draw(e api.Explanation) {
	p.shown = e
	set(p.title, present.Named(e.Title, e.Scene), widget.MediumImportance) // the outcome says whether it is in step
	m := p.w.moment()
	p.say(m.Say(e.Outcome), widget.MediumImportance)
	p.steps.Objects = nil
	for _, c := range e.Matches {
		id := c.Scene.String()
		p.steps.Add(container.NewVBox(container.NewHBox(newButton(present.Match(c), nil, func() {
			p.query.SetText(id)
			p.explain(id)
		})), caption(c.Path)))
	}
	for i, s := range e.Steps {
		p.steps.Add(stepView(i+1, s, m))
	}
	p.steps.Refresh()
	p.scroll.scroll.ScrollToTop()
	enabled(p.copied, true)
	enabled(p.again, e.Scene != 0)
	visible(p.undo, e.CanUndo)
}

// topicWidth is the width of the names beside the steps, in every language.
const topicWidth = 150

func stepView(n int, s api.ExplainStep, m present.Moment) fyne.CanvasObject {
	topic := widget.NewLabel(strconv.Itoa(n) + "  " + present.T(s.Topic))
	topic.TextStyle.Bold, topic.Importance = true, widget.HighImportance
	words := para()
	words.Text = present.Begun(m.Say(s.Message))
	box := container.NewVBox(words)
	if len(s.Lines) > 0 {
		lines := make([]string, len(s.Lines))
		for i, l := range s.Lines {
			lines[i] = "– " + m.Say(l)
		}
		box.Add(caption(strings.Join(lines, "\n")))
	}
	return container.NewVBox(container.NewBorder(nil, nil, container.NewVBox(wide(topicWidth, topic)), nil, box), widget.NewSeparator())
}

// undo asks, and then puts back what was there before.
func (w *Windows) undo(win fyne.Window, q api.UndoRequest, what string) {
	confirm(win, present.T("Undo?"), what+"\n"+present.T("Fields that were changed in Plex since then are left alone."), present.T("Undo"), func() {
		ask(w, func(ctx context.Context) (api.UndoResult, error) { return w.api.Undo(ctx, q) }, func(r api.UndoResult, err error) {
			if err != nil {
				w.fail(win, err)
				return
			}
			inform(win, present.T("Undo"), present.Undoing(r))
		})
	})
}

// syncScene brings one scene in step now and tells when it is queued.
func (w *Windows) syncScene(win fyne.Window, id scene.ID, queued func()) {
	w.syncScenes(win, []scene.ID{id}, queued)
}

func (p *explainPage) searcher() fyne.Focusable { return p.query }

func (p *explainPage) about() string {
	if p.shown.Scene == 0 {
		return ""
	}
	return p.shown.Scene.String()
}
