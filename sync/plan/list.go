package plan

import (
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/skip"
)

// list merges a list of names. wished is false when there is nothing to be written.
func (v view) list(names []string, wished bool) Decision {
	now, want := setOf(v.item.List(v.field)), setOf(names)
	target := now
	d := v.decision(Same, "", message.New(message.PlanNothingToWrite))
	if wished {
		d, target = v.listAction(now, want)
	}
	d.OldList, d.NewList = now.names, target.names
	d.Added, d.Removed = target.minus(now).names, now.minus(target).names
	if len(d.Added)+len(d.Removed) == 0 {
		return d
	}
	d.Action = Write
	if len(target.keys) == 0 {
		d.Action, d.lock = Clear, true
	}
	d.lock = d.lock || target.meets(want)
	ours := v.owned()
	d.Foreign = len(now.minus(target).filter(func(k string) bool { return !ours[k] }).keys) > 0
	d.reverted = v.mem.At != 0 && v.mem.Sent == listHash(want) && !v.mem.owns(listHash(now))
	return d
}

// listAction returns the state the list should have; the decision's action matters only
// when that is the present one.
func (v view) listAction(now, want set) (Decision, set) {
	switch {
	case now.equal(want):
		return v.listInStep(now, want), now
	case v.mem.Undone == listHash(want):
		return v.decision(Keep, skip.PlexEditKept, message.New(message.PlanUndone)), now
	case v.mem.otherwise(listHash(want), listHash(now)):
		return v.decision(Same, skip.StoredOtherwise, message.New(message.PlanStoredDifferently)), now
	case v.policy == config.Mirror:
		return v.decision(Write, "", message.None), want
	case v.policy == config.Fill && len(now.keys) > 0:
		return v.decision(Keep, skip.PolicyFill, message.New(message.PlanFill)), now
	case v.policy == config.Fill || !v.locked() && len(want.keys) > 0:
		// An unlocked list is the agent's work. An empty wish takes away only what is
		// known to be Lockstep's, like everywhere.
		return v.decision(Write, "", v.mem.written()), want
	}
	return v.elements(now, want)
}

// elements merges a list a person may have a hand in: what Stash gained is added, what
// it lost is removed if Lockstep put it there, and the rest is left alone.
func (v view) elements(now, want set) (Decision, set) {
	arrived, ours := keySet(v.mem.Elements), v.owned()
	if len(want.keys)+len(ours) == 0 {
		d := v.decision(Keep, "", message.New(message.PlanForeign))
		d.Kept = now.names
		return d, now
	}
	kept := now.filter(func(k string) bool { return want.has[k] || !ours[k] })
	added := want.filter(func(k string) bool { return !arrived[k] })
	refused := want.filter(func(k string) bool { return arrived[k] && !now.has[k] })
	target := kept.plus(added)

	own := kept.minus(want)
	d := v.listInStep(now, want)
	if len(own.keys) > 0 {
		d.Why = message.New(message.PlanMoreInPlex, message.Count(len(own.keys)))
	}
	if len(refused.keys) > 0 {
		d.Action, d.Code = Keep, skip.PlexEditKept
		d.Why = message.New(message.PlanRemovedInPlex, message.Count(len(refused.keys)))
	}
	d.Kept = own.plus(refused).names
	return d, target
}

// owned is every element that is or may be Lockstep's.
func (v view) owned() map[string]bool { return keySet(v.mem.Elements, v.mem.IntentElements) }

// listInStep locks a list only for what it has of the wish: elements that are not
// Lockstep's are neither locked nor taken over.
func (v view) listInStep(now, want set) Decision {
	return v.inStep(v.mem.settleList(now, now, want), now.meets(want))
}

// settleList remembers which elements of a wanted list Plex was seen to hold, when
// target was what Plex should hold.
func (fm FieldMemory) settleList(now, target, want set) FieldMemory {
	arrived, ours := keySet(fm.Elements), keySet(fm.Elements, fm.IntentElements)
	elements := map[string]bool{}
	for _, k := range want.keys {
		// A missing element that was not asked for is one a person removed: it stays
		// known, so that it is not added again.
		elements[k] = now.has[k] || arrived[k] && !target.has[k]
	}
	for k := range ours {
		// An element that should be gone and is not stays known, so that it can go.
		elements[k] = elements[k] || !want.has[k] && now.has[k]
	}
	fm = fm.settle(listHash(want))
	fm.Back = listHash(now)
	fm.Elements, fm.IntentElements = sortedTrue(elements), nil
	return fm
}
