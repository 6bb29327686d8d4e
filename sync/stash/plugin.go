package stash

import (
	"context"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/decode"
)

// Plugin is what Stash knows of one of its plugins.
type Plugin struct {
	Installed bool
	Enabled   bool
	// Settings are as a person made them, without defaults and types; they may hold secrets. Stash
	// keeps them when a plugin is removed.
	Settings map[string]any
}

// pluginLimit bounds the settings of one plugin and the list of all: some kilobytes.
var pluginLimit = decode.Limit{Bytes: 4 << 20, Objects: 50_000}

// Plugin asks for a plugin by its id, whatever its case. One that Stash does not know has no
// settings.
func (c *Client) Plugin(ctx context.Context, id string) (Plugin, error) {
	var out struct {
		Configuration *struct{ Plugins map[string]map[string]any }
		Plugins       []struct {
			ID      string
			Enabled bool
		}
	}
	var p Plugin
	q := question{kind: budget.Plugin, query: pluginQuery, vars: map[string]any{"id": id}, limit: pluginLimit}
	err := c.ask(ctx, q, &out, func() error {
		if out.Configuration == nil {
			return c.notStash(nil)
		}
		for _, known := range out.Plugins {
			if strings.EqualFold(known.ID, id) {
				p.Installed, p.Enabled = true, p.Enabled || known.Enabled
			}
		}
		p.Settings = out.Configuration.Plugins[id]
		return nil
	})
	return p, err
}
