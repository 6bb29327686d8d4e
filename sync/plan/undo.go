package plan

import (
	"cmp"

	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Undo plans to give an item back what an earlier plan took away: values and locks,
// element by element for lists. What somebody changed since is kept and listed with
// PlexEditKept. The plan is carried out like any other, Restores first; its Intent and
// Verify make the memory refuse the undone values until Stash wants something else.
func Undo(f Former, current scene.Item, mem Memory) Plan {
	p := Plan{Item: scene.ItemKey{RatingKey: current.RatingKey}, before: current, undo: &f}
	if !current.Detailed {
		p.Blind = true
		return p
	}
	for _, field := range scene.Fields() {
		v := view{item: current, field: field, mem: mem.Fields[field]}
		former, touched := f.Fields[field]
		if !touched {
			p.Decisions = append(p.Decisions, v.decision(Same, "", "not touched then"))
			continue
		}
		lock, relocked := f.Locks[field.Wire()]
		if !relocked {
			lock = current.IsLocked(field)
		}
		p.Decisions = append(p.Decisions, p.undoField(v, former, lock))
	}
	p.compose(mem)
	return p
}

// LookUndo lists the image fields about which Undo cannot tell without Plex's list of
// pictures whether the selected one still is Lockstep's. The caller enters what it finds
// into Former.Selected; without an entry the picture is kept.
func LookUndo(f Former, current scene.Item, mem Memory) []scene.Field {
	var out []scene.Field
	for _, field := range []scene.Field{scene.FieldPoster, scene.FieldBackground} {
		v := view{item: current, field: field, mem: mem.Fields[field]}
		former, touched := f.Fields[field]
		if touched && v.thumb() != former.Thumb && v.mem.Thumb == "" {
			out = append(out, field)
		}
	}
	return out
}

func (p *Plan) undoField(v view, former FormerField, lock bool) Decision {
	switch v.field.Kind() {
	case scene.List:
		return v.undoList(former, lock)
	case scene.Image:
		d, restore := v.undoImage(former, lock, p.undo.Selected[v.field])
		if restore != nil {
			p.Restores = append(p.Restores, *restore)
		}
		return d
	default:
		return v.undoScalar(former, lock)
	}
}

// relock is the decision about a value that is as it was before.
func (v view) relock(lock bool) Decision {
	d := v.decision(Same, "", "is as it was before")
	if lock != d.lock {
		d.Action, d.Why, d.lock, d.relocked = Write, "its former lock is restored", lock, true
	}
	return d
}

func (v view) changedSince() Decision {
	return v.decision(Keep, skip.PlexEditKept, "kept: changed since")
}

func (v view) undoScalar(former FormerField, lock bool) Decision {
	now := v.item.Scalar(v.field)
	nowHash := valueHash(v.field, now)
	var d Decision
	switch {
	case nowHash == valueHash(v.field, former.Text):
		d = v.relock(lock)
		d.Old, d.New = now, now
		return d
	case nowHash != former.Wrote && !v.mem.owns(nowHash):
		d = v.changedSince()
	case former.Text == "" && v.field == scene.FieldTitle:
		d = v.decision(Keep, "", "a title is never cleared")
	case former.Text == "":
		d = v.decision(Clear, "", "was empty before")
		d.lock = lock
	default:
		d = v.decision(Write, "", "is restored")
		d.lock = lock
	}
	d.Old, d.New = now, former.Text
	return d
}

// undoList takes back what was added and puts back what was removed. The former lock
// comes back only with the former list: with other elements in it, the lock protects
// somebody's work.
func (v view) undoList(former FormerField, lock bool) Decision {
	now, before := setOf(v.item.List(v.field)), setOf(former.List)
	target := now.minus(setOf(former.Added)).plus(setOf(former.Removed))
	if target.equal(before) {
		target = before
	} else {
		lock = v.item.IsLocked(v.field)
	}
	var d Decision
	if target.equal(now) {
		d = v.relock(lock)
	} else {
		d = v.decision(Write, "", "is restored")
		d.lock = lock
		if len(target.keys) == 0 {
			d.Action = Clear
		}
	}
	d.OldList, d.NewList = now.names, target.names
	d.Added, d.Removed = target.minus(now).names, now.minus(target).names
	d.Kept = target.minus(before).names
	return d
}

func (v view) undoImage(former FormerField, lock bool, selected string) (Decision, *Restore) {
	if v.thumb() == former.Thumb {
		return v.relock(lock), nil
	}
	sha := v.mem.Sent
	if !v.vouched() {
		sha = scene.Hash(selected)
		if sha == "" || v.mem.Thumb != "" || sha != former.Wrote && !v.mem.owns(sha) {
			return v.changedSince(), nil
		}
	}
	restore := &Restore{Field: v.field, SHA1: string(sha), HadImage: former.Thumb != "", Former: former.Text}
	if restore.Former == "" && former.Memory.Thumb == former.Thumb {
		restore.Former = string(former.Memory.Sent)
	}
	d := v.decision(Write, "", "is restored")
	d.Old, d.New, d.lock = string(sha), restore.Former, lock
	return d, restore
}

// intendUndo marks a value as undone before it is, so that no sync brings it back.
func (p Plan) intendUndo(d Decision, fm FieldMemory) FieldMemory {
	if d.relocked {
		return fm
	}
	fm.Undone = cmp.Or(fm.Intent, fm.Sent, p.undo.Fields[d.Field].Want)
	return fm
}

// verifyUndo brings back the memory from before, with the mark.
func (p Plan) verifyUndo(d Decision, after scene.Item, fm FieldMemory) (FieldMemory, bool) {
	if d.relocked {
		return fm, after.IsLocked(d.Field) == d.lock
	}
	ok := false
	switch d.Field.Kind() {
	case scene.List:
		ok = arrived(d, setOf(after.List(d.Field)))
	case scene.Image:
		ok = view{item: after, field: d.Field}.thumb() != view{item: p.before, field: d.Field}.thumb()
	default:
		ok = valueHash(d.Field, after.Scalar(d.Field)) == valueHash(d.Field, d.New)
	}
	if !ok {
		return fm, false
	}
	former := p.undo.Fields[d.Field].Memory
	former.Undone = fm.Undone
	// The picture selected now has a path nobody has seen yet.
	former.Thumb = ""
	return former, true
}
