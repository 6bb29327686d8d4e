package windows

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// setUpPage leads through the settings step by step. Each step is stored when it is
// left; on an installation that is new, a hold stored with the first step keeps Lockstep
// from writing until the last one.
type setUpPage struct {
	form
	step  int
	holds bool // what is stored holds until the last step
	snap  api.Snapshot

	steps        *fyne.Container
	title, intro *widget.Label
	place, note  *widget.Label
	answer       *widget.Label // of both servers, to Next
	scroll       *container.Scroll
	fold         *folding

	back, next, anyway, later *keyButton

	asked   int // answers to older questions are ignored
	preview *firstPreview
	paths   *mapping
	movein  *moveIn
}

func newSetUpPage(w *Windows, win *window) page {
	p := &setUpPage{form: newForm(w, win), steps: container.NewVBox(), title: heading(""), intro: para(), answer: para(), place: caption(""), note: caption("")}
	p.redraw, p.changed, p.submitted = p.drawAnew, p.edited, p.forward
	p.refocus, p.seen = p.focus, func(o fyne.CanvasObject) { reveal(p.scroll, o) }
	visible(p.answer, false)
	p.preview, p.movein = newFirstPreview(p), newMoveIn(p)
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 0, 16), p.body)) // clear of the scroll bar
	p.back = newButton(present.T("Back"), theme.NavigateBackIcon(), func() { p.enter(p.step - 1) })
	p.next = newButton("", nil, p.forward)
	p.next.Importance = widget.HighImportance
	p.anyway = newButton(present.T("Continue anyway"), nil, func() { p.leave(p.step + 1) })
	visible(p.anyway, false)
	p.later = newButton(present.T("Finish later"), nil, func() { w.close(win) })
	p.keys()
	return p
}

func (p *setUpPage) content() fyne.CanvasObject {
	// Buttons never move under the pointer: what is hidden or gets another label keeps its place.
	buttons := container.NewHBox(p.later, p.back, wide(widest(present.T("Next"), present.T("Skip the preview"), present.T("Start syncing"), present.T("Done")), p.next))
	p.fold = newFolding(func(narrow bool) fyne.CanvasObject {
		if p.narrow != narrow {
			p.narrow = narrow
			p.drawAnew()
		}
		if narrow { // the words scroll with the inputs
			foot := container.NewVBox(p.answer, widget.NewSeparator(), container.NewBorder(nil, nil, wide(0, p.anyway), buttons))
			p.scroll.Content = container.New(edges, container.NewVBox(p.place, p.title, p.intro, p.note, p.body))
			return container.NewBorder(nil, container.New(edges, foot), nil, nil, p.scroll)
		}
		left := container.NewBorder(nil, nil, nil, widget.NewSeparator(), wide(150, container.NewPadded(p.steps)))
		foot := container.NewVBox(p.answer, widget.NewSeparator(), p.note, container.NewBorder(nil, nil, wide(0, p.anyway), buttons))
		p.scroll.Content = container.New(layout.NewCustomPaddedLayout(0, 0, 0, 16), p.body) // clear of the scroll bar
		return container.NewPadded(container.NewBorder(nil, nil, left, nil, container.NewPadded(container.NewBorder(container.NewVBox(p.place, p.title, p.intro), foot, nil, nil, p.scroll))))
	})
	return p.fold.box
}

// widest is the width of a button that has room for any of these.
func widest(labels ...string) float32 {
	var w float32
	for _, l := range labels {
		w = max(w, newButton(l, nil, nil).MinSize().Width)
	}
	return w
}

// show begins with the first step, or goes on where the set-up was left.
func (p *setUpPage) show(string) {
	if p.loaded {
		return
	}
	p.redraw = func() {
		p.redraw = p.drawAnew
		s := p.stored.Values
		p.holds = s.Hold || !s.Configured()
		p.enter(begin(s))
	}
	p.load()
	if !p.loaded {
		p.draw()
	}
}

// begin is the step to begin with: the first one whose answer is missing. Where nothing
// is held yet that is the very first, which stores the hold.
func begin(s config.Settings) int {
	switch {
	case !s.Hold || s.StashURL == "":
		return present.StepStash
	case s.PlexURL == "":
		return present.StepPlex
	}
	return present.StepLibraries
}

// enter shows a step.
func (p *setUpPage) enter(step int) {
	p.step = step
	p.asked++
	p.draw()
	p.scroll.ScrollToTop()
	p.begun()
	p.focus()
}

// begun starts what a step does by itself.
func (p *setUpPage) begun() {
	switch p.step {
	case present.StepPlex:
		if p.movein.found == nil {
			p.movein.load()
		}
	case present.StepLibraries:
		if len(p.libraries) == 0 {
			p.askLibraries()
		}
	case present.StepPreview:
		if p.preview.report == 0 {
			p.preview.start()
		}
	}
}

// drawAnew draws the step after something else than typing changed it.
func (p *setUpPage) drawAnew() {
	p.draw()
	p.focus()
}

// draw makes the inputs of the step anew.
func (p *setUpPage) draw() {
	p.body.Objects = nil
	p.beginExamples()
	visible(p.answer, false)
	visible(p.anyway, false)
	step := present.SetUpSteps()[p.step]
	set(p.title, step.Title, widget.MediumImportance)
	set(p.intro, step.Intro, widget.MediumImportance)
	set(p.place, present.SetUpPlace(p.step), widget.LowImportance)
	set(p.note, present.SetUpNote(p.holds, p.step), widget.LowImportance)
	p.list()
	if p.loaded {
		p.fill()
	} else {
		p.body.Add(caption(present.T("Reading the settings…")))
	}
	p.body.Refresh()
	p.askExamples()
	p.buttons()
}

// edited follows a draft that is another now: what was said, or is just being asked, was
// about the older one.
func (p *setUpPage) edited() {
	p.asked++
	visible(p.answer, false)
	visible(p.anyway, false)
	p.buttons()
}

// buttons follows the draft.
func (p *setUpPage) buttons() {
	enabled(&p.back.Button, p.loaded && p.step > 0)
	ready := p.loaded && len(p.wrong) == 0
	label := present.T("Next")
	switch p.step {
	case present.StepStash:
		ready = ready && p.draft.StashURL != ""
	case present.StepPlex:
		ready = ready && p.draft.PlexURL != ""
	case present.StepPreview:
		if !p.preview.done {
			label = present.T("Skip the preview")
		}
	case present.StepStart:
		ready = ready && p.draft.Configured()
		if label = present.T("Start syncing"); !p.holds {
			label = present.T("Done")
		}
	}
	enabled(&p.next.Button, ready)
	if p.next.Text != label {
		p.next.SetText(label)
	}
}

// forward leaves the step if nothing speaks against it. A server must answer first.
func (p *setUpPage) forward() {
	switch {
	case p.next.Disabled():
	case p.step == present.StepStash:
		p.check(api.TestRequest{Server: "stash", URL: p.draft.StashURL, Secret: p.apiKey, Certificate: &p.draft.StashCertificate})
	case p.step == present.StepPlex:
		p.check(api.TestRequest{Server: "plex", URL: p.draft.PlexURL, Secret: p.token, Certificate: &p.draft.PlexCertificate})
	case p.step == present.StepPaths:
		p.fit()
	case p.step == present.StepStart:
		p.finish()
	default:
		p.leave(p.step + 1)
	}
}

// check goes on when the server answers, and says what is wrong when it does not. What
// is right but not there yet, such as a server that is starting, may be stored all the
// same.
func (p *setUpPage) check(q api.TestRequest) {
	p.asked++
	mine := p.asked
	set(p.answer, present.T("Testing…"), widget.LowImportance)
	visible(p.answer, true)
	p.next.Disable()
	ask(p.w, func(ctx context.Context) (api.TestResult, error) { return p.w.api.TestConnection(ctx, q) }, func(r api.TestResult, err error) {
		if mine != p.asked {
			return
		}
		p.buttons()
		switch {
		case err != nil:
			visible(p.answer, false)
			p.w.fail(p.win, err)
		case !r.OK:
			setLine(p.answer, present.Tested(r))
			visible(p.anyway, true)
		default:
			if q.Server == "plex" {
				p.libraries = r.Libraries
			}
			p.leave(p.step + 1)
		}
	})
}

// fit goes on when Plex has any of the files under the paths that result, for nothing
// would be written otherwise.
func (p *setUpPage) fit() {
	p.asked++
	mine := p.asked
	p.next.Disable()
	p.paths.check(func(c api.Mapping, err error) {
		if mine != p.asked {
			return
		}
		p.buttons()
		switch {
		case err != nil:
			visible(p.anyway, true)
		case c.Total > 0 && c.Covered == 0:
			setLine(p.answer, present.Line{Words: present.CoverageAdvice(c), Tone: present.Warn})
			visible(p.answer, true)
			visible(p.anyway, true)
		default:
			p.leave(p.step + 1)
		}
	})
}

// leave stores what the step changed and enters another one.
func (p *setUpPage) leave(to int) {
	p.draft.Hold = p.holds
	if !p.dirty() {
		p.enter(to)
		return
	}
	p.save(func() {
		p.preview.outdated()
		p.enter(to)
	})
}

// finish lets Lockstep begin.
func (p *setUpPage) finish() {
	p.draft.Hold = false
	p.save(func() {
		p.w.Show(present.Overview)
		p.win.Close()
	})
}

func (p *setUpPage) update(s api.Snapshot) {
	p.snap = s
	p.preview.update(s)
}
