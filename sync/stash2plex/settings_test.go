package stash2plex_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/stash2plex"
)

func moved(t *testing.T, settings map[string]any, now config.Settings) (stash2plex.Move, map[string]stash2plex.Setting) {
	t.Helper()
	m := stash2plex.Settings(stash2plex.Plugin{Installed: true, Settings: settings}, now, false)
	by := map[string]stash2plex.Setting{}
	for _, s := range m.Settings {
		by[s.Name] = s
	}
	if err := m.Values.Validate(); err != nil {
		t.Errorf("what was taken over does not fit: %v", err)
	}
	return m, by
}

func TestEachSettingBecomesOurs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		value any
		want  map[string]string // ours; nil: nothing like it
		bad   bool
	}{
		{"plex_url", "http://plex:32400/", map[string]string{"plex-url": "http://plex:32400"}, false},
		{"plex_url", "", nil, true},
		{"plex_url", 7.0, nil, true},
		{"plex_library", "Adult, Movies ;x,", map[string]string{"plex-library": "Adult; Movies ;;x"}, false},
		{"plex_library", "", nil, false},
		{"enabled", false, nil, false},
		{"max_retries", 7.0, nil, false},
		{"poll_interval", 30.0, nil, false},
		{"strict_matching", false, nil, false},
		{"preserve_plex_edits", true, map[string]string{
			"field-title": "fill", "field-studio": "fill", "field-summary": "fill", "field-date": "fill",
			"field-performers": "fill", "field-tags": "fill", "field-poster": "fill",
		}, false},
		{"preserve_plex_edits", "no", nil, false},
		{"connect_timeout", 3.0, nil, false},
		{"read_timeout", 3.0, nil, false},
		{"max_tags", 250.0, map[string]string{"max-tags": "250"}, false},
		{"max_tags", "40", map[string]string{"max-tags": "40"}, false},
		{"max_tags", 1e12, nil, true},
		{"max_tags", 2.5, nil, true},
		{"max_tags", true, nil, true},
		{"max_tags", 501.0, nil, true},
		{"sync_master", false, map[string]string{"hold": "true"}, false},
		{"sync_master", true, nil, false},
		{"sync_studio", false, map[string]string{"field-studio": "off"}, false},
		{"sync_summary", "0", map[string]string{"field-summary": "off"}, false},
		{"sync_tagline", true, nil, false},
		{"sync_date", false, map[string]string{"field-date": "off"}, false},
		{"sync_performers", false, map[string]string{"field-performers": "off"}, false},
		{"sync_tags", "No", map[string]string{"field-tags": "off"}, false},
		{"sync_tags", "perhaps", nil, true},
		{"sync_poster", false, map[string]string{"field-poster": "off"}, false},
		{"sync_background", true, nil, false},
		{"sync_collection", true, map[string]string{"field-collections": "merge", "field-collections-source": "{studio}"}, false},
		{"sync_collection", false, nil, false},
		{"trigger_plex_scan", false, map[string]string{"ask-plex-scan": "false"}, false},
		{"skip_not_found", true, nil, false},
		{"debug_logging", true, nil, false},
		{"obfuscate_paths", true, map[string]string{"mask-names": "true"}, false},
		{"reconcile_interval", "Weekly", map[string]string{"reconcile": "weekly"}, false},
		{"reconcile_interval", "yearly", nil, true},
		{"reconcile_interval", "", nil, true},
		{"reconcile_scope", "24h", map[string]string{"reconcile-scope": "24h"}, false},
		{"reconcile_missing", false, nil, false},
		{"plex_unmatched_path_map", "/plex/films=>/data/films; D:\\More => /data/more;", map[string]string{"path-map": "/data/films => /plex/films; /data/more => D:\\More"}, false},
		{"plex_unmatched_path_map", "films", nil, true},
		{"plex_unmatched_path_map", "films=>more", nil, true},
		{"plex_unmatched_path_map", " ", nil, false},
		{"dlq_retention_days", 90.0, nil, false},
		{"strict_mode", true, nil, false},
		{"reconcile_batch_size", 50.0, nil, false},
		{"plex_connect_timeout", 5.0, nil, false},
		{"plex_read_timeout", 5.0, nil, false},
		{"stash_url", "http://stash", nil, false},
		{"stash_api_key", "secret", nil, false},
		{"stash_session_cookie", "secret", nil, false},
	} {
		t.Run(fmt.Sprint(test.name, " ", test.value), func(t *testing.T) {
			t.Parallel()
			m, by := moved(t, map[string]any{test.name: test.value}, config.Defaults())
			got := by[test.name]
			want := stash2plex.Unmet
			switch {
			case test.bad:
				want = stash2plex.Invalid
			case test.want != nil:
				want = stash2plex.Taken
			}
			if got.Effect != want || want == stash2plex.Taken && !maps.Equal(got.Ours, test.want) {
				t.Errorf("%q %v, want %q %v", got.Effect, got.Ours, want, test.want)
			}
			for name, v := range test.want {
				o, _ := config.Lookup(name)
				if is := o.Get(m.Values); is != v {
					t.Errorf("%s is %q", name, is)
				}
			}
		})
	}
}

func TestWhatAPersonSetHereStays(t *testing.T) {
	t.Parallel()
	now := config.Defaults()
	now.PlexURL, now.MaxTags, now.Reconcile = "http://mine:32400", 33, config.Weekly
	m, by := moved(t, map[string]any{"plex_url": "http://theirs:32400", "max_tags": 250.0, "reconcile_interval": "weekly", "sync_collection": false}, now)
	if by["plex_url"].Effect != stash2plex.Kept || by["max_tags"].Effect != stash2plex.Kept || by["reconcile_interval"].Effect != stash2plex.Same {
		t.Errorf("%+v", m.Settings)
	}
	if m.Changed || m.Values.PlexURL != now.PlexURL || m.Values.MaxTags != 33 || by["plex_url"].Ours["plex-url"] != now.PlexURL {
		t.Errorf("%+v", m.Values)
	}
}

func TestTakingOverTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	all := map[string]any{"plex_url": "http://p:32400", "plex_library": "A,B", "preserve_plex_edits": true, "sync_studio": false, "max_tags": 250.0, "reconcile_interval": "hourly"}
	first, _ := moved(t, all, config.Defaults())
	again, _ := moved(t, all, first.Values)
	if !first.Changed || again.Changed || again.Values.WantedHash() != first.Values.WantedHash() {
		t.Errorf("first %v, again %v", first.Changed, again.Changed)
	}
}

func TestAFieldThatIsOffIsNotFilled(t *testing.T) {
	t.Parallel()
	m, by := moved(t, map[string]any{"preserve_plex_edits": true, "sync_studio": false}, config.Defaults())
	if got := m.Values.Policy("studio"); got != config.Off {
		t.Errorf("studio is %q", got)
	}
	if _, told := by["preserve_plex_edits"].Ours["field-studio"]; told || by["preserve_plex_edits"].Ours["field-title"] != "fill" {
		t.Errorf("%v", by["preserve_plex_edits"])
	}
}

// Collections are on in the plugin unless switched off, and users of the plugin have them.
func TestCollectionsStayForThoseWhoHadThem(t *testing.T) {
	t.Parallel()
	if m, _ := moved(t, map[string]any{"plex_url": "http://p:32400"}, config.Defaults()); m.Values.Policy("collections") != config.Merge || !slices.Equal(m.Values.Source("collections"), []string{"{studio}"}) {
		t.Error("the plugin's collections end")
	}
	here := config.Defaults()
	here.Fields["collections"] = config.Merge
	if m, _ := moved(t, map[string]any{"plex_url": "http://p:32400"}, here); !slices.Equal(m.Values.Source("collections"), config.Defaults().Source("collections")) {
		t.Errorf("those made here already end: %q", m.Values.Source("collections"))
	}
	if m, _ := moved(t, nil, config.Defaults()); m.Changed || len(m.Settings) > 0 {
		t.Errorf("without the plugin: %+v", m.Settings)
	}
}

func TestTheTokenIsTakenAndNeverShown(t *testing.T) {
	t.Parallel()
	const token = "canary-Tok3n_abcdef"
	settings := map[string]any{"plex_token": " " + token + " ", "api_token_of_mine": token, "plex_url": "http://x:" + token + "@plex:32400", "stash_api_key": token}
	m := stash2plex.Settings(stash2plex.Plugin{Settings: settings}, config.Defaults(), false)
	if m.Token != token {
		t.Errorf("got %q", m.Token)
	}
	if text, err := json.Marshal(m.Settings); err != nil || strings.Contains(string(text), token) {
		t.Errorf("%s, %v", text, err)
	}
	if m := stash2plex.Settings(stash2plex.Plugin{Settings: settings}, config.Defaults(), true); m.Token != "" {
		t.Error("a token that is known already was replaced")
	}
	for _, bad := range []any{"", 7.0, "two words", "line\nbreak", strings.Repeat("x", 600)} {
		if m := stash2plex.Settings(stash2plex.Plugin{Settings: map[string]any{"plex_token": bad}}, config.Defaults(), false); m.Token != "" {
			t.Errorf("%v was taken for a token", bad)
		}
	}
}

func TestSettingsNobodyKnowsAreToldOfInBounds(t *testing.T) {
	t.Parallel()
	many := map[string]any{}
	for i := range 1000 {
		many[fmt.Sprintf("x%04d", i)+strings.Repeat("y", 5000)] = "z"
	}
	m, _ := moved(t, many, config.Defaults())
	if len(m.Settings) > 50 || len(m.Settings[3].Name) > 300 {
		t.Errorf("%d told of", len(m.Settings))
	}
}

// Whatever the settings hold, what comes of them fits.
func FuzzSettings(f *testing.F) {
	f.Add([]byte(`{"plex_url":"http://p:32400","plex_library":"A;B,C","max_tags":1e3,"sync_tags":"yes","plex_unmatched_path_map":"a=>b;c"}`))
	f.Add([]byte(`{"plex_url":[],"sync_master":{},"reconcile_scope":null,"plex_token":"\u0000","preserve_plex_edits":"TRUE"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var settings map[string]any
		if json.Unmarshal(text, &settings) != nil {
			return
		}
		m, _ := moved(t, settings, config.Defaults())
		if again, _ := moved(t, settings, m.Values); again.Changed {
			t.Errorf("taken over twice, it differs: %+v", again.Settings)
		}
	})
}
