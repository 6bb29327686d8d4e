package windows

import (
	"context"
	"slices"
)

// pageSize is how many rows are asked for at once: more than a screen, less than a
// moment's wait.
const pageSize = 100

// keepPages bounds what a long scroll leaves in memory.
const keepPages = 40

// pager holds the part of a long list that was looked at. Rows are asked for when a
// list wants to show them; what is known is shown until newer rows arrive.
type pager[T any] struct {
	w       *Windows
	fetch   func(ctx context.Context, offset, limit int) ([]T, int, error)
	changed func() // draw the list again
	failed  func(error)
	// order sorts all rows; nil leaves them as they come. A list too long for it is shown as it
	// comes, which tooLong is told.
	order   func([]T) []T
	tooLong func()

	total   int
	loaded  bool
	pages   map[int][]T
	fresh   map[int]int // the round in which a page was loaded
	loading map[int]bool
	round   int
	query   int
}

func newPager[T any](w *Windows, fetch func(context.Context, int, int) ([]T, int, error)) *pager[T] {
	p := &pager[T]{w: w, fetch: fetch, changed: func() {}, failed: func(error) {}, tooLong: func() {}}
	p.clear()
	return p
}

func (p *pager[T]) clear() {
	p.pages, p.fresh, p.loading = map[int][]T{}, map[int]int{}, map[int]bool{}
	p.total, p.loaded = 0, false
}

// restart forgets everything: another list is wanted.
func (p *pager[T]) restart() {
	p.query++
	p.clear()
	p.stale()
}

// stale asks for the rows again, keeping those on screen until the new ones are there.
func (p *pager[T]) stale() {
	p.round++
	p.load(0)
	p.changed()
}

// at is row i, or false while it is on its way.
func (p *pager[T]) at(i int) (T, bool) {
	n := i / pageSize
	if p.fresh[n] < p.round {
		p.load(n)
	}
	if rows := p.pages[n]; i%pageSize < len(rows) {
		return rows[i%pageSize], true
	}
	var none T
	return none, false
}

func (p *pager[T]) load(n int) {
	if p.fetch == nil {
		return
	}
	if p.order != nil {
		p.loadSorted()
		return
	}
	if p.loading[n] {
		return
	}
	p.loading[n] = true
	query, round := p.query, p.round
	p.read(n*pageSize, pageSize, func(a answer[T], err error) {
		if query != p.query {
			return
		}
		delete(p.loading, n)
		p.fresh[n] = round
		if err != nil {
			p.failed(err)
			return
		}
		p.forget(n)
		p.pages[n], p.total, p.loaded = a.rows, a.total, true
		p.changed()
	})
}

// answer is a part of the list, and how long it is.
type answer[T any] struct {
	rows  []T
	total int
}

func (p *pager[T]) read(offset, limit int, then func(answer[T], error)) {
	ask(p.w, func(ctx context.Context) (answer[T], error) {
		rows, total, err := p.fetch(ctx, offset, limit)
		return answer[T]{rows, total}, err
	}, then)
}

// loadSorted reads the whole list and sorts it.
func (p *pager[T]) loadSorted() {
	if p.loading[0] {
		return
	}
	p.loading[0] = true
	query, round := p.query, p.round
	p.read(0, sortable, func(a answer[T], err error) {
		if query != p.query {
			return
		}
		delete(p.loading, 0)
		p.fresh[0] = round
		switch {
		case err != nil:
			p.failed(err)
			return
		case p.order == nil || a.total > len(a.rows):
			p.order = nil
			p.tooLong()
			p.pages[0], p.total, p.loaded = a.rows[:min(pageSize, len(a.rows))], a.total, true
		default:
			p.keep(p.order(a.rows), round)
		}
		p.changed()
	})
}

// keep takes a list that is known as a whole.
func (p *pager[T]) keep(rows []T, round int) {
	p.pages, p.fresh, p.total, p.loaded = map[int][]T{}, map[int]int{0: round}, len(rows), true
	n := 0
	for part := range slices.Chunk(rows, pageSize) {
		p.pages[n], p.fresh[n] = part, round
		n++
	}
}

// forget makes room: far from the page just loaded nobody looks.
func (p *pager[T]) forget(near int) {
	if len(p.pages) < keepPages {
		return
	}
	for n := range p.pages {
		if n < near-keepPages/4 || n > near+keepPages/4 {
			delete(p.pages, n)
			delete(p.fresh, n)
		}
	}
}
