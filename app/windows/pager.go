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
	if p.fetch == nil {
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

// gatherAtOnce is how many rows are read at once where many are picked.
const gatherAtOnce = 1000

// gather gives rows by their places, also those that were never on screen; they are read
// first.
func (p *pager[T]) gather(places []int, then func([]T)) {
	known := func(i int) (row T, ok bool) {
		if rows := p.pages[i/pageSize]; i%pageSize < len(rows) {
			return rows[i%pageSize], true
		}
		return row, false
	}
	if rows := picked(places, known); len(rows) == len(places) {
		then(rows)
		return
	}
	query := p.query
	first, last := slices.Min(places), slices.Max(places)
	ask(p.w, func(ctx context.Context) ([]T, error) {
		var all []T
		for len(all) <= last-first {
			rows, _, err := p.fetch(ctx, first+len(all), gatherAtOnce)
			if err != nil || len(rows) == 0 {
				return all, err
			}
			all = append(all, rows...)
		}
		return all, nil
	}, func(all []T, err error) {
		switch {
		case err != nil:
			p.failed(err)
		case query == p.query: // else they are places of another list
			then(picked(places, func(i int) (row T, ok bool) {
				if i -= first; i < len(all) {
					return all[i], true
				}
				return row, false
			}))
		}
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
