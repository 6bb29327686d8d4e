package worker

import (
	"slices"

	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// planAll plans every item of the batch and ends the jobs with nothing to write.
func (b *batch) planAll() error {
	tasks := b.open()
	for _, t := range tasks {
		b.Step(t.job, "planning")
		t.want = plan.Want(*t.scene, b.Settings)
	}
	if err := b.readCovers(tasks); err != nil {
		return err
	}
	for _, t := range tasks {
		if err := b.plan(t); err != nil {
			return err
		}
	}
	return b.sortOut(b.open())
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
		case t.contest:
			if err := b.end(t, b.contested(t)); err != nil {
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
func (b *batch) held(tasks []*task) (map[scene.ID]string, error) {
	if b.Brake == nil {
		return nil, nil
	}
	list := make([]Planned, len(tasks))
	for i, t := range tasks {
		list[i].Job = t.job
		for _, g := range t.targets {
			list[i].Plans = append(list[i].Plans, g.plan)
		}
	}
	return b.Brake(list)
}

// plan plans the items of one task and learns whether somebody else keeps changing one
// of them back.
func (b *batch) plan(t *task) error {
	for _, g := range slices.Clone(t.targets) {
		planItem := b.planSync
		if t.job.Undo != 0 {
			planItem = b.planUndo
		}
		err := planItem(t, g)
		if err == nil {
			continue
		}
		if err := b.lose(t, g, err); err != nil {
			return err
		}
	}
	return b.bereft(t)
}

func (b *batch) planSync(t *task, g *target) error {
	if t.job.Forced {
		g.state.Memory = g.state.Memory.Retried()
	}
	want, err := b.lookAtPictures(g, t.want)
	if err != nil {
		return err
	}
	g.plan = plan.Make(g.item, want, g.state.Memory, b.Settings)
	g.plan.Item = g.Key
	if !g.plan.Reverted {
		return nil
	}
	now := b.Clock()
	if t.job.Attempts == 0 { // a retry finds the same change again
		g.state.Memory = g.state.Memory.NoteRevert(now)
	}
	t.contest = t.contest || g.state.Memory.Contested(now)
	return nil
}

// contested ends a job and keeps the count of how often its items were changed back.
func (b *batch) contested(t *task) Result {
	r := Result{Outcome: Skipped, Code: skip.Contested, Seen: t.looked()}
	for _, g := range t.targets {
		r.Items = append(r.Items, ItemResult{Key: g.Key, Title: g.item.Title, State: b.state(t, g, g.state.Memory, g.item)})
	}
	return r
}

func (t *task) changes() bool {
	for _, g := range t.targets {
		if g.plan.Changed {
			return true
		}
	}
	return false
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
			adopted := g.plan.Adopted(g.state.Memory)
			if !g.known || !adopted.Equal(g.state.Memory) || g.state.UpdatedAt != g.item.UpdatedAt || g.state.Scene != t.scene.ID {
				results[i].Items = append(results[i].Items, ItemResult{Key: g.Key, Title: g.item.Title, State: b.state(t, g, adopted, g.item)})
			}
		}
	}
	return b.endAll(tasks, results)
}

// result is that of a task all of whose items are as wanted; a fault of the cover or of
// an item that was lost on the way still makes it fail.
func (b *batch) result(t *task) Result {
	if t.fault != nil {
		return Result{Outcome: Failed, Fault: t.fault, Wrote: t.wrote(), Undone: t.undone()}
	}
	return Result{Outcome: Done, Seen: b.synced(t), Words: t.kept(), Wrote: t.wrote(), Undone: t.undone()}
}

// synced is what to remember of a scene that is in step.
func (b *batch) synced(t *task) *store.Seen {
	s := t.looked()
	if s == nil {
		return nil
	}
	s.Content, s.Synced = t.scene.ContentHash(), b.Clock()
	return s
}

func (b *batch) state(t *task, g *target, m plan.Memory, it scene.Item) store.ItemState {
	s := g.state
	s.Scene, s.Path, s.Memory, s.UpdatedAt = t.scene.ID, g.Path, m, it.UpdatedAt
	if g.written {
		s.Written = b.Clock()
	}
	return s
}
