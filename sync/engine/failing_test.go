package engine_test

import (
	"log/slog"
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/sim"
)

// TestOnlyWhatWorkedIsLoggedAsWorking saves settings and asks for a try while Stash refuses
// the key: each has the back-off begin anew, and none of them mends anything.
func TestOnlyWhatWorkedIsLoggedAsWorking(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 83, Scenes: 3, StashAPIKey: "right"})
	log := &lockedBuffer{}
	r.log = slog.New(slog.NewTextHandler(log, nil))
	r.secrets.m["stash-api-key"] = "wrong"
	l := r.start()
	failing := func(s api.Snapshot) bool { return s.Stash.Checked && !s.Stash.OK && len(s.Failing) > 0 }
	l.until("a refused key", failing)
	for range 3 {
		l.keep(r, api.SettingsChange{APIKey: new("wrong")})
		l.until("the key to be refused again", failing)
		l.retryConnection()
		l.until("another try", failing)
	}
	if n := strings.Count(log.String(), "a request works again"); n != 0 {
		t.Errorf("nothing worked, and %d lines say so", n)
	}
	if n := strings.Count(log.String(), "a request failed and will be retried"); n != 1 {
		t.Errorf("one thing failed in one way all the time: %d lines", n)
	}
	l.keep(r, api.SettingsChange{APIKey: new("right")})
	l.settled()
	if n := strings.Count(log.String(), "a request works again"); n != 1 {
		t.Errorf("the key is right now: %d lines", n)
	}
}
