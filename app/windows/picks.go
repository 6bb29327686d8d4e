package windows

import (
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
)

// picks are the rows of a listing that are picked. The zero value has none.
type picks struct {
	rows    map[int]bool
	current int  // the row Fyne's list has selected; of no meaning while none is picked
	anchor  int  // where a range begins
	several bool // rows are being added, so that choosing one forgets no other
}

func (p picks) has(i int) bool { return p.rows[i] }

// all are the rows that are picked, from the top.
func (p picks) all() []int { return slices.Sorted(maps.Keys(p.rows)) }

// chose notes that the list selected a row, by pointer or keyboard.
func (p *picks) chose(i int) {
	if !p.several {
		p.rows, p.anchor = map[int]bool{}, i
	}
	p.rows[i], p.current = true, i
}

// left notes that the list's row is no longer selected.
func (p *picks) left() {
	if !p.several {
		p.rows, p.current = nil, -1
	}
}

// pick chooses a row: alone, with Shift all from the last one on, with Ctrl besides the others.
func (l *listing) pick(i int, held fyne.KeyModifier) {
	if i < 0 || i >= l.list.Length() {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(l.list); c != nil {
		c.Focus(l.list)
	}
	p := &l.picks
	switch {
	case held&fyne.KeyModifierShift != 0 && len(p.rows) > 0:
		l.pickRange(p.anchor, i)
	case held&fyne.KeyModifierShortcutDefault != 0 && p.has(i):
		l.drop(i)
	case held&fyne.KeyModifierShortcutDefault != 0 && len(p.rows) > 0:
		p.anchor = i
		l.add(i)
	default:
		l.list.UnselectAll() // a row that is selected already would not be chosen again
		l.list.Highlight(i)
		l.list.Select(i)
	}
}

// add chooses a row besides those that are picked.
func (l *listing) add(i int) {
	l.picks.several = true
	l.list.UnselectAll()
	l.list.Highlight(i)
	l.list.Select(i)
	l.picks.several = false
}

// drop takes a row from those that are picked; another one becomes the selected one.
func (l *listing) drop(i int) {
	delete(l.picks.rows, i)
	rest := l.picks.all()
	if len(rest) == 0 {
		l.list.UnselectAll()
		return
	}
	l.add(rest[len(rest)-1])
}

// offer shows what can be done with the rows that are picked.
func (l *listing) offer(at fyne.Position) {
	rows := l.picks.all()
	c := fyne.CurrentApp().Driver().CanvasForObject(l.list)
	if len(rows) == 0 || c == nil {
		return
	}
	var items []*fyne.MenuItem
	if l.actions != nil {
		items = append(l.actions(rows), fyne.NewMenuItemSeparator())
	}
	items = append(items, fyne.NewMenuItem(present.T("Copy"), l.copy))
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, at)
}

// offerHere shows that menu below the row with the focus, for the keyboard.
func (l *listing) offerHere() {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(l.list)
	high := float32(l.picks.current)*(l.list.rowHeight()) - l.list.GetScrollOffset()
	l.offer(at.AddXY(20, max(0, min(high, l.list.Size().Height))))
}

// copy puts the rows that are picked on the clipboard: a line each, cells parted by tabs.
func (l *listing) copy() {
	rows := l.picks.all()
	if len(rows) == 0 {
		return
	}
	if l.cellsOf != nil {
		l.cellsOf(rows, l.toClipboard)
		return
	}
	list := make([][]cell, len(rows))
	for i, at := range rows {
		list[i] = l.row(at)
	}
	l.toClipboard(list)
}

func (l *listing) toClipboard(list [][]cell) {
	lines := make([]string, len(list))
	for i, cells := range list {
		words := make([]string, len(cells))
		for k, c := range cells {
			words[k] = strings.Join(strings.Fields(c.words), " ")
		}
		lines[i] = strings.Join(words, "\t")
	}
	if len(lines) > 0 {
		l.w.app.Clipboard().SetContent(strings.Join(lines, "\n"))
	}
}

// typed does what keys of a listing do; false for keys that are not its own.
func (l *listing) typed(key fyne.KeyName, extend bool) bool {
	page := max(int(l.list.Size().Height/l.list.rowHeight())-1, 1)
	switch key {
	case desktop.KeyMenu:
		if len(l.picks.rows) == 0 {
			l.pick(l.at, 0)
		}
		l.offerHere()
	case fyne.KeySpace:
		if l.turn == nil {
			return false
		}
		rows := l.picks.all()
		if !l.picks.has(l.at) {
			rows = []int{l.at}
		}
		l.turn(rows)
	case fyne.KeyUp:
		l.move(l.at-1, extend)
	case fyne.KeyDown:
		l.move(l.at+1, extend)
	case fyne.KeyPageUp:
		l.move(l.at-page, extend)
	case fyne.KeyPageDown:
		l.move(l.at+page, extend)
	case fyne.KeyHome:
		l.move(0, extend)
	case fyne.KeyEnd:
		l.move(l.list.Length()-1, extend)
	default:
		return false
	}
	return true
}

// move brings the highlight to a row. With extend all rows from where a range began up to
// there are picked, else what is picked stays: Enter picks.
func (l *listing) move(to int, extend bool) {
	if l.list.Length() == 0 {
		return
	}
	from := l.at
	to = max(min(to, l.list.Length()-1), 0)
	if to == from && !extend {
		return
	}
	if !extend {
		l.list.Highlight(to)
		return
	}
	p := &l.picks
	if len(p.rows) == 0 {
		p.anchor = from
	}
	l.pickRange(p.anchor, to)
}

// pickRange picks the rows between two, and chooses the last one.
func (l *listing) pickRange(from, to int) {
	p := &l.picks
	p.rows = map[int]bool{}
	for k := min(from, to); k <= max(from, to); k++ {
		p.rows[k] = true
	}
	l.add(to)
}

// pickAll picks every row, on screen or not. The one that is chosen stays so.
func (l *listing) pickAll() {
	n := l.list.Length()
	if n == 0 {
		return
	}
	p := &l.picks
	if p.current < 0 || p.current >= n || len(p.rows) == 0 {
		l.pick(min(l.at, n-1), 0)
	}
	for i := range n {
		p.rows[i] = true
	}
	l.list.Refresh()
}

// shortcut does what shortcuts of a listing do, and reports whether it was one.
func (l *listing) shortcut(s fyne.Shortcut) bool {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		l.copy()
	case *fyne.ShortcutSelectAll:
		l.pickAll()
	default:
		return false
	}
	return true
}
