package worker

import (
	"context"
	"slices"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// lose takes an item out of a task for a fault of its own; the task's other items go on.
// A fault that is not its own is returned and ends the batch.
func (b *batch) lose(t *task, g *target, err error) error {
	f := fault.Of(err)
	switch {
	case f.Class == fault.NotFound && f.Server != fault.Stash:
		t.gone = append(t.gone, g.Key)
	case f.Server == fault.Stash || f.Class == fault.NotFound || ends(f):
		return f
	case f.Class == fault.Unauthorized: // no write with this token is taken
		return &Blame{Fault: f, Jobs: b.Streak.Take()}
	default:
		if err := b.blame(t, g, f); err != nil {
			return err
		}
		t.fault = own(f)
	}
	t.touched = t.touched || g.written
	t.targets = slices.DeleteFunc(t.targets, func(x *target) bool { return x == g })
	return nil
}

// ends reports a fault that cannot be about one item: we stopped or failed ourselves, Plex
// asks for patience, or it was not asked at all.
func ends(f *fault.Error) bool {
	if budget.Held(f) {
		return true
	}
	switch f.Class {
	case fault.Canceled, fault.Local, fault.Busy:
		return true
	}
	return false
}

// own is a fault of a single item: what Plex or something before it refuses is given up,
// everything else is tried again.
func own(f *fault.Error) *fault.Error {
	mine := *f
	switch f.Class {
	case fault.Rejected, fault.Temporary:
	case fault.Forbidden:
		mine.Class, mine.Message, mine.Hint = fault.Rejected, message.New(message.ChangeRefused), message.New(message.AdvicePlexLog)
	default:
		mine.Class = fault.Temporary
	}
	return &mine
}

// blame finds out whether Plex or the item is at fault, and returns an error when it is
// Plex. Counting cannot tell: a bulk edit puts the same bad value on many neighbours. So a
// write that changes nothing is tried on another item: at once where the fault is more
// likely Plex's, else when several items in a row failed alike.
func (b *batch) blame(t *task, g *target, f *fault.Error) error {
	likely := f.Class != fault.Temporary && f.Class != fault.Rejected
	if !b.Streak.Fail(t.job, f) && !likely {
		return nil
	}
	why := b.harmless(g)
	if why == nil {
		b.Streak.Success()
		return nil
	}
	if budget.Held(why) {
		return why
	}
	switch why.Class {
	case fault.Temporary, fault.Rejected, fault.Forbidden, fault.Unauthorized:
		return &Blame{Fault: why, Jobs: b.Streak.Take()}
	}
	return why
}

// harmlessTimeout bounds the write that changes nothing.
const harmlessTimeout = 10 * time.Second

// harmless sends an edit that changes nothing to items that did not fail, and returns why
// Plex takes none of them: one at the far end of the batch, then one outside it.
func (b *batch) harmless(failed *target) *fault.Error {
	ctx, cancel := context.WithTimeout(b.hard, harmlessTimeout)
	defer cancel()
	var why *fault.Error
	for _, find := range []func(context.Context, *target) (scene.Item, bool, error){b.last, b.outside} {
		it, ok, err := find(ctx, failed)
		if err == nil && ok {
			err = b.Plex.Try(ctx, nothing(it))
		}
		switch f := fault.Of(err); {
		case f == nil && ok:
			return nil
		case f != nil && f.Class != fault.NotFound: // one that is gone proves nothing
			why = f
		}
	}
	return why
}

// nothing is an edit that leaves an item as it is: it says of the title's lock what is
// the case.
func nothing(it scene.Item) plan.Edit {
	title := scene.FieldTitle.Wire()
	return plan.Edit{RatingKey: it.RatingKey, Section: it.Section, Locks: map[string]bool{title: it.Locked[title]}}
}

// last is the last item of the batch that has not failed, or else the failed one. Jobs that
// failed before come last: a neighbour with the same fault, tried again, may be at the very
// end, and proves nothing about Plex.
func (b *batch) last(_ context.Context, failed *target) (scene.Item, bool, error) {
	failing := b.Streak.scenes()
	for _, again := range []bool{false, true} {
		for _, t := range slices.Backward(b.open()) {
			if t.fault != nil || failing[t.job.Scene] || (t.job.Attempts > 0) != again {
				continue
			}
			for _, g := range t.targets {
				if g.Key != failed.Key {
					return g.InPlex, true, nil
				}
			}
		}
	}
	return failed.InPlex, true, nil
}

// outside is an item of the index that is not among those of the batch or of the row of
// failures.
func (b *batch) outside(ctx context.Context, failed *target) (scene.Item, bool, error) {
	avoid := b.Streak.scenes()
	for _, t := range b.tasks {
		avoid[t.job.Scene] = true
	}
	var out store.Indexed
	err := b.Store.View(func(tx store.Tx) error {
		return tx.EachIndexed(b.Machine, func(it store.Indexed) bool {
			s, _, err := tx.ItemState(it.Key)
			if err == nil && it.Key != failed.Key && !avoid[s.Scene] {
				out = it
			}
			return out.Section == ""
		})
	})
	if err != nil || out.Section == "" {
		return scene.Item{}, false, err
	}
	found, err := b.Items(ctx, []string{out.Key.RatingKey})
	if err != nil {
		return scene.Item{}, false, err
	}
	it, ok := found.Values[out.Key.RatingKey]
	it.Section = out.Section
	return it, ok, nil
}
