package windows

import (
	"testing"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/playback"
	"lockstep/sync/store"
)

// What waits for a decision is shown in the tab, and neither choice is carried out before it was
// confirmed.
func TestFromPlexShowsWhatWaitsAndAsksBeforeItDecides(t *testing.T) {
	f := newFake()
	f.activity.Rows = []store.Playback{{Kind: playback.Play, Scene: 812, Name: "Tidal Pools at Dawn", At: testNow, State: store.PlaybackWaiting}}
	w := newTest(t, f)
	win, p := open[*historyPage](t, w, present.History)
	p.kinds.choose(fromPlexTab)
	if canTap(win, "Write to Stash") || canTap(win, "Ask Plex now") {
		t.Error("nothing is switched on, and something is offered")
	}
	s := sampleSnapshot()
	s.Activity = &api.Activity{Kinds: []api.ActivityKind{{Kind: playback.Play, On: true}}, Asking: 1}
	w.update(s)
	if len(p.fromPlex.rows) != 1 {
		t.Fatalf("%d rows", len(p.fromPlex.rows))
	}
	f.called()
	tap(t, win, "Write to Stash")
	wantCalled(t, f, "")
	wantShown(t, win, "Write 1 value to Stash?")
	tap(t, win, "Write to Stash")
	wantCalled(t, f, "AnswerActivity true")
	tap(t, win, "Only from now on")
	tap(t, win, "Skip")
	wantCalled(t, f, "AnswerActivity false")
	tap(t, win, "Ask Plex now")
	wantCalled(t, f, "CheckActivity false")
}
