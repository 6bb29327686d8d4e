package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// gripWidth is how wide the place between two heads is that the pointer can take.
const gripWidth = 8

// narrowest is the least share of the width a column can be made to have.
const narrowest = 0.04

// head is the line of titles over a listing. The edges between them can be dragged.
type head struct {
	widget.BaseWidget
	l      *listing
	titles []fyne.CanvasObject
	grips  []fyne.CanvasObject
}

// headTitle is the title of a column. A click sorts by it.
type headTitle struct {
	tipLine
	h     *head
	i     int // counted from 1
	title string
}

func newHeadTitle(h *head, i int, title string) *headTitle {
	t := &headTitle{h: h, i: i, title: title}
	t.Text, t.TextStyle.Bold, t.SizeName, t.Truncation = title, true, theme.SizeNameCaptionText, fyne.TextTruncateEllipsis
	t.ExtendBaseWidget(t)
	t.ExtendToolTipWidget(t)
	return t
}

// Tapped implements fyne.Tappable.
func (t *headTitle) Tapped(*fyne.PointEvent) { t.h.l.sortBy(t.i) }

func newHead(l *listing, columns []column) *head {
	h := &head{l: l}
	for i, c := range columns {
		h.titles = append(h.titles, newHeadTitle(h, i+1, c.title))
		if i > 0 {
			h.grips = append(h.grips, newGrip(h, i))
		}
	}
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer implements fyne.Widget.
func (h *head) CreateRenderer() fyne.WidgetRenderer { return &headRenderer{h} }

type headRenderer struct{ h *head }

func (r *headRenderer) Destroy()           {}
func (r *headRenderer) MinSize() fyne.Size { return r.h.l.wide.MinSize(r.h.titles) }
func (r *headRenderer) Objects() []fyne.CanvasObject {
	return append(append([]fyne.CanvasObject{}, r.h.titles...), r.h.grips...)
}

// Refresh marks the column by which the rows are sorted.
func (r *headRenderer) Refresh() {
	for _, o := range r.h.titles {
		t := o.(*headTitle)
		t.SetText(t.title + r.h.l.sorting.mark(t.i))
	}
	r.Layout(r.h.Size())
}

func (r *headRenderer) Layout(size fyne.Size) {
	r.h.l.wide.Layout(r.h.titles, size)
	for i, g := range r.h.grips {
		g.Resize(fyne.NewSize(gripWidth, size.Height))
		g.Move(fyne.NewPos(r.h.l.wide.edge(i+1, size.Width)-gripWidth/2, 0))
	}
}

// grip is the edge before column i.
type grip struct {
	widget.BaseWidget
	h *head
	i int
}

func newGrip(h *head, i int) *grip {
	g := &grip{h: h, i: i}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer implements fyne.Widget.
func (g *grip) CreateRenderer() fyne.WidgetRenderer {
	side := float32(gripWidth-1) / 2
	return widget.NewSimpleRenderer(container.New(layout.NewCustomPaddedLayout(0, 0, side, side), widget.NewSeparator()))
}

// Cursor implements desktop.Cursorable.
func (g *grip) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// Dragged implements fyne.Draggable.
func (g *grip) Dragged(e *fyne.DragEvent) { g.h.l.widen(g.i, e.Dragged.DX/max(g.h.Size().Width, 1)) }

// DragEnd implements fyne.Draggable.
func (g *grip) DragEnd() { g.h.l.w.memory.keepColumns(g.h.l.name, g.h.l.wide.shares) }

// widen moves the edge before column i by a share of the width, as far as both columns allow.
func (l *listing) widen(i int, by float32) {
	s := l.wide.shares
	var all float32
	for _, share := range s {
		all += share
	}
	by = max(by*all, narrowest*all-s[i-1])
	by = min(by, s[i]-narrowest*all)
	s[i-1], s[i] = s[i-1]+by, s[i]-by
	l.head.Refresh()
	l.list.Refresh()
}
