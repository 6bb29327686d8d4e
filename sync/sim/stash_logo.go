package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// StudioName is the name of a studio, empty when there is none.
func (s *Stash) StudioName(id int) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if st, ok := s.studios[id]; ok {
		return st.Name
	}
	return ""
}

// SetStudio gives a studio a description and a logo; nil means none. Scenes are not bumped.
func (s *Stash) SetStudio(id int, details string, logo []byte) error {
	return s.edit(func() error {
		return withNamed(s.studios, "studio", id, func(st *Studio) { st.Details, st.image, st.UpdatedAt = details, logo, s.stamp() })
	})
}

// SetGroupFront gives a group a front picture; nil means none. Scenes are not bumped.
func (s *Stash) SetGroupFront(id int, picture []byte) error {
	return s.edit(func() error {
		return withNamed(s.groups, "group", id, func(g *Group) { g.front, g.UpdatedAt = picture, s.stamp() })
	})
}

// pictureOf is the address of the picture of a studio or group; default=true says that there is
// none, and that a drawing is served in its place.
func (x *execution) pictureOf(kind, what string, id int, updated time.Time, image []byte) string {
	path := fmt.Sprintf("%s/%s/%d/%s?t=%d", x.base, kind, id, what, updated.Unix())
	if image == nil {
		path += "&default=true"
	}
	return path
}

// picturePath reports the paths of pictures of studios and groups.
func picturePath(path string) bool {
	seg := strings.Split(path, "/")
	if len(seg) != 4 {
		return false
	}
	switch seg[1] {
	case "studio":
		return seg[3] == "image"
	case "group", "movie":
		return seg[3] == "frontimage"
	}
	return false
}

// namedPicture serves the picture of a studio or group, with a drawing in place of one that is
// missing.
func (s *Stash) namedPicture(w http.ResponseWriter, r *http.Request) {
	seg := strings.Split(r.URL.Path, "/")
	id, err := strconv.Atoi(seg[2])
	if err != nil {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	s.mu.RLock()
	var image []byte
	st, known := s.studios[id]
	if known && seg[1] == "studio" {
		image = st.image
	}
	if seg[1] != "studio" {
		var g *Group
		if g, known = s.groups[id]; known {
			image = g.front
		}
	}
	s.mu.RUnlock()
	if !known {
		http.Error(w, "Not Found", http.StatusNotFound)
		return
	}
	sendImage(w, r, image)
}
