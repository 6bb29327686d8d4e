package windows

import (
	"cmp"
	"slices"
	"strings"

	"lockstep/app/present"
)

// sortable is how many rows a list may have to be sorted by a column: so many are read at once.
const sortable = 5000

// sorting is by which column a listing is sorted. The zero value is the engine's own order.
type sorting struct {
	column  int // counted from 1; zero for none
	down    bool
	tooLong bool // there are more rows than can be sorted
}

// mark is what stands behind the title of a column, counted from 1.
func (s sorting) mark(column int) string {
	switch {
	case s.column != column:
		return ""
	case s.down:
		return " ˅"
	}
	return " ˄"
}

// next is what a click on the title of a column makes of it: up, then down, then no order.
func (s sorting) next(column int) sorting {
	switch {
	case s.column != column:
		return sorting{column: column}
	case s.down:
		return sorting{}
	}
	return sorting{column: column, down: true}
}

// sortBy sorts by a column, counted from 1, where that is offered.
func (l *listing) sortBy(column int) {
	if l.resort == nil || column < 1 || column > len(l.wide.shares) {
		return
	}
	l.sorting = l.sorting.next(column)
	l.head.Refresh()
	l.resort()
}

// unsorted says why a list keeps its order although a column was chosen, "" if it does not.
func (l *listing) unsorted() string {
	if !l.sorting.tooLong {
		return ""
	}
	return present.T("More than %s rows: search or filter to sort them", present.Number(sortable))
}

// sorts has a listing sort the rows of a pager by what their cells say.
func sorts[T any](l *listing, p *pager[T], cells func(T) []cell, again func()) {
	l.resort = func() {
		p.order = nil
		if s := l.sorting; s.column > 0 {
			p.order = func(rows []T) []T { return sorted(rows, cells, s) }
		}
		again()
	}
	p.tooLong = func() {
		l.sorting = sorting{tooLong: true}
		l.head.Refresh()
	}
}

// sorted orders rows by one of their cells, whatever the case of its letters. Equal ones keep
// their order.
func sorted[T any](rows []T, cells func(T) []cell, s sorting) []T {
	type keyed struct {
		key string
		row T
	}
	all := make([]keyed, len(rows))
	for i, r := range rows {
		all[i] = keyed{strings.ToLower(strings.TrimLeft(cells(r)[s.column-1].words, "◆►✕✓ ")), r}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		if s.down {
			a, b = b, a
		}
		return cmp.Compare(a.key, b.key)
	})
	out := make([]T, len(all))
	for i, k := range all {
		out[i] = k.row
	}
	return out
}
