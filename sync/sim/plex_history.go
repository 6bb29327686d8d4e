package sim

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Owner is the number of the owner's account, whose token the tests have.
const Owner = 1

// view is one entry of the play history. It stays when the item is gone.
type view struct {
	id      int
	item    *item
	account int
	at      int64
}

// watched is what the owner's account knows of an item; none of it moves updatedAt.
type watched struct {
	offset time.Duration
	views  int
	last   int64
}

func (w watched) addTo(e *elem) {
	if w.views > 0 {
		e.add("viewCount", w.views)
	}
	if w.offset > 0 {
		e.add("viewOffset", w.offset.Milliseconds())
	}
	if w.last > 0 {
		e.add("lastViewedAt", w.last)
	}
}

// AddAccount adds somebody who can watch, besides the owner.
func (p *Plex) AddAccount(id int, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accounts[id] = name
}

// Watch is somebody watching an item to its end. What a telephone watched without a network arrives late: at may lie
// in the past.
func (p *Plex) Watch(ratingKey string, account int, at time.Time) error {
	return p.change(ratingKey, func(it *item) {
		p.views = append(p.views, view{len(p.views) + 1, it, account, at.Unix()})
		if account == Owner {
			it.watched = watched{views: it.watched.views + 1, last: max(it.watched.last, at.Unix())}
			it.section.changes++
		}
	})
}

// Leave is the owner leaving an item at a point.
func (p *Plex) Leave(ratingKey string, at time.Duration) error {
	return p.change(ratingKey, func(it *item) {
		it.watched.offset, it.watched.last = at, p.now().Unix()
		it.section.changes++
	})
}

// Rate is the owner rating an item in a Plex app, from 0 to 10; "" takes the rating away. It does not move updatedAt.
func (p *Plex) Rate(ratingKey, rating string) error {
	return p.change(ratingKey, func(it *item) {
		it.set("userRating", rating)
		it.section.changes++
	})
}

// listHistory answers GET /status/sessions/history/all. Somebody the server is shared with sees no other's.
func (p *Plex) listHistory(w http.ResponseWriter, r *http.Request, _ []string) {
	if p.isGuest(r) {
		newElem("MediaContainer", "size", 0, "totalSize", 0, "offset", 0).send(w, r)
		return
	}
	p.historyPage(r).send(w, r)
}

func (p *Plex) historyPage(r *http.Request) *elem {
	p.mu.RLock()
	defer p.mu.RUnlock()
	found := p.viewsFor(r.URL.Query())
	start, size, paged := p.paging(r)
	if !paged {
		p.violate("the play history without X-Plex-Container-Size")
		size = len(found)
	}
	from := min(start, len(found))
	shown := found[from:min(len(found), from+size)]
	root := newElem("MediaContainer", "size", len(shown), "totalSize", len(found), "offset", start)
	for _, v := range shown {
		root.kids = append(root.kids, p.viewElem(v))
	}
	return root
}

// viewsFor filters and sorts: by number and upwards, unless by time and downwards is asked for.
func (p *Plex) viewsFor(query url.Values) []view {
	list := slices.Clone(p.views)
	if since, err := strconv.ParseInt(query.Get("viewedAt>"), 10, 64); err == nil {
		list = slices.DeleteFunc(list, func(v view) bool { return v.at < since })
	}
	if id, err := strconv.Atoi(query.Get("accountID")); err == nil {
		list = slices.DeleteFunc(list, func(v view) bool { return v.account != id })
	}
	if query.Get("sort") == "viewedAt:desc" {
		slices.SortStableFunc(list, func(a, b view) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.id, a.id)) })
	}
	return list
}

// viewElem is an entry as Plex lists it: without keys when its item is gone.
func (p *Plex) viewElem(v view) *elem {
	e := newElem("Video", "historyKey", "/status/sessions/history/"+strconv.Itoa(v.id))
	e.jsonName = "Metadata"
	if p.items[v.item.key] == v.item {
		e.add("key", "/library/metadata/"+v.item.id())
		e.add("ratingKey", v.item.id())
		e.add("librarySectionID", strconv.Itoa(v.item.section.id))
	}
	e.add("title", v.item.get("title"))
	e.add("type", "movie")
	e.add("viewedAt", v.at)
	e.add("accountID", v.account)
	e.add("deviceID", 1)
	return e
}

// listAccounts answers GET /accounts.
func (p *Plex) listAccounts(w http.ResponseWriter, r *http.Request, _ []string) {
	p.mu.RLock()
	root := newElem("MediaContainer", "size", len(p.accounts), "identifier", "com.plexapp.system.accounts")
	for _, id := range slices.Sorted(maps.Keys(p.accounts)) {
		root.kids = append(root.kids, newElem("Account", "id", id, "key", "/accounts/"+strconv.Itoa(id), "name", p.accounts[id]))
	}
	p.mu.RUnlock()
	root.send(w, r)
}
