package stash_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lockstep/sync/sim"
	"lockstep/sync/stash"
)

func TestAPluginIsTheOneAskedFor(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 1, StashAPIKey: canary})
	if p, err := c.Plugin(t.Context(), "Stash2Plex"); err != nil || p.Installed || len(p.Settings) > 0 {
		t.Errorf("without any: %+v, %v", p, err)
	}
	w.Stash.SetPlugin(sim.Plugin{ID: "recorder", Enabled: true, Settings: map[string]any{"secret": "of another"}})
	w.Stash.SetPlugin(sim.Plugin{ID: "Stash2Plex", Enabled: true, Settings: map[string]any{"max_tags": 250, "sync_tags": false, "plex_url": "http://p"}})
	p, err := c.Plugin(t.Context(), "Stash2Plex")
	want := stash.Plugin{Installed: true, Enabled: true, Settings: map[string]any{"max_tags": 250.0, "sync_tags": false, "plex_url": "http://p"}}
	if err != nil || !reflect.DeepEqual(p, want) {
		t.Errorf("%+v, %v", p, err)
	}
	w.Stash.SetPlugin(sim.Plugin{ID: "Stash2Plex", Enabled: false})
	if p, err := c.Plugin(t.Context(), "Stash2Plex"); err != nil || !p.Installed || p.Enabled || p.Settings != nil {
		t.Errorf("disabled, never set: %+v, %v", p, err)
	}
	w.Stash.SetPlugin(sim.Plugin{ID: "Stash2Plex", Removed: true, Settings: map[string]any{"x": 1}})
	if p, err := c.Plugin(t.Context(), "Stash2Plex"); err != nil || p.Installed || len(p.Settings) != 1 {
		t.Errorf("removed: %+v, %v", p, err)
	}
}

func TestOddAnswersAboutPluginsAreFaults(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"no configuration":     `{"data":{"plugins":[]}}`,
		"null":                 `{"data":null}`,
		"settings no map":      `{"data":{"configuration":{"plugins":{"Stash2Plex":[1]}},"plugins":[]}}`,
		"an error":             `{"errors":[{"message":"Cannot query field"}],"data":null}`,
		"far too many objects": `{"data":{"configuration":{"plugins":{"Stash2Plex":{"x":[` + strings.Repeat("{},", 60_000) + `{}]}}},"plugins":[]}}`,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write([]byte(answer))
		}))
		t.Cleanup(s.Close)
		if p, err := client(s.URL, "").Plugin(t.Context(), "Stash2Plex"); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// The shape of the answer is the one recorded from a real Stash.
func TestTheSimulatedAnswerIsTheRecordedOne(t *testing.T) {
	t.Parallel()
	recorded, err := os.ReadFile(filepath.Join("testdata", "configuration_plugins.json"))
	if err != nil {
		t.Fatal(err)
	}
	var real struct {
		Body json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(recorded, &real); err != nil {
		t.Fatal(err)
	}
	w, _ := world(t, sim.Options{Seed: 3, Scenes: 1})
	w.Stash.SetPlugin(sim.Plugin{ID: "recorder", Enabled: true, Settings: map[string]any{"count": 3, "enabledFlag": true, "webhookUrl": "http://127.0.0.1:5555/x"}})
	w.Stash.SetPlugin(sim.Plugin{ID: "never set", Enabled: true})
	res, err := http.Post(w.Stash.URL()+"/graphql", "application/json", strings.NewReader(`{"query":"{configuration{plugins}}"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var got, want any
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(real.Body, &want); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v (%v)", got, want, err)
	}
}
