package engine_test

import (
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/sim"
)

func TestAStashWithoutAVersionIsConnectedInWholeWords(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 82, Scenes: 14})
	l := r.start()
	for version, want := range map[string]string{
		"v0.30.1": "Connected to Stash v0.30.1 with 14 scenes.",
		"":        "Connected to Stash with 14 scenes.",
	} {
		r.world.Stash.SetVersion(version)
		got, err := l.TestConnection(t.Context(), api.TestRequest{Server: "stash", URL: r.world.Stash.URL()})
		if err != nil || !got.OK || got.Message.String() != want {
			t.Errorf("%q: %+v, %v; want %q", version, got, err, want)
		}
	}
}
