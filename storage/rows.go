package storage

import (
	"bytes"
	"strings"

	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Rows implements store.Reports: rows in order of their scenes. Without a search only
// the rows of the page are decoded and the total comes from the kept counts.
func (t *tx) Rows(q store.RowQuery) (store.RowPage, error) {
	q.Limit = pageOf(q.Limit)
	page := store.RowPage{Rows: []store.ReportRow{}}
	s, err := t.rowsOf(q.Report, false)
	if err != nil || s == nil {
		return page, err
	}
	wanted, total := s.wanted(q)
	if q.Sort.By != store.ByListOrder {
		return t.sortedRows(s, q, wanted)
	}
	p := pager{tx: t, sheet: s, query: q, wanted: wanted, needle: fold(q.Search), said: message.In(q.Language), words: newRowWords(message.In(q.Language)), page: &page, skip: max(q.Offset, 0)}
	c := s.rows.Cursor()
	for k, v := c.First(); k != nil && !p.full(total); k, v = c.Next() {
		if wanted[string(classOf(v))] {
			p.row(k, v)
		}
	}
	if p.needle == "" {
		page.Total = total
	}
	return page, nil
}

// wanted lists the classes of rows the query asks for, and how many rows they have.
func (s *sheet) wanted(q store.RowQuery) (map[string]bool, int) {
	out, total := map[string]bool{}, 0
	_ = s.classes.ForEach(func(k, _ []byte) error {
		part := strings.Split(string(k), "\x00")
		if len(part) != 4 {
			return nil
		}
		if fits(q.Outcome, part[0]) && fits(string(q.Reason), part[1]) && fits(string(q.Kind), part[2]) {
			out[string(k)] = true
			total += s.count(k)
		}
		return nil
	})
	return out, total
}

func fits(asked, have string) bool { return asked == "" || asked == have }

// pager fills one page of rows.
type pager struct {
	tx     *tx
	sheet  *sheet
	query  store.RowQuery
	wanted map[string]bool
	needle string
	said   *message.Catalogue // in which the needle is searched
	words  *rowWords
	page   *store.RowPage
	skip   int
	passed int // rows of a wanted class seen so far
}

// full reports that nothing behind can change the page.
func (p *pager) full(total int) bool {
	if p.needle != "" {
		return p.passed == total
	}
	return len(p.page.Rows) == p.query.Limit
}

func (p *pager) row(k, v []byte) {
	p.passed++
	if p.needle == "" && p.skip > 0 {
		p.skip--
		return
	}
	if p.needle != "" && !p.match(k, v) {
		return
	}
	p.page.Total++
	switch {
	case p.skip > 0:
		p.skip--
	case len(p.page.Rows) < p.query.Limit:
		p.page.Rows = append(p.page.Rows, p.decode(k, v))
	}
}

// decode reads a row. Of a damaged one remain the scene and what it is filtered by,
// so that the numbers on the screen still add up.
func (p *pager) decode(k, v []byte) store.ReportRow {
	r, err := p.sheet.row(k, v)
	if err == nil {
		return r
	}
	p.tx.env.report(bRows, k, err)
	part := bytes.Split(classOf(v), []byte{0})
	return store.ReportRow{
		Scene: scene.ID(tail(k)), Outcome: string(part[0]), Reason: skip.Code(part[1]), Kind: queue.Cause(part[2]),
		Message: message.New(message.LostRow),
	}
}

// row reads one row.
func (s *sheet) row(k, sealed []byte) (r store.ReportRow, err error) {
	text, err := s.json(k, sealed)
	if err != nil {
		return r, err
	}
	return r, decodeText(text, &r)
}

// json is a row as it is stored, without the class in front of it.
func (s *sheet) json(k, sealed []byte) ([]byte, error) {
	text, err := s.unseal(k, sealed)
	if err != nil {
		return nil, err
	}
	if len(text) == 0 || len(text) < 1+int(text[0]) {
		return nil, errRecord
	}
	return text[1+int(text[0]):], nil
}

// match looks for the needle in what is shown of a row. A search over 100 000 rows decodes no
// more of them than that.
func (p *pager) match(k, v []byte) bool {
	if strings.Contains(scene.ID(tail(k)).String(), p.needle) {
		return true
	}
	text, err := p.sheet.json(k, v)
	if err != nil {
		return strings.Contains(fold(p.said.Text(message.New(message.LostRow))), p.needle)
	}
	if title, path := rowNames(text); strings.Contains(fold(title), p.needle) || strings.Contains(fold(path), p.needle) {
		return true
	}
	return strings.Contains(p.words.of(text), p.needle)
}
