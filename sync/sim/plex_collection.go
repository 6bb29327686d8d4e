package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// collectionKind is the type number of collections in lists.
const collectionKind = "18"

// collection is what a collection tag makes within one section: membership goes by title.
type collection struct {
	sec   *section
	row   *tagRow
	items []*item
	smart bool // its members follow from a filter
}

// collectionKeys is the first rating key of the collections of section 1; those of others follow in the same steps.
const collectionKeys = 1_000_000

func (c collection) id() string { return strconv.Itoa(c.sec.id*collectionKeys + c.row.id) }

// collections lists a section's collections by title; it needs mu.
func (p *Plex) collections(sec *section) []collection {
	var out []collection
	for _, it := range p.ordered(sec, "") {
		for _, link := range it.tags["collection"] {
			i := slices.IndexFunc(out, func(c collection) bool { return c.row == link.row })
			if i < 0 {
				i, out = len(out), append(out, collection{sec: sec, row: link.row})
			}
			out[i].items = append(out[i].items, it)
		}
	}
	for _, c := range p.smart {
		if c.sec == sec {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b collection) int { return strings.Compare(fold(a.row.name), fold(b.row.name)) })
	return out
}

// collection finds one by its rating key.
func (p *Plex) collection(id string) (collection, bool) {
	n, _ := strconv.Atoi(id)
	if n < collectionKeys {
		return collection{}, false
	}
	if sec := p.section(n / collectionKeys); sec != nil {
		for _, c := range p.collections(sec) {
			if c.id() == id {
				return c, true
			}
		}
	}
	return collection{}, false
}

// shelf is what a collection holds beside its members: it is edited like a film. It needs mu for
// writing the first time.
func (p *Plex) shelf(c collection) *item {
	p.orderMu.Lock()
	defer p.orderMu.Unlock()
	key := c.sec.id*collectionKeys + c.row.id
	it, ok := p.shelves[key]
	if !ok {
		it = &item{key: key, section: c.sec, added: p.now().Unix(), updated: p.now().Unix()}
		p.shelves[key] = it
	}
	if it.fields["title"] != c.row.name {
		it.set("title", c.row.name)
	}
	return it
}

func (p *Plex) element(c collection, detail bool) *elem {
	it := p.shelf(c)
	e := newElem("Directory", "ratingKey", c.id(), "key", "/library/collections/"+c.id()+"/children", "guid", "collection://"+c.id(),
		"type", "collection", "subtype", "movie", "title", c.row.name, "summary", it.get("summary"), "librarySectionID", c.sec.id,
		"librarySectionTitle", c.sec.title, "librarySectionKey", "/library/sections/"+strconv.Itoa(c.sec.id),
		"addedAt", it.added, "updatedAt", it.updated, "childCount", strconv.Itoa(len(c.items)))
	if c.smart {
		e.add("smart", true)
	}
	switch {
	case it.poster.selected != "":
		e.add("thumb", fmt.Sprintf("/library/metadata/%s/thumb/%d", c.id(), it.poster.stamp))
	case len(c.items) > 0: // four posters of its members beside one another
		e.add("thumb", fmt.Sprintf("/library/collections/%s/composite/%d", c.id(), it.updated))
	}
	if detail {
		it.addLocks(e)
	}
	e.jsonName = "Metadata"
	return e
}

// Collections are copies of a section's collections, smart ones included, by title.
func (p *Plex) Collections(sectionID int) []Item {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Item
	for _, c := range p.collections(p.section(sectionID)) {
		out = append(out, p.shelf(c).export())
	}
	return out
}

// AddSmartCollection makes a collection whose members follow from a filter, and returns its key.
func (p *Plex) AddSmartCollection(sectionID int, title string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	row := &tagRow{id: len(p.tagRows) + 500_000 + len(p.smart), name: title}
	c := collection{sec: p.section(sectionID), row: row, smart: true}
	p.smart = append(p.smart, c)
	return c.id()
}

// RenameCollection is a person giving a collection another title; its members stay.
func (p *Plex) RenameCollection(ratingKey, title string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.collection(ratingKey)
	if !ok {
		return fmt.Errorf("no collection has the rating key %s", ratingKey)
	}
	delete(p.tagRows, "collection\x00"+fold(c.row.name))
	c.row.name = title
	p.tagRows["collection\x00"+fold(title)] = c.row
	return nil
}

// RemoveCollection deletes a collection; its members stay in the library.
func (p *Plex) RemoveCollection(ratingKey string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.collection(ratingKey)
	if !ok {
		return fmt.Errorf("no collection has the rating key %s", ratingKey)
	}
	for _, it := range c.items {
		p.removeTag(it, "collection", c.row.name)
		p.touch(it)
	}
	n, _ := strconv.Atoi(ratingKey)
	delete(p.shelves, n)
	return nil
}

// listCollections answers GET /library/sections/{id}/collections, and /all for their type.
func (p *Plex) listCollections(w http.ResponseWriter, r *http.Request, seg []string) {
	n, _ := strconv.Atoi(seg[0])
	p.mu.RLock()
	sec := p.section(n)
	var kids []*elem
	if sec != nil {
		for _, c := range p.collections(sec) {
			kids = append(kids, p.element(c, false))
		}
	}
	p.mu.RUnlock()
	if sec == nil {
		plexFailure(w, http.StatusNotFound)
		return
	}
	p.sendPage(w, r, kids)
}

func (p *Plex) oneCollection(w http.ResponseWriter, r *http.Request, seg []string) {
	p.mu.RLock()
	c, ok := p.collection(seg[0])
	p.mu.RUnlock()
	if !ok {
		plexFailure(w, http.StatusNotFound)
		return
	}
	p.mu.RLock()
	e := p.element(c, true)
	p.mu.RUnlock()
	p.sendPage(w, r, []*elem{e})
}

// collectionItems answers GET /library/collections/{id}/children.
func (p *Plex) collectionItems(w http.ResponseWriter, r *http.Request, seg []string) {
	p.mu.RLock()
	c, ok := p.collection(seg[0])
	var kids []*elem
	for _, it := range c.items {
		kids = append(kids, it.video(readShape(r.URL.Query(), false)))
	}
	p.mu.RUnlock()
	if !ok {
		plexFailure(w, http.StatusNotFound)
		return
	}
	p.sendPage(w, r, kids)
}

// sendPage sends the part of a list that the request asks for, all of it without paging.
func (p *Plex) sendPage(w http.ResponseWriter, r *http.Request, kids []*elem) {
	p.mu.RLock()
	start, size, paged := p.paging(r)
	p.mu.RUnlock()
	root := newElem("MediaContainer", "allowSync", true, "identifier", "com.plexapp.plugins.library")
	root.kids = kids
	if paged {
		from := min(start, len(kids))
		root.kids = kids[from:min(len(kids), from+size)]
		root.add("totalSize", len(kids))
		root.add("offset", start)
	}
	root.add("size", len(root.kids))
	root.send(w, r)
}
