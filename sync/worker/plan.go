package worker

import (
	"slices"

	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// planned takes in what could not be read for the plans of a task, and plans an undo.
func (b *batch) planned(t *task) error {
	if t.job.Undo == 0 {
		t.picture = t.Picture
		return nil
	}
	for _, g := range slices.Clone(t.targets) {
		if err := b.planUndo(t, g); err != nil {
			if err := b.lose(t, g, err); err != nil {
				return err
			}
		}
	}
	return b.endEmpty(t)
}

// sortOut ends the tasks that must not or need not be written.
func (b *batch) sortOut(tasks []*task) error {
	held, err := b.held(tasks)
	if err != nil {
		return err
	}
	var same []*task
	for _, t := range tasks {
		words, stop := held[t.job.Scene]
		switch {
		case stop:
			if err := b.skip(t, skip.Brake, words); err != nil {
				return err
			}
		case t.contested():
			if err := b.end(t, b.leaveContested(t)); err != nil {
				return err
			}
		case !t.changes():
			same = append(same, t)
		}
	}
	return b.inStep(same)
}

// Planned is a job with the plans of its items.
type Planned struct {
	Job   queue.Job
	Plans []plan.Plan
}

// held asks the brake which tasks must wait for a person.
func (b *batch) held(tasks []*task) (map[scene.ID]message.Message, error) {
	if b.Brake == nil {
		return nil, nil
	}
	list := make([]Planned, len(tasks))
	for i, t := range tasks {
		list[i].Job = t.job
		for _, g := range t.targets {
			list[i].Plans = append(list[i].Plans, g.Plan)
		}
	}
	return b.Brake(list)
}

func (t *task) contested() bool {
	return slices.ContainsFunc(t.targets, func(g *target) bool { return g.Contested })
}

// leaveContested ends a job and keeps the count of how often its items were changed back.
func (b *batch) leaveContested(t *task) Result {
	r := Result{Outcome: Skipped, Code: skip.Contested, Seen: t.seen()}
	for _, g := range t.targets {
		r.Items = append(r.Items, ItemResult{Key: g.Key, Title: g.InPlex.Title, State: b.state(t, g, g.State.Memory, g.InPlex)})
	}
	return r
}

func (t *task) changes() bool {
	return slices.ContainsFunc(t.targets, func(g *target) bool { return g.Plan.Changed })
}

// inStep ends the tasks whose items already are as wanted: what was right is adopted
// without a write.
func (b *batch) inStep(tasks []*task) error {
	results := make([]Result, len(tasks))
	for i, t := range tasks {
		results[i] = b.result(t)
		for _, g := range t.targets {
			if err := b.arrived(t, g); err != nil {
				return err
			}
			adopted := g.Plan.Adopted(g.State.Memory)
			if !g.Known || !adopted.Equal(g.State.Memory) || g.State.UpdatedAt != g.InPlex.UpdatedAt || g.State.Scene != t.Scene.ID {
				results[i].Items = append(results[i].Items, ItemResult{Key: g.Key, Title: g.InPlex.Title, State: b.state(t, g, adopted, g.InPlex)})
			}
		}
	}
	return b.endAll(tasks, results)
}

func (b *batch) state(t *task, g *target, m plan.Memory, it scene.Item) store.ItemState {
	s := g.State.Holding(t.Scene.ID, g.Path, it.Files)
	s.Memory, s.UpdatedAt = m, it.UpdatedAt
	if g.written {
		s.Written = b.Clock()
	}
	return s
}
