package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/sync/scene"
	"lockstep/sync/store"
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
	w     *Windows
	name  string // under which the widths of its columns are remembered
	list  *keyList
	row   func(i int) []cell
	empty *widget.Label
	body  *fyne.Container
	wide  *shared
	picks picks
	head  *head
	// at is the row with the highlight of the keyboard.
	at int
	// sorting is by which column the rows are sorted, and orders what each of them sorts by;
	// resort shows the rows so. Rows that cannot be sorted have no orders.
	sorting sorting
	orders  []store.Order
	resort  func()
	// cellsOf gives rows as they are shown, also those that have to be read first; nil where
	// all are known.
	cellsOf func(rows []int, then func([][]cell))
	// picture is the scene whose cover stands in front of a row; nil for rows without.
	picture func(i int) scene.ID
	// checked is whether a row is ticked, and turn ticks rows or takes that back; nil for rows
	// without a mark to tick.
	checked func(i int) bool
	turn    func(rows []int)
	// actions are what can be done with the rows that are picked; nil offers to copy them only.
	actions func(rows []int) []*fyne.MenuItem
}

func newListing(w *Windows, name string, columns []column, length func() int, cells func(i int) []cell, chosen func(i int)) *listing {
	l := &listing{w: w, name: name, row: cells, empty: para()}
	l.empty.Alignment = fyne.TextAlignCenter
	l.empty.Importance = widget.LowImportance
	l.picks.current = -1
	l.wide = &shared{shares: w.memory.columns(name, columns)}
	l.head = newHead(l, columns)
	l.list = newList(length, func() fyne.CanvasObject { return newRow(l, len(columns)) }, func(i widget.ListItemID, o fyne.CanvasObject) { o.(*row).show(i) })
	l.list.listing = l
	l.list.OnSelected = func(i widget.ListItemID) {
		l.picks.chose(i)
		chosen(i)
	}
	l.list.OnHighlighted = func(i widget.ListItemID) { l.at = i }
	l.list.OnUnselected = func(widget.ListItemID) { l.picks.left() }
	l.body = container.NewBorder(container.NewVBox(newGround(l.head), widget.NewSeparator()), nil, nil, nil,
		container.NewStack(l.list, container.New(upTo(320), l.empty)))
	return l
}

// paged has a listing give the rows of a pager, also those that are not read yet.
func paged[T any](l *listing, p *pager[T], cells func(T) []cell) {
	l.cellsOf = func(rows []int, then func([][]cell)) {
		p.gather(rows, func(list []T) {
			out := make([][]cell, len(list))
			for i, r := range list {
				out[i] = cells(r)
			}
			then(out)
		})
	}
}

// refresh draws the rows again, with words in place of an empty list.
func (l *listing) refresh(emptyWords string) {
	set(l.empty, emptyWords, widget.LowImportance)
	visible(l.empty, emptyWords != "")
	l.list.Refresh()
}

// lines is how many lines a row has: one, or two in the comfortable density.
func (l *listing) lines() int {
	if l.w.memory.kept.Comfortable {
		return 2
	}
	return 1
}

// shared lays columns out by their share of the width.
type shared struct{ shares []float32 }

// MinSize implements fyne.Layout.
func (s *shared) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(0, 0)
	for _, o := range objects {
		size = size.Max(fyne.NewSize(0, o.MinSize().Height))
	}
	return size.AddWidthHeight(float32(len(objects))*40, 0)
}

// Layout implements fyne.Layout.
func (s *shared) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for i, o := range objects {
		from, to := s.edge(i, size.Width), s.edge(i+1, size.Width)
		high := min(o.MinSize().Height, size.Height)
		o.Resize(fyne.NewSize(to-from, high))
		o.Move(fyne.NewPos(from, (size.Height-high)/2))
	}
}

// edge is where column i begins in a row of that width.
func (s *shared) edge(i int, width float32) float32 {
	var all, before float32
	for k, share := range s.shares {
		all += share
		if k < i {
			before += share
		}
	}
	return width * before / all
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
