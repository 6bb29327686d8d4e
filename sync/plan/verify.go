package plan

import (
	"slices"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Intent is the memory to be on disk before the first request of the plan is sent: with
// it a value that arrived although nobody lived to see it is known as Lockstep's.
func (p Plan) Intent(mem Memory, now time.Time) Memory {
	for _, d := range p.Decisions {
		if p.guards(d) {
			fm := mem.Fields[d.Field]
			fm.Guard = valueHash(d.Field, p.before.Scalar(d.Field))
			mem = mem.with(d.Field, fm)
		}
		if !d.Changes() {
			continue
		}
		if p.undo != nil {
			mem = mem.with(d.Field, p.intendUndo(d, mem.Fields[d.Field]))
			continue
		}
		fm := p.intend(d, mem.Fields[d.Field])
		fm.Began, fm.Guard = now.Unix(), ""
		if fm.Sent != fm.Intent { // another value than the one that came back different
			fm.Differs = 0
		}
		mem = mem.with(d.Field, fm)
	}
	return mem
}

// guards reports a value that is neither written nor taken over and still gets locked.
func (p Plan) guards(d Decision) bool {
	_, carried := p.Edit.Scalars[d.Field.Wire()]
	return d.Field.Kind() == scene.Scalar && !d.Changes() && !d.settle && !carried &&
		p.Edit.Locks[d.Field.Wire()] && !p.before.IsLocked(d.Field)
}

// intend adds what is about to be written, and keeps what Plex holds now known if it is
// Lockstep's: an earlier intent would be forgotten otherwise.
func (p Plan) intend(d Decision, fm FieldMemory) FieldMemory {
	switch d.Field.Kind() {
	case scene.List:
		now := setOf(p.before.List(d.Field))
		elements := keySet(setOf(d.Added).keys)
		for _, k := range fm.IntentElements {
			elements[k] = elements[k] || now.has[k]
		}
		if h := listHash(now); fm.owns(h) {
			fm.Back = h
		}
		fm.IntentElements = sortedTrue(elements)
		fm.Intent = listHash(setOf(p.want.Lists[d.Field]))
	case scene.Image:
		if old := scene.Hash(d.Old); fm.owns(old) {
			fm.Sent, fm.Thumb = old, view{item: p.before, field: d.Field}.thumb()
		}
		fm.Intent = scene.Hash(d.New)
	default:
		if h := valueHash(d.Field, d.Old); fm.owns(h) {
			fm.Back = h
		}
		fm.Intent = valueHash(d.Field, d.New)
	}
	return fm
}

// Arrived reports that something is as wanted because of an intent whose end nobody saw:
// it was written after all.
func (p Plan) Arrived(mem Memory) bool {
	return slices.ContainsFunc(p.Decisions, func(d Decision) bool {
		fm := mem.Fields[d.Field]
		return d.settle && !d.Changes() && fm.Intent != "" && fm.Intent != fm.Sent && fm.Intent == p.wanted(d)
	})
}

// wanted is the hash of what Stash wants of a field.
func (p Plan) wanted(d Decision) scene.Hash {
	switch d.Field.Kind() {
	case scene.List:
		return listHash(setOf(p.want.Lists[d.Field]))
	case scene.Image:
		return scene.Hash(p.want.Images[d.Field].SHA1)
	}
	return valueHash(d.Field, p.want.Scalars[d.Field])
}

// Adopted is the memory when nothing had to be written: what Plex and Stash agree on
// counts as Lockstep's from now on, and what an undo found back counts as undone. mem is the one the plan was made with. Use
// Memory.Equal to see whether the result is worth storing.
func (p Plan) Adopted(mem Memory) Memory {
	for _, d := range p.Decisions {
		if d.restored && !d.Changes() {
			mem = mem.with(d.Field, p.forget(d, mem.Fields[d.Field]))
		}
		if !d.settle || d.Changes() || d.Action == Same {
			continue
		}
		fm := mem.Fields[d.Field]
		switch d.Field.Kind() {
		case scene.List:
			now := setOf(p.before.List(d.Field))
			fm = fm.settleList(now, now, setOf(p.want.Lists[d.Field]))
		case scene.Image:
			fm = fm.settleImage(scene.Hash(d.New), view{item: p.before, field: d.Field}.thumb())
		default:
			fm = fm.settle(valueHash(d.Field, d.New))
		}
		mem = mem.with(d.Field, fm)
	}
	return mem
}

// Verify compares the item as read back with what was planned. mem is what Intent
// returned. The memory it returns knows what arrived and what Plex holds instead; the
// decisions are what is not as planned: those without a code are worth another try, those
// with StoredOtherwise are how Plex stores the value, and no drift from now on.
func (p Plan) Verify(after scene.Item, mem Memory, now time.Time) (Memory, []Decision) {
	mem = p.Adopted(mem)
	var missing []Decision
	for _, d := range p.Decisions {
		if !d.Changes() {
			continue
		}
		fm, ok := p.verify(d, after, mem.Fields[d.Field], now)
		mem = mem.with(d.Field, fm)
		if !ok {
			missing = append(missing, report(d, after, fm))
		}
	}
	return mem, missing
}

func (p Plan) verify(d Decision, after scene.Item, fm FieldMemory, now time.Time) (FieldMemory, bool) {
	if p.undo != nil {
		return p.verifyUndo(d, after, fm)
	}
	at := fm.At
	fm, ok := p.verifyWrite(d, after, fm)
	fm.At = at
	if ok || p.moved(d, after) {
		fm.At = now.Unix()
	}
	return fm, ok
}

// moved reports a field that is not what it was before the write.
func (p Plan) moved(d Decision, after scene.Item) bool {
	switch d.Field.Kind() {
	case scene.List:
		return !setOf(after.List(d.Field)).equal(setOf(p.before.List(d.Field)))
	case scene.Image:
		return false
	}
	return valueHash(d.Field, after.Scalar(d.Field)) != valueHash(d.Field, p.before.Scalar(d.Field))
}

func (p Plan) verifyWrite(d Decision, after scene.Item, fm FieldMemory) (FieldMemory, bool) {
	switch d.Field.Kind() {
	case scene.List:
		return p.verifyList(d, after, fm)
	case scene.Image:
		thumb := view{item: after, field: d.Field}.thumb()
		if thumb == "" || thumb == (view{item: p.before, field: d.Field}).thumb() {
			return fm, false
		}
		return fm.settleImage(scene.Hash(d.New), thumb), true
	}
	want, back := valueHash(d.Field, d.New), valueHash(d.Field, after.Scalar(d.Field))
	switch {
	case want == back:
		return fm.settle(want), true
	case !p.carriedOut(d, after, fm):
		return fm, false
	}
	return fm.differ(want, back), false
}

// carriedOut reports that the edit left a trace on the item, or that the same one did before.
// One that was answered with success and did nothing, because something stood between, says
// nothing about how Plex stores a value: it is still about to be written.
func (p Plan) carriedOut(d Decision, after scene.Item, fm FieldMemory) bool {
	switch {
	case p.moved(d, after), after.IsLocked(d.Field) && !p.before.IsLocked(d.Field):
		return true
	case fm.Differs > 0: // of this value; the second time may fall into the same second
		return true
	}
	// An upload moves UpdatedAt, too, so it only counts where nothing else was written.
	return after.UpdatedAt != p.before.UpdatedAt && len(p.Uploads) == 0
}

// verifyList looks at what was to be added and removed only: what a person did to the
// list meanwhile is no failure, nor is the picture that an actor got meanwhile from a
// performer of the same name in another item.
func (p Plan) verifyList(d Decision, after scene.Item, fm FieldMemory) (FieldMemory, bool) {
	d.Added = slices.DeleteFunc(slices.Clone(d.Added), func(element string) bool {
		actor, address := scene.SplitActor(element)
		return d.Field == scene.FieldPerformerPictures && !takesPicture(after, actor, address)
	})
	now, want := setOf(after.List(d.Field)), setOf(p.want.Lists[d.Field])
	settled := fm.settleList(now, setOf(d.NewList), want)
	switch {
	case arrived(d, now):
		return settled, true
	case !p.carriedOut(d, after, fm):
		return fm, false
	}
	settled.Differs = fm.differ(settled.Sent, settled.Back).Differs
	return settled, false
}

func arrived(d Decision, now set) bool {
	return !slices.ContainsFunc(d.Added, func(n string) bool { return !now.has[key(n)] }) &&
		!slices.ContainsFunc(d.Removed, func(n string) bool { return now.has[key(n)] })
}

// report describes a field that is not as planned.
func report(d Decision, after scene.Item, fm FieldMemory) Decision {
	out := Decision{Field: d.Field, Action: d.Action, New: d.New, NewList: d.NewList, Why: message.New(message.PlanReadBack)}
	switch d.Field.Kind() {
	case scene.List:
		now, target := setOf(after.List(d.Field)), setOf(d.NewList)
		out.OldList, out.Added, out.Removed = now.names, target.minus(now).names, now.minus(target).names
	case scene.Scalar:
		out.Old = after.Scalar(d.Field)
	}
	if fm.Differs >= otherwiseAfter {
		out.Code = skip.StoredOtherwise
	}
	return out
}
