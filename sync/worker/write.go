package worker

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"lockstep/sync/event"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// storeIntent stores, before the first write, what the items were and what is about to
// be written: the journal cannot be recovered later, and after a crash the intent
// tells our own half-finished writes from a person's.
func (b *batch) storeIntent() error {
	now := b.Clock()
	err := b.Store.Update(func(tx store.Tx) error {
		for _, t := range b.open() {
			for _, g := range t.targets {
				if !g.Plan.Changed {
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
			if g.Plan.Changed {
				g.State.Memory = g.Plan.Intent(g.State.Memory, now)
				b.intents = append(b.intents, intent{t, g})
			}
		}
	}
	return nil
}

func (b *batch) intend(tx store.Tx, t *task, g *target, now time.Time) error {
	err := tx.AddJournal(store.JournalEntry{
		Run: b.RunID, Item: g.Key, Scene: t.Scene.ID, Name: t.Scene.Name(), At: now, Former: g.Plan.Former,
		Undone: t.job.Undo == b.RunID, // undoing the present run must not undo itself
	})
	if err != nil {
		return err
	}
	s := g.State.Holding(t.Scene.ID, g.Path, g.InPlex.Files)
	s.Memory = g.Plan.Intent(g.State.Memory, now)
	return tx.PutItemState(g.Key, s)
}

// write writes one item after another, resting between them.
func (b *batch) write() error {
	until := b.Clock().Add(maxWriting)
	for _, t := range b.open() {
		if b.soft.Err() != nil || b.Clock().After(until) {
			return nil //nolint:nilerr // what was written is still checked; the rest goes back
		}
		if err := b.Permit(b.soft); err != nil {
			return nil //nolint:nilerr // asked to stop while waiting: as above
		}
		b.Step(t.job, queue.Writing, t.fields())
		if err := b.writeTask(t); err != nil {
			return err
		}
	}
	return nil
}

// fields are those that differ in any item of a task, in the order of the plans.
func (t *task) fields() []scene.Field {
	var out []scene.Field
	for _, g := range t.targets {
		for _, d := range g.Plan.Decisions {
			if d.Changes() && !slices.Contains(out, d.Field) {
				out = append(out, d.Field)
			}
		}
	}
	return out
}

// writeTask writes the items of a task. What fails at one item does not keep the others
// from being written.
func (b *batch) writeTask(t *task) error {
	for _, g := range slices.Clone(t.targets) {
		if !g.Plan.Changed {
			continue
		}
		began := b.Clock()
		err := b.writeItem(t, g)
		g.sent = sentBy(err)
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
		if g.written {
			b.Streak.Success()
		}
		event.Sleep(b.soft, b.Settings.Pace.Rest(b.Clock().Sub(began)))
	}
	if len(t.targets) > 0 && !t.wrote() && !t.changes() { // those to be written were lost
		return b.inStep([]*task{t})
	}
	return b.endEmpty(t)
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
	if !g.Plan.Changed {
		return nil
	}
	if g.Plan.Edit.Empty() {
		g.written = true
		return nil
	}
	e := g.Plan.Edit
	e.RatingKey, e.Section = g.Key.RatingKey, g.Section
	err := b.Plex.Edit(b.hard, e)
	if errors.As(err, &g.refused) { // everything else was written
		err = nil
	}
	g.written = g.written || err == nil
	return err
}
