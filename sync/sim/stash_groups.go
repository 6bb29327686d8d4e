package sim

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// joinGroups makes the groups that a scene's links name and that do not exist. It needs mu or a world in the making.
func (s *Stash) joinGroups(sc *Scene) {
	for _, link := range sc.Groups {
		if s.groupNamed(link.Name) == nil {
			s.addGroup(link.Name)
		}
	}
}

func (s *Stash) addGroup(name string) *Group {
	s.last.group++
	g := &Group{ID: s.last.group, Name: name, UpdatedAt: s.stamp()}
	s.groups[g.ID] = g
	return g
}

func (s *Stash) groupNamed(name string) *Group {
	for _, g := range s.groups {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// inGroup counts the scenes of a group.
func (s *Stash) inGroup(name string) (n int) {
	for _, sc := range s.scenes {
		if slices.ContainsFunc(sc.Groups, func(l GroupLink) bool { return l.Name == name }) {
			n++
		}
	}
	return n
}

// GroupID returns the id of the group with the name, made when there is none.
func (s *Stash) GroupID(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.groupNamed(name); g != nil {
		return g.ID
	}
	return s.addGroup(name).ID
}

// RenameGroup renames a group; scenes are not bumped.
func (s *Stash) RenameGroup(id int, name string) error {
	return s.edit(func() error {
		return withNamed(s.groups, "group", id, func(g *Group) {
			before := g.Name
			g.Name, g.UpdatedAt = strings.TrimSpace(name), s.stamp()
			s.relink(before, func(l GroupLink) (GroupLink, bool) { return GroupLink{g.Name, l.Index}, true })
		})
	})
}

// DestroyGroup takes a group away from its scenes without bumping them.
func (s *Stash) DestroyGroup(id int) error {
	return s.edit(func() error {
		return withNamed(s.groups, "group", id, func(g *Group) {
			delete(s.groups, id)
			s.relink(g.Name, func(l GroupLink) (GroupLink, bool) { return l, false })
		})
	})
}

// relink changes the links of all scenes to a group, or takes them away.
func (s *Stash) relink(name string, change func(GroupLink) (next GroupLink, stays bool)) {
	for _, sc := range s.scenes {
		var links []GroupLink
		for _, l := range sc.Groups {
			stays := true
			if l.Name == name {
				l, stays = change(l)
			}
			if stays {
				links = append(links, l)
			}
		}
		sc.Groups = links
	}
}

// groupKind lists groups under one of their two names, Group or Movie.
func (s *Stash) groupKind(typ, field string) namedKind[Group] {
	return namedKind[Group]{
		typ + "s", field, s.groups, func(g *Group) named { return named{g.ID, g.Name, "", g.UpdatedAt} }, func(g *Group) node { return groupNode{g, typ} },
	}
}

// groupLinks are a scene's places in its groups.
func (x *execution) groupLinks(links []GroupLink, typ string) []node {
	return nodesOf(links, func(l GroupLink) node {
		return mapNode{"Scene" + typ, map[string]any{strings.ToLower(typ): groupNode{x.s.groupNamed(l.Name), typ}, "scene_index": orNull(l.Index)}}
	})
}

type groupNode struct {
	*Group
	typ string
}

func (n groupNode) typeName() string { return n.typ }

func (n groupNode) field(x *execution, f *ast.Field) any {
	switch f.Name {
	case "scene_count":
		return x.s.inGroup(n.Name)
	case "front_image_path":
		return x.pictureOf(strings.ToLower(n.typ), "frontimage", n.ID, n.UpdatedAt, n.front)
	}
	return x.common(f.Name, "group", n.ID, n.Name, n.UpdatedAt)
}
