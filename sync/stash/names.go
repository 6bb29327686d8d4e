package stash

import (
	"context"

	"lockstep/sync/budget"
	"lockstep/sync/scene"
)

// Names reads all tags, performers and studios in one request, about 0.2 s for 5 000.
// Stash does not touch a scene when one of them is renamed, merged or removed, so the
// difference of two Names is the only sign of it. The order of each list means nothing.
func (c *Client) Names(ctx context.Context) (scene.Names, error) {
	var out struct {
		FindTags       *struct{ Tags []scene.Named }
		FindPerformers *struct{ Performers []wirePerformer }
		FindStudios    *struct{ Studios []scene.Named }
	}
	err := c.ask(ctx, question{kind: budget.Names, query: namesQuery, limit: namesLimit}, &out, func() error {
		if out.FindTags == nil || out.FindPerformers == nil || out.FindStudios == nil {
			return c.notStash(nil)
		}
		return nil
	})
	if err != nil {
		return scene.Names{}, err
	}
	names := scene.Names{Tags: out.FindTags.Tags, Studios: out.FindStudios.Studios}
	for _, p := range out.FindPerformers.Performers {
		names.Performers = append(names.Performers, scene.Named{ID: p.ID, Name: scene.Performer(p).Label()})
	}
	return names, nil
}
