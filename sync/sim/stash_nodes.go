package sim

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// mapNode is a small object whose fields are all known at once.
type mapNode struct {
	typ    string
	fields map[string]any
}

func (m mapNode) typeName() string                     { return m.typ }
func (m mapNode) field(_ *execution, f *ast.Field) any { return m.fields[f.Name] }

type sceneNode struct{ *Scene }

func (sceneNode) typeName() string { return "Scene" }

func (n sceneNode) field(x *execution, f *ast.Field) any {
	switch f.Name {
	case "id":
		return strconv.Itoa(n.ID)
	case "title":
		return n.Title
	case "code":
		return n.Code
	case "details":
		return n.Details
	case "director":
		return n.Director
	case "updated_at":
		return n.UpdatedAt
	case "created_at":
		return n.CreatedAt
	case "date":
		return orNull(n.Date)
	case "rating100":
		return orNull(n.Rating100)
	case "organized":
		return n.Organized
	case "interactive":
		return false
	case "o_counter":
		return 0
	case "urls":
		return orEmpty(n.URLs)
	}
	if v, ok := n.watched()[f.Name]; ok {
		return v
	}
	return n.related(x, f)
}

// watched is what players have told.
func (n sceneNode) watched() map[string]any {
	out := map[string]any{
		"play_count": len(n.Plays), "play_history": n.history(), "last_played_at": nil, "resume_time": n.Resume, "play_duration": n.Watched,
	}
	if len(n.Plays) > 0 {
		out["last_played_at"] = n.history()[0]
	}
	return out
}

func (n sceneNode) related(x *execution, f *ast.Field) any {
	switch f.Name {
	case "files":
		return nodesOf(n.Files, func(file *File) node { return fileNode{file} })
	case "paths":
		base := fmt.Sprintf("%s/scene/%d/", x.base, n.ID)
		return mapNode{"ScenePathsType", map[string]any{
			"screenshot": base + "screenshot?t=" + strconv.FormatInt(n.UpdatedAt.Unix(), 10),
			"preview":    base + "preview",
			"stream":     base + "stream",
		}}
	case "studio":
		return x.studio(n.StudioID)
	case "performers":
		return lookup(x.s.performersOf(n.Scene), x.s.performers, func(p *Performer) node { return performerNode{p} })
	case "tags":
		return lookup(x.s.tagsOf(n.Scene), x.s.tags, func(t *Tag) node { return tagNode{t} })
	case "galleries":
		return lookup(n.GalleryIDs, x.s.galleries, func(g *Gallery) node { return galleryNode{g} })
	case "groups":
		return x.groupLinks(n.Groups, "Group")
	case "movies":
		return x.groupLinks(n.Groups, "Movie")
	case "stash_ids":
		return nodesOf(n.StashIDs, func(id StashID) node {
			return mapNode{"StashID", map[string]any{"endpoint": id.Endpoint, "stash_id": id.ID, "updated_at": n.UpdatedAt}}
		})
	}
	return []node{}
}

// tagsOf lists a scene's tags as Stash does: by name, each once.
func (s *Stash) tagsOf(sc *Scene) []int {
	ids := slices.Compact(slices.Sorted(slices.Values(sc.TagIDs)))
	ids = slices.DeleteFunc(ids, func(id int) bool { return s.tags[id] == nil })
	slices.SortStableFunc(ids, func(a, b int) int { return strings.Compare(fold(s.tags[a].Name), fold(s.tags[b].Name)) })
	return ids
}

// performersOf lists a scene's performers as Stash does: by id, each once.
func (s *Stash) performersOf(sc *Scene) []int {
	return slices.Compact(slices.Sorted(slices.Values(sc.PerformerIDs)))
}

func (x *execution) studio(id int) any {
	if st, ok := x.s.studios[id]; ok {
		return studioNode{st}
	}
	return nil
}

type fileNode struct{ *File }

func (fileNode) typeName() string { return "VideoFile" }

func (n fileNode) field(_ *execution, f *ast.Field) any {
	switch f.Name {
	case "id":
		return strconv.Itoa(n.ID)
	case "path":
		return n.Path
	case "basename":
		return path.Base(n.Path)
	case "updated_at":
		return n.UpdatedAt
	case "mod_time", "created_at":
		return n.ModTime
	case "size":
		return n.Size
	case "duration":
		return n.Duration
	case "fingerprint":
		return n.Oshash
	case "fingerprints":
		return []node{mapNode{"Fingerprint", map[string]any{"type": "oshash", "value": n.Oshash}}}
	case "parent_folder":
		return mapNode{"Folder", map[string]any{"id": "1", "path": path.Dir(n.Path)}}
	}
	switch {
	case f.Name == "width" && n.Width != 0:
		return n.Width
	case f.Name == "height" && n.Height != 0:
		return n.Height
	}
	return videoFacts[f.Name]
}

// videoFacts are those of every sample file of which nobody said otherwise.
var videoFacts = map[string]any{"width": 1920, "height": 1080, "frame_rate": 25.0, "bit_rate": 4_000_000,
	"format": "matroska", "video_codec": "h264", "audio_codec": "aac"}

type tagNode struct{ *Tag }

func (tagNode) typeName() string { return "Tag" }

func (n tagNode) field(x *execution, f *ast.Field) any {
	switch f.Name {
	case "aliases":
		return orEmpty(n.Aliases)
	case "sort_name", "description":
		return ""
	case "parents":
		return lookup(n.ParentIDs, x.s.tags, func(t *Tag) node { return tagNode{t} })
	case "children":
		return lookup(x.s.below(n.ID), x.s.tags, func(t *Tag) node { return tagNode{t} })
	}
	return x.common(f.Name, "tag", n.ID, n.Name, n.UpdatedAt)
}

type performerNode struct{ *Performer }

func (performerNode) typeName() string { return "Performer" }

func (n performerNode) field(x *execution, f *ast.Field) any {
	switch f.Name {
	case "disambiguation":
		return n.Disambiguation
	case "gender":
		return orNull(n.Gender)
	case "country":
		return orNull(n.Country)
	case "image_path":
		if n.Picture {
			return fmt.Sprintf("%s/performer/%d/image?t=%d", x.base, n.ID, n.UpdatedAt.Unix())
		}
	case "tags":
		return lookup(n.TagIDs, x.s.tags, func(t *Tag) node { return tagNode{t} })
	}
	return x.common(f.Name, "performer", n.ID, n.Name, n.UpdatedAt)
}

type studioNode struct{ *Studio }

func (studioNode) typeName() string { return "Studio" }

func (n studioNode) field(x *execution, f *ast.Field) any {
	switch f.Name {
	case "parent_studio":
		return x.studio(n.ParentID)
	case "details":
		return orNull(n.Details)
	case "image_path":
		return x.pictureOf("studio", "image", n.ID, n.UpdatedAt, n.image)
	}
	return x.common(f.Name, "studio", n.ID, n.Name, n.UpdatedAt)
}

// common answers the fields that tags, performers and studios share.
func (x *execution) common(field, kind string, id int, name string, updated time.Time) any {
	switch field {
	case "id":
		return strconv.Itoa(id)
	case "name":
		return name
	case "updated_at":
		return updated
	case "created_at":
		return sampleBegin
	case "image_path":
		return fmt.Sprintf("%s/%s/%d/image?t=%d&default=true", x.base, kind, id, updated.Unix())
	case "scene_count":
		return x.sceneCount(kind)[id]
	case "aliases", "alias_list", "urls":
		return []string{}
	case "parents", "children", "stash_ids":
		return []node{}
	}
	return nil
}

// sceneCount counts the scenes of every tag, performer or studio, once per execution.
func (x *execution) sceneCount(kind string) map[int]int {
	if got, ok := x.counted[kind]; ok {
		return got
	}
	count := map[int]int{}
	for _, sc := range x.s.scenes {
		for _, id := range idsOf(sc, kind) {
			count[id]++
		}
	}
	if x.counted == nil {
		x.counted = map[string]map[int]int{}
	}
	x.counted[kind] = count
	return count
}

func idsOf(sc *Scene, kind string) []int {
	switch kind {
	case "tag":
		return sc.TagIDs
	case "performer":
		return sc.PerformerIDs
	}
	if sc.StudioID == 0 {
		return nil
	}
	return []int{sc.StudioID}
}

func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func nodesOf[T any](list []T, wrap func(T) node) []node {
	out := make([]node, 0, len(list))
	for _, v := range list {
		out = append(out, wrap(v))
	}
	return out
}

func lookup[T any](ids []int, from map[int]*T, wrap func(*T) node) []node {
	out := make([]node, 0, len(ids))
	for _, id := range ids {
		if v, ok := from[id]; ok {
			out = append(out, wrap(v))
		}
	}
	return out
}

// sortedValues lists a map's values by id.
func sortedValues[T any](from map[int]*T) []*T {
	out := make([]*T, 0, len(from))
	for _, id := range slices.Sorted(maps.Keys(from)) {
		out = append(out, from[id])
	}
	return out
}
