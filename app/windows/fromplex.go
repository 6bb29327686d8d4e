package windows

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/store"
)

// rowsFromPlex is how many lines the tab shows.
const rowsFromPlex = 500

// fromPlex shows what Stash learns from Plex and what of it waits, and asks what is to be done
// about that.
type fromPlex struct {
	w       *Windows
	win     *window
	words   *widget.Label
	list    *listing
	rows    []store.Playback
	asking  int
	yes, no *keyButton
	now     *keyButton
	seen    string // what was shown of the last snapshot
}

func newFromPlex(w *Windows, win *window) *fromPlex {
	p := &fromPlex{w: w, win: win, words: para()}
	p.list = newListing(w, "fromplex", []column{{present.T("When"), 16}, {present.T("Scene"), 28}, {present.T("In Plex"), 20}, {present.T("In Stash"), 50}},
		func() int { return len(p.rows) }, func(i int) []cell {
			r := present.PlaybackRow(p.rows[i], w.moment())
			return []cell{{r.When, widget.LowImportance}, {r.Name, widget.MediumImportance}, {r.What, widget.MediumImportance}, {r.State, toned(r.Tone)}}
		}, func(int) {})
	p.yes = newButton(present.T("Write to Stash"), theme.ConfirmIcon(), func() {
		p.decide(present.T("Write %s to Stash?", p.waiting()), present.T("What comes later is written by itself. It can be undone under Runs."), present.T("Write to Stash"), true)
	})
	p.no = newButton(present.T("Only from now on"), theme.CancelIcon(), func() {
		p.decide(present.T("Skip %s?", p.waiting()), present.T("They are never written to Stash; what comes later is."), present.T("Skip"), false)
	})
	p.now = newButton(present.T("Ask Plex now"), theme.ViewRefreshIcon(), func() {
		w.command(win, func(ctx context.Context) error { return w.api.CheckActivity(ctx, api.ActivityCheck{}) })
	})
	p.enable(nil)
	return p
}

func (p *fromPlex) content() fyne.CanvasObject {
	return container.NewBorder(p.words, container.NewHBox(p.yes, p.no, p.now), nil, nil, p.list.body)
}

func (p *fromPlex) waiting() string { return present.Count(p.asking, "value", "values") }

func (p *fromPlex) decide(title, words, yes string, write bool) {
	confirm(p.win, title, words, yes, func() {
		p.w.command(p.win, func(ctx context.Context) error {
			_, err := p.w.api.AnswerActivity(ctx, api.ActivityAnswer{Write: write})
			return err
		})
	})
}

func (p *fromPlex) load() {
	q := api.ActivityQuery{Limit: rowsFromPlex, States: store.PlaybackStates()}
	ask(p.w, func(ctx context.Context) (api.ActivityPage, error) { return p.w.api.Activity(ctx, q) }, func(page api.ActivityPage, err error) {
		if err != nil {
			p.w.fail(p.win, err)
			return
		}
		p.rows = page.Rows
		words := ""
		if len(p.rows) == 0 {
			words = present.T("Nothing watched or rated in Plex is known yet.")
		}
		p.list.refresh(words)
	})
}

// update reads anew when the numbers are others.
func (p *fromPlex) update(a *api.Activity) {
	words := present.T("Nothing from Plex goes to Stash. Switch it on in the settings.")
	if a != nil {
		words = present.ActivityLine(*a, p.w.moment()).Words
		for _, k := range a.Kinds {
			words += "\n" + present.PlaybackCounts(k)
		}
	}
	if words == p.seen {
		return
	}
	p.seen = words
	set(p.words, words, widget.MediumImportance)
	p.enable(a)
	p.load()
}

func (p *fromPlex) enable(a *api.Activity) {
	p.asking = 0
	if a != nil {
		p.asking = a.Asking
	}
	enabled(p.yes, p.asking > 0)
	enabled(p.no, p.asking > 0)
	enabled(p.now, a != nil && !a.Looking)
}
