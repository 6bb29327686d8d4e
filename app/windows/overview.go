package windows

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// overviewPage shows how things stand: what is in step, what is not and what to do about it,
// what was written of late, and how reliable Plex is.
type overviewPage struct {
	w   *Windows
	win *window

	status       *tipLine
	share, parts *widget.Label
	rate         *tipLine
	bar          *shareBar
	troubles     *troubles
	reasons      *reasonList
	days         *dayCharts
	week         *plexWeek
	runs         *lastRuns

	under  *fyne.Container // what stands below the bar
	middle *fyne.Container // reasons and bars, beside or below each other
	loaded time.Time       // when what the snapshot does not tell was read
	shown  standing

	counted time.Time // when the bars were read
	today   api.Today // and for what
}

// standing is what has the page read runs and outages again when it changes.
type standing struct {
	run     int64
	written int
	verdict any
}

const (
	// overviewEvery is how old runs and outages get while the overview is on screen.
	overviewEvery = time.Minute
	// overviewDown is how old they get while an outage lasts and grows.
	overviewDown = 10 * time.Second
	// overviewLeast bounds how often they are read while much is going on.
	overviewLeast = 5 * time.Second
	// daysLeast bounds how often the bars are read while much is going on: they stand beside
	// what was written today, and are not to contradict it.
	daysLeast = time.Second
	// sideBySide is the width from which reasons and bars stand beside each other.
	sideBySide = 720
	// chartsWidth is the width of the bars then.
	chartsWidth = 276
)

func newOverviewPage(w *Windows, win *window) page {
	p := &overviewPage{w: w, win: win, status: newTipLine(), share: text(""), parts: para(), rate: newTipLine(), bar: newShareBar()}
	p.status.SizeName, p.status.TextStyle.Bold, p.share.TextStyle.Bold = theme.SizeNameHeadingText, true, true
	p.troubles = newTroubles(w, win)
	p.reasons, p.days, p.week, p.runs = newReasonList(w, win), newDayCharts(), newPlexWeek(w), newLastRuns(w, win)
	p.middle = container.New(&columns{}, p.reasons.box, p.days.box)
	return p
}

func (p *overviewPage) content() fyne.CanvasObject {
	bar := container.NewBorder(nil, nil, nil, p.share, p.bar)
	p.under = container.New(besides{}, p.parts, p.rate)
	all := container.NewVBox(p.status, bar, p.under, p.troubles.box, p.middle, p.week.box, p.runs.box)
	return container.NewPadded(newScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 0, 8), all))) // clear of the scroll bar
}

func (p *overviewPage) show(string) {}

func (p *overviewPage) update(s api.Snapshot) {
	m := p.w.moment()
	setLine(&p.status.Label, present.Headline(s, m))
	x := present.SharesOf(s)
	words := ""
	if f, ok := x.Share(); ok {
		words = present.Percent(f, 0)
	}
	set(p.share, words, widget.MediumImportance)
	p.bar.set(x)
	set(p.parts, present.Parts(s), widget.MediumImportance)
	set(&p.rate.Label, present.Rate(s, m), widget.LowImportance)
	visible(p.under, p.parts.Text+p.rate.Text != "")
	p.troubles.update(s)
	p.reasons.set(present.NotInStep(s), present.StateOf(s) == present.Idle)
	p.reload(s)
}

// reload reads runs and outages again when something moved, and now and then.
func (p *overviewPage) reload(s api.Snapshot) {
	now, shown := p.w.now(), standing{s.Run.Started, s.Today.Written, s.Verdict}
	if s.Today != p.today && now.Sub(p.counted) >= daysLeast {
		p.today, p.counted = s.Today, now
		p.days.load(p.w)
	}
	age := now.Sub(p.loaded)
	every := overviewEvery
	if s.Outage != nil && s.Outage.Ongoing() {
		every = overviewDown
	}
	if age < every && (shown == p.shown || age < overviewLeast) {
		return
	}
	p.loaded, p.shown = now, shown
	p.week.load()
	p.runs.load()
	p.days.load(p.w) // a day ends
}

// besides lays a paragraph out beside a line that is as wide as its words.
type besides struct{}

// MinSize implements fyne.Layout.
func (besides) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(a.Width, max(a.Height, b.Height))
}

// Layout implements fyne.Layout.
func (besides) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	line := objects[1].(*tipLine)
	width := min(line.natural()+theme.Padding(), size.Width/2)
	if line.Text == "" {
		width = 0
	}
	objects[0].Resize(fyne.NewSize(size.Width-width, size.Height))
	line.Resize(fyne.NewSize(width, line.MinSize().Height))
	line.Move(fyne.NewPos(size.Width-width, 0))
}

// columns lays two objects out beside each other where there is room, else one below the
// other. What it takes then depends on the width it has.
type columns struct{ stacked bool }

// MinSize implements fyne.Layout.
func (c *columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	if !objects[0].Visible() {
		return b
	}
	if c.stacked {
		return fyne.NewSize(max(a.Width, b.Width), a.Height+theme.Padding()+b.Height)
	}
	return fyne.NewSize(a.Width, max(a.Height, b.Height)) // it stacks before the width of both is needed
}

// Layout implements fyne.Layout.
func (c *columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.stacked = size.Width < sideBySide
	left, right := objects[0], objects[1]
	if !left.Visible() {
		right.Resize(size)
		right.Move(fyne.NewPos(0, 0))
		return
	}
	if c.stacked {
		high := left.MinSize().Height
		left.Resize(fyne.NewSize(size.Width, high))
		left.Move(fyne.NewPos(0, 0))
		right.Resize(fyne.NewSize(size.Width, max(size.Height-high-theme.Padding(), 0)))
		right.Move(fyne.NewPos(0, high+theme.Padding()))
		return
	}
	gap := 4 * theme.Padding()
	left.Resize(fyne.NewSize(size.Width-chartsWidth-gap, size.Height))
	left.Move(fyne.NewPos(0, 0))
	right.Resize(fyne.NewSize(chartsWidth, size.Height))
	right.Move(fyne.NewPos(size.Width-chartsWidth, 0))
}
