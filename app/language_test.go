package app

import (
	"context"
	"testing"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// told is an engine that publishes one snapshot after the other.
type told struct {
	api.API
	now  api.Snapshot
	next []api.Snapshot
}

func (e told) Snapshot(context.Context) (api.Snapshot, error) { return e.now, nil }

func (e told) Watch(_ context.Context, fn func(api.Snapshot)) error {
	for _, s := range e.next {
		fn(s)
	}
	return nil
}

// This test changes the language of the process: it runs alone.
func TestTheSettingBeatsTheEnvironmentAndWorksAtOnce(t *testing.T) { //nolint:paralleltest // see above
	defer present.SetLanguage("en")
	in := func(l config.Language) api.Snapshot { return api.Snapshot{Language: l} }
	s := &session{ctx: context.Background(), Program: Program{Env: func(name string) (string, bool) { return "de_DE.UTF-8", name == "LANG" }}}
	a := s.speaking(told{now: in(config.English), next: []api.Snapshot{in(config.AutoLanguage), in(config.English), in(config.Deutsch), in("")}})
	if got := present.Language(); got != "en" {
		t.Errorf("windows begin in %q, want the setting", got)
	}
	var drawn []string
	if err := a.Watch(context.Background(), func(api.Snapshot) { drawn = append(drawn, present.T("Queue")) }); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"Warteschlange", "Queue", "Warteschlange", "Warteschlange"} {
		if drawn[i] != want {
			t.Errorf("snapshot %d is drawn as %q, want %q", i, drawn[i], want)
		}
	}
	if s.speak(config.English); present.Language() != "en" {
		t.Error("the tray does not follow the setting")
	}
}
