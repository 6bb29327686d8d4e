package windows

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	tip "github.com/dweymouth/fyne-tooltip/widget"
)

// row is one line of a listing. It hears the pointer itself, as Fyne's list tells neither
// the keys that are held nor a click with the other button.
type row struct {
	widget.BaseWidget
	tip.ToolTipWidgetExtend
	l       *listing
	at      int
	cells   []fyne.CanvasObject
	held    fyne.KeyModifier // while the button was pressed last
	hovered bool
	tip     string // the words whose tooltip is on its way
	front   rowFront
}

func newRow(l *listing, columns int) *row {
	r := &row{l: l, at: -1}
	for range columns {
		r.cells = append(r.cells, newTwoLines(l.lines()))
	}
	r.ExtendBaseWidget(r)
	r.ExtendToolTipWidget(r)
	return r
}

// show writes a line; one that is still on its way may have fewer cells.
func (r *row) show(i int) {
	r.at = i
	r.front.show(r)
	cells := r.l.row(i)
	for k, o := range r.cells {
		c := cell{}
		if k < len(cells) {
			c = cells[k]
		}
		o.(*twoLines).set(c.words, c.tone)
	}
	r.Refresh()
}

// Tapped implements fyne.Tappable. A tap on the mark ticks the row and picks nothing.
func (r *row) Tapped(e *fyne.PointEvent) {
	if r.l.turn != nil && e.Position.X < markWidth() {
		r.l.turn([]int{r.at})
		return
	}
	r.l.pick(r.at, r.held)
}

// TappedSecondary implements fyne.SecondaryTappable: the menu for this row, or for all that
// are picked if it is one of them.
func (r *row) TappedSecondary(e *fyne.PointEvent) {
	if !r.l.picks.has(r.at) {
		r.l.pick(r.at, 0)
	}
	r.l.offer(e.AbsolutePosition)
}

// MouseDown implements desktop.Mouseable.
func (r *row) MouseDown(e *desktop.MouseEvent) { r.held = e.Modifier }

// MouseUp implements desktop.Mouseable.
func (r *row) MouseUp(*desktop.MouseEvent) {}

// MouseIn implements desktop.Hoverable.
func (r *row) MouseIn(e *desktop.MouseEvent) {
	r.hovered = true
	r.tell(e)
	r.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (r *row) MouseMoved(e *desktop.MouseEvent) {
	r.ToolTipWidgetExtend.MouseMoved(e)
	if r.cutAt(e.Position) != r.tip {
		r.ToolTipWidgetExtend.MouseOut()
		r.tell(e)
	}
}

// MouseOut implements desktop.Hoverable.
func (r *row) MouseOut() {
	r.hovered, r.tip = false, ""
	r.ToolTipWidgetExtend.MouseOut()
	r.Refresh()
}

// tell shows beside the pointer what is cut off below it.
func (r *row) tell(e *desktop.MouseEvent) {
	r.tip = r.cutAt(e.Position)
	r.SetToolTip(r.tip)
	r.ToolTipWidgetExtend.MouseIn(e)
}

// cutAt is the whole text of the cell at a place, "" where nothing is cut off.
func (r *row) cutAt(at fyne.Position) string {
	for i, o := range r.cells {
		if at.X >= r.l.wide.edge(i, r.Size().Width) && at.X < r.l.wide.edge(i+1, r.Size().Width) && o.(*twoLines).cut() {
			return o.(*twoLines).words
		}
	}
	return ""
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer {
	r.front.make(r)
	return &rowRenderer{r: r, back: canvas.NewRectangle(color.Transparent)}
}

type rowRenderer struct {
	r    *row
	back *canvas.Rectangle
}

func (x *rowRenderer) Destroy()           {}
func (x *rowRenderer) MinSize() fyne.Size { return x.r.l.wide.MinSize(x.r.cells) }
func (x *rowRenderer) Objects() []fyne.CanvasObject {
	return append(append([]fyne.CanvasObject{x.back}, x.r.front.objects()...), x.r.cells...)
}

func (x *rowRenderer) Layout(size fyne.Size) {
	x.back.Resize(size)
	x.r.l.wide.Layout(x.r.cells, size)
	if by := x.r.front.layout(x.r, size); by > 0 {
		first := x.r.cells[0]
		first.Move(first.Position().AddXY(by, 0))
		first.Resize(first.Size().SubtractWidthHeight(min(by, first.Size().Width), 0))
	}
}

// Refresh paints what is picked besides the row that Fyne knows to be selected.
func (x *rowRenderer) Refresh() {
	x.back.FillColor = color.Transparent
	switch p := x.r.l.picks; {
	case x.r.at >= 0 && p.has(x.r.at) && x.r.at != p.current:
		x.back.FillColor = theme.Color(theme.ColorNameSelection)
	case x.r.hovered && x.r.at != p.current:
		x.back.FillColor = theme.Color(theme.ColorNameHover)
	}
	x.back.CornerRadius = theme.Size(theme.SizeNameSelectionRadius)
	x.back.Hidden = x.back.FillColor == color.Transparent // a transparent one costs as much to draw
	x.back.Refresh()
	x.r.front.refresh(x.r)
	x.Layout(x.r.Size())
}
