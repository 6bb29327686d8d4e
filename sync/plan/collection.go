package plan

import (
	"maps"
	"slices"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// collectionFields are what Lockstep writes to a collection: its summary and its picture.
var collectionFields = []scene.Field{scene.FieldSummary, scene.FieldPoster}

// Collection plans the summary and the picture of a collection. It is stricter than Make: a value
// that anybody else set stays, locked or not, and so does one that somebody took away and locked.
// The policy is Merge, which follows what Stash has, or Fill, which writes only what is empty.
func Collection(item scene.Item, want Wanted, mem Memory, policy config.Policy) Plan {
	p := Plan{Item: scene.ItemKey{RatingKey: item.RatingKey}, before: item, want: want, shelf: true}
	if !item.Detailed {
		p.Blind = true
		return p
	}
	for _, f := range scene.Fields() {
		v := view{item, f, policy, mem.Fields[f]}
		if !slices.Contains(collectionFields, f) {
			v.policy = config.Off
		}
		d := annotate(v.ofCollection(want), want.Notes)
		p.Reverted = p.Reverted || d.reverted
		p.Decisions = append(p.Decisions, d)
	}
	p.compose(mem)
	return p
}

// UndoCollection is Undo for what Collection planned.
func UndoCollection(f Former, current scene.Item, mem Memory) Plan {
	return Plan{Item: scene.ItemKey{RatingKey: current.RatingKey}, before: current, undo: &f, shelf: true}.undone(f, current, mem)
}

// CollectionPicturesToRead reports that Collection cannot tell without Plex's list of pictures
// whose the selected one is.
func CollectionPicturesToRead(item scene.Item, want Wanted, mem Memory) bool {
	img, wished := want.Images[scene.FieldPoster]
	v := view{item: item, field: scene.FieldPoster, mem: mem.Fields[scene.FieldPoster]}
	return wished && !img.Unknown && !img.Listed && img.SHA1 != "" && v.thumb() != "" && !v.vouched()
}

func (v view) ofCollection(want Wanted) Decision {
	if v.policy == config.Off {
		return v.decide(want)
	}
	if v.field.Kind() == scene.Image {
		return v.collectionPicture(want.Images[v.field])
	}
	wanted, wished := want.Scalars[v.field]
	now := v.item.Scalar(v.field)
	nowHash := valueHash(v.field, now)
	if wished && nowHash != valueHash(v.field, wanted) && !v.mem.owns(nowHash) && (now != "" || v.locked()) {
		d := v.elses()
		d.Old, d.New = now, wanted
		return d
	}
	return v.scalar(wanted, wished)
}

func (v view) collectionPicture(img Image) Decision {
	now := v.selected(img)
	theirs := v.thumb() != "" || v.item.IsLocked(v.field)
	if img.SHA1 != "" && !img.Unknown && now != img.SHA1 && theirs && !v.mem.owns(scene.Hash(now)) {
		d := v.elses()
		d.Old, d.New = now, now
		return d
	}
	return v.image(img, true)
}

// elses keeps what is somebody else's.
func (v view) elses() Decision {
	if v.mem.Sent == "" && !v.item.IsLocked(v.field) {
		return v.decision(Keep, skip.PlexEditKept, message.New(message.PlanCollectionSet))
	}
	code, why := v.keepCode()
	return v.decision(Keep, code, why)
}

// onlyChanges takes out of the edit whatever does not change: an edit of a collection has no lists,
// so nothing has to be protected from it.
func (p *Plan) onlyChanges() {
	p.Edit.Type = CollectionType
	changes := map[string]bool{}
	for _, d := range p.Decisions {
		changes[d.Field.Wire()] = d.Changes()
	}
	maps.DeleteFunc(p.Edit.Scalars, func(name, _ string) bool { return !changes[name] })
	maps.DeleteFunc(p.Edit.Locks, func(name string, _ bool) bool { return !changes[name] })
	clear(p.Edit.Lists)
}
