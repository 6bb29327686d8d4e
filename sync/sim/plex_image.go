package sim

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxImage is the size above which real servers answered 500.
const maxImage = 10_480_000

// frameKey is the image a personal library takes from the video itself.
func frameKey(it *item) string { return "media://frame-" + it.id() + ".bundle/thumb1.jpg" }

// shelved tells that this is a collection: it has no file to take a picture from.
func (it *item) shelved() bool { return it.key >= collectionKeys }

// pictureOf tells poster and art apart by the last part of a path.
func (it *item) pictureOf(path string) (pic *picture, kind, field string) {
	last := path[strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')+1:]
	if strings.HasPrefix(last, "art") || strings.Contains(path, "/art/") {
		return &it.art, "art", "art"
	}
	return &it.poster, "posters", "thumb"
}

func (p *Plex) listImages(w http.ResponseWriter, r *http.Request, seg []string) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	it := p.byKey(seg[0])
	if it == nil {
		plexFailure(w, http.StatusNotFound)
		return
	}
	pic, _, field := it.pictureOf(r.URL.Path)
	var keys []string
	for _, u := range pic.uploads {
		keys = append(keys, u.key)
	}
	if field == "thumb" && !it.shelved() {
		keys = append(keys, frameKey(it))
	}
	root := newElem("MediaContainer", "size", len(keys), "identifier", "com.plexapp.plugins.library")
	for _, key := range keys {
		selected := key == pic.selected || (key == frameKey(it) && pic.stamp == 0)
		address := "/library/metadata/" + it.id() + "/file?url=" + url.QueryEscape(key)
		e := newElem("Photo", "key", address, "ratingKey", key, "thumb", address, "selected", selected)
		e.jsonName = "Metadata"
		root.kids = append(root.kids, e)
	}
	root.send(w, r)
}

// uploadImage stores the bytes under their sha1 and selects them; the same bytes make no second entry.
func (p *Plex) uploadImage(w http.ResponseWriter, r *http.Request, seg []string) {
	data, err := io.ReadAll(r.Body)
	if err != nil || !p.beginWrite(r) {
		return
	}
	defer p.writer.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	it := p.byKey(seg[0])
	switch {
	case it == nil:
		plexFailure(w, http.StatusNotFound)
	case len(data) == 0:
		plexFailure(w, http.StatusBadRequest)
	case len(data) > maxImage:
		plexFailure(w, http.StatusInternalServerError)
	default:
		p.keepImage(it, r.URL.Path, data)
		emptyOK(w)
	}
}

func (p *Plex) keepImage(it *item, path string, data []byte) {
	if !strings.HasPrefix(http.DetectContentType(data), "image/") {
		p.violate("an upload to item %s that is no image", it.id())
	}
	pic, kind, field := it.pictureOf(path)
	key := "upload://" + kind + "/" + sha1Hex(data)
	if !slices.ContainsFunc(pic.uploads, func(u upload) bool { return u.key == key }) {
		pic.uploads = append(pic.uploads, upload{key, data})
	}
	if p.quirks.UploadLocks {
		it.lock(field)
	}
	p.choose(it, pic, key)
}

// choose selects an image; the stamp in its address always moves on.
func (p *Plex) choose(it *item, pic *picture, key string) {
	pic.selected = key
	pic.stamp = max(pic.stamp+1, p.now().Unix())
	p.touch(it)
	p.notices.timeline(it, stateProcessed, "")
}

// selectImage answers with a path in plain text, not with XML or JSON.
func (p *Plex) selectImage(w http.ResponseWriter, r *http.Request, seg []string) {
	p.write(w, r, seg[0], func(it *item) {
		pic, _, field := it.pictureOf(r.URL.Path)
		key := r.URL.Query().Get("url")
		known := slices.ContainsFunc(pic.uploads, func(u upload) bool { return u.key == key })
		if !known && (field != "thumb" || it.shelved() || key != frameKey(it)) {
			plexFailure(w, http.StatusNotFound)
			return
		}
		p.choose(it, pic, key)
		_, _ = io.WriteString(w, "/library/metadata/"+it.id()+"/"+field)
	})
}

func (p *Plex) unselectImage(w http.ResponseWriter, r *http.Request, seg []string) {
	p.write(w, r, seg[0], func(it *item) {
		pic, _, _ := it.pictureOf(r.URL.Path)
		p.choose(it, pic, "")
		emptyOK(w)
	})
}

// write runs one write of an item, if there is that item.
func (p *Plex) write(w http.ResponseWriter, r *http.Request, key string, fn func(*item)) {
	if !p.beginWrite(r) {
		return
	}
	defer p.writer.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	it := p.byKey(key)
	if it == nil {
		plexFailure(w, http.StatusNotFound)
		return
	}
	fn(it)
}

func (p *Plex) sendPicture(w http.ResponseWriter, r *http.Request, seg []string) {
	data := p.pictureBytes(seg[0], r.URL.Path, r.URL.Query().Get("url"))
	if data == nil {
		plexFailure(w, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(data))
	_, _ = w.Write(data)
}

// pictureBytes finds an image by its key, or the selected one when key is empty.
func (p *Plex) pictureBytes(ratingKey, path, key string) []byte {
	p.mu.RLock()
	defer p.mu.RUnlock()
	it := p.byKey(ratingKey)
	if it == nil {
		return nil
	}
	pic, _, field := it.pictureOf(path)
	if key == "" {
		key = pic.selected
	}
	for _, u := range append(slices.Clone(it.poster.uploads), it.art.uploads...) {
		if u.key == key {
			return u.data
		}
	}
	if !it.shelved() && (key == frameKey(it) || (field == "thumb" && pic.stamp == 0)) {
		return DrawCover(uint64(it.key)*2 + 1)
	}
	return nil
}
