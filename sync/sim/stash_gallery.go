package sim

import (
	"cmp"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Gallery is a gallery of pictures. Scenes name theirs, see Scene.
type Gallery struct {
	ID        int
	UpdatedAt time.Time
	images    []int
}

// Image is one picture of a gallery, or a clip, which Stash has among the pictures.
type Image struct {
	ID            int
	Path          string
	Width, Height int
	Clip          bool
	file          File // what is left of it: times and size
	data          []byte
}

// SetGallery gives a scene a gallery of these pictures, in any order, in place of those it had; none
// takes its galleries away. As in Stash, where a gallery is given its scenes, the scene is not bumped.
func (s *Stash) SetGallery(scene int, pictures ...Image) (gallery int, err error) {
	err = s.edit(func() error {
		return s.within(scene, false, func(sc *Scene) error {
			if sc.GalleryIDs = nil; len(pictures) == 0 {
				return nil
			}
			gallery = s.addGallery(pictures)
			sc.GalleryIDs = []int{gallery}
			return nil
		})
	})
	return gallery, err
}

func (s *Stash) addGallery(pictures []Image) int {
	s.last.gallery++
	g := &Gallery{ID: s.last.gallery, UpdatedAt: s.stamp()}
	s.galleries[g.ID] = g
	s.fill(g, pictures)
	return g.ID
}

// fill gives a gallery its pictures. Those without content are drawn.
func (s *Stash) fill(g *Gallery, pictures []Image) {
	g.images = nil
	for _, im := range pictures {
		s.last.image++
		im.ID = s.last.image
		if im.data == nil {
			im.data = DrawCover(1000 + uint64(im.ID))
		}
		im.file = File{ID: im.ID, Path: im.Path, Size: int64(len(im.data)), ModTime: sampleBegin, UpdatedAt: s.stamp()}
		s.images[im.ID] = &im
		g.images = append(g.images, im.ID)
	}
}

// Landscape is a picture of a gallery that is wider than high, with this content; nil has one drawn.
func Landscape(path string, content []byte) Image {
	return Image{Path: path, Width: 1920, Height: 1080, data: content}
}

// Portrait is a picture of a gallery that is higher than wide.
func Portrait(path string) Image { return Image{Path: path, Width: 1080, Height: 1920} }

// Clip is a video among the pictures of a gallery.
func Clip(path string) Image { return Image{Path: path, Width: 1920, Height: 1080, Clip: true} }

// ChangeGallery gives a gallery other pictures, as Stash does when its folder is scanned: the gallery is
// bumped, its scenes are not.
func (s *Stash) ChangeGallery(gallery int, pictures ...Image) error {
	return s.edit(func() error {
		return withNamed(s.galleries, "gallery", gallery, func(g *Gallery) {
			s.fill(g, pictures)
			g.UpdatedAt = s.stamp()
		})
	})
}

// GalleryPicture is the content of the first picture by path that is wider than high in the galleries of a
// scene, nil if there is none.
func (s *Stash) GalleryPicture(scene int) []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sc := s.scenes[scene]
	if sc == nil || len(sc.GalleryIDs) == 0 {
		return nil
	}
	for _, im := range s.imagesOf(sc.GalleryIDs, []any{"LANDSCAPE"}) {
		if !im.Clip {
			return im.data
		}
	}
	return nil
}

// imagesOf lists pictures of galleries by path, each once; of all galleries where none is named, as Stash
// does. Names of orientations choose among them.
func (s *Stash) imagesOf(galleries []int, orientations []any) []*Image {
	var found []*Image
	for _, im := range sortedValues(s.images) {
		has := len(galleries) == 0 || slices.ContainsFunc(galleries, func(id int) bool {
			g := s.galleries[id]
			return g != nil && slices.Contains(g.images, im.ID)
		})
		if has && (len(orientations) == 0 || slices.Contains(orientations, any(im.orientation()))) {
			found = append(found, im)
		}
	}
	slices.SortStableFunc(found, func(a, b *Image) int { return strings.Compare(strings.ToLower(a.Path), strings.ToLower(b.Path)) })
	return found
}

func (im *Image) orientation() string {
	return map[int]string{-1: "PORTRAIT", 0: "SQUARE", 1: "LANDSCAPE"}[cmp.Compare(im.Width, im.Height)]
}

// findImages simulates the filters by galleries and orientation and the sort by path, and nothing else.
func (s *Stash) findImages(args map[string]any) (any, error) {
	filter, p := asMap(args["image_filter"]), readPage(asMap(args["filter"]))
	for name := range filter {
		if name != "galleries" && name != "orientation" {
			return nil, fmt.Errorf("not simulated: images by %s", name)
		}
	}
	if p.sort != "path" || p.desc {
		return nil, fmt.Errorf("not simulated: images sorted by %q", p.sort)
	}
	of := asMap(filter["galleries"])
	if m := asText(of["modifier"]); of != nil && m != "INCLUDES" {
		return nil, fmt.Errorf("not simulated: galleries %s", m)
	}
	wanted, _ := asMap(filter["orientation"])["value"].([]any)
	found := s.imagesOf(asInts(of["value"]), wanted)
	cut := p.cut(len(found))
	return mapNode{"FindImagesResultType", map[string]any{"count": len(found),
		"images": nodesOf(found[cut[0]:cut[1]], func(im *Image) node { return imageNode{im} })}}, nil
}

// galleryKind lists galleries as other names are listed; they have no name that is used.
func (s *Stash) galleryKind() namedKind[Gallery] {
	return namedKind[Gallery]{"Galleries", "galleries", s.galleries, func(g *Gallery) named { return named{g.ID, "", "", g.UpdatedAt} },
		func(g *Gallery) node { return galleryNode{g} }}
}

type galleryNode struct{ *Gallery }

func (galleryNode) typeName() string { return "Gallery" }

func (n galleryNode) field(x *execution, f *ast.Field) any {
	if f.Name == "image_count" {
		return len(n.images)
	}
	return x.common(f.Name, "gallery", n.ID, "", n.UpdatedAt)
}

type imageNode struct{ *Image }

func (imageNode) typeName() string { return "Image" }

func (n imageNode) field(x *execution, f *ast.Field) any {
	if f.Name == "visual_files" {
		return []node{imageFileNode(n)}
	}
	return x.common(f.Name, "image", n.ID, "", n.file.UpdatedAt)
}

type imageFileNode struct{ *Image }

func (n imageFileNode) typeName() string {
	if n.Clip {
		return "VideoFile"
	}
	return "ImageFile"
}

func (n imageFileNode) field(x *execution, f *ast.Field) any {
	switch f.Name {
	case "width":
		return n.Width
	case "height":
		return n.Height
	case "format":
		return strings.TrimPrefix(path.Ext(n.Path), ".")
	case "fingerprints":
		return []node{mapNode{"Fingerprint", map[string]any{"type": "md5", "value": md5Hex(n.data)}}}
	}
	return fileNode{&n.file}.field(x, f)
}

// galleryImagePath reports the paths of pictures as they were scanned.
func galleryImagePath(path string) bool {
	seg := strings.Split(path, "/")
	return len(seg) == 4 && seg[1] == "image" && seg[3] == "image"
}

// galleryImage serves a picture as the file it is: with the time of that, and without an ETag.
func (s *Stash) galleryImage(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(strings.Split(r.URL.Path, "/")[2])
	s.mu.RLock()
	im := s.images[id]
	s.mu.RUnlock()
	if im == nil {
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Disposition", fmt.Sprintf("filename=%q", path.Base(im.Path)))
	http.ServeContent(w, r, path.Base(im.Path), im.file.ModTime, strings.NewReader(string(im.data)))
}
