package engine

import (
	"sync"

	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/worker"
)

// guard is the brake over the batches of a run. It is safe for concurrent use.
type guard struct {
	mu      sync.Mutex
	run     uint64
	brake   *reconcile.Brake
	counted map[scene.ID]bool
	held    reconcile.Fields
	allowed reconcile.Fields
	words   string
}

// follow takes over what is asked and allowed.
func (g *guard) follow(b brakeState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held, g.allowed, g.words = b.Fields, b.Allowed, b.Words
	if b.Words == "" {
		g.held = 0
	}
}

// of returns the brake for the batches of a run. tripped is called when more than the
// threshold is found.
func (g *guard) of(run uint64, brake *reconcile.Brake, tripped func([]reconcile.Trip)) func([]worker.Planned) map[scene.ID]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.run != run {
		g.run, g.brake, g.counted = run, brake, map[scene.ID]bool{}
	}
	return func(list []worker.Planned) map[scene.ID]string {
		out, trips := g.check(list)
		if len(trips) > 0 {
			tripped(trips)
		}
		return out
	}
}

// check counts a batch and says which of its scenes must wait.
func (g *guard) check(list []worker.Planned) (map[scene.ID]string, []reconcile.Trip) {
	g.mu.Lock()
	defer g.mu.Unlock()
	touched := map[scene.ID]reconcile.Fields{}
	for _, p := range list {
		if p.Job.Forced || p.Job.Undo != 0 || reconcile.Checked(p.Job.Cause) {
			continue
		}
		for _, pl := range p.Plans {
			touched[p.Job.Scene] |= reconcile.Touches(pl)
			if !g.counted[p.Job.Scene] {
				g.brake.Plan(pl)
			}
		}
		g.counted[p.Job.Scene] = true
	}
	var trips []reconcile.Trip
	if all := g.brake.Tripped(); reconcile.FieldsOf(all)&^g.held&^g.allowed != 0 {
		for _, t := range all {
			if reconcile.FieldsOf([]reconcile.Trip{t})&g.allowed == 0 {
				trips = append(trips, t)
			}
		}
		g.held |= reconcile.FieldsOf(trips)
		g.words = reconcile.BrakeWords(trips)
	}
	out := map[scene.ID]string{}
	for id, fields := range touched {
		if fields&g.held&^g.allowed != 0 {
			out[id] = g.words
		}
	}
	return out, trips
}

// workBrake is the guard for the batches of the present run.
func (e *Engine) workBrake() func([]worker.Planned) map[scene.ID]string {
	b := reconcile.NewBrake(e.settings)
	b.Library = e.look.scenes
	return e.recon.guard.of(e.run.ID, b, func(trips []reconcile.Trip) {
		e.post(func() { e.askBrake(trips, 0) })
	})
}
