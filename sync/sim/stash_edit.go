package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// edit runs one change under the lock and words a missing object as the real server does.
func (s *Stash) edit(change func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return change()
}

// within finds a scene and, after the change, bumps its updated_at when the real server would.
func (s *Stash) within(id int, bump bool, change func(*Scene) error) error {
	sc, ok := s.scenes[id]
	if !ok {
		return fmt.Errorf("scene with id %d not found", id)
	}
	if err := change(sc); err != nil {
		return err
	}
	if bump {
		sc.UpdatedAt = s.stamp()
	}
	return nil
}

// Edit changes a scene's own fields, tags, performers or studio and bumps updated_at, also when nothing changed.
// Changes to ID, Files, plays and the stamps are ignored; texts lose surrounding white space. change may call TagID and
// its like, but no other edit.
func (s *Stash) Edit(id int, change func(*Scene)) error {
	s.editing.Lock()
	defer s.editing.Unlock()
	next, _ := s.Scene(id)
	change(&next)
	return s.edit(func() error {
		return s.within(id, true, func(sc *Scene) error {
			next.ID, next.Files, next.CreatedAt, next.cover = sc.ID, sc.Files, sc.CreatedAt, sc.cover
			next.Plays, next.Resume, next.Watched = sc.Plays, sc.Resume, sc.Watched
			next.trim()
			*sc = next
			s.joinGroups(sc)
			return nil
		})
	})
}

// trim takes surrounding white space off the texts, as every edit does.
func (sc *Scene) trim() {
	for _, text := range []*string{&sc.Title, &sc.Code, &sc.Details, &sc.Director, &sc.Date} {
		*text = strings.TrimSpace(*text)
	}
}

// NoopSave saves a scene without a change: updated_at moves, nothing else.
func (s *Stash) NoopSave(id int) error { return s.Edit(id, func(*Scene) {}) }

// SetCover replaces a scene's cover and bumps updated_at; nil takes it away, which the real API cannot.
func (s *Stash) SetCover(id int, image []byte) error {
	return s.edit(func() error {
		return s.within(id, true, func(sc *Scene) error {
			sc.cover = cover{kind: coverGiven, data: slices.Clone(image)}
			if image == nil {
				sc.cover = cover{}
			}
			return nil
		})
	})
}

// Cover returns the bytes the screenshot address serves, nil for a scene without a cover.
func (s *Stash) Cover(id int) []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if sc, ok := s.scenes[id]; ok {
		return sc.cover.bytes()
	}
	return nil
}

// RenameTag renames a tag; the scenes that carry it are not bumped.
func (s *Stash) RenameTag(id int, name string) error {
	return s.edit(func() error { return s.renameTag(id, name) })
}

func (s *Stash) renameTag(id int, name string) error {
	name = strings.TrimSpace(name)
	if err := s.checkTagName(id, name); s.tags[id] != nil && err != nil {
		return err
	}
	return withNamed(s.tags, "tag", id, func(t *Tag) { t.Name, t.UpdatedAt = name, s.stamp() })
}

// below lists the tags directly below a tag, by id.
func (s *Stash) below(id int) (out []int) {
	for _, t := range sortedValues(s.tags) {
		if slices.Contains(t.ParentIDs, id) {
			out = append(out, t.ID)
		}
	}
	return out
}

// RenamePerformer renames a performer; scenes are not bumped.
func (s *Stash) RenamePerformer(id int, name string) error {
	return s.edit(func() error {
		return withNamed(s.performers, "performer", id, func(p *Performer) { p.Name, p.UpdatedAt = name, s.stamp() })
	})
}

// RenameStudio renames a studio; neither its scenes nor its branches are bumped.
func (s *Stash) RenameStudio(id int, name string) error {
	return s.edit(func() error {
		return withNamed(s.studios, "studio", id, func(st *Studio) { st.Name, st.UpdatedAt = name, s.stamp() })
	})
}

// SetParentStudio puts a studio below another; 0 means none. Scenes are not bumped.
func (s *Stash) SetParentStudio(id, parent int) error {
	return s.edit(func() error {
		return withNamed(s.studios, "studio", id, func(st *Studio) { st.ParentID, st.UpdatedAt = parent, s.stamp() })
	})
}

func withNamed[T any](from map[int]*T, kind string, id int, change func(*T)) error {
	v, ok := from[id]
	if !ok {
		return fmt.Errorf("%s with id %d not found", kind, id)
	}
	change(v)
	return nil
}

// MergeTags replaces the source tags by the destination everywhere and removes them. Nothing at all is bumped.
func (s *Stash) MergeTags(destination int, sources ...int) error {
	return s.edit(func() error { return s.mergeTags(destination, sources) })
}

func (s *Stash) mergeTags(destination int, sources []int) error {
	if err := s.checkMerge(destination, sources); err != nil {
		return err
	}
	for _, sc := range s.scenes {
		sc.TagIDs = merged(sc.TagIDs, destination, sources)
	}
	for _, p := range s.performers {
		p.TagIDs = merged(p.TagIDs, destination, sources)
	}
	for _, t := range s.tags {
		t.ParentIDs = merged(t.ParentIDs, destination, sources)
	}
	into := s.tags[destination]
	for _, id := range sources {
		s.inherit(into, s.tags[id])
		delete(s.tags, id)
	}
	return nil
}

// merged has the destination in the place of all sources.
func merged(ids []int, destination int, sources []int) []int {
	rest := slices.DeleteFunc(slices.Clone(ids), func(id int) bool { return slices.Contains(sources, id) })
	if len(rest) < len(ids) && !slices.Contains(rest, destination) {
		rest = append(rest, destination)
	}
	return rest
}

// inherit gives a tag what another had that is merged into it: its name and aliases as
// aliases, and the tags above it.
func (s *Stash) inherit(into, from *Tag) {
	into.Aliases = append(append(into.Aliases, from.Name), from.Aliases...)
	for _, id := range from.ParentIDs {
		if !slices.Contains(into.ParentIDs, id) {
			into.ParentIDs = append(into.ParentIDs, id)
		}
	}
	into.ParentIDs = without(without(into.ParentIDs, from.ID), into.ID)
}

// DestroyTag removes a tag from all scenes without bumping them.
func (s *Stash) DestroyTag(id int) error {
	return s.edit(func() error { return s.destroyTag(id) })
}

func (s *Stash) destroyTag(id int) error {
	if s.tags[id] == nil {
		return fmt.Errorf("id %d does not exist in tags", id)
	}
	delete(s.tags, id)
	for _, t := range s.tags {
		t.ParentIDs = without(t.ParentIDs, id)
	}
	for _, sc := range s.scenes {
		sc.TagIDs = without(sc.TagIDs, id)
	}
	for _, t := range s.tags {
		t.ParentIDs = without(t.ParentIDs, id)
	}
	for _, p := range s.performers {
		p.TagIDs = without(p.TagIDs, id)
	}
	return nil
}

// DestroyPerformer removes a performer from all scenes without bumping them.
func (s *Stash) DestroyPerformer(id int) error {
	return s.edit(func() error {
		err := withNamed(s.performers, "performer", id, func(*Performer) { delete(s.performers, id) })
		for _, sc := range s.scenes {
			sc.PerformerIDs = without(sc.PerformerIDs, id)
		}
		return err
	})
}

// DestroyStudio takes a studio away from its scenes and branches without bumping them.
func (s *Stash) DestroyStudio(id int) error {
	return s.edit(func() error {
		err := withNamed(s.studios, "studio", id, func(*Studio) { delete(s.studios, id) })
		for _, sc := range s.scenes {
			if sc.StudioID == id {
				sc.StudioID = 0
			}
		}
		for _, st := range s.studios {
			if st.ParentID == id {
				st.ParentID = 0
			}
		}
		return err
	})
}

// MergePerformers replaces the source performers by the destination everywhere and removes them. Nothing at all is bumped.
func (s *Stash) MergePerformers(destination int, sources ...int) error {
	return s.edit(func() error {
		for _, id := range append([]int{destination}, sources...) {
			if s.performers[id] == nil {
				return fmt.Errorf("performer with id %d not found", id)
			}
		}
		for _, sc := range s.scenes {
			rest := slices.DeleteFunc(slices.Clone(sc.PerformerIDs), func(id int) bool { return slices.Contains(sources, id) })
			if len(rest) < len(sc.PerformerIDs) && !slices.Contains(rest, destination) {
				rest = append(rest, destination)
			}
			sc.PerformerIDs = rest
		}
		for _, id := range sources {
			delete(s.performers, id)
		}
		return nil
	})
}

func without(ids []int, id int) []int {
	if !slices.Contains(ids, id) {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), func(have int) bool { return have == id })
}

// AddScene adds a scene (its ID and stamps are ignored) with one file per path and returns the new id.
func (s *Stash) AddScene(sc Scene, paths ...string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newScene(sc, paths)
}

func (s *Stash) newScene(sc Scene, paths []string) int {
	next := sc.clone()
	now := s.stamp()
	next.Files, next.CreatedAt, next.UpdatedAt = nil, now, now
	id := s.addScene(&next)
	for _, path := range paths {
		s.addFile(&next, path, now)
	}
	return id
}

// DeleteScene removes a scene; its files stay on disk, and a rescan would bring them back under a new id.
func (s *Stash) DeleteScene(id int) error {
	return s.edit(func() error {
		return s.within(id, false, func(*Scene) error { s.removeScene(id); return nil })
	})
}

// RescanScene deletes a scene and finds its files again, as a deletion without delete_file and a scan do: the files come
// back as a raw scene with a new id, which is returned.
func (s *Stash) RescanScene(id int) (int, error) {
	var fresh int
	err := s.edit(func() error {
		return s.within(id, false, func(sc *Scene) error {
			var paths []string
			for _, f := range sc.Files {
				paths = append(paths, f.Path)
			}
			s.removeScene(id)
			fresh = s.newScene(Scene{}, paths)
			return nil
		})
	})
	return fresh, err
}

// MergeScenes moves the sources' files to the destination, which is bumped, and removes the sources.
func (s *Stash) MergeScenes(destination int, sources ...int) error {
	return s.edit(func() error {
		return s.within(destination, true, func(into *Scene) error {
			for _, id := range sources {
				from, ok := s.scenes[id]
				if !ok || id == destination {
					return fmt.Errorf("scene with id %d not found", id)
				}
				into.Files = append(into.Files, from.Files...)
				s.removeScene(id)
			}
			return nil
		})
	})
}

// Restamp sets a scene's updated_at, for tests that need a given moment.
func (s *Stash) Restamp(id int, at time.Time) error {
	return s.edit(func() error {
		return s.within(id, false, func(sc *Scene) error { sc.UpdatedAt = at; return nil })
	})
}
