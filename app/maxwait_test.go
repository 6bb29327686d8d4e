package app_test

import (
	"strings"
	"testing"
	"time"

	"lockstep/app"
	"lockstep/sync/sim"
)

// What fails for ever while everything else works once kept --once from ever ending.
func TestMaxWaitEndsWhateverFailsForEver(t *testing.T) {
	t.Parallel()
	type server func(*sim.World) *sim.Server
	plex := func(w *sim.World) *sim.Server { return &w.Plex.Server }
	stash := func(w *sim.World) *sim.Server { return &w.Stash.Server }
	tests := map[string]struct {
		of     server
		fault  sim.Fault
		says   string // of the sentence with the reason
		server string
	}{
		"a listing that fails while Plex says who it is": {plex, sim.Fault{Match: sim.Kinds("list"), Effect: sim.Status, Status: 500}, "500", "Plex"},
		"a listing that is one item short":               {plex, sim.Fault{Match: sim.Kinds("list"), Effect: sim.Short}, "listed only", "Plex"},
		"a query that Stash answers with errors":         {stash, sim.Fault{Match: sim.Named("Stamps"), Effect: sim.Errors}, "database is busy", "Stash"},
		"scenes that Stash answers with errors":          {stash, sim.Fault{Match: sim.Named("Scenes"), Effect: sim.Errors}, "database is busy", "Stash"},
		"a Plex that hangs":                              {plex, sim.Fault{Effect: sim.Hang}, "Plex has not answered yet.", "Plex"},
		"a listing that hangs":                           {plex, sim.Fault{Match: sim.Kinds("list"), Effect: sim.Hang}, "Plex has not listed its library yet.", "Plex"},
		"scenes that hang":                               {stash, sim.Fault{Match: sim.Named("Stamps"), Effect: sim.Hang}, "Stash has not listed its scenes yet.", "Stash"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			w := s.world(sim.Options{Seed: 21, Scenes: 20})
			test.of(w).Inject(test.fault)
			sum := s.gaveUp()
			if sum.Finished || sum.Written != 0 || sum.Error == nil {
				t.Fatalf("%+v", sum)
			}
			if e := sum.Error; e.Server != test.server || !strings.Contains(e.Words, test.says) || !strings.Contains(e.Hint, "Gave up after 2s") {
				t.Errorf("%+v, want the reason with %q", e, test.says)
			}
		})
	}
}

// gaveUp runs to the end of a wait of two seconds that is in vain.
func (s *shell) gaveUp() summary {
	s.t.Helper()
	return s.gaveUpAfter(2 * time.Second)
}

// gaveUpAfter runs to the end of a wait that is in vain. That it ends at all is the promise:
// run bounds it.
func (s *shell) gaveUpAfter(wait time.Duration) summary {
	s.t.Helper()
	var sum summary
	s.json(app.ExitError, &sum, "headless", "--once", "--max-wait", wait.String())
	return sum
}

// The wait may be over in the very moment in which a scene is tried once more.
func TestAScenesLastReasonIsSaidWhileItIsBeingTriedAgain(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 23, Scenes: 10})
	cover := sim.All(sim.Kinds("screenshot"), sim.ForItem("7"))
	w.Stash.Inject(sim.Fault{Match: cover, Effect: sim.Status, Status: 503, Count: 1})
	w.Stash.Inject(sim.Fault{Match: cover, Effect: sim.Hang})
	sum := s.gaveUpAfter(8 * time.Second) // the second try begins within five
	if sum.Finished || sum.Error == nil || sum.Queue.Done != 9 || sum.Queue.Running != 1 || !strings.Contains(sum.Error.Words, ": Stash answers with an error (503).") {
		t.Errorf("%+v %+v", sum, sum.Error)
	}
}

func TestACoverThatFailsForEverHoldsOnlyItsOwnScene(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault sim.Fault
		says  string
	}{
		"503":               {sim.Fault{Effect: sim.Status, Status: 503}, ": Stash answers with an error (503)."},
		"a truncated body":  {sim.Fault{Effect: sim.CutOff}, ": Stash closed the connection."},
		"closed connection": {sim.Fault{Effect: sim.Reset}, ": Stash closed the connection."},
		"a web page":        {sim.Fault{Effect: sim.HTML}, ": Something else is answering in place of Stash at the moment."},
		"a redirect":        {sim.Fault{Effect: sim.Login}, ": Stash wants an API key."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			w := s.world(sim.Options{Seed: 22, Scenes: 60})
			f := test.fault
			f.Match = sim.All(sim.Kinds("screenshot"), sim.ForItem("7"))
			w.Stash.Inject(f)
			sum := s.gaveUp()
			if sum.Finished || sum.Error == nil || sum.Queue.Done != 59 || !strings.Contains(sum.Error.Words, test.says) {
				t.Errorf("%+v %+v", sum, sum.Error)
			}
		})
	}
}
