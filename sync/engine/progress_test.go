package engine_test

import (
	"sync"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/sim"
)

// progress collects every snapshot of a life with work in progress.
func (l *life) progress() (stop func() []api.Snapshot) {
	var mu sync.Mutex
	var all []api.Snapshot
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = l.Watch(l.t.Context(), func(s api.Snapshot) {
			mu.Lock()
			defer mu.Unlock()
			if s.Run.Started != 0 {
				all = append(all, s)
			}
		})
	}()
	return func() []api.Snapshot {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func TestProgressCountsWhatIsWritten(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 85, Scenes: 250, NoCover: 250})
	l := r.start()
	l.settled()
	l.lastRun()
	for id := 1; id <= 250; id += 25 { // ten of 250
		must(t, r.world.Plex.Wipe(r.world.TargetKeys(id)[0]))
	}
	seen := l.progress()
	if _, err := l.SyncNow(t.Context(), api.SyncRequest{All: true}); err != nil {
		t.Fatal(err)
	}
	if got := l.lastRun(); got.Written != 10 || got.InStep != 240 {
		t.Errorf("%+v", got)
	}
	last := 0
	for _, s := range seen() {
		p := s.Run
		if p.Written > p.ToWrite || p.ToWrite > 250 || p.Written < last || p.Finished() > p.Total {
			t.Fatalf("%+v after %d written", p, last)
		}
		if last = p.Written; p.Finished() > 200 && p.ToWrite > 10 {
			t.Errorf("ten scenes need a write: %+v", p)
		}
	}
	if last == 0 || last > 10 {
		t.Errorf("%d counted, want up to 10", last)
	}
}

func TestAFirstSyncCountsToTheLastScene(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 86, Scenes: 230})
	l := r.start()
	seen := l.progress()
	l.lastRun()
	most := 0
	for _, s := range seen() {
		p := s.Run
		if p.ToWrite != 0 && p.ToWrite != 230 {
			t.Errorf("%d are to be written: %+v", p.ToWrite, p)
		}
		if most = max(most, p.Written); p.Written > 230 {
			t.Errorf("written twice: %+v", p)
		}
	}
	if most < 200 {
		t.Errorf("only %d were counted", most)
	}
}

// inPlex is a scene that must be in step.
func (r *rig) inPlex() int {
	without := r.world.Expect()
	for _, id := range r.world.Stash.SceneIDs() {
		if _, ok := without[id]; !ok {
			return id
		}
	}
	r.t.Fatal("no scene is in Plex")
	return 0
}

func TestScenesStandAsTheyAre(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 87, Scenes: 30, Dirt: sim.Dirt{Raw: 4, Missing: 2}})
	r.settings.AskPlexScan = false
	l := r.start()
	if got, want := l.settled().Standing, (api.Standing{InStep: 24, NeedYou: 4}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	filtered := r.world.Stash.TagID("Private")
	must(t, r.world.Stash.Edit(r.inPlex(), func(s *sim.Scene) { s.TagIDs = append(s.TagIDs, filtered) }))
	change := r.settings.Clone()
	change.Filter.Tags.Never = []string{"Private"}
	r.settings = change
	must(t, l.SaveSettings(t.Context(), api.SettingsChange{Values: change}))
	l.scan()
	if got, want := l.settled().Standing, (api.Standing{InStep: 23, LeftOut: 1, NeedYou: 4}); got != want {
		t.Errorf("after a filter: %+v, want %+v", got, want)
	}
	l.end()
	l = r.start()
	if got, want := l.settled().Standing, (api.Standing{InStep: 23, LeftOut: 1, NeedYou: 4}); got != want {
		t.Errorf("after a restart: %+v, want %+v", got, want)
	}
	for _, gone := range []struct {
		what string
		id   func() int
		want api.Standing
	}{
		{"without metadata", func() int { return r.world.Dirty("Raw")[0] }, api.Standing{InStep: 23, LeftOut: 2, NeedYou: 3}},
		{"filtered", r.inPlex, api.Standing{InStep: 23, LeftOut: 2, NeedYou: 3}},
		{"in step", r.inPlex, api.Standing{InStep: 22, LeftOut: 3, NeedYou: 3}},
	} {
		must(t, r.world.Stash.DeleteScene(gone.id()))
		l.scan()
		if got := l.settled().Standing; got != gone.want {
			t.Errorf("after a scene %s was deleted in Stash: %+v, want %+v", gone.what, got, gone.want)
		}
	}
}
