package sim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// editItems answers PUT /library/sections/{id}/all.
func (p *Plex) editItems(w http.ResponseWriter, r *http.Request, seg []string) {
	n, err := strconv.Atoi(seg[0])
	p.mu.RLock()
	sec, quirks := p.section(n), p.quirks
	p.mu.RUnlock()
	if err != nil || sec == nil {
		plexFailure(w, http.StatusInternalServerError)
		return
	}
	e := parseEdit(r.URL.RawQuery, quirks)
	for _, id := range e.ids { // a collection has a type of its own
		if n, _ := strconv.Atoi(id); (e.kind == collectionKind) != (n >= collectionKeys) || e.kind != collectionKind && e.kind != "1" {
			p.violate("an edit of %v with type %q", e.ids, e.kind)
		}
	}
	p.finishEdit(w, r, e, quirks, sec)
}

// editItem answers PUT /library/metadata/{ids}, for which tag lists were seen to be replaced.
func (p *Plex) editItem(w http.ResponseWriter, r *http.Request, seg []string) {
	p.mu.RLock()
	quirks := p.quirks
	p.mu.RUnlock()
	quirks.ReplaceTags = true
	e := parseEdit(r.URL.RawQuery, quirks)
	e.ids = commas(seg[0])
	p.finishEdit(w, r, e, quirks, nil)
}

// finishEdit checks the request and applies it, one writer at a time.
func (p *Plex) finishEdit(w http.ResponseWriter, r *http.Request, e *edit, q Quirks, sec *section) {
	if !p.beginWrite(r) {
		return
	}
	defer p.writer.Unlock()
	if title, ok := e.values["title"]; ok && title == "" {
		p.violate("an edit of %v that clears the title", e.ids)
	}
	switch {
	case len(e.unknown) > 0 && !q.SilentUnknown:
		plexFailure(w, http.StatusBadRequest)
		return
	case e.bad != "":
		plexFailure(w, http.StatusInternalServerError)
		return
	case e.refused(q.Refuses):
		plexFailure(w, orInt(q.RefuseStatus, http.StatusInternalServerError))
		return
	}
	if !p.applyTo(e, q, sec) {
		plexFailure(w, http.StatusNotFound)
		return
	}
	emptyOK(w)
}

// beginWrite takes the writer and lets the configured time pass; on false the client is gone.
func (p *Plex) beginWrite(r *http.Request) bool {
	p.mu.RLock()
	d := p.writeTime
	p.mu.RUnlock()
	p.writer.Lock()
	if d > 0 && !p.wait(r, d, nil) {
		p.writer.Unlock()
		return false
	}
	return true
}

// applyTo changes the items named, or the whole section when the request names none; false: none of them exists.
func (p *Plex) applyTo(e *edit, q Quirks, sec *section) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	var targets []*item
	for _, id := range e.ids {
		if it := p.byKey(id); it != nil && (sec == nil || it.section == sec) {
			targets = append(targets, it)
		}
	}
	if len(e.ids) == 0 && sec != nil {
		p.violate("an edit of the whole section %d", sec.id)
		for _, it := range sec.items {
			targets = append(targets, it)
		}
	}
	for _, it := range targets {
		p.apply(it, e, q)
	}
	return len(targets) > 0
}

// apply changes one item.
func (p *Plex) apply(it *item, e *edit, q Quirks) {
	for field, on := range e.locks {
		if on {
			it.lock(field)
		} else {
			delete(it.locked, field)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(e.values)) {
		p.applyValue(it, field, e.values[field], e, q)
	}
	if q.ResetUnlocked && e.editedTags() {
		it.resetUncarried(e)
	}
	if !q.RemoveLast {
		p.applyRemovals(it, e)
	}
	for kind, list := range e.add {
		p.applyAdditions(it, kind, list, q)
	}
	if q.RemoveLast {
		p.applyRemovals(it, e)
	}
	if _, rated := e.values["userRating"]; rated && len(e.values) == 1 && !e.editedTags() {
		return
	}
	p.touch(it)
	p.notices.timeline(it, stateProcessed, "")
}

func (p *Plex) applyValue(it *item, field, value string, e *edit, q Quirks) {
	if _, said := e.locks[field]; !said && q.ValueLocks {
		it.lock(field)
	}
	switch field {
	case "addedAt":
		it.added, _ = strconv.ParseInt(value, 10, 64)
		return
	case "titleSort":
		// Without a lock a sort title does not stick.
		if !it.locked[field] {
			value = ""
		}
	case "originallyAvailableAt":
		if q.DeriveYear && value != "" && !it.locked["year"] {
			it.set("year", value[:4])
		}
	}
	it.set(field, value)
}

// resetUncarried gives unlocked fields the request does not mention their agent's values back: an agent knows neither
// scalars nor genres nor actors.
func (it *item) resetUncarried(e *edit) {
	for _, kind := range []string{"genre", "actor"} {
		if !it.locked[kind] && e.add[kind] == nil && e.remove[kind] == nil && !e.clear[kind] {
			delete(it.tags, kind)
		}
	}
	for field := range it.fields {
		_, carried := e.values[field]
		if !carried && !it.locked[field] && field != "userRating" {
			delete(it.fields, field)
		}
	}
}

func (p *Plex) applyRemovals(it *item, e *edit) {
	for kind := range e.clear {
		delete(it.tags, kind)
	}
	for kind, names := range e.remove {
		for _, name := range names {
			p.removeTag(it, kind, name)
		}
	}
}

func (p *Plex) applyAdditions(it *item, kind string, list map[int]*tagEdit, q Quirks) {
	if q.ReplaceTags {
		delete(it.tags, kind)
	}
	for _, n := range slices.Sorted(maps.Keys(list)) {
		t := list[n]
		if t.name == "" {
			continue
		}
		p.addTag(it, kind, t.name, t.role)
		if t.saysRole && t.role == "" {
			it.unrole(kind, t.name)
		}
		if t.saysThumb {
			p.tagRow(kind, t.name).thumb = t.thumb
		}
	}
}

// rate answers PUT /:/rate; a rating does not move updatedAt.
func (p *Plex) rate(w http.ResponseWriter, r *http.Request, _ []string) {
	if !p.beginWrite(r) {
		return
	}
	defer p.writer.Unlock()
	value, err := strconv.ParseFloat(r.URL.Query().Get("rating"), 64)
	p.mu.Lock()
	defer p.mu.Unlock()
	it := p.byKey(r.URL.Query().Get("key"))
	switch {
	case err != nil:
		plexFailure(w, http.StatusBadRequest)
	case it == nil:
		plexFailure(w, http.StatusNotFound)
	default:
		text := fmt.Sprint(value)
		if value < 0 {
			text = ""
		}
		it.set("userRating", text)
		emptyOK(w)
	}
}
