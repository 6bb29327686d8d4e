package windows

import (
	"slices"

	"lockstep/sync/store"
)

// sorting is by which column a listing is sorted. The zero value is the list's own order.
type sorting struct {
	column int // counted from 1; zero for none
	down   bool
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
	if column < 1 || column > len(l.orders) {
		return
	}
	l.sorting = l.sorting.next(column)
	l.w.memory.keepSort(l.name, l.sort())
	l.head.Refresh()
	l.resort()
}

// sort is how the rows are sorted, for whoever lists them.
func (l *listing) sort() store.Sort {
	if l.sorting.column == 0 {
		return store.Sort{}
	}
	return store.Sort{By: l.orders[l.sorting.column-1], Down: l.sorting.down}
}

// sortable has a click on a title sort by that column. Each column has an order; resort shows
// the rows in the one that sort gives. The order is the one the listing had last.
func (l *listing) sortable(resort func(), orders ...store.Order) {
	l.resort, l.orders = resort, orders
	l.sorting = remembered(l.w.memory.kept.Sorts[l.name], orders)
}

// remembered is the order a listing had when it was seen last, if it still has that column.
func remembered(s store.Sort, orders []store.Order) sorting {
	if i := slices.Index(orders, s.By); i >= 0 {
		return sorting{i + 1, s.Down}
	}
	return sorting{}
}
