package windows

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// overviewPage shows how things stand: what is in step, what is not and what to do about it.
type overviewPage struct {
	w      *Windows
	win    *window
	urgent api.Attention

	status, share, parts, rate *widget.Label
	bar                        *shareBar
	down, asks                 *band
}

func newOverviewPage(w *Windows, win *window) page {
	p := &overviewPage{w: w, win: win, status: heading(""), share: text(""), parts: para(), rate: line(), bar: newShareBar()}
	p.status.SizeName, p.share.TextStyle.Bold = theme.SizeNameHeadingText, true
	p.rate.Alignment = fyne.TextAlignTrailing
	p.down = newBand(widget.DangerImportance, present.T("Try now"), func() { w.command(win, w.api.ProbeNow) })
	p.asks = newBand(widget.WarningImportance, present.T("Look"), func() { w.Show(present.WindowFor(p.urgent.Kind)) })
	return p
}

func (p *overviewPage) content() fyne.CanvasObject {
	bar := container.NewBorder(nil, nil, nil, p.share, p.bar)
	under := container.NewBorder(nil, nil, nil, wide(280, p.rate), p.parts)
	return container.NewPadded(newScroll(container.NewVBox(p.status, bar, under, p.down.box, p.asks.box)))
}

func (p *overviewPage) show(string) {}

func (p *overviewPage) update(s api.Snapshot) {
	m := p.w.moment()
	setLine(p.status, present.Headline(s, m))
	x := present.SharesOf(s)
	words := ""
	if f, ok := x.Share(); ok {
		words = present.Percent(f, 0)
	}
	set(p.share, words, widget.MediumImportance)
	p.bar.set(x)
	set(p.parts, present.ShareWords(x), widget.MediumImportance)
	set(p.rate, present.Rate(s, m), widget.LowImportance)
	p.down.say(strings.TrimSpace(present.Sentence(present.Band(s, m)) + " " + present.AwayBecause(s)))
	p.attention(s)
}

func (p *overviewPage) attention(s api.Snapshot) {
	a, ok := present.Urgent(s)
	if !ok {
		p.asks.say("")
		return
	}
	p.urgent = a
	p.asks.say(present.Asked(a))
}
