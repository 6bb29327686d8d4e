package windows

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/statistics"
)

// dayCharts are the bars of the overview: what was written and what failed, day by day.
type dayCharts struct {
	written, failed         *bars
	writtenHead, failedHead *widget.Label
	point                   *widget.Label // the sum, or the day that was clicked
	clicked                 bool          // a day was clicked
	box                     *fyne.Container
}

func newDayCharts() *dayCharts {
	d := &dayCharts{writtenHead: line(), failedHead: line(), point: line()}
	tell := func(words string) {
		d.clicked = true
		set(d.point, words, widget.LowImportance)
	}
	d.written, d.failed = newBars(theme.ColorNameSuccess, 64, tell), newBars(theme.ColorNameError, 30, tell)
	d.writtenHead.TextStyle.Bold, d.failedHead.TextStyle.Bold, d.point.SizeName = true, true, theme.SizeNameCaptionText
	d.box = container.NewVBox(d.writtenHead, d.written, d.failedHead, d.failed, d.point)
	return d
}

// load reads what was done on the days of the bars.
func (d *dayCharts) load(w *Windows) {
	m := w.moment()
	ask(w, func(ctx context.Context) ([]statistics.Day, error) {
		return w.api.Statistics(ctx, present.DaysSince(m))
	}, func(days []statistics.Day, err error) {
		if err == nil { // else it is asked for again soon
			d.set(present.Days(days, m), present.DaysSum(days))
		}
	})
}

func (d *dayCharts) set(days []present.Day, sum string) {
	written, failed := make([]bar, len(days)), make([]bar, len(days))
	var allWritten, allFailed int
	for i, day := range days {
		written[i], failed[i] = bar{day.Written, day.Words}, bar{day.Failed, day.Words}
		allWritten, allFailed = allWritten+day.Written, allFailed+day.Failed
	}
	d.written.set(written)
	d.failed.set(failed)
	if !d.clicked {
		set(d.point, sum, widget.LowImportance)
	}
	set(d.writtenHead, present.DaysHead(present.T("Written"), allWritten), widget.MediumImportance)
	set(d.failedHead, present.DaysHead(present.T("Failed"), allFailed), widget.MediumImportance)
}

// bar is one bar: how high, and what it says when it is pointed at.
type bar struct {
	n     int
	words string
}

// bars is a small bar chart. A day without any has a line at the foot, one with very few is
// still seen.
type bars struct {
	widget.BaseWidget
	ink     fyne.ThemeColorName
	height  float32
	onPoint func(string)
	bars    []bar
}

func newBars(ink fyne.ThemeColorName, height float32, onPoint func(string)) *bars {
	b := &bars{ink: ink, height: height, onPoint: onPoint}
	b.ExtendBaseWidget(b)
	return b
}

func (b *bars) set(to []bar) {
	b.bars = to
	b.Refresh()
}

// Tapped implements fyne.Tappable: it tells about the bar under the pointer.
func (b *bars) Tapped(e *fyne.PointEvent) {
	if i := int(e.Position.X / b.Size().Width * float32(len(b.bars))); i >= 0 && i < len(b.bars) {
		b.onPoint(b.bars[i].words)
	}
}

// CreateRenderer implements fyne.Widget.
func (b *bars) CreateRenderer() fyne.WidgetRenderer {
	r := &barsRenderer{b: b}
	r.Refresh()
	return r
}

type barsRenderer struct {
	b     *bars
	drawn []*canvas.Rectangle
}

// Destroy implements fyne.WidgetRenderer.
func (r *barsRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (r *barsRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(r.drawn))
	for i, d := range r.drawn {
		out[i] = d
	}
	return out
}

// MinSize implements fyne.WidgetRenderer.
func (r *barsRenderer) MinSize() fyne.Size { return fyne.NewSize(120, r.b.height) }

// Layout implements fyne.WidgetRenderer.
func (r *barsRenderer) Layout(size fyne.Size) {
	most := 1
	for _, x := range r.b.bars {
		most = max(most, x.n)
	}
	pitch := size.Width / float32(max(len(r.drawn), 1))
	for i, d := range r.drawn {
		high := float32(1)
		if n := r.b.bars[i].n; n > 0 {
			high = max(least, size.Height*float32(n)/float32(most))
		}
		d.Resize(fyne.NewSize(pitch-2, high))
		d.Move(fyne.NewPos(float32(i)*pitch, size.Height-high))
	}
}

// Refresh implements fyne.WidgetRenderer.
func (r *barsRenderer) Refresh() {
	for len(r.drawn) < len(r.b.bars) {
		r.drawn = append(r.drawn, canvas.NewRectangle(theme.Color(r.b.ink)))
	}
	r.drawn = r.drawn[:len(r.b.bars)]
	for i, d := range r.drawn {
		d.FillColor = theme.Color(theme.ColorNameDisabled)
		if r.b.bars[i].n > 0 {
			d.FillColor = theme.Color(r.b.ink)
		}
	}
	r.Layout(r.b.Size())
	canvas.Refresh(r.b)
}
