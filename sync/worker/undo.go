package worker

import (
	"slices"

	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// planUndo plans to restore what the newest journal entry of a run took away from an
// item. An item written more than once in a run is undone step by step.
func (b *batch) planUndo(t *task, g *target) error {
	var entries []store.JournalEntry
	err := b.Store.View(func(tx store.Tx) (err error) {
		entries, err = tx.JournalOf(t.job.Undo, t.Scene.ID)
		return err
	})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(entries, func(e store.JournalEntry) bool { return e.Item == g.Key && e.Undoable() })
	if i < 0 {
		return nil
	}
	former, err := b.selected(g, entries[i].Former)
	if err != nil {
		return err
	}
	g.undoes = entries[i].Seq
	g.Plan = plan.Undo(former, g.InPlex, g.State.Memory)
	g.Plan.Item = g.Key
	return nil
}

// selected completes a journal entry with the pictures selected now, where only Plex
// can tell whether they are ours.
func (b *batch) selected(g *target, former plan.Former) (plan.Former, error) {
	former.Selected = map[scene.Field]string{}
	for _, f := range plan.UndoPicturesToRead(former, g.InPlex, g.State.Memory) {
		sha, err := b.Selected(b.hard, g.Key.RatingKey, f)
		if err != nil {
			return former, err
		}
		former.Selected[f] = sha
	}
	return former, nil
}

// undone lists the journal entries a task restored.
func (t *task) undone() []uint64 {
	var out []uint64
	for _, g := range t.targets {
		if g.undoes != 0 {
			out = append(out, g.undoes)
		}
	}
	return out
}

// restore gives pictures back: where ours still is selected the former one is selected
// again, or one that was not uploaded, or none.
func (b *batch) restore(g *target) error {
	for _, r := range g.Plan.Restores {
		pics, err := b.Plex.Pictures(b.hard, g.Key.RatingKey, r.Field)
		if err != nil {
			return err
		}
		ours := slices.ContainsFunc(pics, func(p scene.Picture) bool { return p.Selected && p.SHA1 == r.SHA1 })
		if !ours {
			continue
		}
		if err := b.giveBack(g, r, pics); err != nil {
			return err
		}
		g.written = true
	}
	return nil
}

func (b *batch) giveBack(g *target, r plan.Restore, pics []scene.Picture) error {
	key := g.Key.RatingKey
	former := slices.IndexFunc(pics, func(p scene.Picture) bool { return r.Former != "" && p.SHA1 == r.Former })
	if former < 0 {
		former = slices.IndexFunc(pics, func(p scene.Picture) bool { return p.SHA1 == "" && p.Key != "" })
	}
	if former < 0 || !r.HadImage {
		return b.Plex.Unselect(b.hard, key, r.Field)
	}
	return b.Plex.Select(b.hard, key, r.Field, pics[former].Key)
}
