package sim

import (
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
	slices.SortFunc(out, func(a, b collection) int { return strings.Compare(fold(a.row.name), fold(b.row.name)) })
	return out
}

// collection finds one by its rating key.
func (p *Plex) collection(id string) (collection, bool) {
	n, _ := strconv.Atoi(id)
	if sec := p.section(n / collectionKeys); sec != nil {
		for _, c := range p.collections(sec) {
			if c.id() == id {
				return c, true
			}
		}
	}
	return collection{}, false
}

func (c collection) element() *elem {
	e := newElem("Directory", "ratingKey", c.id(), "key", "/library/collections/"+c.id()+"/children", "guid", "collection://"+c.id(),
		"type", "collection", "subtype", "movie", "title", c.row.name, "summary", "", "librarySectionID", c.sec.id,
		"librarySectionTitle", c.sec.title, "librarySectionKey", "/library/sections/"+strconv.Itoa(c.sec.id),
		"addedAt", c.items[0].added, "updatedAt", c.items[0].updated, "childCount", len(c.items))
	e.jsonName = "Metadata"
	return e
}

// listCollections answers GET /library/sections/{id}/collections, and /all for their type.
func (p *Plex) listCollections(w http.ResponseWriter, r *http.Request, seg []string) {
	n, _ := strconv.Atoi(seg[0])
	p.mu.RLock()
	sec := p.section(n)
	var kids []*elem
	if sec != nil {
		for _, c := range p.collections(sec) {
			kids = append(kids, c.element())
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
	p.sendPage(w, r, []*elem{c.element()})
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
