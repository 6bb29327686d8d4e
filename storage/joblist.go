package storage

import (
	"bytes"
	"encoding/json"
	"strings"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// pageSize is the length of a page when the query names none.
const pageSize = 100

// maxPage bounds a page, whatever a query asks for: it is held in memory twice, and sent.
const maxPage = 10_000

// pageOf is how long a page is for a query that asks for so much.
func pageOf(limit int) int {
	if limit <= 0 {
		return pageSize
	}
	return min(limit, maxPage)
}

// ListJobs implements store.Jobs. Within a state, jobs that lead somewhere come in
// order of their due time, finished ones the newest first.
func (t *tx) ListJobs(q store.JobQuery) (store.JobPage, error) {
	q.Limit = pageOf(q.Limit)
	if len(q.States) == 0 {
		q.States = queue.States()
	}
	if q.Sort.By != store.ByListOrder {
		return t.sortedJobs(q)
	}
	l := lister{tx: t, skip: max(q.Offset, 0), left: q.Limit, needle: fold(q.Search), reason: q.Reason}
	for _, s := range q.States {
		if err := l.state(s); err != nil {
			return store.JobPage{}, err
		}
	}
	page := store.JobPage{Jobs: make([]queue.Job, 0, len(l.places)), Total: l.total}
	for _, k := range l.places {
		j, err := t.at(k)
		if err != nil {
			return store.JobPage{}, err
		}
		page.Jobs = append(page.Jobs, j)
	}
	return page, nil
}

// lister gathers the queue keys of one page.
type lister struct {
	tx     *tx
	needle string
	reason skip.Code
	skip   int // matches still to leave out
	left   int // matches still to take
	total  int
	places [][]byte
}

func (l *lister) state(s queue.State) error {
	if l.needle != "" || l.reason != "" {
		return l.walk(s, l.match)
	}
	counts, err := l.tx.JobCounts()
	if err != nil {
		return err
	}
	n := counts.Of(s)
	l.total += n
	if l.skip >= n || l.left == 0 {
		l.skip = max(0, l.skip-n)
		return nil
	}
	return l.walk(s, func(k []byte) bool {
		l.take(k)
		return l.left > 0
	})
}

// match is the slow way: it looks at the name of every job, without decoding the rest.
func (l *lister) match(k []byte) bool {
	id := scene.ID(tail(k))
	if !strings.Contains(id.String(), l.needle) && !strings.Contains(fold(l.name(id)), l.needle) {
		return true
	}
	if l.reason != "" && l.code(k) != l.reason {
		return true
	}
	l.total++
	l.take(k)
	return true
}

// code is the reason of a job; one that cannot be read has none.
func (l *lister) code(k []byte) skip.Code {
	j, err := l.tx.at(k)
	if err != nil {
		return "" // at says so when it reads the job for a page
	}
	return j.Code
}

func (l *lister) take(k []byte) {
	switch {
	case l.skip > 0:
		l.skip--
	case l.left > 0:
		l.left--
		l.places = append(l.places, bytes.Clone(k))
	}
}

// walk calls fn for the queue keys of a state until it returns false.
func (l *lister) walk(s queue.State, fn func(k []byte) bool) error {
	prefix := []byte{stateBytes[s]}
	if !s.Live() {
		return l.tx.backwards(bQueue, prefix, nil, func(k, v []byte) bool { return !l.tx.marked(bQueue, k, v) || fn(k) })
	}
	return l.tx.walk(bQueue, prefix, fn)
}

// name reads the name out of a stored job.
func (l *lister) name(id scene.ID) string {
	b, err := l.tx.bucket(bJobs)
	if err != nil {
		return ""
	}
	return nameIn(b, sceneKey(id))
}

var nameMark = []byte(`,"name":"`)

// nameIn finds the name in the JSON of a job: the second field when there is one. A
// search over 100 000 jobs decodes nothing else.
func nameIn(b *bolt.Bucket, key []byte) string {
	text, err := unseal(bJobs, key, b.Get(key))
	if err != nil {
		return "" // at says so when it reads the job
	}
	comma := bytes.IndexByte(text, ',')
	if comma < 0 || !bytes.HasPrefix(text[comma:], nameMark) {
		return ""
	}
	name, _ := textAt(text[comma+len(nameMark):])
	return name
}

// textAt reads a JSON string whose opening quote is already gone, and what follows it.
func textAt(text []byte) (s string, rest []byte) {
	escaped := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			if escaped {
				return unescape(text), text[i+1:]
			}
			return string(text[:i]), text[i+1:]
		case '\\':
			escaped = true
			i++
		}
	}
	return "", nil
}

// unescape decodes a JSON string whose opening quote is already gone.
func unescape(text []byte) string {
	var s string
	d := json.NewDecoder(bytes.NewReader(join([]byte{'"'}, text)))
	if d.Decode(&s) != nil {
		return ""
	}
	return s
}

// fold makes searches indifferent to case.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
