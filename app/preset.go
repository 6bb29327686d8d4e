package app

import (
	"cmp"
	"fmt"

	"lockstep/sync/api"
	"lockstep/sync/config"
)

// presetJSON is what `settings preset NAME --json` prints.
type presetJSON struct {
	Preset string `json:"preset"`
	// Changes are those the preset makes; they are made once Taken is true.
	Changes []presetChangeJSON `json:"changes"`
	Taken   bool               `json:"taken"`
	// Overridden are those that were stored without effect, by name, with the flag or
	// variable that has the last word.
	Overridden map[string]string `json:"overridden"`
}

type presetChangeJSON struct {
	Setting string `json:"setting"`
	From    string `json:"from"`
	To      string `json:"to"`
}

// presetsJSON is what `settings preset --json` prints.
type presetsJSON struct {
	Presets []presetRowJSON `json:"presets"`
	// Current is the one that is in force; null when the fields were chosen one by one.
	Current *string `json:"current"`
}

type presetRowJSON struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	About string `json:"about"`
}

// Run lists the presets, shows what one would change, or takes it.
func (c *settingsPresetCmd) Run(s *session) error {
	if c.Name == "" {
		return s.presets()
	}
	p, ok := config.FindPreset(c.Name)
	if !ok {
		return errUsage{fmt.Errorf("there is no preset %q; see `lockstep settings preset`", c.Name)}
	}
	return s.change(func(a api.API, _ bool) error {
		st, err := a.Settings(s.ctx)
		if err != nil {
			return err
		}
		out := presetJSON{Preset: p.Name, Changes: each(p.Changes(st.Values), presetChange), Taken: c.Yes, Overridden: map[string]string{}}
		if c.Yes {
			var names []string
			for _, change := range out.Changes {
				names = append(names, change.Setting)
			}
			next := p.Apply(st.Values)
			if err := a.SaveSettings(s.ctx, api.SettingsChange{Values: next, Chosen: names}); err != nil {
				return err
			}
			out.Overridden = hiddenBy(names, next, st)
		}
		s.answer(out, func() { s.preset(p, out) })
		return nil
	})
}

func presetChange(c config.Change) presetChangeJSON {
	return presetChangeJSON{c.Option.Name, c.From, c.To}
}

func (s *session) presets() error {
	return s.change(func(a api.API, _ bool) error {
		st, err := a.Settings(s.ctx)
		if err != nil {
			return err
		}
		out := presetsJSON{Presets: each(config.Presets(), func(p config.Preset) presetRowJSON { return presetRowJSON{p.Name, p.Title, p.Words} })}
		now, known := config.PresetOf(st.Values)
		if known {
			out.Current = &now.Name
		}
		s.answer(out, func() {
			for _, p := range out.Presets {
				mark := "  "
				if known && p.Name == now.Name {
					mark = "* "
				}
				s.say("%s%-12s %s", mark, p.Name, p.About)
			}
			if !known {
				s.say("The fields were chosen one by one: none of these is in force.")
			}
		})
		return nil
	})
}

func (s *session) preset(p config.Preset, out presetJSON) {
	if len(out.Changes) == 0 {
		s.say("%s changes nothing: the fields are like this already.", p.Title)
		return
	}
	for _, c := range out.Changes {
		s.say("  %-28s %s → %s", c.Setting, cmp.Or(c.From, "empty"), cmp.Or(c.To, "empty"))
	}
	if !out.Taken {
		s.say("Nothing was changed. Take the preset with --yes; every scene is compared again then.")
		return
	}
	s.say("The preset is taken: %s.", p.Title)
	for _, c := range out.Changes {
		if by := out.Overridden[c.Setting]; by != "" {
			s.say("But %s sets %s, which takes precedence until it is removed.", by, c.Setting)
		}
	}
}
