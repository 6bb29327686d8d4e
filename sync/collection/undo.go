package collection

import (
	"context"
	"slices"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Undoable counts the collections that a run changed and that can be given back what they were.
func Undoable(st store.Store, run uint64) (n int, err error) {
	err = st.View(func(tx store.Tx) error {
		entries, err := entriesOf(tx, run)
		for _, e := range entries {
			if e.Undoable() {
				n++
			}
		}
		return err
	})
	return n, err
}

// Undo gives collections back what they were before a run. What somebody changed since stays. A
// collection that is gone has nothing to be given back. Its error is as that of Write; what was
// undone by then stays so, and the rest can be tried again.
func (w Writer) Undo(ctx context.Context, run uint64) (out Outcome, err error) {
	var entries []store.JournalEntry
	err = w.Store.View(func(tx store.Tx) (err error) { entries, err = entriesOf(tx, run); return err })
	if err != nil {
		return out, err
	}
	for _, e := range entries {
		if !w.May() {
			return out, nil // the rest is undone later
		}
		if !e.Undoable() || e.Item.Machine != w.Machine {
			continue
		}
		if err := w.undoOne(ctx, e, &out); err != nil && whole(err) {
			return out, err
		}
	}
	return out, nil
}

func (w Writer) undoOne(ctx context.Context, e store.JournalEntry, out *Outcome) error {
	key := e.Item.RatingKey
	found, err := w.reader().Items(ctx, []string{key})
	if err == nil && found.Bad[key] != nil {
		err = found.Bad[key]
	}
	if err != nil {
		out.Failed++
		return err
	}
	it, ok := found.Values[key]
	if !ok || !plan.SameTitle(it.Title, e.Name) {
		out.Left++
		return w.Store.Update(func(tx store.Tx) error { return tx.MarkUndone(e.Seq) })
	}
	c, err := w.planUndo(ctx, e, it)
	if err == nil && c.Plan.Changed {
		err = w.giveBack(ctx, c)
	}
	if err != nil {
		out.Failed++
		return err
	}
	return w.undone(ctx, e, c, out)
}

func (w Writer) planUndo(ctx context.Context, e store.JournalEntry, it scene.Item) (*Comparison, error) {
	c := &Comparison{Collection: scene.Collection{RatingKey: it.RatingKey, Section: it.Section, Title: it.Title}, InPlex: it}
	c.Library = c.Section
	for _, s := range w.Sections {
		if s.ID == it.Section {
			c.Library = s.Title
		}
	}
	err := w.Store.View(func(tx store.Tx) (err error) {
		c.State, err = remembered(tx, e.Item, it.Title)
		return err
	})
	if err != nil {
		return nil, err
	}
	former := e.Former
	former.Selected = map[scene.Field]string{}
	for _, f := range plan.UndoPicturesToRead(former, it, c.State.Memory) {
		sha, _, err := w.selected(ctx, c)
		if err != nil {
			return nil, err
		}
		former.Selected[f] = sha
	}
	c.Plan = plan.UndoCollection(former, it, c.State.Memory)
	c.Plan.Item = e.Item
	now := w.Clock()
	c.State.Memory = c.Plan.Intent(c.State.Memory, now)
	return c, w.Store.Update(func(tx store.Tx) error { return tx.PutItemState(e.Item, c.State) })
}

// giveBack takes our picture away where it still is selected, then writes the rest.
func (w Writer) giveBack(ctx context.Context, c *Comparison) error {
	for _, r := range c.Plan.Restores {
		pics, err := w.Plex.Pictures(ctx, c.RatingKey, r.Field)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(pics, func(p scene.Picture) bool { return p.Selected && p.SHA1 == r.SHA1 }) {
			continue
		}
		former := slices.IndexFunc(pics, func(p scene.Picture) bool { return r.Former != "" && p.SHA1 == r.Former })
		if former < 0 || !r.HadImage {
			err = w.Plex.Unselect(ctx, c.RatingKey, r.Field)
		} else {
			err = w.Plex.Select(ctx, c.RatingKey, r.Field, pics[former].Key)
		}
		if err != nil {
			return err
		}
	}
	if c.Plan.Edit.Empty() {
		return nil
	}
	e := c.Plan.Edit
	e.RatingKey, e.Section = c.RatingKey, c.Section
	return w.Plex.Edit(ctx, e)
}

// undone reads a collection back and remembers that a person does not want what was written.
func (w Writer) undone(ctx context.Context, e store.JournalEntry, c *Comparison, out *Outcome) error {
	after := c.InPlex
	if c.Plan.Changed {
		found, err := w.reader().Items(ctx, []string{c.RatingKey})
		if err != nil {
			return err
		}
		after = found.Values[c.RatingKey]
	}
	m, missing := c.Plan.Verify(after, c.State.Memory, w.Clock())
	c.State.Memory, c.State.UpdatedAt = m, after.UpdatedAt
	if len(missing) > 0 {
		out.Failed++
		return fault.New(fault.Temporary, fault.Plex, message.New(message.PlanReadBack), message.None, nil)
	}
	out.Written++
	return w.Store.Update(func(tx store.Tx) error {
		if err := tx.MarkUndone(e.Seq); err != nil {
			return err
		}
		if err := tx.PutItemState(e.Item, c.State); err != nil {
			return err
		}
		if !c.Plan.Changed {
			return nil
		}
		return tx.AddActivity(w.activity(c, message.New(message.CollectionUndone, message.Title(c.Library))))
	})
}
