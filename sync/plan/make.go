package plan

import (
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Make decides what is to be done with an item: for preview, for writing and for
// comparing, always the same. The item must come from a detailed read. Images must have
// been filled into want by the caller; see Look.
func Make(item scene.Item, want Wanted, mem Memory, set config.Settings) Plan {
	p := Plan{Item: scene.ItemKey{RatingKey: item.RatingKey}, before: item, want: want}
	if !item.Detailed {
		p.Blind = true
		return p
	}
	for _, f := range scene.Fields() {
		if f.OfActors() {
			p.want = p.want.withActors(f, p.target(scene.FieldPerformers), item)
			want = p.want
		}
		v := view{item, f, set.Policy(f), mem.Fields[f]}
		if f == scene.FieldPerformerPictures && v.policy != config.Off {
			v.policy = config.Merge // whatever else is wanted: what others gave is shown in other items, too
		}
		d := annotate(v.decide(want), want.Notes)
		p.Reverted = p.Reverted || d.reverted
		p.Decisions = append(p.Decisions, d)
	}
	p.compose(mem)
	return p
}

func (v view) decide(want Wanted) Decision {
	if v.policy == config.Off {
		d := v.decision(Skip, skip.PolicyOff, message.New(message.PlanOff))
		d.Old, d.OldList = v.item.Scalar(v.field), v.item.List(v.field)
		d.New, d.NewList = d.Old, d.OldList
		return d
	}
	switch v.field.Kind() {
	case scene.List:
		names, wished := want.Lists[v.field]
		return v.list(names, wished)
	case scene.Image:
		img, wished := want.Images[v.field]
		return v.image(img, wished)
	default:
		value, wished := want.Scalars[v.field]
		return v.scalar(value, wished)
	}
}

// annotate adds what Want had to say about the field. A note with a code is the reason
// why there was nothing to write.
func annotate(d Decision, notes []Decision) Decision {
	for _, n := range notes {
		switch {
		case n.Field != d.Field:
		case n.Code != "":
			d.Action, d.Code, d.Why, d.New = n.Action, n.Code, n.Why, n.New
		default:
			d.Notes = append(d.Notes, n.Why)
		}
	}
	return d
}

// compose derives edit, uploads and journal entry from the decisions.
func (p *Plan) compose(mem Memory) {
	for _, d := range p.Decisions {
		p.Changed = p.Changed || d.Changes()
	}
	if !p.Changed {
		return
	}
	p.Edit = Edit{
		RatingKey: p.before.RatingKey, Section: p.before.Section,
		Scalars: map[string]string{}, Lists: map[string]ListEdit{}, Locks: map[string]bool{},
	}
	for _, d := range p.Decisions {
		switch d.Field.Kind() {
		case scene.List:
			p.carryList(d)
		case scene.Image:
			p.carryImage(d)
		default:
			p.carryScalar(d)
		}
	}
	if p.shelf {
		p.onlyChanges()
	} else {
		p.carryLists()
		p.carryActors()
	}
	p.remember(mem)
}

func (p *Plan) carryScalar(d Decision) {
	name := d.Field.Wire()
	if d.Changes() {
		p.Edit.Locks[name] = d.lock
		if d.New != d.Old || encodedLen(d.New) <= maxEncoded {
			p.Edit.Scalars[name] = d.New
		}
		return
	}
	// The rating belongs to the user, not to the item: no edit resets it.
	if d.Field != scene.FieldRating {
		p.carry(name, p.before.Scalar(d.Field), d.lock)
	}
}

// carry sends a present value again, because an edit of tags was seen to reset unlocked
// fields it does not carry. A value too long for a request is protected by a lock alone.
func (p *Plan) carry(name, value string, lock bool) {
	if value == "" {
		return
	}
	if encodedLen(value) <= maxEncoded {
		p.Edit.Scalars[name], p.Edit.Locks[name] = value, lock
	} else if !p.before.Locked[name] {
		p.Edit.Locks[name] = true
	}
}

// carryList sends a list that changes, and one that is about to be locked. Locked lists
// that stay as they are need no place in the request.
func (p *Plan) carryList(d Decision) {
	name := d.Field.Wire()
	if d.Field.OfActors() {
		return // they go with the actors
	}
	if d.Changes() || d.lock != p.before.Locked[name] {
		p.Edit.Lists[name] = ListEdit{Want: d.NewList, Remove: d.Removed}
		p.Edit.Locks[name] = d.lock
	}
}

// carryLists sends unlocked lists again at their present value, like scalars and for the
// same reason: an edit of one list might reset the others. Only such an edit does.
func (p *Plan) carryLists() {
	if len(p.Edit.Lists) == 0 {
		return
	}
	for _, d := range p.Decisions {
		if d.Field.OfActors() {
			continue
		}
		name := d.Field.Wire()
		names := p.before.List(d.Field)
		if _, sent := p.Edit.Lists[name]; !sent && len(names) > 0 && !p.before.Locked[name] {
			p.Edit.Lists[name], p.Edit.Locks[name] = ListEdit{Want: names}, false
		}
	}
}

func (p *Plan) carryImage(d Decision) {
	name := d.Field.Wire()
	if d.Changes() || d.lock != p.before.Locked[name] {
		p.Edit.Locks[name] = d.lock
	}
	if d.Action == Write && p.undo == nil {
		p.Uploads = append(p.Uploads, Upload{Field: d.Field, SHA1: d.New})
	}
}

// remember records for the journal what the edit changes.
func (p *Plan) remember(mem Memory) {
	p.Former = Former{Fields: map[scene.Field]FormerField{}, Locks: map[string]bool{}}
	for name, lock := range p.Edit.Locks {
		if was := p.before.Locked[name]; was != lock {
			p.Former.Locks[name] = was
		}
	}
	for _, d := range p.Decisions {
		_, relocked := p.Former.Locks[d.Field.Wire()]
		if d.Changes() || relocked && !d.Field.OfActors() { // their lock is that of the actors
			p.Former.Fields[d.Field] = p.formerField(d, mem.Fields[d.Field])
		}
	}
}

func (p *Plan) formerField(d Decision, fm FieldMemory) FormerField {
	f := FormerField{Memory: fm}
	switch d.Field.Kind() {
	case scene.List:
		f.List, f.Added, f.Removed = p.before.List(d.Field), d.Added, d.Removed
		f.Wrote, f.Want = listHash(setOf(d.NewList)), listHash(setOf(p.want.Lists[d.Field]))
	case scene.Image:
		v := view{item: p.before, field: d.Field}
		f.Thumb, f.Text = v.thumb(), d.Old
		f.Wrote, f.Want = scene.Hash(d.New), scene.Hash(d.New)
	default:
		f.Text, f.Wrote = p.before.Scalar(d.Field), valueHash(d.Field, d.New)
		if !d.Changes() {
			f.Wrote = valueHash(d.Field, f.Text)
		}
		f.Want = f.Wrote
	}
	return f
}
