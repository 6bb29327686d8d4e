package sim

import (
	"fmt"
	"net/http"
	"strconv"
)

// change runs one change of an item from outside HTTP; it counts as a write of nobody's.
func (p *Plex) change(ratingKey string, do func(*item)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	it := p.byKey(ratingKey)
	if it == nil {
		return fmt.Errorf("no item has the rating key %s", ratingKey)
	}
	do(it)
	return nil
}

// PersonEdit is a person editing an item in a Plex app: every changed field becomes locked. value replaces a scalar;
// for a kind of tag ("genre", "actor", …) use PersonTags.
func (p *Plex) PersonEdit(ratingKey, field, value string) error {
	return p.change(ratingKey, func(it *item) {
		it.set(field, value)
		it.byHand(field)
		p.touch(it)
		p.notices.timeline(it, stateProcessed, "")
	})
}

// PersonTags is a person replacing a tag list in a Plex app, which locks it.
func (p *Plex) PersonTags(ratingKey, kind string, names ...string) error {
	return p.change(ratingKey, func(it *item) {
		delete(it.tags, kind)
		for _, name := range names {
			p.addTag(it, kind, name, "")
		}
		it.byHand(kind)
		p.touch(it)
		p.notices.timeline(it, stateProcessed, "")
	})
}

// PersonPoster is a person uploading a poster in a Plex app, which locks it.
func (p *Plex) PersonPoster(ratingKey string, image []byte) error {
	return p.change(ratingKey, func(it *item) {
		key := "upload://posters/" + sha1Hex(image)
		it.poster.uploads = append(it.poster.uploads, upload{key, image})
		it.byHand("thumb")
		p.choose(it, &it.poster, key)
	})
}

// SetLock sets or takes a lock without changing the value.
func (p *Plex) SetLock(ratingKey, field string, on bool) error {
	return p.change(ratingKey, func(it *item) {
		if on {
			it.lock(field)
		} else {
			delete(it.locked, field)
		}
		p.touch(it)
	})
}

// RefreshMetadata lets the agent overwrite everything that is not locked, as a metadata refresh does.
func (p *Plex) RefreshMetadata(ratingKey string) error {
	return p.change(ratingKey, p.refreshFields)
}

func (p *Plex) refreshFields(it *item) {
	for field := range it.fields {
		if !it.locked[field] && field != "userRating" {
			delete(it.fields, field)
		}
	}
	for kind := range it.tags {
		if !it.locked[kind] && kind != "label" && kind != "collection" {
			delete(it.tags, kind)
		}
	}
	if !it.locked["thumb"] && it.poster.selected != "" {
		it.poster.selected = frameKey(it)
		it.poster.stamp++
	}
	p.touch(it)
	p.notices.timeline(it, stateProcessed, "")
}

func (p *Plex) refreshItem(w http.ResponseWriter, _ *http.Request, seg []string) {
	p.violate("a metadata refresh of item %s", seg[0])
	if p.RefreshMetadata(seg[0]) != nil {
		plexFailure(w, http.StatusNotFound)
		return
	}
	emptyOK(w)
}

// Wipe empties an item and takes all its locks, as removing and finding it again does under the same key.
func (p *Plex) Wipe(ratingKey string) error {
	return p.change(ratingKey, func(it *item) {
		it.fields, it.tags, it.locked, it.person = nil, nil, nil, nil
		it.poster, it.art = picture{}, picture{}
		p.touch(it)
		p.notices.timeline(it, stateProcessed, "")
	})
}

// Remove deletes an item; its files stay on disk, so that the next scan finds them again, under a new rating key.
func (p *Plex) Remove(ratingKey string) error {
	return p.change(ratingKey, func(it *item) {
		p.removeItem(it)
		for _, m := range it.media {
			for _, part := range m {
				p.pending[part.file] = part.size
			}
		}
		p.notices.timeline(it, stateDeleted, "deleted")
	})
}

// Add makes an item for a file at once, without a scan, and returns its rating key.
func (p *Plex) Add(sectionID, path string) (string, error) {
	n, _ := strconv.Atoi(sectionID)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.section(n) == nil {
		return "", fmt.Errorf("no section has the id %s", sectionID)
	}
	it := p.addItem(n, path, 1_000_000, p.now().Unix())
	p.notices.timeline(it, stateCreated, "created")
	return it.id(), nil
}

// AddPart adds a file to an item: as a further version, or as the next part of the last version.
func (p *Plex) AddPart(ratingKey, path string, sameVersion bool) error {
	return p.change(ratingKey, func(it *item) {
		p.addVersion(it, path, 1_000_000)
		if sameVersion {
			last := len(it.media) - 1
			it.media[last-1] = append(it.media[last-1], it.media[last]...)
			it.media = it.media[:last]
		}
		p.touch(it)
	})
}

// Rekey replaces an item by a fresh one with the same files, as Plex does when it loses and finds them again; the new
// item knows nothing. It returns the new rating key.
func (p *Plex) Rekey(ratingKey string) (string, error) {
	var fresh *item
	err := p.change(ratingKey, func(it *item) {
		p.removeItem(it)
		p.notices.timeline(it, stateDeleted, "deleted")
		for i, m := range it.media {
			for _, part := range m {
				if i == 0 && fresh == nil {
					fresh = p.addItem(it.section.id, part.file, part.size, p.now().Unix())
					continue
				}
				p.addVersion(fresh, part.file, part.size)
			}
		}
		p.notices.timeline(fresh, stateCreated, "created")
	})
	if err != nil {
		return "", err
	}
	return fresh.id(), nil
}

// SwapFiles exchanges the files of two items, so that each rating key suddenly means the other film.
func (p *Plex) SwapFiles(keyA, keyB string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, b := p.byKey(keyA), p.byKey(keyB)
	if a == nil || b == nil {
		return fmt.Errorf("no items %s and %s", keyA, keyB)
	}
	p.removeItem(a)
	p.removeItem(b)
	a.media, b.media = b.media, a.media
	for _, it := range []*item{a, b} {
		p.items[it.key], it.section.items[it.key] = it, it
		for _, m := range it.media {
			for _, part := range m {
				p.files[part.file] = append(p.files[part.file], it)
			}
		}
		p.touch(it)
	}
	return nil
}
