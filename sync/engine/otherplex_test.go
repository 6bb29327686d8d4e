package engine_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/sim"
)

const errOther = "Another Plex server answers at this address."

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
			l.scanSoon()
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
			l.scanSoon()
			l.until("who answers to be known", func(s api.Snapshot) bool {
				return before.Load() >= 0 && s.Plex.Error.String() == errOther && !s.Active && s.Queue.Waiting > 0
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

// An outage is over when the server that went away is back, not when another one answers
// in its place: not in the process that saw it go, and not in one started meanwhile.
func TestAnotherPlexIsNoEndOfAnOutage(t *testing.T) {
	t.Parallel()
	for how, begin := range away {
		for name, restart := range map[string]bool{"the same process": false, "a later process": true} {
			t.Run(how+"/"+name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) {
					b := newBubble(t, sim.Options{Seed: 7, Scenes: 6})
					b.run(dir)
					b.waits(time.Hour, idleAndWell)
					own, end := b.world.Plex.MachineID(), begin(b)
					b.waits(time.Hour, func(s api.Snapshot) bool { return s.Verdict == health.Down })
					if restart {
						b.halt()
						b.run(dir)
					}
					b.world.Plex.SetMachineID("another-server")
					end()
					took := b.waits(5*time.Minute, func(s api.Snapshot) bool { return s.Plex.Error.String() == errOther || s.Verdict != health.Down })
					if s := b.snapshot(); s.Verdict != health.Down || s.Plex.Error.String() != errOther || s.Plex.OK {
						t.Errorf("after %v: verdict %q, Plex %+v", took, s.Verdict, s.Plex)
					}
					if took = b.waits(10*time.Minute, func(s api.Snapshot) bool { return s.Verdict != health.Down }); took < 10*time.Minute {
						t.Errorf("an end of the outage is seen after %v of another server", took)
					}
					b.world.Plex.SetMachineID(own)
					if took = b.waits(time.Hour, wellAgain); took > 2*time.Minute {
						t.Errorf("the own server is known after %v", took)
					}
					b.stop()
				})
			})
		}
	}
}

// scanSoon asks for a scan whose outcome does not matter.
func (l *life) scanSoon() {
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
