package engine_test

import (
	"context"
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// told is all that Explain says of a scene.
func (l *life) told(query string) (api.Explanation, string) {
	l.t.Helper()
	x, err := l.Explain(context.Background(), query)
	if err != nil {
		l.t.Fatal(err)
	}
	var text strings.Builder
	for _, step := range x.Steps {
		for _, m := range append([]message.Message{step.Message}, step.Lines...) {
			text.WriteString(m.String() + "\n")
		}
	}
	return x, text.String() + x.Outcome.String()
}

func TestASceneThatWasOnlyEverRefusedWasNotWritten(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"refused": 400, "an error": 500} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 82, Scenes: 3}))
			key := r.world.TargetKeys(1)[0]
			clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: status, Match: sim.All(sim.Writes(), sim.ForItem(key))})
			l := r.start()
			l.until("the refusal", func(s api.Snapshot) bool {
				return s.Scanned && !s.Active && s.Queue.Done == 2 && s.Queue.Retrying+s.Queue.Dead == 1
			})
			if x, text := l.told("1"); x.CanUndo || strings.Contains(text, "written by Lockstep") {
				t.Errorf("undo offered: %v; %s", x.CanUndo, text)
			}
			if _, err := l.Undo(context.Background(), api.UndoRequest{Scene: 1}); !fault.Is(err, fault.NotFound) {
				t.Errorf("undo of nothing: %v", err)
			}
			clear()
			_, err := l.Retry(context.Background(), api.Selection{Scenes: []scene.ID{1}})
			must(t, err)
			l.until("all done", func(s api.Snapshot) bool { return !s.Active && s.Queue.Done == 3 })
			if x, _ := l.told("1"); !x.CanUndo {
				t.Error("what was written in the end cannot be undone")
			}
		})
	}
}

func TestUndoOfTheLastWritePassesOverARefusedOne(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 83, Scenes: 2}))
	key := r.world.TargetKeys(1)[0]
	before := r.shown(key)
	l := r.start()
	l.settled()
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 400, Match: sim.All(sim.Writes(), sim.ForItem(key))})
	must(t, r.world.Stash.Edit(1, func(s *sim.Scene) { s.Title = "Refused" }))
	l.scan()
	clear()
	_, err := l.Undo(context.Background(), api.UndoRequest{Scene: 1})
	must(t, err)
	l.settled()
	if got := r.shown(key); !got.equal(before) {
		t.Errorf("after the undo %+v, want %+v", got, before)
	}
}

func TestAnErrorOfAWriteThatWasCarriedOutIsAWrite(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 84, Scenes: 1}))
	key := r.world.TargetKeys(1)[0]
	before := r.shown(key)
	r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Carried: true, Count: 3, Match: sim.Writes()})
	l := r.start()
	l.settled()
	if x, text := l.told("1"); !x.CanUndo {
		t.Errorf("no undo is offered: %s", text)
	}
	_, err := l.Undo(context.Background(), api.UndoRequest{Scene: 1})
	must(t, err)
	l.settled()
	if got := r.shown(key); !got.equal(before) {
		t.Errorf("after the undo %+v, want %+v", got, before)
	}
}
