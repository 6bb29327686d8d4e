package stash

import (
	"context"
	"slices"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/scene"
)

// Names reads all tags, performers and studios in one request, about 0.2 s for 5 000, and the
// groups and whatever else of each is among the parts.
// Stash does not touch a scene when one of them is renamed, merged or removed, so the
// difference of two Names is the only sign of it. The order of each list means nothing.
func (c *Client) Names(ctx context.Context, parts scene.Parts) (scene.Names, error) {
	var out struct {
		FindTags       *struct{ Tags []wireTag }
		FindPerformers *struct{ Performers []wirePerformer }
		FindStudios    *struct{ Studios []wireStudio }
		FindGroups     *struct{ Groups []scene.Named }
	}
	query := namesQuery(c.shape(ctx, parts))
	err := c.ask(ctx, question{kind: budget.Names, query: query, limit: namesLimit}, &out, func() error {
		if out.FindTags == nil || out.FindPerformers == nil || out.FindStudios == nil || parts.Has(scene.PartGroups) && out.FindGroups == nil {
			return c.notStash(nil)
		}
		return nil
	})
	if err != nil {
		return scene.Names{}, err
	}
	var names scene.Names
	for _, t := range out.FindTags.Tags {
		names.Tags = append(names.Tags, scene.WithFacts(t.Named, join(t.Aliases), join(idsOf(t.Parents, func(p wireTag) string { return p.ID }))))
	}
	for _, p := range out.FindPerformers.Performers {
		who := scene.Named{ID: p.ID, Name: scene.Performer(p).Label()}
		names.Performers = append(names.Performers, scene.WithFacts(who, p.Gender, p.Country, join(idsOf(p.Tags, func(t scene.Named) string { return t.ID }))))
	}
	for _, s := range out.FindStudios.Studios {
		parent := ""
		if s.Parent != nil {
			parent = s.Parent.ID
		}
		names.Studios = append(names.Studios, scene.WithFacts(s.Named, parent))
	}
	if out.FindGroups != nil {
		names.Groups = out.FindGroups.Groups
	}
	return names, nil
}

func idsOf[T any](list []T, id func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = id(x)
	}
	return out
}

// join is one text for a list whose order means nothing.
func join(list []string) string {
	return strings.Join(slices.Sorted(slices.Values(list)), "\n")
}

// shape fits a question for the parts to the version of Stash, which is asked for only where it
// matters.
func (c *Client) shape(ctx context.Context, parts scene.Parts) shape {
	s := shape{parts: parts}
	if parts.Has(scene.PartGroups) {
		s.movies = olderThan(c.knownVersion(ctx), 27)
	}
	return s
}
