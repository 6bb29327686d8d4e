package windows

import (
	"image"
	"image/color"
	"image/draw"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/outage"
)

const (
	barHeight  = 36
	axisHeight = 22
	// least is how wide an outage is drawn at least, in pixels: a minute of a year must
	// still be seen.
	least = 3
)

// timeline draws a stretch of time: up plain, down filled, unknown hatched.
type timeline struct {
	widget.BaseWidget
	moment  func() present.Moment
	onPoint func(string)
	page    api.OutagePage
	picked  func(id uint64) // an outage was clicked; nil: nobody wants to know
	marked  uint64          // the outage that is framed, zero for none
}

func newTimeline(moment func() present.Moment, onPoint func(string)) *timeline {
	t := &timeline{moment: moment, onPoint: onPoint}
	t.ExtendBaseWidget(t)
	return t
}

func (t *timeline) set(p api.OutagePage) {
	t.page = p
	t.Refresh()
}

// mark frames an outage.
func (t *timeline) mark(id uint64) {
	if t.marked != id {
		t.marked = id
		t.Refresh()
	}
}

// Tapped tells about the stretch under the pointer; called by Fyne.
func (t *timeline) Tapped(e *fyne.PointEvent) {
	if s, ok := t.segment(e.Position.X / t.Size().Width); ok {
		t.onPoint(present.Segment(s, t.moment()))
		if t.picked != nil && s.Kind == outage.Down {
			t.picked(s.Record)
		}
	}
}

// segment is the one drawn at a place from 0 to 1: an outage drawn wider than it was is
// found where it is seen.
func (t *timeline) segment(at float32) (outage.Segment, bool) {
	width := int(t.Size().Width)
	x := int(at * float32(width))
	var under outage.Segment
	found := false
	for _, s := range t.page.Timeline {
		if from, to := t.pixels(s, width); x >= from && x < to && (!found || s.Kind == outage.Down) {
			under, found = s, true
		}
	}
	return under, found
}

func (t *timeline) pixels(s outage.Segment, width int) (from, to int) {
	all := t.page.To.Sub(t.page.From)
	if all <= 0 {
		return 0, 0
	}
	from = int(int64(width) * int64(s.From.Sub(t.page.From)/time.Second) / int64(all/time.Second))
	to = int(int64(width) * int64(s.To.Sub(t.page.From)/time.Second) / int64(all/time.Second))
	if s.Kind == outage.Down && to < from+least {
		from = max(min(from, width-least), 0)
		to = from + least
	}
	return from, min(to, width)
}

func (t *timeline) image(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for _, pass := range []outage.Kind{outage.Up, outage.Off, outage.Down} { // an outage is never hidden
		for _, s := range t.page.Timeline {
			if s.Kind == pass {
				from, to := t.pixels(s, w)
				paint(m, from, to, s)
			}
		}
	}
	for _, s := range t.page.Timeline {
		if s.Kind == outage.Down && s.Record == t.marked {
			from, to := t.pixels(s, w)
			frameIn(m, image.Rect(from-framed, 0, to+framed, h))
		}
	}
	return m
}

// framed is how thick the frame around the chosen outage is, in pixels.
const framed = 2

// frameIn draws a frame in the colour of text.
func frameIn(m *image.NRGBA, r image.Rectangle) {
	ink := image.NewUniform(rgba(theme.ColorNameForeground))
	for _, side := range []image.Rectangle{
		{r.Min, image.Pt(r.Max.X, r.Min.Y+framed)}, {image.Pt(r.Min.X, r.Max.Y-framed), r.Max},
		{r.Min, image.Pt(r.Min.X+framed, r.Max.Y)}, {image.Pt(r.Max.X-framed, r.Min.Y), r.Max},
	} {
		draw.Draw(m, side, ink, image.Point{}, draw.Src)
	}
}

func paint(m *image.NRGBA, from, to int, s outage.Segment) {
	h := m.Bounds().Dy()
	up, down, grey, mark := rgba(theme.ColorNameSuccess), rgba(theme.ColorNameError), rgba(theme.ColorNameDisabled), rgba(theme.ColorNameWarning)
	up.A = 0x8c
	for x := from; x < to; x++ {
		for y := range h {
			switch {
			case s.Kind == outage.Off && (x+y)%8 < 2:
				m.SetNRGBA(x, y, grey)
			case s.Kind == outage.Down && s.Repaired && y < h/4:
				m.SetNRGBA(x, y, mark)
			case s.Kind == outage.Down:
				m.SetNRGBA(x, y, down)
			case s.Kind == outage.Up && y >= h/4: // lower than an outage: shape tells too
				m.SetNRGBA(x, y, up)
			}
		}
	}
}

func rgba(name fyne.ThemeColorName) color.NRGBA {
	return color.NRGBAModel.Convert(theme.Color(name)).(color.NRGBA)
}

// CreateRenderer is called by Fyne.
func (t *timeline) CreateRenderer() fyne.WidgetRenderer {
	r := &timelineRenderer{t: t}
	r.bar = canvas.NewRaster(t.image)
	r.Refresh()
	return r
}

type timelineRenderer struct {
	t     *timeline
	bar   *canvas.Raster
	ticks []*canvas.Text
	at    []float32 // place of each tick, from 0 to 1
}

func (r *timelineRenderer) Destroy() {}

func (r *timelineRenderer) MinSize() fyne.Size { return fyne.NewSize(300, barHeight+axisHeight) }

func (r *timelineRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.bar}
	for _, t := range r.ticks {
		out = append(out, t)
	}
	return out
}

func (r *timelineRenderer) Layout(size fyne.Size) {
	r.bar.Resize(fyne.NewSize(size.Width, barHeight))
	for i, t := range r.ticks {
		width := t.MinSize().Width
		x := min(max(r.at[i]*size.Width-width/2, 0), size.Width-width)
		t.Move(fyne.NewPos(x, barHeight+2))
	}
}

func (r *timelineRenderer) Refresh() {
	r.ticks, r.at = nil, nil
	all := r.t.page.To.Sub(r.t.page.From)
	for _, tick := range present.Ticks(r.t.page.From, r.t.page.To, r.t.moment()) {
		label := canvas.NewText(tick.Words, theme.Color(theme.ColorNamePlaceHolder))
		label.TextSize = theme.CaptionTextSize()
		r.ticks = append(r.ticks, label)
		r.at = append(r.at, float32(tick.At.Sub(r.t.page.From))/float32(all))
	}
	r.Layout(r.t.Size())
	r.bar.Refresh()
}
