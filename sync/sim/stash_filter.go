package sim

import (
	"fmt"
	"slices"
	"strings"
)

// relatedFilters join another table; groups_filter is accepted and ignored, as in the real server.
var relatedFilters = []string{"tags_filter", "performers_filter", "studios_filter", "files_filter"}

// sceneTest compiles a SceneFilterType.
func sceneTest(s *Stash, filter map[string]any) (func(*Scene) bool, error) {
	if filter == nil {
		return func(*Scene) bool { return true }, nil
	}
	if err := s.checkScene(filter); err != nil {
		return nil, err
	}
	return func(sc *Scene) bool { return s.passes(filter, sc) }, nil
}

// checkScene finds filters the server refuses, by trying them on an empty scene.
func (s *Stash) checkScene(filter map[string]any) error {
	for _, part := range []string{"AND", "OR", "NOT"} {
		if sub := asMap(filter[part]); sub != nil {
			if err := s.checkScene(sub); err != nil {
				return err
			}
		}
	}
	for name, criterion := range filter {
		if criterion == nil {
			continue
		}
		if _, err := s.criterion(name, criterion, &Scene{}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stash) passes(filter map[string]any, sc *Scene) bool {
	if or := asMap(filter["OR"]); or != nil {
		// The joins of related filters swallow everything outside the innermost one.
		if joins(or) {
			return s.passes(or, sc)
		}
		ok, _ := s.own(filter, sc)
		return ok || s.passes(or, sc)
	}
	if ok, _ := s.own(filter, sc); !ok {
		return false
	}
	if and := asMap(filter["AND"]); and != nil && !s.passes(and, sc) {
		return false
	}
	not := asMap(filter["NOT"])
	return not == nil || !s.passes(not, sc)
}

func joins(filter map[string]any) bool {
	if slices.ContainsFunc(relatedFilters, func(name string) bool { return filter[name] != nil }) {
		return true
	}
	or := asMap(filter["OR"])
	return or != nil && joins(or)
}

// own applies the criteria of one level; all must hold.
func (s *Stash) own(filter map[string]any, sc *Scene) (bool, error) {
	for name, criterion := range filter {
		if criterion == nil {
			continue
		}
		ok, err := s.criterion(name, criterion, sc)
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

func (s *Stash) criterion(name string, c any, sc *Scene) (bool, error) {
	switch name {
	case "id":
		return testInt(c, sc.ID)
	case "file_count":
		return testInt(c, len(sc.Files))
	case "tag_count":
		return testInt(c, len(sc.TagIDs))
	case "performer_count":
		return testInt(c, len(sc.PerformerIDs))
	case "rating100":
		return testInt(c, sc.Rating100)
	case "organized":
		return c == sc.Organized, nil
	case "title":
		return testText(c, sc.Title)
	case "code":
		return testText(c, sc.Code)
	case "details":
		return testText(c, sc.Details)
	case "date":
		return testText(c, sc.Date)
	case "updated_at":
		return testStamp(c, sc.UpdatedAt)
	case "created_at":
		return testStamp(c, sc.CreatedAt)
	}
	return s.deepCriterion(name, c, sc)
}

func (s *Stash) deepCriterion(name string, c any, sc *Scene) (bool, error) {
	switch name {
	case "path":
		return anyOf(sc.Files, func(f *File) (bool, error) { return testText(c, f.Path) })
	case "is_missing":
		return missing(sc, asText(c))
	case "tags":
		return testIDs(c, sc.TagIDs)
	case "performers":
		return testIDs(c, sc.PerformerIDs)
	case "studios":
		return testIDs(c, s.studioLine(sc.StudioID, asMap(c)["depth"]))
	case "files_filter":
		return anyOf(sc.Files, func(f *File) (bool, error) { return testFile(asMap(c), f) })
	case "tags_filter":
		return anyOf(sc.TagIDs, func(id int) (bool, error) {
			return relatedTest(asMap(c), named{name: s.tags[id].Name, updated: s.tags[id].UpdatedAt})
		})
	case "performers_filter":
		return anyOf(sc.PerformerIDs, func(id int) (bool, error) {
			return relatedTest(asMap(c), named{name: s.performers[id].Name, updated: s.performers[id].UpdatedAt})
		})
	case "studios_filter":
		return anyOf(idsOf(sc, "studio"), func(id int) (bool, error) {
			return relatedTest(asMap(c), named{name: s.studios[id].Name, updated: s.studios[id].UpdatedAt})
		})
	}
	return true, nil
}

// studioLine is the studio and, with a depth other than 0, its parents.
func (s *Stash) studioLine(id int, depth any) []int {
	levels, _ := asInt(depth)
	var line []int
	for st := s.studios[id]; st != nil; st = s.studios[st.ParentID] {
		line = append(line, st.ID)
		if levels == 0 {
			break
		}
		levels--
	}
	return line
}

func missing(sc *Scene, what string) (bool, error) {
	switch what {
	case "cover":
		return sc.cover.kind == coverNone, nil
	case "title":
		return sc.Title == "", nil
	case "date":
		return sc.Date == "", nil
	case "details":
		return sc.Details == "", nil
	case "studio":
		return sc.StudioID == 0, nil
	case "performers":
		return len(sc.PerformerIDs) == 0, nil
	case "tags":
		return len(sc.TagIDs) == 0, nil
	}
	return false, fmt.Errorf("executing query: no such column: scenes.%s", what)
}

func anyOf[T any](list []T, test func(T) (bool, error)) (bool, error) {
	for _, v := range list {
		if ok, err := test(v); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func testFile(filter map[string]any, f *File) (bool, error) {
	for name, value := range map[string]string{"path": f.Path, "basename": f.Path[strings.LastIndexByte(f.Path, '/')+1:]} {
		if ok, err := testText(filter[name], value); !ok {
			return false, err
		}
	}
	if ok, err := testStamp(filter["mod_time"], f.ModTime); !ok {
		return false, err
	}
	return testStamp(filter["updated_at"], f.UpdatedAt)
}
