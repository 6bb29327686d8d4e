package sim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What the database says of a row that names another one which does not exist.
const (
	foreignKey  = "FOREIGN KEY constraint failed"
	joinProblem = "error executing `INSERT INTO %s (scene_id, %s) VALUES (?, ?) ON CONFLICT (scene_id, %s) DO NOTHING` [[%d %d]]: " + foreignKey
)

// checkTagName finds a name that a tag may not get. Names are looked up by LIKE, so "100%" is taken once there is a
// "100% steam".
func (s *Stash) checkTagName(id int, name string) error {
	if name == "" {
		return errors.New("tag name must not be blank")
	}
	for _, t := range s.tags {
		if t.ID != id && like(fold(name), fold(t.Name)) {
			return fmt.Errorf("tag with name '%s' already exists", name)
		}
	}
	return nil
}

// checkPerformer finds a name and disambiguation that another performer has.
func (s *Stash) checkPerformer(id int, name, disambiguation string) error {
	if name == "" {
		return errors.New("performer name must not be blank")
	}
	for _, p := range s.performers {
		if p.ID == id || p.Name != name || p.Disambiguation != disambiguation {
			continue
		}
		if disambiguation != "" {
			return fmt.Errorf("performer with name '%s' and disambiguation '%s' already exists", name, disambiguation)
		}
		return fmt.Errorf("performer with name '%s' already exists", name)
	}
	return nil
}

// checkStudio finds a name that another studio has, and a parent that lies below the studio.
func (s *Stash) checkStudio(id int, name string, parent int) error {
	if name == "" {
		return errors.New("studio name must not be blank")
	}
	for _, st := range s.studios {
		if st.ID != id && like(fold(name), fold(st.Name)) {
			return fmt.Errorf("studio with name '%s' already exists", name)
		}
	}
	if slices.Contains(s.studioLine(parent, -1), id) {
		return errors.New("studio cannot be an ancestor of itself")
	}
	return nil
}

// checkMerge finds tags that cannot be merged.
func (s *Stash) checkMerge(destination int, sources []int) error {
	if slices.Contains(sources, destination) {
		return errors.New("cannot merge where source == destination")
	}
	for _, id := range append([]int{destination}, sources...) {
		if s.tags[id] == nil {
			return fmt.Errorf("id %d does not exist in tags", id)
		}
	}
	return nil
}

// checkUpdate finds values that an update of a scene is refused for; nothing is changed then.
func (s *Stash) checkUpdate(id int, input map[string]any) error {
	if date := strings.TrimSpace(asText(input["date"])); date != "" && !isStashDate(date) {
		return fmt.Errorf("converting date: failed to parse date %q", date)
	}
	for _, tag := range asInts(input["tag_ids"]) {
		if s.tags[tag] == nil {
			return fmt.Errorf(joinProblem, "scenes_tags", "tag_id", "tag_id", id, tag)
		}
	}
	for _, performer := range asInts(input["performer_ids"]) {
		if s.performers[performer] == nil {
			return fmt.Errorf(joinProblem, "performers_scenes", "performer_id", "performer_id", id, performer)
		}
	}
	if studio, ok := asInt(input["studio_id"]); ok && s.studios[studio] == nil {
		return errors.New("updating scenes: executing `UPDATE `scenes`: " + foreignKey)
	}
	return nil
}

// isStashDate: a day, a month or a year of the calendar.
func isStashDate(text string) bool {
	for _, form := range []string{time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(form, text); err == nil {
			return true
		}
	}
	return false
}

// numberOf reads the id an update names.
func numberOf(input map[string]any) (int, error) {
	text, _ := asID(input["id"])
	id, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("converting id: strconv.Atoi: parsing %q: invalid syntax", text)
	}
	return id, nil
}

// search is what a text typed into Stash's search box asks for: all words and quoted phrases, none of those with a minus
// in front. Its OR is not simulated.
type search struct{ must, not []string }

func parseSearch(q string) search {
	var s search
	phrase := false
	words := strings.FieldsFunc(q, func(r rune) bool {
		if r == '"' {
			phrase = !phrase
		}
		return r == ' ' && !phrase
	})
	for _, word := range words {
		rest, excluded := strings.CutPrefix(word, "-")
		if len(rest) > 1 && strings.HasPrefix(rest, `"`) && strings.HasSuffix(rest, `"`) {
			rest = rest[1 : len(rest)-1]
		}
		switch rest = fold(rest); {
		case rest == "":
		case excluded:
			s.not = append(s.not, rest)
		default:
			s.must = append(s.must, rest)
		}
	}
	return s
}

func (s search) finds(text string) bool {
	text = fold(text)
	for _, word := range s.not {
		if strings.Contains(text, word) {
			return false
		}
	}
	for _, word := range s.must {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
