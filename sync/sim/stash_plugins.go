package sim

import (
	"encoding/json"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Plugin is a plugin of Stash.
type Plugin struct {
	ID      string
	Removed bool // Stash keeps the settings of a plugin that was removed
	Enabled bool
	// Settings are those somebody made; nil as long as nobody did.
	Settings map[string]any
}

// SetPlugin installs a plugin, in place of one with its id.
func (s *Stash) SetPlugin(p Plugin) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plugins = append(slices.DeleteFunc(s.plugins, func(o Plugin) bool { return o.ID == p.ID }), p)
}

func (s *Stash) pluginList() []node {
	out := []node{}
	for _, p := range s.plugins {
		if !p.Removed {
			out = append(out, mapNode{"Plugin", map[string]any{"id": p.ID, "name": p.ID, "version": "1.0", "enabled": p.Enabled}})
		}
	}
	return out
}

// pluginSettings is the scalar PluginConfigMap: whole maps, of the plugins asked for.
type pluginSettings struct{ plugins []Plugin }

func (n pluginSettings) json(x *execution, f *ast.Field) []byte {
	var wanted []string
	include, limited := f.ArgumentMap(x.p.vars)["include"].([]any)
	for _, v := range include {
		id, _ := asID(v)
		wanted = append(wanted, id)
	}
	out := map[string]map[string]any{}
	for _, p := range n.plugins {
		if p.Settings != nil && (!limited || slices.Contains(wanted, p.ID)) {
			out[p.ID] = p.Settings
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic(err)
	}
	return text
}
