package engine_test

import (
	"slices"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

func asks(s api.Snapshot, k api.AttentionKind) bool {
	return slices.ContainsFunc(s.Attention, func(a api.Attention) bool { return a.Kind == k })
}

// Nobody presses anything: what is asked ends with its cause.
func TestTheQuestionOfARefusedTokenEndsByItself(t *testing.T) {
	inBubble(t, sim.Options{Seed: 7, Scenes: 6}, func(t *testing.T, b *bubble) {
		end := b.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 401})
		b.edits(1)
		signIn := func(s api.Snapshot) bool { return asks(s, api.SignInPlex) }
		if took := b.waits(5*time.Minute, signIn); took >= 5*time.Minute {
			t.Error("nobody is asked")
		}
		end()
		if took := b.waits(time.Hour, func(s api.Snapshot) bool { return !signIn(s) }); took > 5*time.Minute {
			t.Errorf("asked for %v after the token is accepted", took)
		}
	})
}

func TestTheNoticeOfAFullDiskEndsByItself(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 88, Scenes: 4, NoCover: 4})
	f := &full{}
	r.wrap = func(s store.Store) store.Store { f.Store = s; return f }
	l := r.start()
	l.settled()
	f.on.Store(true)
	must(t, r.world.Stash.Edit(1, func(s *sim.Scene) { s.Title += " again" }))
	go func() { _, _ = l.SyncNow(t.Context(), api.SyncRequest{}) }()
	l.until("the notice", func(s api.Snapshot) bool { return asks(s, api.DiskProblem) })
	f.on.Store(false)
	l.until("its end", func(s api.Snapshot) bool { return !asks(s, api.DiskProblem) })
}
