package config

import "strings"

// Preset is a choice for every field at once: who wins, and what it is made of. It says
// nothing of filters, limits and connections.
type Preset struct {
	Name  string // "stash2plex", as commands call it
	Title string // as shown
	Words string // one sentence: for whom it is
	// values are what differs from the defaults, by option.
	values map[string]string
}

// Presets lists the presets, the default one first.
func Presets() []Preset {
	return []Preset{
		{
			Name: "lockstep", Title: "Lockstep",
			Words: "The default: what nobody locked in Plex follows Stash; collections, rating and background are left alone.",
		},
		{
			Name: "stash2plex", Title: "Like Stash2Plex",
			Words: "Stash wins, as with the Stash2Plex plugin: edits in Plex are overwritten, and the studio becomes a collection.",
			values: map[string]string{
				"field-title": "mirror", "field-studio": "mirror", "field-summary": "mirror", "field-date": "mirror",
				"field-poster": "mirror", "field-background": "mirror", "field-collections": "merge",
				"field-collections-source": "{studio}",
			},
		},
		{
			Name: "plex-agent", Title: "Like the Plex agent",
			Words: "As with the legacy Plex agent as it was installed: what is locked in Plex stays, studios and their parents become collections, and the content rating is XXX.",
			values: map[string]string{
				"field-collections": "merge", "field-content-rating": "merge",
				"field-collections-source": "Site: {studio}; Studio: {parent_studio}",
			},
		},
	}
}

// FindPreset finds a preset by its name.
func FindPreset(name string) (Preset, bool) {
	for _, p := range Presets() {
		if p.Name == name {
			return p, true
		}
	}
	return Preset{}, false
}

// PresetOf is the preset that says just what the settings say; false when none does.
func PresetOf(s Settings) (Preset, bool) {
	for _, p := range Presets() {
		if len(p.Changes(s)) == 0 {
			return p, true
		}
	}
	return Preset{}, false
}

// Change is one option whose value a preset changes.
type Change struct {
	Option   Option
	From, To string
}

// Changes lists what taking the preset would change, in display order.
func (p Preset) Changes(s Settings) []Change {
	var out []Change
	next := p.Apply(s)
	for _, o := range presetOptions() {
		if from, to := o.Get(s), o.Get(next); from != to {
			out = append(out, Change{o, from, to})
		}
	}
	return out
}

// Apply is the settings with the preset taken. What it does not name gets its default.
func (p Preset) Apply(s Settings) Settings {
	next, usual := s.Clone(), Defaults()
	for _, o := range presetOptions() {
		v, ok := p.values[o.Name]
		if !ok {
			v = o.Get(usual)
		}
		if err := o.Set(&next, v); err != nil {
			panic("preset " + p.Name + ": " + err.Error()) // a test sets each of them
		}
	}
	return next
}

// presetOptions are the options about fields.
func presetOptions() []Option {
	var out []Option
	for _, o := range Options() {
		if o.Group == FieldsGroup && strings.HasPrefix(o.Name, "field-") {
			out = append(out, o)
		}
	}
	return out
}
