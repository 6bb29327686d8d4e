package present_test

import (
	"strings"
	"testing"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/message"
)

func TestASceneThatFailsAgainAndAgainSaysWhy(t *testing.T) {
	t.Parallel()
	s := api.Snapshot{Live: true, Configured: true}
	if words := present.Retrying(s, present.Moment{Now: now}); words != "" {
		t.Errorf("nothing fails: %q", words)
	}
	s.Retrying = &api.Retrying{Scene: 7, Name: "Harbour", Message: message.Foreign("Plex answered with an error (500)"), Tries: 4, Next: now.Add(time.Minute)}
	words := present.Retrying(s, present.Moment{Now: now})
	for _, part := range []string{"“Harbour”", "4 times", "Plex answered with an error (500)", "next try"} {
		if !strings.Contains(words, part) {
			t.Errorf("%q lacks %q", words, part)
		}
	}
}
