package sim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// list answers GET /library/sections/{id}/all: scalars, files and stamps, but truncated tags, no labels and no locks.
func (p *Plex) list(w http.ResponseWriter, r *http.Request, seg []string) {
	if r.URL.Query().Get("type") == collectionKind {
		p.listCollections(w, r, seg)
		return
	}
	p.mu.RLock()
	quirks := p.quirks
	p.mu.RUnlock()
	if size, _ := strconv.Atoi(plexParam(r, "X-Plex-Container-Size")); quirks.RefusePage > 0 && size > quirks.RefusePage {
		plexFailure(w, quirks.refusal())
		return
	}
	root := p.listing(w.Header(), r, seg[0])
	if root == nil {
		plexFailure(w, http.StatusNotFound)
		return
	}
	root.send(w, r)
}

// listing builds the answer under the lock and leaves the sending to the caller: a client may read slowly.
func (p *Plex) listing(header http.Header, r *http.Request, id string) *elem {
	n, err := strconv.Atoi(id)
	p.mu.RLock()
	defer p.mu.RUnlock()
	sec := p.section(n)
	if err != nil || sec == nil {
		return nil
	}
	query := r.URL.Query()
	found := p.filtered(sec, query)
	start, size, paged := p.paging(r)
	from := min(start, len(found))
	shown := found[from:min(len(found), from+size)]
	if !paged {
		shown = found
		p.violate("a list of section %d without X-Plex-Container-Size", n)
	}
	root := newElem("MediaContainer", "size", len(shown))
	if paged {
		root.add("totalSize", len(found))
		root.add("offset", start)
		header.Set("X-Plex-Container-Start", strconv.Itoa(start))
		header.Set("X-Plex-Container-Total-Size", strconv.Itoa(len(found)))
	}
	root.attrs = append(root.attrs, newElem("", "allowSync", true, "identifier", "com.plexapp.plugins.library", "librarySectionID", sec.id,
		"librarySectionTitle", sec.title, "librarySectionUUID", sec.uuid, "title1", sec.title, "viewGroup", "movie").attrs...)
	shape := readShape(query, false)
	for _, it := range shown {
		root.kids = append(root.kids, it.video(shape))
	}
	return root
}

// paging reads start and size; a size above the maximum is served short, which a client has to notice.
func (p *Plex) paging(r *http.Request) (start, size int, paged bool) {
	start, _ = strconv.Atoi(plexParam(r, "X-Plex-Container-Start"))
	size, err := strconv.Atoi(plexParam(r, "X-Plex-Container-Size"))
	limit := p.quirks.MaxPage
	if limit == 0 {
		limit = 1000
	}
	if size > 1000 {
		p.violate("a page of %d items", size)
	}
	return max(0, start), max(0, min(size, limit)), err == nil
}

// filtered returns the matching items in the asked order. Filter keys it does not know are ignored, as is one whose last
// equal sign was percent-encoded too: that one arrives with the sign at the end of its name.
func (p *Plex) filtered(sec *section, query url.Values) []*item {
	if kind := query.Get("type"); kind != "" && (kind != "1" || sec.kind != "movie") {
		return nil
	}
	tests := listTests(query)
	all := p.ordered(sec, query.Get("sort"))
	if len(tests) == 0 {
		return all
	}
	var out []*item
	for _, it := range all {
		if !slices.ContainsFunc(tests, func(test func(*item) bool) bool { return !test(it) }) {
			out = append(out, it)
		}
	}
	return out
}

func listTests(query url.Values) (tests []func(*item) bool) {
	stamps := map[string]func(*item) int64{
		"updatedAt": func(it *item) int64 { return it.updated },
		"addedAt":   func(it *item) int64 { return it.added },
	}
	for name, stamp := range stamps {
		if limit, err := strconv.ParseInt(query.Get(name+">>"), 10, 64); err == nil {
			tests = append(tests, func(it *item) bool { return stamp(it) > limit })
		}
		if limit, err := strconv.ParseInt(query.Get(name+"<<"), 10, 64); err == nil {
			tests = append(tests, func(it *item) bool { return stamp(it) < limit })
		}
	}
	if text := query.Get("title"); text != "" {
		exact, isExact := strings.CutPrefix(text, "=")
		tests = append(tests, func(it *item) bool {
			title := strings.ToLower(it.get("title"))
			if isExact {
				return title == strings.ToLower(exact)
			}
			return strings.Contains(title, strings.ToLower(text))
		})
	}
	if text := query.Get("file"); text != "" {
		tests = append(tests, func(it *item) bool { return it.fileContains(text) })
	}
	return tests
}

func (it *item) fileContains(text string) bool {
	return slices.ContainsFunc(it.media, func(m []part) bool {
		return slices.ContainsFunc(m, func(part part) bool { return strings.Contains(part.file, text) })
	})
}

// ordered sorts a section, remembering the order until the section changes.
func (p *Plex) ordered(sec *section, sort string) []*item {
	p.orderMu.Lock()
	defer p.orderMu.Unlock()
	if have, ok := sec.orders[sort]; ok && have.changes == sec.changes {
		return have.keys
	}
	type keyed struct {
		it     *item
		number int64
		text   string
	}
	field, desc := strings.CutSuffix(strings.Split(sort, ",")[0], ":desc")
	all := make([]keyed, 0, len(sec.items))
	for _, it := range sec.items {
		number, text := it.sortKey(field)
		all = append(all, keyed{it, number, text})
	}
	slices.SortFunc(all, func(a, b keyed) int {
		order := cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
		if desc {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(a.it.key, b.it.key))
	})
	keys := make([]*item, len(all))
	for i, k := range all {
		keys[i] = k.it
	}
	sec.orders[sort] = sortedKeys{sec.changes, keys}
	return keys
}

func (it *item) sortKey(field string) (number int64, text string) {
	switch strings.TrimSuffix(field, ":asc") {
	case "updatedAt":
		return it.updated, ""
	case "addedAt":
		return it.added, ""
	case "originallyAvailableAt":
		return 0, it.get("originallyAvailableAt")
	}
	return 0, strings.ToLower(it.sortTitle())
}

// refusal is the status of what is too large for this server.
func (q Quirks) refusal() int {
	if q.RefuseWith == 0 {
		return http.StatusBadRequest
	}
	return q.RefuseWith
}

// detail answers GET /library/metadata/1,2,3 with the items that exist.
func (p *Plex) detail(w http.ResponseWriter, r *http.Request, seg []string) {
	if r.URL.Query().Get("checkFiles") == "1" {
		p.violate("checkFiles=1 on %s", seg[0])
	}
	root := newElem("MediaContainer")
	shape := readShape(r.URL.Query(), true)
	keys := strings.Split(seg[0], ",")
	p.mu.RLock()
	quirks := p.quirks
	p.mu.RUnlock()
	if quirks.RefuseKeys > 0 && len(keys) > quirks.RefuseKeys {
		plexFailure(w, quirks.refusal())
		return
	}
	if quirks.MaxKeys > 0 {
		keys = keys[:min(len(keys), quirks.MaxKeys)]
	}
	p.mu.RLock()
	for _, id := range keys {
		if c, ok := p.collection(id); ok {
			root.kids = append(root.kids, p.element(c, true))
		} else if it := p.byKey(id); it != nil {
			root.kids = append(root.kids, it.video(shape))
		}
	}
	p.mu.RUnlock()
	if len(root.kids) == 0 {
		plexFailure(w, http.StatusNotFound)
		return
	}
	root.attrs = newElem("", "size", len(root.kids), "allowSync", true, "identifier", "com.plexapp.plugins.library").attrs
	root.send(w, r)
}
