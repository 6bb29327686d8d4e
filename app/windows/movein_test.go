package windows

import (
	"testing"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/stash2plex"
)

func TestSetUpOffersToTakeOverFromStash2Plex(t *testing.T) {
	f := newcomer()
	f.movein = api.Import{
		Plugin: api.PluginOn, Settings: []stash2plex.Setting{{Name: "plex_url", Effect: stash2plex.Taken}},
		Files: []stash2plex.File{{Name: "dlq.db", State: stash2plex.NotDecoded}}, Scenes: api.ImportedScenes{Read: 2041, Later: 2041},
	}
	_, win, p := setUp(t, f)
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	tap(t, win, "Next")
	wantStep(t, p, present.StepPlex)
	wantShown(t, win, "Stash2Plex was used here.", "two programs would write to Plex", "Its data folder")
	f.called()
	entry(t, win, 0).SetText(` "/stash/plugins/Stash2Plex/data" `)
	tap(t, win, "Import")
	wantCalled(t, f, "import /stash/plugins/Stash2Plex/data")
	wantShown(t, win, "041 scenes that Stash2Plex says it wrote", "Python pickle")
	if canTap(win, "Import") {
		t.Error("it is offered again")
	}
	wantStep(t, p, present.StepPlex)
}

func TestSetUpIsQuietWhereStash2PlexNeverWas(t *testing.T) {
	f := newcomer()
	f.movein = api.Import{Plugin: api.PluginAbsent}
	_, win, p := setUp(t, f)
	entry(t, win, stashURLEntry).SetText("http://nas:9999")
	tap(t, win, "Next")
	wantStep(t, p, present.StepPlex)
	if shows(win, "Stash2Plex was used here.") || canTap(win, "Import") {
		t.Error("it is offered")
	}
}
