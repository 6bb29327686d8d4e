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
		p.rows = map[int]bool{}
		for k := min(p.anchor, i); k <= max(p.anchor, i); k++ {
			p.rows[k] = true
		}
		l.add(i)
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
	var lines []string
	for _, i := range l.picks.all() {
		var words []string
		for _, c := range l.row(i) {
			words = append(words, strings.Join(strings.Fields(c.words), " "))
		}
		lines = append(lines, strings.Join(words, "\t"))
	}
	if len(lines) > 0 {
		l.w.app.Clipboard().SetContent(strings.Join(lines, "\n"))
	}
}

// typed does what keys of a listing do; false for keys that are not its own.
func (l *listing) typed(key fyne.KeyName) bool {
	if key != desktop.KeyMenu {
		return false
	}
	l.offerHere()
	return true
}

// shortcut does what shortcuts of a listing do.
func (l *listing) shortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutCopy); ok {
		l.copy()
	}
}
