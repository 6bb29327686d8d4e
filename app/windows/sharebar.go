package windows

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
)

// shareBar draws how all scenes stand. Every part has a pattern of its own, so that colour is
// not all that tells: in step is filled, queued is striped, what waits for a person is dotted,
// the rest is left light.
type shareBar struct {
	widget.BaseWidget
	shares present.Shares
}

func newShareBar() *shareBar {
	b := &shareBar{}
	b.ExtendBaseWidget(b)
	return b
}

func (b *shareBar) set(x present.Shares) {
	if x != b.shares {
		b.shares = x
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *shareBar) CreateRenderer() fyne.WidgetRenderer {
	return &shareBarRenderer{b: b, raster: canvas.NewRaster(b.image)}
}

// part is a stretch of the bar: how many scenes, and how its pixels are coloured.
type part struct {
	n    int
	tint func(x, y int) color.NRGBA
}

func (b *shareBar) parts() []part {
	x := b.shares
	rest := rgba(theme.ColorNameSeparator)
	mix := func(name fyne.ThemeColorName, drawn func(x, y int) bool) func(x, y int) color.NRGBA {
		ink := rgba(name)
		return func(x, y int) color.NRGBA {
			if drawn(x, y) {
				return ink
			}
			return rest
		}
	}
	return []part{
		{x.InStep, mix(theme.ColorNameSuccess, func(_, _ int) bool { return true })},
		{x.Queued, mix(theme.ColorNamePrimary, func(x, y int) bool { return (x+y)%8 < 5 })},
		{x.NeedYou, mix(theme.ColorNameWarning, func(x, y int) bool { return x%4 < 3 && y%4 < 3 })},
		{x.NotInPlex, mix(theme.ColorNameDisabled, func(x, y int) bool { return (x-y+10000)%6 < 2 })},
		{x.Skipped + x.Unknown + x.LeftOut, mix(theme.ColorNameSeparator, func(_, _ int) bool { return true })},
	}
}

func (b *shareBar) image(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	widths, parts := b.widths(w), b.parts()
	at := 0
	for i, p := range parts {
		for x := at; x < at+widths[i]; x++ {
			for y := range h {
				m.SetNRGBA(x, y, p.tint(x, y))
			}
		}
		at += widths[i]
	}
	return m
}

// widths divides the bar; a part that is not empty is seen however small it is.
func (b *shareBar) widths(w int) [5]int {
	var out [5]int
	if b.shares.Total == 0 || w <= 0 {
		out[4] = max(w, 0)
		return out
	}
	left, widest := w, 0
	for i, p := range b.parts() {
		if p.n > 0 {
			out[i] = max(least, w*p.n/b.shares.Total)
		}
		left -= out[i]
		if out[i] > out[widest] {
			widest = i
		}
	}
	out[widest] = max(out[widest]+left, 0)
	return out
}

type shareBarRenderer struct {
	b      *shareBar
	raster *canvas.Raster
}

// Destroy implements fyne.WidgetRenderer.
func (r *shareBarRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (r *shareBarRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.raster} }

// MinSize implements fyne.WidgetRenderer.
func (r *shareBarRenderer) MinSize() fyne.Size { return fyne.NewSize(100, 2*theme.TextSize()) }

// Layout implements fyne.WidgetRenderer.
func (r *shareBarRenderer) Layout(size fyne.Size) {
	high := theme.TextSize() * 1.3
	r.raster.Resize(fyne.NewSize(size.Width, high))
	r.raster.Move(fyne.NewPos(0, (size.Height-high)/2))
}

// Refresh implements fyne.WidgetRenderer.
func (r *shareBarRenderer) Refresh() { r.raster.Refresh() }
