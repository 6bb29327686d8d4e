package worker

import (
	"maps"
	"slices"

	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// itemRead is what a read of many items brought.
type itemRead struct {
	items map[string]scene.Item
	bad   map[string]*fault.Error // items that cannot be read, by rating key
	row   int                     // of them, since one could
}

// readAll reads items in one request. When Plex refuses that because of some of them,
// halves are read until the bad ones stand alone, so that only their jobs fail.
func (b *batch) readAll(keys []string) (itemRead, error) {
	r := itemRead{items: map[string]scene.Item{}, bad: map[string]*fault.Error{}}
	slices.Sort(keys)
	return r, b.readHalves(slices.Compact(keys), &r)
}

func (b *batch) readHalves(keys []string, r *itemRead) error {
	items, err := b.Plex.Items(b.hard, keys)
	if err == nil {
		maps.Copy(r.items, items)
		r.row = 0
		return nil
	}
	f := fault.Of(err)
	if f.Class != fault.Temporary && f.Class != fault.Rejected {
		return f
	}
	if len(keys) == 1 {
		r.bad[keys[0]] = f
		if r.row++; r.row >= sameFault {
			return f // all of them alike: the server's fault
		}
		return nil
	}
	if err := b.readHalves(keys[:len(keys)/2], r); err != nil {
		return err
	}
	return b.readHalves(keys[len(keys)/2:], r)
}

// lose takes an item out of a task for a fault of its own; the task's other items go on.
// Any other fault is returned and ends the batch.
func (b *batch) lose(t *task, g *target, err error) error {
	f := fault.Of(err)
	switch {
	case f.Class == fault.NotFound && f.Server != fault.Stash:
		t.gone = append(t.gone, g.Key)
	case f.Class == fault.Temporary || f.Class == fault.Rejected:
		t.fault = f
		if f.Server != fault.Stash && b.Streak.Fail(t.job, f) {
			return &Blame{Fault: f, Jobs: b.Streak.Take()}
		}
	default:
		return f
	}
	t.touched = t.touched || g.written
	t.targets = slices.DeleteFunc(t.targets, func(x *target) bool { return x == g })
	return nil
}

// bereft ends a task that has lost all its items.
func (b *batch) bereft(t *task) error {
	if len(t.targets) > 0 || t.ended {
		return nil
	}
	if t.fault != nil {
		return b.end(t, Result{Outcome: Failed, Fault: t.fault, Wrote: t.touched})
	}
	const why = "Plex no longer has the item this file belonged to"
	paths := b.mapped(t)
	if section, dir := b.place(paths); section != "" {
		return b.park(t, paths, section, dir, why)
	}
	return b.end(t, Result{Outcome: Parked, Code: skip.NotInPlex, Awaits: match.Keys(paths), Seen: t.looked(), Words: why})
}
