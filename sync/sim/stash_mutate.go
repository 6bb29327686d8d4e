package sim

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
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
		return s.sceneUpdate(id, input)
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
	case "performerUpdate", "studioUpdate":
		return s.personUpdate(name, id, input)
	case "metadataScan":
		return strconv.Itoa(s.startJob("Scanning...", true)), nil
	case "metadataGenerate":
		return strconv.Itoa(s.startJob("Generating...", false)), nil
	}
	return nil, fmt.Errorf("not simulated: %s", name)
}

func nameOr[T any](input map[string]any, have *T, name func(*T) string) string {
	if text, ok := input["name"].(string); ok || have == nil {
		return text
	}
	return name(have)
}

func (s *Stash) personUpdate(name string, id int, input map[string]any) (any, error) {
	if name == "studioUpdate" {
		err := withNamed(s.studios, "studio", id, func(st *Studio) {
			st.Name, st.UpdatedAt = nameOr(input, st, func(st *Studio) string { return st.Name }), s.stamp()
			if parent, ok := input["parent_id"]; ok {
				st.ParentID, _ = asInt(parent)
			}
		})
		return studioNode{s.studios[id]}, err
	}
	err := withNamed(s.performers, "performer", id, func(p *Performer) {
		p.Name, p.UpdatedAt = nameOr(input, p, func(p *Performer) string { return p.Name }), s.stamp()
		if text, ok := input["disambiguation"].(string); ok {
			p.Disambiguation = text
		}
	})
	return performerNode{s.performers[id]}, err
}

var stashDate = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?$`)

// sceneUpdate changes the fields the input names; an input with nothing but the id still bumps updated_at.
func (s *Stash) sceneUpdate(id int, input map[string]any) (any, error) {
	if date := asText(input["date"]); date != "" && !stashDate.MatchString(date) {
		return nil, fmt.Errorf("converting date: could not parse date %q", date)
	}
	err := s.within(id, true, func(sc *Scene) error {
		texts := map[string]*string{"title": &sc.Title, "code": &sc.Code, "details": &sc.Details, "director": &sc.Director, "date": &sc.Date}
		for name, field := range texts {
			if v, ok := input[name]; ok {
				*field = asText(v)
			}
		}
		sc.Title = strings.TrimSpace(sc.Title)
		s.setIDs(sc, input)
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

func (s *Stash) setIDs(sc *Scene, input map[string]any) {
	if v, ok := input["studio_id"]; ok {
		sc.StudioID, _ = asInt(v)
	}
	if v, ok := input["performer_ids"]; ok {
		sc.PerformerIDs = slices.DeleteFunc(asInts(v), func(id int) bool { return s.performers[id] == nil })
	}
	if v, ok := input["tag_ids"]; ok {
		sc.TagIDs = slices.DeleteFunc(asInts(v), func(id int) bool { return s.tags[id] == nil })
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
