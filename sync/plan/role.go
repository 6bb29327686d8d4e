package plan

import (
	"slices"

	"lockstep/sync/scene"
)

// roles wants a text beside each actor that was made of a performer.
func (b *builder) roles(from values) {
	if !b.on(scene.FieldRoles) {
		return
	}
	out := []string{}
	seen := set{has: map[string]bool{}} // Plex knows an actor by the name: the first role counts
	kept := setOf(b.out.Lists[scene.FieldPerformers])
	for _, actor := range b.everyThing(scene.FieldPerformers, from) {
		i := slices.IndexFunc(from.performers, func(t thing) bool { return t.id == actor.id })
		if i < 0 || seen.has[key(actor.name)] || b.on(scene.FieldPerformers) && !kept.has[key(actor.name)] {
			continue
		}
		seen.add(actor.name, key(actor.name))
		if role := line(b.made(scene.FieldRoles, from.only(i))); role != "" {
			out = append(out, scene.Role(actor.name, role))
		}
	}
	b.out.Lists[scene.FieldRoles] = out
}

// only are the values with one of the performers.
func (v values) only(i int) values {
	v.scene.Performers, v.performers = v.scene.Performers[i:i+1], v.performers[i:i+1]
	return v
}

// withRolesOf leaves out the roles of all but these actors: who is not in the list has none.
func (w Wanted) withRolesOf(actors []string) Wanted {
	roles, wished := w.Lists[scene.FieldRoles]
	if !wished {
		return w
	}
	in := setOf(actors)
	lists := map[scene.Field][]string{}
	for f, list := range w.Lists {
		lists[f] = list
	}
	lists[scene.FieldRoles] = slices.DeleteFunc(slices.Clone(roles), func(r string) bool {
		actor, _ := scene.SplitRole(r)
		return !in.has[key(actor)]
	})
	w.Lists = lists
	return w
}

// target is what a list shall be.
func (p *Plan) target(f scene.Field) []string {
	if d, ok := p.Decision(f); ok && d.Changes() {
		return d.NewList
	}
	return p.before.List(f)
}

// carryRoles sends the roles with the list of actors, which is sent for them if it is not
// anyway: an actor who is sent without one might lose it.
func (p *Plan) carryRoles() {
	name := scene.FieldPerformers.Wire()
	e, sent := p.Edit.Lists[name]
	d, _ := p.Decision(scene.FieldRoles)
	if !sent {
		if !d.Changes() {
			return
		}
		e = ListEdit{Want: p.target(scene.FieldPerformers)}
		p.Edit.Locks[name] = d.lock
	}
	roles := map[string]string{}
	for _, r := range d.Removed {
		actor, _ := scene.SplitRole(r)
		roles[key(actor)] = ""
	}
	for _, r := range p.target(scene.FieldRoles) {
		actor, role := scene.SplitRole(r)
		roles[key(actor)] = role
	}
	for _, actor := range e.Want {
		if role, said := roles[key(actor)]; said {
			if e.Roles == nil {
				e.Roles = map[string]string{}
			}
			e.Roles[actor] = role
		}
	}
	p.Edit.Lists[name] = e
}
