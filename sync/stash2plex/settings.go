package stash2plex

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"lockstep/sync/config"
	"lockstep/sync/scene"
)

// PluginID is the plugin's name in Stash.
const PluginID = "Stash2Plex"

// Plugin is what Stash says of the plugin.
type Plugin struct {
	// Installed and Enabled: a plugin that is enabled writes to Plex at each edit.
	Installed bool
	Enabled   bool
	// Settings are as Stash has them, a Map without types. They hold Plex's token.
	Settings map[string]any
}

// Effect is what became of one of the plugin's settings.
type Effect string

// The effects.
const (
	Taken   Effect = "taken"
	Same    Effect = "same"    // ours has the value already
	Kept    Effect = "kept"    // ours was set to something else by a person, and stays
	Unmet   Effect = "unmet"   // nothing is to be set here; the docs say why
	Invalid Effect = "invalid" // the value is none of this setting
	Unknown Effect = "unknown" // no setting of release 1.6.14
)

// Hidden stands in place of a secret.
const Hidden = "***"

// Setting is one of the plugin's settings and what it becomes here.
type Setting struct {
	Name   string            `json:"name"`
	Value  string            `json:"value"` // Hidden for a secret
	Effect Effect            `json:"effect"`
	Ours   map[string]string `json:"ours"` // the values ours get or have, by name
	// Broken says that the setting had no effect in the plugin, or another one than its name says.
	Broken bool `json:"broken"`
}

// Move is what the plugin's settings come to.
type Move struct {
	Settings []Setting
	// Values are the settings with everything taken over.
	Values config.Settings
	// Changed reports whether they differ from those before.
	Changed bool
	// Token is Plex's token if it is to be taken over, else "".
	Token string
}

// rule is how one setting of the plugin is taken.
type rule struct {
	name string
	// broken: see Setting.
	broken bool
	// absent is what the plugin takes for a setting nobody made, where that matters here.
	absent any
	// ours gives our settings for its value. Nil: there is nothing like it here. An error is one of
	// a value that cannot be.
	ours func(value any) (map[string]string, error)
}

// rules are all settings the release 1.6.14 reads, in the order of its page and then those it does not show.
func rules() []rule {
	return []rule{
		{name: "plex_url", ours: text("plex-url")},
		{name: tokenSetting},
		{name: "plex_library", ours: libraries},
		{name: "enabled"},
		{name: "max_retries", broken: true},
		{name: "poll_interval", broken: true},
		{name: "strict_matching"},
		{name: "preserve_plex_edits", broken: true, ours: preserve},
		{name: "connect_timeout", broken: true},
		{name: "read_timeout", broken: true},
		{name: "max_tags", ours: whole("max-tags")},
		{name: "sync_master", broken: true, ours: master},
		{name: "sync_studio", ours: field(scene.FieldStudio)},
		{name: "sync_summary", ours: field(scene.FieldSummary)},
		{name: "sync_tagline", broken: true},
		{name: "sync_date", ours: field(scene.FieldDate)},
		{name: "sync_performers", ours: field(scene.FieldPerformers)},
		{name: "sync_tags", ours: field(scene.FieldTags)},
		{name: "sync_poster", ours: field(scene.FieldPoster)},
		{name: "sync_background", broken: true},
		{name: "sync_collection", absent: true, ours: collection},
		{name: "trigger_plex_scan", broken: true, ours: toggle("ask-plex-scan")},
		{name: "skip_not_found"},
		{name: "debug_logging"},
		{name: "obfuscate_paths", broken: true, ours: toggle("mask-names")},
		{name: "reconcile_interval", broken: true, ours: choice("reconcile")},
		{name: "reconcile_scope", broken: true, ours: choice("reconcile-scope")},
		{name: "reconcile_missing"},
		{name: "plex_unmatched_path_map", ours: pathMap},
		{name: "plex_connect_timeout", broken: true},
		{name: "plex_read_timeout"},
		{name: "dlq_retention_days"},
		{name: "strict_mode", broken: true},
		{name: "reconcile_batch_size", broken: true},
		{name: "stash_url"},
		{name: "stash_api_key"},
		{name: "stash_session_cookie"},
	}
}

// SettingNames are the settings of the plugin's release 1.6.14, also those its page does not show.
func SettingNames() (names []string) {
	for _, r := range rules() {
		names = append(names, r.name)
	}
	return names
}

// tokenSetting holds the secret.
const tokenSetting = "plex_token"

// secretWords mark settings whose values are never shown, whoever made them.
var secretWords = []string{"token", "key", "cookie", "password", "secret"}

const (
	// mostShown bounds how much of a value is shown.
	mostShown = 200
	// mostUnknown bounds how many settings nobody knows are told of.
	mostUnknown = 20
)

// Settings takes the plugin's settings over: those that have something like them here, where ours are as they
// came. What a person set here stays. hasToken says that Plex's token is known already.
func Settings(p Plugin, now config.Settings, hasToken bool) Move {
	m := Move{Values: now.Clone()}
	for _, r := range rules() {
		value, set := p.Settings[r.name]
		if !set && r.absent != nil && len(p.Settings) > 0 {
			value, set = r.absent, true
		}
		if set {
			m.Settings = append(m.Settings, m.take(r, value, now, hasToken))
		}
	}
	m.settle()
	m.Settings = append(m.Settings, strange(p.Settings)...)
	return m
}

// settle takes back what a later setting put differently: a field that is off is not filled.
func (m *Move) settle() {
	for _, s := range m.Settings {
		for name, is := range s.Ours {
			if o, ok := config.Lookup(name); ok && s.Effect == Taken && o.Get(m.Values) != is {
				delete(s.Ours, name)
			}
		}
	}
}

func (m *Move) take(r rule, value any, now config.Settings, hasToken bool) Setting {
	s := Setting{Name: r.name, Value: shown(r.name, value), Broken: r.broken, Effect: Unmet, Ours: map[string]string{}}
	if r.name == tokenSetting {
		s.Effect = m.takeToken(value, hasToken)
		return s
	}
	if r.ours == nil {
		return s
	}
	ours, err := r.ours(value)
	if err != nil {
		s.Effect = Invalid
		return s
	}
	for name, v := range ours {
		if name == collectionsSource && now.Policy(scene.FieldCollections) != config.Off {
			continue // those that are made here already go on
		}
		effect, is := m.set(name, v, now)
		s.Ours[name] = is
		s.Effect = stronger(s.Effect, effect)
	}
	return s
}

// set puts one of our settings to a value, unless a person chose another one.
func (m *Move) set(name, value string, now config.Settings) (effect Effect, is string) {
	o, ok := config.Lookup(name)
	if !ok {
		return Invalid, ""
	}
	next := m.Values.Clone()
	if err := o.Set(&next, value); err != nil {
		return Invalid, o.Get(m.Values)
	}
	switch before := o.Get(now); {
	case before == o.Get(next):
		return Same, before
	case before != o.Get(config.Defaults()):
		return Kept, before
	}
	m.Values, m.Changed = next, true
	return Taken, o.Get(next)
}

// stronger is the effect to tell of a setting that becomes several: the one that changes most.
func stronger(a, b Effect) Effect {
	order := []Effect{Unmet, Same, Kept, Invalid, Taken}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// longestToken is far above what Plex gives out, which are 20 characters.
const longestToken = 512

func (m *Move) takeToken(value any, has bool) Effect {
	token, ok := value.(string)
	token = strings.TrimSpace(token)
	bad := strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
	switch {
	case !ok || token == "" || bad || len(token) > longestToken:
		return Invalid
	case has:
		return Kept
	}
	m.Token = token
	return Taken
}

// strange lists settings that are none of the release's, by name.
func strange(settings map[string]any) []Setting {
	var names []string
	for name := range settings {
		if !slices.ContainsFunc(rules(), func(r rule) bool { return r.name == name }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out []Setting
	for _, name := range names[:min(len(names), mostUnknown)] {
		out = append(out, Setting{Name: cut(name), Value: Hidden, Effect: Unknown, Ours: map[string]string{}})
	}
	return out
}

// shown is a value as people may see it.
func shown(name string, value any) string {
	for _, w := range secretWords {
		if strings.Contains(name, w) {
			return Hidden
		}
	}
	switch v := value.(type) {
	case string:
		if strings.Contains(v, "@") || strings.Contains(strings.ToLower(v), "token=") { // an address may hold a password
			return Hidden
		}
		return cut(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		return cut(v.String())
	}
	return Hidden
}

func cut(text string) string {
	if r := []rune(text); len(r) > mostShown {
		return string(r[:mostShown]) + "…"
	}
	return text
}

var errValue = errors.New("not a value of this setting")

// boolean reads what the plugin takes for yes and no.
func boolean(value any) (bool, error) {
	switch v := value.(type) {
	case bool:
		return v, nil
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true", "1", "yes":
			return true, nil
		case "false", "0", "no":
			return false, nil
		}
	}
	return false, errValue
}

func text(ours string) func(any) (map[string]string, error) {
	return func(value any) (map[string]string, error) {
		v, ok := value.(string)
		if v = strings.TrimSpace(v); !ok || v == "" {
			return nil, errValue
		}
		return map[string]string{ours: v}, nil
	}
}

func toggle(ours string) func(any) (map[string]string, error) {
	return func(value any) (map[string]string, error) {
		on, err := boolean(value)
		return map[string]string{ours: strconv.FormatBool(on)}, err
	}
}

func choice(ours string) func(any) (map[string]string, error) {
	return func(value any) (map[string]string, error) {
		v, _ := value.(string)
		if v = strings.ToLower(strings.TrimSpace(v)); v == "" {
			return nil, errValue
		}
		return map[string]string{ours: v}, nil
	}
}

func whole(ours string) func(any) (map[string]string, error) {
	return func(value any) (map[string]string, error) {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, errValue
		}
		if s, ok := value.(string); ok {
			raw = []byte(strings.TrimSpace(s))
		}
		f, ok := number(raw)
		if !ok || f != math.Trunc(f) || math.Abs(f) > mostCount {
			return nil, errValue
		}
		return map[string]string{ours: strconv.Itoa(int(f))}, nil
	}
}

// field turns a field off. On is what ours are unless a person chose otherwise.
func field(f scene.Field) func(any) (map[string]string, error) {
	return func(value any) (map[string]string, error) {
		on, err := boolean(value)
		if err != nil || on {
			return nil, err
		}
		return map[string]string{"field-" + string(f): string(config.Off)}, nil
	}
}

// collectionsSource is ours for what collections are made of.
const collectionsSource = "field-collections-source"

// collection is on in the plugin unless switched off, and off here. The plugin names collections like
// the studio, and those it made go on.
func collection(value any) (map[string]string, error) {
	on, err := boolean(value)
	if err != nil || !on {
		return nil, err
	}
	return map[string]string{"field-collections": string(config.Merge), collectionsSource: "{studio}"}, nil
}

// master writes nothing when it is off; in the plugin such scenes counted as synced.
func master(value any) (map[string]string, error) {
	on, err := boolean(value)
	if err != nil || on {
		return nil, err
	}
	return map[string]string{"hold": "true"}, nil
}

// preserve fills empty fields only; in the plugin that held for texts alone.
func preserve(value any) (map[string]string, error) {
	on, err := boolean(value)
	if err != nil || !on {
		return nil, err
	}
	ours := map[string]string{}
	for _, f := range scene.Fields() {
		if config.Defaults().Policy(f) == config.Merge {
			ours["field-"+string(f)] = string(config.Fill)
		}
	}
	return ours, nil
}

// libraries splits names at commas, which no name can hold there.
func libraries(value any) (map[string]string, error) {
	v, ok := value.(string)
	if !ok {
		return nil, errValue
	}
	var names []string
	for name := range strings.SplitSeq(v, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, strings.ReplaceAll(name, ";", ";;"))
		}
	}
	if len(names) == 0 {
		return nil, nil //nolint:nilnil // all libraries, which is what ours are as they came
	}
	return map[string]string{"plex-library": strings.Join(names, "; ")}, nil
}

// pathMap turns the rules round: the plugin's lead from Plex to Stash.
func pathMap(value any) (map[string]string, error) {
	v, ok := value.(string)
	if !ok {
		return nil, errValue
	}
	var rules []string
	for part := range strings.SplitSeq(v, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		plex, stash, ok := strings.Cut(part, "=>")
		if !ok {
			return nil, errValue
		}
		rules = append(rules, strings.TrimSpace(stash)+" => "+strings.TrimSpace(plex))
	}
	if len(rules) == 0 {
		return nil, nil //nolint:nilnil // no rules
	}
	return map[string]string{"path-map": strings.Join(rules, "; ")}, nil
}
