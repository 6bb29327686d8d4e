package sim

import (
	"net/http"
	"strconv"
	"strings"
)

// screenshot serves a cover; a scene without one answers 200 with a placeholder drawing.
func (s *Stash) screenshot(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	id, err := strconv.Atoi(strings.Split(r.URL.Path, "/")[2])
	if err != nil {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	s.mu.RLock()
	state, sc := s.state, s.scenes[id]
	var image cover
	if sc != nil {
		image = sc.cover
	}
	s.mu.RUnlock()
	switch {
	case state != StashOK:
		w.WriteHeader(http.StatusInternalServerError)
	case sc == nil:
		http.Error(w, "Not Found", http.StatusNotFound)
	default:
		sendImage(w, r, image.bytes())
	}
}

func sendImage(w http.ResponseWriter, r *http.Request, image []byte) {
	kind := http.DetectContentType(image)
	if image == nil {
		image = []byte(placeholderCover)
	}
	if !strings.HasPrefix(kind, "image/") {
		kind = "image/svg+xml"
	}
	etag := `"` + md5Hex(image) + `"`
	w.Header().Set("Etag", etag)
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Query().Has("t") {
		w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(image)
}
