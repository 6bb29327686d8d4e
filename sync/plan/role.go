package plan

import (
	"maps"
	"slices"
	"strings"

	"lockstep/sync/scene"
)

// roles wants a text beside each actor that was made of a performer.
func (b *builder) roles(from values) {
	b.ofActors(scene.FieldRoles, from, func(i int) string { return line(b.made(scene.FieldRoles, from.only(i))) })
}

// pictures wants the address of a picture for each actor that was made of a performer who has one.
// It holds no key and no time: Plex's apps load it themselves.
func (b *builder) pictures(from values) {
	b.ofActors(scene.FieldPerformerPictures, from, func(i int) string {
		if p := from.scene.Performers[i]; p.Picture && b.set.StashURL != "" {
			return performerFolder(b.set.StashURL) + p.ID + "/image"
		}
		return ""
	})
}

// performerFolder is where a Stash has its performers.
func performerFolder(stash string) string { return strings.TrimRight(stash, "/") + "/performer/" }

// ofActors wants what belongs to each actor. Plex knows an actor by the name: the first counts.
func (b *builder) ofActors(f scene.Field, from values, what func(performer int) string) {
	if !b.on(f) {
		return
	}
	out := []string{}
	seen, kept := setOf(nil), setOf(b.out.Lists[scene.FieldPerformers])
	for _, actor := range b.everyThing(scene.FieldPerformers, from) {
		k := key(actor.name)
		i := slices.IndexFunc(from.performers, func(t thing) bool { return t.id == actor.id })
		if i < 0 || seen.has[k] || b.on(scene.FieldPerformers) && !kept.has[k] {
			continue
		}
		seen.add(actor.name, k)
		if text := what(i); text != "" {
			out = append(out, scene.OfActor(actor.name, text))
		}
	}
	b.out.Lists[f] = out
}

// only are the values with one of the performers.
func (v values) only(i int) values {
	v.scene.Performers, v.performers = v.scene.Performers[i:i+1], v.performers[i:i+1]
	return v
}

// withActors leaves out what belongs to others than these actors, and pictures of those who have
// one from elsewhere: it is that of the actor in every item.
func (w Wanted) withActors(f scene.Field, actors []string, item scene.Item) Wanted {
	all, wished := w.Lists[f]
	if !wished {
		return w
	}
	in := setOf(actors)
	w.Lists = maps.Clone(w.Lists)
	w.Lists[f] = slices.DeleteFunc(slices.Clone(all), func(element string) bool {
		actor, address := scene.SplitActor(element)
		return !in.has[key(actor)] || f == scene.FieldPerformerPictures && !takesPicture(item, actor, address)
	})
	return w
}

// target is what a list shall be.
func (p *Plan) target(f scene.Field) []string {
	if d, ok := p.Decision(f); ok && d.Changes() {
		return d.NewList
	}
	return p.before.List(f)
}

// carryActors sends what belongs to the actors with their list, which is sent for it if it is not
// anyway: an actor who is sent without might lose it.
func (p *Plan) carryActors() {
	name := scene.FieldPerformers.Wire()
	e, sent := p.Edit.Lists[name]
	for _, f := range []scene.Field{scene.FieldRoles, scene.FieldPerformerPictures} {
		if d, _ := p.Decision(f); d.Changes() && !sent {
			e, sent = ListEdit{Want: p.target(scene.FieldPerformers)}, true
			p.Edit.Locks[name] = d.lock
		}
	}
	if sent {
		e.Roles, e.Thumbs = p.belonging(scene.FieldRoles, e.Want), p.belonging(scene.FieldPerformerPictures, e.Want)
		p.Edit.Lists[name] = e
	}
}

// belonging is what each of the actors shall have, empty for what is taken away; nil for none.
func (p *Plan) belonging(f scene.Field, actors []string) map[string]string {
	d, _ := p.Decision(f)
	shall := map[string]string{}
	for _, element := range d.Removed {
		actor, _ := scene.SplitActor(element)
		shall[key(actor)] = ""
	}
	for _, element := range p.target(f) {
		actor, what := scene.SplitActor(element)
		shall[key(actor)] = what
	}
	var out map[string]string
	for _, actor := range actors {
		if what, said := shall[key(actor)]; said {
			if out == nil {
				out = map[string]string{}
			}
			out[actor] = what
		}
	}
	return out
}

// takesPicture reports that an actor has no picture, or one of the same place in Stash.
func takesPicture(item scene.Item, actor, address string) bool {
	for name, thumb := range item.Thumbs {
		if key(name) == key(actor) {
			return thumb == "" || thumb == address
		}
	}
	return true
}
