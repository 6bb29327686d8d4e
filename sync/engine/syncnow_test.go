package engine_test

import (
	"context"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

func TestSyncNowAnswersEachTimeWhileStashRefusesTheKey(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 41, Scenes: 3, StashAPIKey: "the right one"})
	if err := r.secrets.Set(engine.StashAPIKey, "a wrong one"); err != nil {
		t.Fatal(err)
	}
	l := r.start()
	for i := range 3 {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		_, err := l.SyncNow(ctx, api.SyncRequest{})
		cancel()
		if f := fault.Of(err); f == nil || f.Class != fault.Unauthorized {
			t.Fatalf("sync %d: %v, want the refusal", i+1, err)
		}
	}
}

func TestSyncingTheSceneWithoutANumberIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 41, Scenes: 3})
	l := r.start()
	l.settled()
	res, err := l.SyncNow(t.Context(), api.SyncRequest{Scenes: []scene.ID{1, 0}})
	if f := fault.Of(err); f == nil || f.Class != fault.Rejected || res.Enqueued != 0 {
		t.Errorf("got %+v, %v", res, err)
	}
}

// Over the socket a list is never null.
func TestEmptyListsAreLists(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 41, Scenes: 1})
	l := r.start()
	history, err := l.History(t.Context(), store.HistoryQuery{Search: "no such line"})
	if err != nil || history == nil {
		t.Errorf("history: %v, %v", history, err)
	}
	page, err := l.Outages(t.Context(), api.OutageQuery{})
	if err != nil || page.Records == nil || page.Gaps == nil || page.Timeline == nil {
		t.Errorf("outages: %+v, %v", page, err)
	}
}
