package engine_test

import (
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/engine"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
)

// The token of somebody the server is shared with reads everything and changes nothing.
func TestATokenThatMayOnlyReadIsNamedAndTakesNoReadForAnAnswer(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 94, Scenes: 12}))
	r.world.Plex.SetGuest("guest-token")
	owner := r.secrets.m[engine.PlexToken]
	r.secrets.m[engine.PlexToken] = "guest-token"
	l := r.start()
	isAsked := func(s api.Snapshot) bool {
		return len(s.Attention) == 1 && s.Attention[0].Kind == api.SignInPlex && strings.Contains(s.Attention[0].Message.String(), "owner") && !s.Active
	}
	s := l.until("the question", isAsked)
	before := r.world.Plex.Mutations()
	for range 3 { // every successful read used to take the question back
		l.retryConnection()
		at := s.At
		if s = l.until("another scan", func(n api.Snapshot) bool { return n.At.After(at) && n.Plex.OK && !n.Active }); !isAsked(s) {
			t.Errorf("attention %+v after a scan, want the question to stay", s.Attention)
		}
	}
	if n := r.world.Plex.Mutations() - before; n > 9 { // a person who asks has it tried: an edit, and two that change nothing
		t.Errorf("%d writes tried meanwhile", n)
	}
	page := l.jobs(storeQuery(queue.Waiting))
	for _, j := range page.Jobs {
		if !strings.Contains(j.Message.String(), "owner") || j.Attempts != 0 {
			t.Errorf("%+v waits without a reason, or was tried", j)
		}
	}
	if len(page.Jobs) != 12 || s.Outage != nil {
		t.Errorf("%d wait, outage %v; want 12 and none", len(page.Jobs), s.Outage)
	}
	got, err := l.TestConnection(t.Context(), api.TestRequest{Server: "plex", URL: r.world.Plex.URL()})
	if err != nil || got.OK || !strings.Contains(got.Message.String(), "only read") || got.Hint.IsZero() {
		t.Errorf("the test of the connection says %+v, %v", got, err)
	}
	l.keep(r, api.SettingsChange{Token: &owner})
	s = l.until("all written", func(s api.Snapshot) bool { return s.Queue.Done == 12 && !s.Active })
	if len(s.Attention) != 0 {
		t.Errorf("attention %+v, want none", s.Attention)
	}
	r.inStep(sim.DiffOptions{})
}
