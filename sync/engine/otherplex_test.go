package engine_test

import (
	"sync/atomic"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/sim"
)

// After every way in which a connection to Plex ends and comes back, another machine may
// answer. Nothing is written to it, and nothing is believed of it.
func TestAnotherPlexAfterAReconnectIsNeverWritten(t *testing.T) {
	t.Parallel()
	const scenes = 150
	for name, swap := range map[string]func(r *rig, l *life, another func()){
		"connections dropped in the middle of a batch": func(r *rig, _ *life, another func()) {
			r.afterEdits(20, another)
			r.editAll(scenes)
		},
		"an outage in the middle of a batch": func(r *rig, l *life, another func()) {
			var clear func()
			r.afterEdits(20, func() { clear = r.world.Plex.Inject(sim.Fault{Effect: sim.Refuse}) })
			r.editAll(scenes)
			l.lookSoon()
			l.until("an outage", func(s api.Snapshot) bool { return s.Verdict == health.Down })
			another()
			clear()
		},
		"one request broken off": func(r *rig, _ *life, another func()) {
			r.afterEdits(20, func() {
				r.world.Plex.Inject(sim.Fault{Effect: sim.Reset, Match: sim.Writes(), Count: 1})
				another()
			})
			r.editAll(scenes)
		},
		"an idle connection given up": func(r *rig, _ *life, another func()) {
			another()
			r.editAll(scenes)
		},
		"a restart of Plex without work": func(r *rig, l *life, another func()) {
			clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Refuse})
			l.until("an outage", func(s api.Snapshot) bool { return s.Verdict == health.Down })
			r.editAll(scenes)
			another()
			clear()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 62, Scenes: scenes}))
			l := r.start()
			l.settled()
			own, before := r.world.Plex.MachineID(), atomic.Int64{}
			before.Store(-1)
			another := func() { // the port closes in between, and with it all that was connected
				open := r.world.Plex.Inject(sim.Fault{Effect: sim.Refuse})
				r.world.Plex.SetMachineID("another-server")
				before.Store(int64(r.world.Plex.Mutations()))
				open()
			}
			swap(r, l, another)
			l.lookSoon()
			l.until("who answers to be known", func(s api.Snapshot) bool {
				return before.Load() >= 0 && s.Plex.Error == "Another Plex server answers at this address." && !s.Active && s.Queue.Waiting > 0
			})
			if n := int64(r.world.Plex.Mutations()) - before.Load(); n != 0 {
				t.Errorf("%d edits to another server", n)
			}
			r.world.Plex.SetMachineID(own)
			r.world.Plex.DropConnections()
			l.retryConnection()
			l.until("all in step", func(s api.Snapshot) bool { return s.Queue.Done == scenes && len(s.Attention) == 0 && !s.Active })
			r.inStep(sim.DiffOptions{})
		})
	}
}

// lookSoon asks for a look whose outcome does not matter.
func (l *life) lookSoon() {
	go func() { _, _ = l.SyncNow(l.t.Context(), api.SyncRequest{}) }()
}

// editAll changes every scene.
func (r *rig) editAll(scenes int) {
	for id := 1; id <= scenes; id++ {
		must(r.t, r.world.Stash.Edit(id, func(s *sim.Scene) { s.Title += " (new)" }))
	}
}

// afterEdits does something once, right after so many edits from now on.
func (r *rig) afterEdits(n int64, do func()) {
	var seen atomic.Int64
	r.world.Plex.SetAfter(func(c sim.Call, _ int) {
		if c.Kind == "edit" && seen.Add(1) == n {
			do()
		}
	})
}
