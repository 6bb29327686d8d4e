package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
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
	held := b.held(tasks)
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
func (b *batch) held(tasks []*task) map[scene.ID]string {
	if b.Brake == nil {
		return nil
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

// storeIntent stores, before the first write, what the items were and what is about to
// be written: the journal cannot be recovered later, and after a crash the intent
// tells our own half-finished writes from a person's.
func (b *batch) storeIntent() error {
	now := b.Clock()
	err := b.Store.Update(func(tx store.Tx) error {
		for _, t := range b.open() {
			for _, g := range t.targets {
				if !g.plan.Changed {
					continue
				}
				if err := b.intend(tx, t, g, now); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store what is about to be written: %w", err)
	}
	for _, t := range b.open() {
		for _, g := range t.targets {
			if g.plan.Changed {
				g.state.Memory = g.plan.Intent(g.state.Memory, now)
			}
		}
	}
	return nil
}

func (b *batch) intend(tx store.Tx, t *task, g *target, now time.Time) error {
	err := tx.AddJournal(store.JournalEntry{
		Run: b.Run, Item: g.Key, Scene: t.scene.ID, Name: t.scene.Name(), At: now, Former: g.plan.Former,
		Undone: t.job.Undo == b.Run, // undoing the present run must not undo itself
	})
	if err != nil {
		return err
	}
	s := g.state
	s.Scene, s.Path, s.Memory = t.scene.ID, g.Path, g.plan.Intent(g.state.Memory, now)
	return tx.PutItemState(g.Key, s)
}

// write writes one item after another, resting between them.
func (b *batch) write() error {
	until := b.Clock().Add(maxWriting)
	for _, t := range b.open() {
		if b.soft.Err() != nil || b.Clock().After(until) {
			return nil // what was written is still checked; the rest goes back
		}
		if err := b.Permit(b.soft); err != nil {
			return nil //nolint:nilerr // asked to stop while waiting: as above
		}
		b.Step(t.job, "writing")
		if err := b.writeTask(t); err != nil {
			return err
		}
	}
	return nil
}

// writeTask writes the items of a task. What fails at one item does not keep the others
// from being written.
func (b *batch) writeTask(t *task) error {
	for _, g := range slices.Clone(t.targets) {
		if !g.plan.Changed {
			continue
		}
		began := b.Clock()
		err := b.writeItem(t, g)
		if errors.Is(err, errCoverMoved) {
			t.touched = t.touched || t.wrote()
			return b.end(t, Result{Outcome: Returned, Seen: t.coverUnknown(), Wrote: t.touched})
		}
		if err != nil {
			if err := b.lose(t, g, err); err != nil {
				return err
			}
			continue
		}
		b.Streak.Success()
		b.rest(b.Clock().Sub(began))
	}
	if len(t.targets) > 0 && !t.changes() { // those to be written were lost
		return b.inStep([]*task{t})
	}
	return b.bereft(t)
}

// writeItem sends the pictures first, then everything else in one edit, so that the
// locks end up right whatever an upload does to them.
func (b *batch) writeItem(t *task, g *target) error {
	if err := b.upload(t, g); err != nil {
		return err
	}
	if err := b.restore(g); err != nil {
		return err
	}
	if g.plan.Edit.Empty() {
		g.written = true
		return nil
	}
	e := g.plan.Edit
	e.RatingKey, e.Section = g.Key.RatingKey, g.Section
	if err := b.Plex.Edit(b.hard, e); err != nil {
		return err
	}
	g.written = true
	return nil
}

// restFactor is how long to rest per time a write took.
var restFactor = map[config.Pace]float64{config.Gentle: 3, config.Normal: 1, config.Full: 0}

// maxRest caps one rest: a server that needs longer than that is not helped by more.
const maxRest = 2 * time.Second

// rest leaves Plex alone for about as long as the write took.
func (b *batch) rest(took time.Duration) {
	d := min(maxRest, time.Duration(restFactor[b.Settings.Pace]*float64(took)))
	pause(b.soft, d)
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Blame is the verdict that a server, not its items, is at fault: the same fault on
// five different items in a row.
type Blame struct {
	Fault *fault.Error
	Jobs  []queue.Job // as claimed; they go back without an attempt
}

// Error is the operator's text.
func (e *Blame) Error() string {
	return fmt.Sprintf("%d items in a row failed alike: %v", len(e.Jobs), e.Fault)
}

// Unwrap gives the fault of the last item.
func (e *Blame) Unwrap() error { return e.Fault }

// Streak counts different items that failed alike in a row. It outlives a batch. The
// zero value is ready; it is not safe for concurrent use.
type Streak struct {
	class fault.Class
	jobs  []queue.Job
}

// Success ends the row.
func (s *Streak) Success() { s.jobs = nil }

// Fail counts an item and reports whether the server is to blame now.
func (s *Streak) Fail(j queue.Job, f *fault.Error) bool {
	if f.Class != s.class {
		s.class, s.jobs = f.Class, nil
	}
	for _, o := range s.jobs {
		if o.Scene == j.Scene {
			return false // the same item again says nothing new
		}
	}
	s.jobs = append(s.jobs, j)
	return len(s.jobs) >= sameFault
}

// Take hands the jobs of the row out and starts a new one.
func (s *Streak) Take() []queue.Job {
	jobs := s.jobs
	s.jobs = nil
	return jobs
}
