package storage

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

const (
	// keptOrders is how many sorted lists are remembered, so that whoever scrolls does not have
	// 100 000 records sorted for each page: 8 bytes for a record.
	keptOrders = 4
	// orderFor is how long a sorted list is good for further pages although something was
	// stored meanwhile.
	orderFor = 2 * time.Second
	// keyBytes is how much of a text counts for the order.
	keyBytes = 96
)

// orders are the sorted lists that were asked for last. The zero value has none.
type orders struct {
	mu   sync.Mutex
	list []order
}

// order is one sorted list: the numbers of its records.
type order struct {
	of      string // what was asked for
	version uint64 // of what it was made of
	made    time.Time
	ids     []uint64
}

// find is the list as it was sorted before, if that still holds; further says that a page
// behind the first is wanted.
func (o *orders) find(of string, version uint64, now time.Time, further bool) ([]uint64, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, k := range o.list {
		if k.of == of && (k.version == version || further && now.Sub(k.made) < orderFor && !k.made.After(now)) {
			return k.ids, true
		}
	}
	return nil, false
}

func (o *orders) keep(k order) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = slices.DeleteFunc(o.list, func(old order) bool { return old.of == k.of })
	if len(o.list) >= keptOrders {
		o.list = o.list[1:]
	}
	o.list = append(o.list, k)
}

// rank is by what a record is sorted: the number first, then the text.
type rank struct {
	number int
	text   string
	id     uint64
}

// ranks gathers the records of a list in the list's own order.
type ranks []rank

func (r *ranks) add(id uint64, number int, text string) {
	if len(text) > keyBytes {
		text = strings.Clone(text[:keyBytes]) // the rest of a long one is not held in memory
	}
	*r = append(*r, rank{number, text, id})
}

// sorted are the numbers of the records in order.
func (r ranks) sorted(down bool) []uint64 {
	slices.SortStableFunc(r, func(a, b rank) int {
		if down {
			a, b = b, a
		}
		return cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
	})
	ids := make([]uint64, len(r))
	for i, k := range r {
		ids[i] = k.id
	}
	return ids
}

// ordered are the numbers of a sorted list, gathered unless they are known.
func (t *tx) ordered(of string, version uint64, further, down bool, gather func(*ranks) error) ([]uint64, error) {
	now := t.env.now()
	if ids, ok := t.env.orders.find(of, version, now, further); ok {
		return ids, nil
	}
	var r ranks
	if err := gather(&r); err != nil {
		return nil, err
	}
	ids := r.sorted(down)
	if !t.bolt.Writable() { // what a transaction may take back is not remembered
		t.env.orders.keep(order{of, version, now, ids})
	}
	return ids, nil
}

// pageIn is the part of a list that a page shows.
func pageIn(ids []uint64, offset, limit int) []uint64 {
	from := min(max(offset, 0), len(ids))
	return ids[from:min(from+limit, len(ids))]
}

// version tells one state of the database from another.
func (t *tx) version() uint64 { return uint64(t.bolt.ID()) } //nolint:gosec // never negative

// sortedRows is Rows in another order than that of the scenes.
func (t *tx) sortedRows(s *sheet, q store.RowQuery, wanted map[string]bool) (store.RowPage, error) {
	page := store.RowPage{Rows: []store.ReportRow{}}
	p := pager{tx: t, sheet: s, query: q, wanted: wanted, needle: fold(q.Search), said: message.In(q.Language), words: newRowWords(message.In(q.Language)), page: &page}
	of := fmt.Sprintf("rows %d %q %q %q %q %q %+v", q.Report, q.Outcome, q.Reason, q.Kind, p.needle, q.Language, q.Sort)
	_, version := s.wanted(store.RowQuery{})                                                     // rows are only ever added
	ids, err := t.ordered(of, uint64(version), q.Offset > 0, q.Sort.Down, func(r *ranks) error { //nolint:gosec // a number of rows
		p.gather(r)
		return nil
	})
	if err != nil {
		return page, err
	}
	page.Total = len(ids)
	for _, id := range pageIn(ids, q.Offset, q.Limit) {
		k := sceneKey(scene.ID(id))
		if v := s.rows.Get(k); v != nil {
			page.Rows = append(page.Rows, p.decode(k, v))
		}
	}
	return page, nil
}

// gather ranks the rows that fit.
func (p *pager) gather(r *ranks) {
	byClass := map[string]string{}
	c := p.sheet.rows.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		class := classOf(v)
		if !p.wanted[string(class)] || p.needle != "" && !p.match(k, v) {
			continue
		}
		number, text := 0, ""
		switch p.query.Sort.By {
		case store.ByKind, store.ByOutcome:
			words, ok := byClass[string(class)]
			if !ok {
				words = p.classWords(class)
				byClass[string(class)] = words
			}
			text = words
		case store.ByFields, store.ByName, store.ByReason:
			number, text = p.rank(k, v)
		}
		r.add(tail(k), number, text)
	}
}

// classWords are the words by which rows of a class are sorted by kind or outcome.
func (p *pager) classWords(class []byte) string {
	part := bytes.Split(class, []byte{0})
	if p.query.Sort.By == store.ByOutcome || len(part) < 3 {
		return string(part[0])
	}
	return fold(p.said.Text(queue.Cause(part[2]).Message()))
}

// rank reads what of a row is sorted by; a damaged row stands first.
func (p *pager) rank(k, v []byte) (number int, text string) {
	stored, err := p.sheet.json(k, v)
	if err != nil {
		return 0, ""
	}
	switch p.query.Sort.By {
	case store.ByFields:
		return rowFields(stored), ""
	case store.ByName:
		title, _ := rowNames(stored)
		return 0, fold(title)
	}
	if part := bytes.Split(classOf(v), []byte{0}); len(part) > 1 && len(part[1]) > 0 {
		return 0, fold(p.said.Text(skip.Of(skip.Code(part[1])).Message)) + " " + p.words.of(stored)
	}
	return 0, p.words.of(stored)
}

// sortedJobs is ListJobs in another order than that of the queue.
func (t *tx) sortedJobs(q store.JobQuery) (store.JobPage, error) {
	said := message.In(q.Language)
	of := fmt.Sprintf("jobs %q %q %q %q %+v", q.States, fold(q.Search), q.Reason, q.Language, q.Sort)
	ids, err := t.ordered(of, t.version(), q.Offset > 0, q.Sort.Down, func(r *ranks) error {
		for i, state := range q.States {
			l := lister{tx: t, left: math.MaxInt32, needle: fold(q.Search), reason: q.Reason}
			if err := l.state(state); err != nil {
				return err
			}
			for _, k := range l.places {
				number, text := 0, ""
				switch q.Sort.By {
				case store.ByState:
					number = i
				case store.ByName:
					text = fold(l.name(scene.ID(tail(k))))
				case store.ByReason:
					text = l.reasonText(k, said)
				}
				r.add(tail(k), number, text)
			}
		}
		return nil
	})
	page := store.JobPage{Jobs: []queue.Job{}, Total: len(ids)}
	for _, id := range pageIn(ids, q.Offset, q.Limit) {
		j, ok, jobErr := t.Job(scene.ID(id))
		if jobErr != nil {
			return page, jobErr
		}
		if ok { // it may be gone since the list was sorted
			page.Jobs = append(page.Jobs, j)
		}
	}
	return page, err
}

// reasonText is what is said of a job, or why it exists.
func (l *lister) reasonText(k []byte, said *message.Catalogue) string {
	j, err := l.tx.at(k)
	switch {
	case err != nil:
		return "" // at says so when it reads the job for a page
	case j.Code != "":
		return fold(said.Text(skip.Of(j.Code).Message) + " " + said.Text(j.Message))
	case !j.Message.IsZero():
		return fold(said.Text(j.Message))
	}
	return fold(said.Text(j.Cause.Message()))
}

// sortedHistory is History in another order than that of time.
func (t *tx) sortedHistory(q store.HistoryQuery) ([]store.Activity, error) {
	b, err := t.bucket(bHistory)
	if err != nil {
		return nil, err
	}
	said := message.In(q.Language)
	of := fmt.Sprintf("history %q %d %q %+v", fold(q.Search), q.Scene, q.Language, q.Sort)
	ids, err := t.ordered(of, b.Sequence(), q.Offset > 0, q.Sort.Down, func(r *ranks) error {
		read := 0
		return t.eachActivity(q, func(a store.Activity) bool {
			number, text := 0, ""
			switch q.Sort.By {
			case store.ByTime:
				number = int(a.Seq) //nolint:gosec // a number of lines
			case store.ByName:
				text = fold(a.Name)
			case store.ByReason, store.ByState:
				text = fold(said.Text(a.Message))
			case store.ByFields:
				number = len(a.Changes)
			}
			r.add(a.Seq, number, text)
			read++
			return read < store.MostSorted
		})
	})
	out := []store.Activity{}
	for _, id := range pageIn(ids, q.Offset, q.Limit) {
		a, ok, readErr := tolerate[store.Activity](t, bHistory, number(id))
		if readErr != nil {
			return out, readErr
		}
		if ok {
			out = append(out, a)
		}
	}
	return out, err
}
