package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// column is one column of a listing: its title and its share of the width.
type column struct {
	title string
	share float32
}

// cell is what one column of a row shows.
type cell struct {
	words string
	tone  widget.Importance
}

// listing is a list in columns under a head: lighter than a table, and rows, not cells,
// are what people choose.
type listing struct {
	list  *keyList
	empty *widget.Label
	body  *fyne.Container
}

func newListing(columns []column, length func() int, row func(i int) []cell, chosen func(i int)) *listing {
	l := &listing{empty: para()}
	l.empty.Alignment = fyne.TextAlignCenter
	l.empty.Importance = widget.LowImportance
	shares := make(shared, len(columns))
	head := make([]fyne.CanvasObject, len(columns))
	for i, c := range columns {
		shares[i] = c.share
		t := line()
		t.Text, t.TextStyle.Bold = c.title, true
		head[i] = t
	}
	l.list = newList(length, func() fyne.CanvasObject {
		cells := make([]fyne.CanvasObject, len(columns))
		for i := range cells {
			cells[i] = newTwoLines()
		}
		return container.New(shares, cells...)
	}, func(i widget.ListItemID, o fyne.CanvasObject) { fill(o, row(i)) })
	l.list.OnSelected = chosen
	l.body = container.NewBorder(container.NewVBox(newGround(container.New(shares, head...)), widget.NewSeparator()), nil, nil, nil,
		container.NewStack(l.list, container.NewCenter(wide(320, l.empty))))
	return l
}

// fill writes a row; a row that is still on its way may have fewer cells.
func fill(row fyne.CanvasObject, cells []cell) {
	for k, o := range row.(*fyne.Container).Objects {
		c := cell{}
		if k < len(cells) {
			c = cells[k]
		}
		o.(*twoLines).set(c.words, c.tone)
	}
}

// refresh draws the rows again, with words in place of an empty list.
func (l *listing) refresh(emptyWords string) {
	set(l.empty, emptyWords, widget.LowImportance)
	visible(l.empty, emptyWords != "")
	l.list.Refresh()
}

// shared lays columns out by their share of the width.
type shared []float32

func (s shared) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(0, 0)
	for _, o := range objects {
		size = size.Max(fyne.NewSize(0, o.MinSize().Height))
	}
	return size.AddWidthHeight(float32(len(objects))*40, 0)
}

func (s shared) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var all, x float32
	for _, share := range s {
		all += share
	}
	for i, o := range objects {
		width, high := size.Width*s[i]/all, min(o.MinSize().Height, size.Height)
		o.Resize(fyne.NewSize(width, high))
		o.Move(fyne.NewPos(x, (size.Height-high)/2))
		x += width
	}
}

// ground is a container on the colour of heads; a widget, so that it follows the theme.
type ground struct {
	widget.BaseWidget
	on fyne.CanvasObject
}

func newGround(on fyne.CanvasObject) *ground {
	g := &ground{on: on}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer is called by Fyne.
func (g *ground) CreateRenderer() fyne.WidgetRenderer {
	r := &groundRenderer{back: canvas.NewRectangle(theme.Color(theme.ColorNameHeaderBackground)), on: g.on}
	return r
}

type groundRenderer struct {
	back *canvas.Rectangle
	on   fyne.CanvasObject
}

func (r *groundRenderer) Destroy()                     {}
func (r *groundRenderer) MinSize() fyne.Size           { return r.on.MinSize() }
func (r *groundRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.back, r.on} }
func (r *groundRenderer) Layout(size fyne.Size)        { r.back.Resize(size); r.on.Resize(size) }
func (r *groundRenderer) Refresh() {
	r.back.FillColor = theme.Color(theme.ColorNameHeaderBackground)
	r.back.Refresh()
}
