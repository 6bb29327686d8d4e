package sim

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mutate carries out a mutation; mu is held for writing.
func (s *Stash) mutate(name string, input map[string]any) (any, error) {
	if s.state != StashOK {
		return nil, errNilPointer
	}
	id, _ := asInt(input["id"])
	switch name {
	case "sceneUpdate":
		return s.sceneUpdate(input)
	case "sceneDestroy":
		return true, s.within(id, false, func(*Scene) error { s.removeScene(id); return nil })
	case "tagUpdate":
		if err := s.renameTag(id, nameOr(input, s.tags[id], func(t *Tag) string { return t.Name })); err != nil {
			return nil, err
		}
		return tagNode{s.tags[id]}, nil
	case "tagDestroy":
		return true, s.destroyTag(id)
	case "tagsMerge":
		into, _ := asInt(input["destination"])
		if err := s.mergeTags(into, asInts(input["source"])); err != nil {
			return nil, err
		}
		return tagNode{s.tags[into]}, nil
	case "performerUpdate":
		return s.performerUpdate(id, input)
	case "studioUpdate":
		return s.studioUpdate(id, input)
	case "metadataScan":
		return strconv.Itoa(s.startJob("Scanning...", true)), nil
	case "metadataGenerate":
		return strconv.Itoa(s.startJob("Generating...", false)), nil
	}
	return nil, fmt.Errorf("not simulated: %s", name)
}

func nameOr[T any](input map[string]any, have *T, name func(*T) string) string {
	if text, ok := input["name"].(string); ok || have == nil {
		return strings.TrimSpace(text)
	}
	return name(have)
}

func (s *Stash) studioUpdate(id int, input map[string]any) (any, error) {
	have, ok := s.studios[id]
	if !ok {
		return nil, fmt.Errorf("studio with id %d not found", id)
	}
	next := *have
	next.Name, next.UpdatedAt = nameOr(input, have, func(st *Studio) string { return st.Name }), s.stamp()
	if parent, ok := input["parent_id"]; ok {
		next.ParentID, _ = asInt(parent)
	}
	if err := s.checkStudio(id, next.Name, next.ParentID); err != nil {
		return nil, err
	}
	*have = next
	return studioNode{have}, nil
}

func (s *Stash) performerUpdate(id int, input map[string]any) (any, error) {
	have, ok := s.performers[id]
	if !ok {
		return nil, fmt.Errorf("performer with id %d not found", id)
	}
	next := *have
	next.Name, next.UpdatedAt = nameOr(input, have, func(p *Performer) string { return p.Name }), s.stamp()
	if text, ok := input["disambiguation"].(string); ok {
		next.Disambiguation = strings.TrimSpace(text)
	}
	if err := s.checkPerformer(id, next.Name, next.Disambiguation); err != nil {
		return nil, err
	}
	*have = next
	return performerNode{have}, nil
}

// sceneUpdate changes the fields the input names; an input with nothing but the id still bumps updated_at.
func (s *Stash) sceneUpdate(input map[string]any) (any, error) {
	id, err := numberOf(input)
	if err != nil {
		return nil, err
	}
	if err := s.checkUpdate(id, input); s.scenes[id] != nil && err != nil {
		return nil, err
	}
	err = s.within(id, true, func(sc *Scene) error {
		texts := map[string]*string{"title": &sc.Title, "code": &sc.Code, "details": &sc.Details, "director": &sc.Director, "date": &sc.Date}
		for name, field := range texts {
			if v, ok := input[name]; ok {
				*field = asText(v)
			}
		}
		sc.trim()
		setIDs(sc, input)
		if on, ok := input["organized"].(bool); ok {
			sc.Organized = on
		}
		if v, ok := input["rating100"]; ok {
			sc.Rating100, _ = asInt(v)
		}
		return setCover(sc, asText(input["cover_image"]))
	})
	if err != nil {
		return nil, err
	}
	return sceneNode{s.scenes[id]}, nil
}

func setIDs(sc *Scene, input map[string]any) {
	if v, ok := input["studio_id"]; ok {
		sc.StudioID, _ = asInt(v)
	}
	if v, ok := input["performer_ids"]; ok {
		sc.PerformerIDs = asInts(v)
	}
	if v, ok := input["tag_ids"]; ok {
		sc.TagIDs = asInts(v)
	}
	if v, ok := asInt(input["primary_file_id"]); ok {
		slices.SortStableFunc(sc.Files, func(a, b *File) int {
			switch {
			case a.ID == v:
				return -1
			case b.ID == v:
				return 1
			}
			return 0
		})
	}
}

// setCover takes a data URL; an empty one leaves the cover as it is.
func setCover(sc *Scene, dataURL string) error {
	if dataURL == "" {
		return nil
	}
	_, coded, ok := strings.Cut(dataURL, ";base64,")
	if !ok {
		return errors.New("cover image must be base64 encoded data url")
	}
	image, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		return fmt.Errorf("decode the cover image: %w", err)
	}
	sc.cover = cover{kind: coverGiven, data: image}
	return nil
}
