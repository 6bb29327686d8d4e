package windows

import "context"

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

	total   int
	loaded  bool
	pages   map[int][]T
	fresh   map[int]int // the round in which a page was loaded
	loading map[int]bool
	round   int
	query   int
}

func newPager[T any](w *Windows, fetch func(context.Context, int, int) ([]T, int, error)) *pager[T] {
	p := &pager[T]{w: w, fetch: fetch, changed: func() {}, failed: func(error) {}}
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
	if p.loading[n] || p.fetch == nil {
		return
	}
	p.loading[n] = true
	query, round := p.query, p.round
	type answer struct {
		rows  []T
		total int
	}
	ask(p.w, func(ctx context.Context) (answer, error) {
		rows, total, err := p.fetch(ctx, n*pageSize, pageSize)
		return answer{rows, total}, err
	}, func(a answer, err error) {
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
