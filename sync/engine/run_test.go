package engine_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// lastRun waits for the end of the run, which is then stored, and returns its numbers.
func (l *life) lastRun() store.Run {
	l.t.Helper()
	l.until("the end of the run", func(s api.Snapshot) bool { return s.Scanned && s.Queue.Empty() && s.Run.Started == 0 })
	runs, err := l.Runs(context.Background(), 1)
	if err != nil || len(runs) != 1 {
		l.t.Fatalf("%d runs: %v", len(runs), err)
	}
	r := runs[0]
	return store.Run{Written: r.Written, InStep: r.InStep, Parked: r.Parked, Skipped: r.Skipped, Dead: r.Dead}
}

func TestARunTellsWhatWasWrittenFromWhatWasRight(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 80, Scenes: 20, Dirt: sim.Dirt{Raw: 2, Missing: 3}})
	l := r.start()
	l.settled()
	if got, want := l.lastRun(), (store.Run{Written: 15, Parked: 3, Skipped: 2}); got != want {
		t.Errorf("first: %+v, want %+v", got, want)
	}
	l.end()
	r.dir = t.TempDir()
	l = r.start()
	l.settled()
	if got, want := l.lastRun(), (store.Run{InStep: 15, Parked: 3, Skipped: 2}); got != want {
		t.Errorf("second life: %+v, want %+v", got, want)
	}
	l.end()
	l = r.start()
	s := l.settled()
	if want := (api.Today{Skipped: 2}); s.Today != want {
		t.Errorf("today after a restart %+v, want %+v", s.Today, want)
	}
}

func TestARunIsUndoneWhenNothingOfItIsLeft(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 83, Scenes: 3, NoCover: 3})
	l := r.start()
	l.settled()
	l.lastRun()
	undone := func() []bool {
		runs, err := l.Runs(context.Background(), 0)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]bool, len(runs))
		for i, run := range runs {
			out[i] = run.Undone
		}
		return out
	}
	runs, err := l.Runs(context.Background(), 1)
	must(t, err)
	_, err = l.Undo(context.Background(), api.UndoRequest{Scene: 2})
	must(t, err)
	l.lastRun()
	if got := undone(); !slices.Equal(got, []bool{false, false}) {
		t.Errorf("a scene was undone: %v", got)
	}
	_, err = l.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID})
	must(t, err)
	l.lastRun()
	if got := undone(); !slices.Equal(got, []bool{false, false, true}) {
		t.Errorf("the run was undone: %v, the newest first", got)
	}
	if _, err = l.Undo(context.Background(), api.UndoRequest{Run: runs[0].ID}); !fault.Is(err, fault.NotFound) {
		t.Errorf("undone twice: %v", err)
	}
}

func TestASceneWrittenAndReadAgainCountsAsWrittenOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 81, Scenes: 1, NoCover: 1})
	l := r.open()
	var once sync.Once
	r.world.Plex.SetHook(func(c sim.Call) {
		if c.Kind == "edit" {
			once.Do(func() {
				if _, err := l.SyncNow(context.Background(), api.SyncRequest{Scenes: []scene.ID{1}}); err != nil {
					t.Error(err)
				}
			})
		}
	})
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	go func() { l.done <- l.Run(ctx) }()
	t.Cleanup(l.end)
	s := l.settled()
	if got, want := l.lastRun(), (store.Run{Written: 1}); got != want || s.Today.Written != 1 {
		t.Errorf("%+v, want %+v; today %+v", got, want, s.Today)
	}
}
