package worker

import (
	"cmp"
	"slices"

	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// verify reads back everything that was written, in one request per hundred items, and
// only then reports success.
func (b *batch) verify() error {
	var tasks []*task
	var keys []string
	for _, t := range b.open() {
		if !t.complete() {
			continue // not reached: goes back unwritten or half written
		}
		b.Step(t.job, queue.Checking, nil)
		tasks = append(tasks, t)
		for _, g := range t.targets {
			if g.written {
				keys = append(keys, g.Key.RatingKey)
			}
		}
	}
	if len(tasks) == 0 {
		return nil
	}
	r, err := b.Items(b.hard, keys)
	if err != nil {
		return err
	}
	results := make([]Result, len(tasks))
	for i, t := range tasks {
		results[i] = b.check(t, r)
	}
	return b.endAll(tasks, results)
}

// complete reports that everything planned for the task was written.
func (t *task) complete() bool {
	for _, g := range t.targets {
		if g.Plan.Changed && !g.written {
			return false
		}
	}
	return t.wrote()
}

// check compares what was read back with the plan. What is missing is retried: a
// partly failed item is no success.
func (b *batch) check(t *task, read compare.Found[string, scene.Item]) Result {
	r := Result{Wrote: true}
	var untaken *fault.Error
	var missing []message.Arg
	for _, g := range t.targets {
		after, ok := read.Values[g.Key.RatingKey]
		if !g.written {
			after, ok = g.InPlex, true
		}
		if bad := read.Bad[g.Key.RatingKey]; !ok && bad != nil {
			t.fault = bad
			continue
		}
		if !ok {
			missing = append(missing, message.Of(message.New(message.ItemItself)))
			r.Gone = append(r.Gone, g.Key)
			continue
		}
		m, unmet := g.Plan.Verify(after, g.State.Memory, b.Clock())
		for _, d := range unmet {
			if d.Code != "" {
				continue // how Plex stores it: reported, not retried
			}
			if g.refuses(d.Field) {
				untaken = fault.Of(g.refused)
				continue // what Plex refused it will refuse again
			}
			missing = append(missing, message.Of(d.Field.Message()))
		}
		r.Items = append(r.Items, ItemResult{Key: g.Key, Title: after.Title, State: b.state(t, g, m, after), Changes: store.ChangesOf(g.Plan)})
	}
	if len(missing) == 0 {
		t.notTaken(untaken)
		done := b.result(t)
		done.Items, done.Gone = r.Items, r.Gone
		return done
	}
	r.Outcome = Failed
	r.Fault = fault.New(fault.Temporary, fault.Plex, message.New(message.NotTakenOver, message.List(missing...)), message.None, nil)
	return r
}

// result is that of a task all of whose items are as wanted; a fault of an item that was
// lost on the way, or of a picture, still makes it fail.
func (b *batch) result(t *task) Result {
	r := Result{Outcome: Done, Wrote: t.wrote(), Undone: t.undone()}
	switch {
	case t.fault != nil:
		r.Outcome, r.Fault = Failed, t.fault
	case t.picture != nil:
		r.Outcome, r.Fault, r.OnlyPicture, r.Seen = Failed, t.picture, true, b.synced(t)
	default:
		r.Seen, r.Message = b.synced(t), t.kept()
	}
	return r
}

// synced is what to remember of a scene that is in step.
func (b *batch) synced(t *task) *store.Seen {
	s := t.seen()
	if s == nil {
		return nil
	}
	s.Content, s.Synced = t.Scene.ContentHash(), b.Clock()
	return s
}

// notTaken takes in that Plex does not take a value. A sync cannot be called done without
// it; an undo gives back what Plex lets it, like what nobody changed since.
func (t *task) notTaken(f *fault.Error) {
	switch {
	case f == nil:
	case t.job.Undo == 0:
		t.fault = cmp.Or(t.fault, f)
	default:
		t.Note = f.Message
	}
}

// refuses reports that Plex did not take a value of the field.
func (g *target) refuses(f scene.Field) bool {
	return g.refused != nil && slices.Contains(g.refused.Fields, f.Wire())
}

// kept says which fields were left alone and why, for the job's line in the queue. A
// field the user switched off is no news.
func (t *task) kept() message.Message {
	parts := []message.Message{t.Note}
	for _, g := range t.targets {
		for _, d := range g.Plan.Decisions {
			if d.Code == "" || d.Code == skip.PolicyOff || d.Action == plan.Same || d.Action == plan.Adopt {
				continue
			}
			line := message.New(message.FieldSays, message.Of(d.Field.Message()), message.Of(d.Said()))
			if !d.Said().IsZero() && !slices.Contains(parts, line) {
				parts = append(parts, line)
			}
		}
	}
	return message.Clauses(parts...)
}
