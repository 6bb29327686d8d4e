package engine

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/engine/movein"
)

// Import takes over what Stash2Plex left behind: outages, scenes to compare and settings.
func (e *Engine) Import(ctx context.Context, q api.ImportRequest) (api.Import, error) {
	var now movein.Present
	err := e.loop.Ask(ctx, func() error {
		a := e.address()
		now = movein.Present{Settings: e.settings().Clone(), HasToken: e.chosen.Secret(PlexToken)() != ""}
		now.Dial = func() movein.Stash { stash, _ := e.o.Dial(a); return stash }
		return nil
	})
	if err != nil {
		return api.Import{}, err
	}
	m := movein.New(e.host)
	out, plan, move, err := m.Import(ctx, q, now)
	if err != nil || q.Preview {
		return out, err
	}
	if move.Changed || move.Token != "" {
		c := api.SettingsChange{Values: move.Values}
		if move.Token != "" {
			c.Token = &move.Token
		}
		if err := e.save(ctx, c, false); err != nil {
			return out, err
		}
	}
	return out, e.loop.Ask(ctx, func() error {
		defer e.publish()
		return m.Do(plan)
	})
}
