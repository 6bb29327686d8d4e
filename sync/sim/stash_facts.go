package sim

import (
	"fmt"
	"slices"
)

// SetTagParents puts a tag below others. Scenes are not bumped.
func (s *Stash) SetTagParents(id int, parents ...int) error {
	return s.edit(func() error {
		for _, p := range parents {
			if slices.Contains(s.tagLine(p), id) {
				return fmt.Errorf("tag %d cannot be an ancestor of itself", id)
			}
		}
		return withNamed(s.tags, "tag", id, func(t *Tag) { t.ParentIDs, t.UpdatedAt = slices.Clone(parents), s.stamp() })
	})
}

// tagLine is a tag with all above it.
func (s *Stash) tagLine(id int) []int {
	out := []int{id}
	for i := 0; i < len(out); i++ {
		t, ok := s.tags[out[i]]
		if !ok {
			continue
		}
		for _, p := range t.ParentIDs {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// SetTagAliases replaces the other names of a tag. Scenes are not bumped.
func (s *Stash) SetTagAliases(id int, aliases ...string) error {
	return s.edit(func() error {
		return withNamed(s.tags, "tag", id, func(t *Tag) { t.Aliases, t.UpdatedAt = slices.Clone(aliases), s.stamp() })
	})
}

// EditPerformer changes gender, country, tags and picture of a performer. Scenes are not bumped. change
// may call TagID and its like, but no other edit.
func (s *Stash) EditPerformer(id int, change func(*Performer)) error {
	s.editing.Lock()
	defer s.editing.Unlock()
	var next Performer
	err := s.edit(func() error {
		return withNamed(s.performers, "performer", id, func(p *Performer) { next = *p })
	})
	if err != nil {
		return err
	}
	change(&next)
	return s.edit(func() error {
		return withNamed(s.performers, "performer", id, func(p *Performer) {
			p.Gender, p.Country, p.TagIDs, p.Picture, p.UpdatedAt = next.Gender, next.Country, slices.Clone(next.TagIDs), next.Picture, s.stamp()
		})
	})
}

// ReplaceVideo puts a file of other measures in the place of a scene's primary one, under the same
// path, as a scan finds it. The scene is not bumped.
func (s *Stash) ReplaceVideo(id, width, height int, duration float64) error {
	return s.edit(func() error {
		return s.within(id, false, func(sc *Scene) error {
			if len(sc.Files) == 0 {
				return fmt.Errorf("scene with id %d has no file", id)
			}
			f := sc.Files[0]
			f.Width, f.Height, f.Duration, f.UpdatedAt = width, height, duration, s.stamp()
			return nil
		})
	})
}
