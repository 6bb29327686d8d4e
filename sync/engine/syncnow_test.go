package engine_test

import (
	"context"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine"
	"lockstep/sync/fault"
	"lockstep/sync/sim"
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
