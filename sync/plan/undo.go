package plan

import (
	"cmp"
	"slices"

	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Undo plans to give an item back what an earlier plan took away: values and locks,
// element by element for lists. What somebody changed since is kept and listed with
// PlexEditKept. The plan is carried out like any other, Restores first; its Intent and
// Verify make the memory refuse the undone values until Stash wants something else.
func Undo(f Former, current scene.Item, mem Memory) Plan {
	return Plan{Item: scene.ItemKey{RatingKey: current.RatingKey}, before: current, undo: &f}.undone(f, current, mem)
}

func (p Plan) undone(f Former, current scene.Item, mem Memory) Plan {
	if !current.Detailed {
		p.Blind = true
		return p
	}
	for _, field := range scene.Fields() {
		v := view{item: current, field: field, mem: mem.Fields[field]}
		former, touched := f.Fields[field]
		if !touched {
			p.Decisions = append(p.Decisions, v.decision(Same, "", message.New(message.PlanUntouched)))
			continue
		}
		lock, relocked := f.Locks[field.Wire()]
		if !relocked || field.OfActors() { // the lock is that of the actors
			lock = current.IsLocked(field)
		}
		p.Decisions = append(p.Decisions, p.undoField(v, former, lock))
	}
	p.compose(mem)
	return p
}

// UndoPicturesToRead lists the image fields about which Undo cannot tell without Plex's list of
// pictures whether the selected one still is Lockstep's. The caller enters what it finds
// into Former.Selected; without an entry the picture is kept.
func UndoPicturesToRead(f Former, current scene.Item, mem Memory) []scene.Field {
	var out []scene.Field
	for _, field := range []scene.Field{scene.FieldPoster, scene.FieldBackground} {
		v := view{item: current, field: field, mem: mem.Fields[field]}
		former, touched := f.Fields[field]
		if touched && v.thumb() != former.Thumb && !v.vouched() && (v.mem.Thumb == "" || v.mem.Undoing) {
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
		selected, listed := p.undo.Selected[v.field]
		d, restore := v.undoImage(former, lock, selected, listed)
		if restore != nil {
			p.Restores = append(p.Restores, *restore)
		}
		return d
	default:
		return v.undoScalar(former, lock)
	}
}

// asBefore is the decision about a value that is as it was before the run, which had
// changed it unless changed is false.
func (v view) asBefore(lock, changed bool) Decision {
	d := v.decision(Same, "", message.New(message.PlanAsBefore))
	d.restored = changed
	if lock != d.lock {
		d.Action, d.Why, d.lock, d.relocked = Write, message.New(message.PlanLockRestored), lock, true
	}
	return d
}

func (v view) changedSince() Decision {
	return v.decision(Keep, skip.PlexEditKept, message.New(message.PlanChangedSince))
}

func (v view) undoScalar(former FormerField, lock bool) Decision {
	now := v.item.Scalar(v.field)
	nowHash := valueHash(v.field, now)
	var d Decision
	switch {
	case nowHash == valueHash(v.field, former.Text):
		d = v.asBefore(lock, former.Wrote != nowHash)
		d.Old, d.New = now, now
		return d
	case nowHash != former.Wrote && !v.mem.owns(nowHash):
		d = v.changedSince()
	case former.Text == "" && v.field == scene.FieldTitle:
		d = v.decision(Keep, "", message.New(message.PlanTitleStays))
	case former.Text == "":
		d = v.decision(Clear, "", message.New(message.PlanWasEmpty))
		d.lock = lock
	default:
		d = v.decision(Write, "", message.New(message.PlanRestored))
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
	var d Decision
	switch {
	case now.equal(before):
		d, target = v.asBefore(lock, len(former.Added)+len(former.Removed) > 0), now
	case !v.untouched(now, former):
		d, target = v.changedSince(), now
	case target.equal(before):
		d, target = v.decision(Write, "", message.New(message.PlanRestored)), before
		d.lock = lock
	case !target.equal(now):
		d = v.decision(Write, "", message.New(message.PlanRestored))
	}
	if d.Action == Write && !d.relocked && len(target.keys) == 0 {
		d.Action = Clear
	}
	d.OldList, d.NewList = now.names, target.names
	d.Added, d.Removed = target.minus(now).names, now.minus(target).names
	d.Kept = target.minus(before).names
	return d
}

// untouched reports a list nobody but Lockstep had a hand in since the run: it has no
// element that was neither there before nor written, and is whole, unless Lockstep was
// interrupted while it wrote.
func (v view) untouched(now set, former FormerField) bool {
	before := setOf(former.List)
	wrote := before.minus(setOf(former.Removed)).plus(setOf(former.Added))
	known := keySet(before.keys, wrote.keys, v.mem.Elements, v.mem.IntentElements)
	if len(now.filter(func(k string) bool { return !known[k] }).keys) > 0 {
		return false
	}
	if v.mem.Undoing || v.mem.Intent != "" {
		return len(before.minus(setOf(former.Removed)).minus(now).keys) == 0
	}
	refused := keySet(former.Memory.Elements) // by a person, before the run
	missing := slices.ContainsFunc(v.mem.Elements, func(k string) bool {
		return !now.has[k] && (!refused[k] || before.has[k] || wrote.has[k])
	})
	return !missing && (now.equal(wrote) || v.mem.owns(listHash(now)))
}

// upload is the upload that was selected before, empty if it was none or is not known.
func (f FormerField) upload() string {
	if f.Text == "" && f.Memory.Thumb == f.Thumb {
		return string(f.Memory.Sent)
	}
	return f.Text
}

func (v view) undoImage(former FormerField, lock bool, selected string, listed bool) (Decision, *Restore) {
	changed := former.Wrote != scene.Hash(former.Text)
	sha := v.mem.Sent
	switch {
	case v.thumb() == former.Thumb:
		return v.asBefore(lock, changed), nil
	case v.vouched():
	case !listed:
		return v.changedSince(), nil
	case v.mem.Undoing && selected == former.upload():
		// An earlier try came as far as the picture; its new path nobody has seen.
		return v.asBefore(lock, changed), nil
	default:
		sha = scene.Hash(selected)
		if sha == "" || v.mem.Thumb != "" || sha != former.Wrote && !v.mem.owns(sha) {
			return v.changedSince(), nil
		}
	}
	restore := &Restore{Field: v.field, SHA1: string(sha), HadImage: former.Thumb != "", Former: former.upload()}
	d := v.decision(Write, "", message.New(message.PlanRestored))
	d.Old, d.New, d.lock = string(sha), restore.Former, lock
	return d, restore
}

// intendUndo marks a value as undone before it is, so that no sync brings it back and an
// undo that is interrupted knows itself again.
func (p Plan) intendUndo(d Decision, fm FieldMemory) FieldMemory {
	if d.relocked {
		return fm
	}
	fm.Undone, fm.Undoing = p.undoneValue(d, fm), true
	return fm
}

// undoneValue is what is not to be written again. Of several runs that are undone one after the
// other it stays that of the newest: it is what Stash still wants.
func (p Plan) undoneValue(d Decision, fm FieldMemory) scene.Hash {
	if fm.Undone != "" {
		return fm.Undone
	}
	return cmp.Or(fm.Intent, fm.Sent, p.undo.Fields[d.Field].Want)
}

// verifyUndo brings back the memory from before, with the mark.
func (p Plan) verifyUndo(d Decision, after scene.Item, fm FieldMemory) (FieldMemory, bool) {
	var ok bool
	switch {
	case d.relocked:
		ok = after.IsLocked(d.Field) == d.lock
	case d.Field.Kind() == scene.List:
		ok = arrived(d, setOf(after.List(d.Field)))
	case d.Field.Kind() == scene.Image:
		ok = view{item: after, field: d.Field}.thumb() != view{item: p.before, field: d.Field}.thumb()
	default:
		ok = valueHash(d.Field, after.Scalar(d.Field)) == valueHash(d.Field, d.New)
	}
	if !ok || d.relocked && !d.restored {
		return fm, ok
	}
	return p.forget(d, fm), true
}

// forget is the memory from before the run, with the undone value marked.
func (p Plan) forget(d Decision, fm FieldMemory) FieldMemory {
	former := p.undo.Fields[d.Field].Memory
	former.Undone, former.Undoing = p.undoneValue(d, fm), false
	if d.Field.Kind() == scene.Image && (view{item: p.before, field: d.Field}).thumb() != former.Thumb {
		former.Thumb = "" // the picture selected now has a path nobody has seen yet
	}
	return former
}
