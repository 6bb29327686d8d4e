package sim_test

import (
	"testing"

	"lockstep/sync/sim"
)

func TestFaultsAreReadAsTheCommandTakesThem(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Scenes: 1})
	for text, want := range map[string]struct {
		server *sim.Server
		effect sim.Effect
		status int
		kind   string // "" for every one
	}{
		"plex:503:list":      {&w.Plex.Server, sim.Status, 503, "list"},
		"stash:bomb":         {&w.Stash.Server, sim.Bomb, 500, ""},
		"PLEX:Endless:items": {&w.Plex.Server, sim.Endless, 500, "items"},
		"plex:status":        {&w.Plex.Server, sim.Status, 500, ""},
	} {
		server, f, err := w.ParseFault(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		equal(t, text, []any{server == want.server, f.Effect, f.Status}, []any{true, want.effect, want.status})
		equal(t, text+" selects all", f.Match == nil, want.kind == "")
		equal(t, text+" selects its kind", f.Match == nil || f.Match(sim.Call{Kind: want.kind}) && !f.Match(sim.Call{Kind: "other"}), true)
	}
	for _, text := range []string{"", "plex", "emby:503", "plex:nosuch", "plex:200", "plex:9999"} {
		if _, _, err := w.ParseFault(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
