package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"lockstep/app"
	"lockstep/sync/sim"
)

// A server that asks for an hour is left alone for an hour, and it is said until when.
func TestLongRetryAfterIsShownWithItsTime(t *testing.T) {
	t.Parallel()
	busy := func(match sim.Match) sim.Fault {
		return sim.Fault{Effect: sim.Status, Status: http.StatusTooManyRequests, RetryAfter: time.Hour, Match: match}
	}
	for name, inject := range map[string]func(w *sim.World){
		"Plex, listing": func(w *sim.World) {
			w.Plex.Inject(busy(func(c sim.Call) bool { return strings.Contains(c.Target, "/all") && !c.Write }))
		},
		"Plex, writing": func(w *sim.World) { w.Plex.Inject(busy(sim.Writes())) },
		"Stash":         func(w *sim.World) { w.Stash.Inject(busy(nil)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			w := s.world(sim.Options{Seed: 3, Scenes: 20})
			inject(w)
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan result, 1)
			begun := time.Now()
			go func() { done <- s.runUntil(ctx, "headless") }()
			var out struct {
				Failing []struct{ Server, Words, Next string }
			}
			for len(out.Failing) == 0 && time.Since(begun) < 20*time.Second { // each command waits for its answer
				s.json(app.ExitFine, &out, "status")
			}
			words := s.run("status").out
			stop()
			<-done
			if len(out.Failing) == 0 {
				t.Fatalf("nothing is said: %s", words)
			}
			next, err := time.Parse(time.RFC3339, out.Failing[0].Next)
			if wait := next.Sub(begun); err != nil || wait < 59*time.Minute || wait > 62*time.Minute {
				t.Errorf("next try after %s (%v)", next.Sub(begun), err)
			}
			if clock := next.Local().Format("15:04"); !strings.Contains(words, "next try at ") || !strings.Contains(words, clock) {
				t.Errorf("%s is not in: %s", clock, words)
			}
		})
	}
}
