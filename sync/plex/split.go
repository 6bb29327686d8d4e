package plex

import (
	"cmp"
	"maps"
	"slices"

	"lockstep/sync/plan"
)

// split cuts an edit into edits whose queries keep to the limit, as far as they can be
// cut: a single scalar is sent whole. Names of one list are only separated when that list
// alone is too long: a server that replaced lists instead of adding would lose the first.
func split(e plan.Edit, limit int) []plan.Edit {
	if len(encode(e)) <= limit {
		return []plan.Edit{e}
	}
	var parts []plan.Edit
	var now plan.Edit
	for _, u := range fine(units(e), limit) {
		joined := join(now, u)
		if !now.Empty() && len(encode(joined)) > limit {
			parts = append(parts, now)
			joined = u
		}
		now = joined
	}
	parts = append(parts, now)
	return append(parts, again(e, parts, limit)...)
}

// again repeats unlocked scalars after the last part with lists, because a tag edit was
// seen to reset unlocked fields it does not carry.
func again(e plan.Edit, parts []plan.Edit, limit int) []plan.Edit {
	if len(parts) < 2 || len(e.Lists) == 0 {
		return nil
	}
	var unlocked plan.Edit
	for _, u := range units(e) {
		for name := range u.Scalars {
			if !locked(e, name) {
				unlocked = join(unlocked, u)
			}
		}
	}
	if unlocked.Empty() {
		return nil
	}
	return split(unlocked, limit)
}

func locked(e plan.Edit, name string) bool {
	on, said := e.Locks[name]
	return on || !said
}

// units cuts an edit into its smallest meaningful pieces in the order they are sent:
// scalars, shortest first, locks of their own, wanted lists, shortest first, removals.
func units(e plan.Edit) []plan.Edit {
	var scalars, locks, lists, removals []plan.Edit
	unit := func(name string) plan.Edit {
		return plan.Edit{RatingKey: e.RatingKey, Section: e.Section, Type: e.Type, Locks: map[string]bool{name: locked(e, name)}}
	}
	for _, name := range keys(e.Scalars) {
		u := unit(name)
		u.Scalars = map[string]string{name: e.Scalars[name]}
		scalars = append(scalars, u)
	}
	for _, name := range keys(e.Lists) {
		want, remove := unit(name), unit(name)
		list := tidy(e.Lists[name])
		want.Lists = map[string]plan.ListEdit{name: {Want: list.Want, Roles: list.Roles, Thumbs: list.Thumbs}}
		lists = append(lists, want)
		if len(list.Remove) > 0 {
			remove.Lists = map[string]plan.ListEdit{name: {Remove: list.Remove}}
			removals = append(removals, remove)
		}
	}
	for _, name := range keys(e.Locks) {
		_, isScalar := e.Scalars[name]
		if _, isList := e.Lists[name]; !isScalar && !isList {
			locks = append(locks, unit(name))
		}
	}
	byLength := func(a, b plan.Edit) int { return cmp.Compare(len(encode(a)), len(encode(b))) }
	slices.SortStableFunc(scalars, byLength)
	slices.SortStableFunc(lists, byLength)
	return slices.Concat(scalars, locks, lists, removals)
}

// fine halves lists that are too long by themselves. A scalar that is too long moves to
// the end, so that what can be written is written before Plex refuses it.
func fine(all []plan.Edit, limit int) []plan.Edit {
	var out, late []plan.Edit
	for _, u := range all {
		switch {
		case len(encode(u)) <= limit:
			out = append(out, u)
		case len(u.Scalars) > 0:
			late = append(late, u)
		default:
			out = append(out, halves(u, limit)...)
		}
	}
	return append(out, late...)
}

// halves cuts a unit that is one list until each piece keeps to the limit or is one name.
func halves(u plan.Edit, limit int) []plan.Edit {
	for name, list := range u.Lists {
		n := len(list.Want) + len(list.Remove)
		if n < 2 || len(encode(u)) <= limit {
			continue
		}
		a, b := u, u
		w, r := len(list.Want)/2, len(list.Remove)/2
		a.Lists = map[string]plan.ListEdit{name: {Want: list.Want[:w], Remove: list.Remove[:r], Roles: list.Roles, Thumbs: list.Thumbs}}
		b.Lists = map[string]plan.ListEdit{name: {Want: list.Want[w:], Remove: list.Remove[r:], Roles: list.Roles, Thumbs: list.Thumbs}}
		return append(halves(a, limit), halves(b, limit)...)
	}
	return []plan.Edit{u}
}

// join puts two edits of the same item together without changing either.
func join(a, b plan.Edit) plan.Edit {
	out := plan.Edit{RatingKey: b.RatingKey, Section: b.Section, Type: b.Type, Scalars: map[string]string{}, Lists: map[string]plan.ListEdit{}, Locks: map[string]bool{}}
	for _, e := range []plan.Edit{a, b} {
		maps.Copy(out.Scalars, e.Scalars)
		maps.Copy(out.Locks, e.Locks)
		for name, l := range e.Lists {
			had := out.Lists[name]
			joined := plan.ListEdit{Want: slices.Concat(had.Want, l.Want), Remove: slices.Concat(had.Remove, l.Remove), Roles: had.Roles, Thumbs: had.Thumbs}
			if len(had.Want) == 0 { // of one list all parts have the same
				joined.Roles, joined.Thumbs = l.Roles, l.Thumbs
			}
			out.Lists[name] = joined
		}
	}
	return out
}
