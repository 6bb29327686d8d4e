package engine_test

import (
	"context"
	"sync"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine"
	"lockstep/sync/sim"
)

// What was left alone because of a wrong path rule is written once the rule is right,
// whichever process saw the right one first and however early it ended.
func TestCorrectedSettingsAreFollowedAfterAProcessThatEndedEarly(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]func(r *rig){
		"nothing": func(*rig) {},
		"one that only reads": func(r *rig) {
			l := r.startWith(func(o *engine.Options) { o.Hold = true })
			l.until("Plex", func(s api.Snapshot) bool { return s.Plex.OK && s.Stash.OK })
			l.end()
		},
		"one that only stores": func(r *rig) {
			l := r.startWith(func(o *engine.Options) { o.Still = true })
			must(r.t, l.SaveSettings(context.Background(), api.SettingsChange{Values: r.settings.Clone()}))
			l.end()
		},
		"one that never reached Stash": func(r *rig) {
			back := r.world.Stash.Inject(sim.Fault{Effect: sim.Refuse})
			l := r.start()
			l.until("no Stash", func(s api.Snapshot) bool { return s.Stash.Checked && !s.Stash.OK })
			l.end()
			back()
		},
		"one with yet other rules": func(r *rig) {
			right := r.settings.PathMap
			back := r.world.Stash.Inject(sim.Fault{Effect: sim.Refuse})
			r.settings.PathMap = []config.Rule{{Stash: "/elsewhere", Plex: "/nowhere"}}
			r.start().end()
			r.settings.PathMap = right
			back()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 61, Scenes: 30})
			right := r.settings.PathMap
			r.settings.PathMap = []config.Rule{{Stash: right[0].Stash, Plex: "/nowhere"}}
			l := r.start()
			if s := l.settled(); s.Queue.Skipped+s.Queue.Parked != 30 {
				t.Fatalf("the wrong rule leaves %+v", s.Queue)
			}
			l.end()
			r.settings.PathMap = right
			between(r)
			l = r.start()
			l.settled()
			r.inStep(sim.DiffOptions{})
			l.end()
			before, _ := r.plexCalls()
			l = r.start()
			l.settled()
			if n := len(l.jobs(storeQuery("waiting", "running")).Jobs); n > 0 {
				t.Errorf("%d scenes are looked at once more", n)
			}
			if after, _ := r.plexCalls(); after-before > 10 {
				t.Errorf("%d requests for settings that were followed long ago", after-before)
			}
		})
	}
}

// New adapters make the answers of a running scan worthless; what it was to cover stays wanted.
func TestAScanCutShortByNewAdaptersIsMadeAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 62, Scenes: 30})
	right := r.settings.PathMap
	r.settings.PathMap = []config.Rule{{Stash: right[0].Stash, Plex: "/nowhere"}}
	l := r.start()
	l.settled()
	asked, first := make(chan struct{}), sync.Once{}
	free := r.world.Stash.Inject(sim.Fault{Effect: sim.Hang, Match: func(sim.Call) bool {
		first.Do(func() { close(asked) })
		return true
	}})
	r.settings.PathMap = right
	must(t, l.SaveSettings(context.Background(), api.SettingsChange{Values: r.settings.Clone()}))
	<-asked
	token := r.world.Plex.Token()
	must(t, l.SaveSettings(context.Background(), api.SettingsChange{Values: r.settings.Clone(), Token: &token}))
	free()
	l.until("all done", func(s api.Snapshot) bool { return !s.Active && s.Queue.Empty() && s.Queue.Done == 30 })
	r.inStep(sim.DiffOptions{})
}
